package demo // the script is not exported

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/all" // the store is opened by its URL
	"github.com/vodevents/vodevents/shared/vod"
)

func ExampleStep_OK() {
	fmt.Println(Step{Outcome: pipeline.New, Want: pipeline.New, Sent: 1}.OK())
	fmt.Println(Step{Outcome: pipeline.New, Want: pipeline.New, Sent: 3, New: 2, Known: 1}.OK())
	// Output:
	// true
	// false
}

// TestScript proves that the script has what the demo says it shows.
func TestScript(t *testing.T) {
	t.Parallel()
	shapes := map[string]bool{}
	types := map[vod.Type]bool{}
	ways := map[way]bool{}
	ids := map[vod.ID]map[way]bool{}
	var last time.Time
	outOfOrder, forged := false, 0
	for _, m := range script() {
		require.LessOrEqual(t, len([]rune(m.shows)), 30, "%q does not fit into 100 columns", m.shows)
		ways[m.way] = true
		if m.key != "" {
			forged++
			require.Equal(t, refused, m.want)
			continue
		}
		e, id, err := vod.Decode(m.body)
		if ids[id] == nil {
			ids[id] = map[way]bool{}
		}
		ids[id][m.way] = true
		if err != nil {
			require.Equal(t, pipeline.DeadLetter, m.want)
			continue
		}
		shapes[fmt.Sprintf("%T", e)] = true
		types[e.Head().Type] = true
		outOfOrder = outOfOrder || e.Head().Time.Before(last)
		last = e.Head().Time
	}
	require.Len(t, shapes, 23+1, "23 shapes, and one of the future")
	for _, typ := range vod.Types() {
		require.True(t, types[typ], "%s is missing", typ)
	}
	require.Len(t, ways, 5)
	require.Equal(t, 1, forged)
	require.True(t, outOfOrder)
	require.True(t, slices.ContainsFunc(slices.Collect(func(yield func(map[way]bool) bool) {
		for _, w := range ids {
			if !yield(w) {
				return
			}
		}
	}), func(w map[way]bool) bool { return w[callback] && w[topic] }), "one event goes both ways")

	states := states()
	seen := map[string]bool{}
	for _, s := range states {
		seen[string(s)] = true
	}
	require.Len(t, seen, 8, "every state of a medium")
}

// TestCheck takes the script in without functions, and shows that the checks see
// what is missing and what should not be there.
func TestCheck(t *testing.T) {
	t.Parallel()
	all := script()
	forged := all[len(all)-1]
	for _, tc := range []struct {
		name   string
		taken  func([]message) []message
		failed bool
	}{
		{name: "as it must be", taken: func(m []message) []message { return m }},
		{name: "the other way round", taken: reversed},
		{name: "an event is missing", taken: func(m []message) []message { return m[1:] }, failed: true},
		{name: "a dead letter is missing", taken: without(pipeline.DeadLetter), failed: true},
		{name: "a forged event is there", taken: func(m []message) []message { return append(m, forged) }, failed: true},
		{name: "nothing is there", taken: func([]message) []message { return nil }, failed: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			authentic := slices.DeleteFunc(slices.Clone(all), func(m message) bool { return m.want == refused })
			var c checks
			_, err := c.check(t.Context(), filled(t, tc.taken(authentic)), all)
			require.NoError(t, err)
			require.Positive(t, c.Done)
			require.Equal(t, tc.failed, len(c.Failed) > 0, "%q", c.Failed)
		})
	}
}

func without(o pipeline.Outcome) func([]message) []message {
	return func(all []message) []message {
		return slices.DeleteFunc(slices.Clone(all), func(m message) bool { return m.want == o })
	}
}

// reversed keeps the bodies that count: of those that are the same event, the one
// that comes first is stored.
func reversed(all []message) []message {
	all = slices.DeleteFunc(slices.Clone(all), func(m message) bool { return m.want == pipeline.Known })
	slices.Reverse(all)
	return all
}

// filled returns a store that took the messages in.
func filled(t *testing.T, taken []message) store.Reader {
	t.Helper()
	s, err := store.Open(dev.FileStore(filepath.Join(t.TempDir(), "vod.db")))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	m, ok := s.(store.Migrator)
	require.True(t, ok)
	require.NoError(t, m.Migrate(t.Context()))
	p := pipeline.Pipeline{Store: s, Log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, m := range taken {
		r := p.Process(ctx, []pipeline.Message{{Body: m.body, Source: store.SourceHTTP}})
		require.NotEqual(t, pipeline.Failed, r[0].Outcome)
	}
	r, ok := s.(store.Reader)
	require.True(t, ok)
	return r
}

func TestCounts(t *testing.T) {
	t.Parallel()
	var c Counts
	for _, s := range []Step{
		{Sent: 1, Outcome: pipeline.New},
		{Sent: 1, Outcome: pipeline.Known},
		{Sent: 1, Outcome: pipeline.DeadLetter},
		{Sent: 1, Outcome: refused},
		{Sent: 1, Outcome: pipeline.Failed},
		{Sent: 5, Outcome: pipeline.New, New: 1, Known: 4},
	} {
		c.add(s)
	}
	require.Equal(t, Counts{Sent: 10, New: 2, Known: 5, DeadLetters: 1, Refused: 1}, c)
}
