package tablestore_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/tablestore"
	"github.com/vodevents/vodevents/shared/vod"
)

// noise is text that does not compress to less than half.
func noise(bytes int) string {
	r := rand.NewChaCha8([32]byte{1})
	b := make([]byte, bytes)
	for i := range b {
		b[i] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"[r.Uint64()%64]
	}
	return string(b)
}

// manyFacts are n facts of an event.
func manyFacts(r store.Record, n int) []media.Fact {
	facts := make([]media.Fact, n)
	for i := range facts {
		facts[i] = r.Facts[0]
		facts[i].Facet = fmt.Sprintf("stream/%06d", i)
	}
	return facts
}

func TestManyFacts(t *testing.T) {
	t.Parallel()
	s := open(t, start(t))
	r := event(1)
	r.Facts = manyFacts(r, 5000)
	outcomes, err := s.Commit(t.Context(), []store.Record{r})
	require.NoError(t, err)
	require.Equal(t, store.New, outcomes[0].State)
	_, err = s.Settle(t.Context()) // on a slow machine the commit leaves it undone
	require.NoError(t, err)
	facts, err := s.Facts(t.Context(), "v1")
	require.NoError(t, err)
	require.Equal(t, r.Facts, facts)
}

// What does not fit is refused, or said by Settle, and is in nobody's way.
func TestTooManyFacts(t *testing.T) {
	t.Parallel()
	s := open(t, start(t))
	large := func(n byte, bytes int) store.Record {
		r := event(n)
		r.Facts[0].Facet = fmt.Sprintf("stream/%d", n)
		r.Facts[0].Data = json.RawMessage(`{"New":"` + noise(bytes) + `"}`)
		return r
	}
	other := event(4)
	other.Subject, other.Facts[0].Medium = "v2", "v2"
	outcomes, err := s.Commit(t.Context(), []store.Record{large(1, 3<<20), large(2, 2<<20), large(3, 3<<19), other})
	require.NoError(t, err)
	require.Equal(t, []store.State{store.Rejected, store.New, store.New, store.New}, statesOf(outcomes))
	require.ErrorContains(t, outcomes[0].Err, "compressed")
	require.NotContains(t, outcomes[0].Err.Error(), noise(20))

	n, err := s.Settle(t.Context())
	require.ErrorContains(t, err, `medium "v1"`)
	require.Zero(t, n)
	facts, err := s.Facts(t.Context(), "v2")
	require.NoError(t, err)
	require.Equal(t, other.Facts, facts)
	claimed, err := s.Claim(t.Context(), store.Claim{Token: "t", For: time.Hour, Sinks: []string{"crm"}, Limit: 10})
	require.NoError(t, err)
	require.Len(t, claimed, 3, "what is owed does not wait for facts")
}

// Bodies of more than a request and more than a reply.
func TestLargeBatch(t *testing.T) {
	t.Parallel()
	s := open(t, start(t))
	batch := make([]store.Record, 20)
	for i := range batch {
		batch[i] = event(byte(i))
		batch[i].Body = []byte(strings.Repeat(fmt.Sprintf("%016d", i), 1<<16))
	}
	outcomes, err := s.Commit(t.Context(), batch)
	require.NoError(t, err)
	for _, o := range outcomes {
		require.Equal(t, store.New, o.State)
	}
	events, err := s.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err)
	require.Len(t, events, len(batch))
	slices.Reverse(events)
	for i, e := range events {
		require.True(t, slices.Equal(batch[i].Body, e.Body), "event %d", i)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := open(t, start(t))
	long := strings.Repeat("x", 1025)
	for name, change := range map[string]func(*store.Record){
		"subject":         func(r *store.Record) { r.Subject = long },
		"medium":          func(r *store.Record) { r.Facts[0].Medium = long },
		"facet":           func(r *store.Record) { r.Facts[0].Facet = long },
		"sink":            func(r *store.Record) { r.Deliveries[1] = long },
		"no sink":         func(r *store.Record) { r.Deliveries[1] = "" },
		"body":            func(r *store.Record) { r.Body = make([]byte, 2<<20+1) },
		"body of a batch": func(r *store.Record) { r.Body, r.SourceID = make([]byte, 2<<20), strings.Repeat("x", 2<<20) },
		"no UTF-8":        func(r *store.Record) { r.Type = "\xff" },
		"data":            func(r *store.Record) { r.Facts[0].Data = []byte("{") },
		"no data":         func(r *store.Record) { r.Facts[0].Data = nil },
	} {
		r := event(1)
		change(&r)
		outcomes, err := s.Commit(t.Context(), []store.Record{r, event(2)})
		require.NoError(t, err, name)
		require.Equal(t, store.Rejected, outcomes[0].State, name)
		require.NotEqual(t, store.Rejected, outcomes[1].State, name)
	}
	r := event(3)
	r.Subject, r.Body = long[1:], make([]byte, 2<<20)
	r.Facts[0].Medium = r.Subject
	outcomes, err := s.Commit(t.Context(), []store.Record{r})
	require.NoError(t, err)
	require.Equal(t, store.New, outcomes[0].State, "at the limit")
	requireSettled(t, s)
}

func FuzzFacts(f *testing.F) {
	f.Add("v1", "stream/1", "HD", `{"Size":9007199254740993}`, int64(0), uint8(0))
	f.Add("", "\x00", "\u2028<b>", `{"a":"\u003c<","b":1e400}`, int64(-62135596800000), uint8(99))
	f.Add("m", strings.Repeat("f", 300<<10), "", `[]`, int64(1764000000000), uint8(1))
	f.Fuzz(func(t *testing.T, medium, facet, value, data string, ms int64, rank uint8) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		fact := media.Fact{
			Medium: strings.ToValidUTF8(medium, ""), Kind: media.Image, Facet: strings.ToValidUTF8(facet, ""),
			Value: strings.ToValidUTF8(value, ""), Data: json.RawMessage(data), Rank: int(rank),
			Event: vod.ID{15: rank}, Status: vod.Failed, Time: time.UnixMilli(ms).UTC(),
		}
		column, err := tablestore.PackFacts([]media.Fact{fact})
		if !json.Valid([]byte(data)) || fact.Time.Year() < 0 || fact.Time.Year() > 9999 {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		got, err := tablestore.UnpackFacts(column)
		require.NoError(t, err)
		require.Len(t, got, 1)
		var want bytes.Buffer
		require.NoError(t, json.Compact(&want, []byte(data)))
		require.Equal(t, want.String(), string(got[0].Data), "as it was, but for white space")
		got[0].Data = fact.Data
		require.Equal(t, fact, got[0])
		for _, wrong := range []any{data, []byte(data), 1.5} {
			if facts, err := tablestore.UnpackFacts(wrong); err == nil {
				require.True(t, json.Valid([]byte(data)), facts)
			}
		}
	})
}
