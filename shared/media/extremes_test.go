package media_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// many is about as many items as a body may have: each has three values, the item,
// a name and what it is.
const many = vod.MaxValues/3 - 100

// list returns n items; each % in item becomes the number of the item.
func list(n int, item string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = strings.ReplaceAll(item, "%", strconv.Itoa(i))
	}
	return "[" + strings.Join(items, ",") + "]"
}

// A body that somebody made may hold very many items; a store has to take what is
// said about them in one transaction, in time. What does not count must not cost
// much.
func TestFactsOfLargeEvents(t *testing.T) { // not parallel: it counts allocations
	for _, tc := range []struct {
		name  string
		event string // about m1
		first string // facet
		want  int    // facts
	}{
		{"renditions", `"EventType":"TranscodeComplete","VideoId":"m1","StreamInfos":` + list(many, `{"JobId":"j%"}`), "transcode", media.MaxFacts},
		{"renditions of one job", `"EventType":"TranscodeComplete","VideoId":"m1","StreamInfos":` + list(many, `{"JobId":"j"}`), "transcode", 2},
		{"renditions that cannot be read", `"EventType":"TranscodeComplete","VideoId":"m1","StreamInfos":` + list(many, `{}`), "transcode", 1},
		{"snapshots", `"EventType":"SnapshotComplete","VideoId":"m1","SnapshotInfos":` + list(many, `{"JobId":"j%"}`), "snapshot/j0", media.MaxFacts},
		{"snapshots of one job", `"EventType":"SnapshotComplete","VideoId":"m1","SnapshotInfos":` + list(many, `{"JobId":"j"}`), "snapshot/j", 1},
		{"animated images", `"EventType":"DynamicImageComplete","VideoId":"m1","JobId":"j","DynamicImageJobInfo":` + list(many, `{"JobId":"j%"}`), "dynamic_image/j", media.MaxFacts},
		{"animated images of one job", `"EventType":"DynamicImageComplete","VideoId":"m1","JobId":"j","DynamicImageJobInfo":` + list(many, `{"Fps":%}`), "dynamic_image/j", 1},
		{"deletions", `"EventType":"DeleteMediaComplete","MediaId":"m1","DeleteType":"stream","JobIds":` + list(many, `"j%"`), "stream/j0", media.MaxFacts},
		{"deletions in text", `"EventType":"DeleteMediaComplete","MediaId":"m1","DeleteType":"stream","JobIds":"` + strings.Trim(list(3*many, `j%`), "[]") + `"`, "stream/j0", media.MaxFacts},
	} {
		t.Run(tc.name, func(t *testing.T) {
			event, id := decode(t, tc.event)
			facts := media.Facts(event, id)
			require.Len(t, facts, tc.want)
			require.Equal(t, tc.first, facts[0].Facet, "what is said of the whole comes first")
			// To look at an item takes 8 allocations at most, to encode it as well 12.
			require.Less(t, testing.AllocsPerRun(1, func() { media.Facts(event, id) }), 10.0*many)
		})
	}
}

func FuzzFacts(f *testing.F) {
	for _, typ := range vod.Types() {
		for _, variant := range vodtest.Variants(typ) {
			f.Add(vodtest.NewEvent(typ, vodtest.Variant(variant)))
			f.Add(vodtest.NewEvent(typ, vodtest.Variant(variant), vodtest.Fail()))
		}
	}
	deep := strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000)
	for _, seed := range []string{
		`{"EventType":"AIVideoTagComplete","MediaId":"m1","Status":"success","Data":{"OrigASRData":` + deep + `}}`,
		`{"EventType":"AIMediaAuditComplete","MediaId":"m1","Status":"success","Data":{"VideoResult":{"New":` + deep + `}}}`,
		`{"EventType":"WorkflowTaskComplete","VideoId":"m1","TaskId":"t","ActivityResults":{"\u0000":{"ActivityId":"\u0001"}}}`,
		`{"EventType":"MediaBaseChangeComplete","MediaId":"m\u00001","MediaContent":{"Title":{"NewValue":"\u0000"},"Tags":{"NewValue":["\u0000"]}}}`,
		`{"EventType":"TranscodeComplete","VideoId":"m1","StreamInfos":[{"JobId":"\u0000\u001f","Definition":"\u0000"},{"JobId":"\ud800"},0]}`,
		`{"EventType":"DeleteMediaComplete","MediaId":"m1","DeleteType":"stream","JobIds":"a;b c,\u0000"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		event, id, err := vod.Decode(body)
		if err != nil {
			return
		}
		facts := media.Facts(event, id)
		require.LessOrEqual(t, len(facts), media.MaxFacts)
		require.Equal(t, facts, media.Facts(event, id), "the same each time")
		facets := map[string]bool{}
		for _, f := range facts {
			require.False(t, facets[f.Facet], "one fact per facet")
			facets[f.Facet] = true
			require.Equal(t, event.Head().Subject, f.Medium)
			require.Equal(t, id, f.Event)
			require.Equal(t, event.Head().Time, f.Time)
			require.True(t, f.Rank >= 0 && f.Rank <= 99)
			requireText(t, f.Medium)
			requireText(t, f.Facet)
			requireText(t, f.Value)
			requireShallow(t, f.Data)
		}
		want := encode(t, media.Fold(facts))
		slices.Reverse(facts)
		require.Equal(t, want, encode(t, media.Fold(facts)))
	})
}

// requireText requires text that every database takes.
func requireText(t *testing.T, s string) {
	t.Helper()
	require.True(t, utf8.ValidString(s), "%q", s)
	control := func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\r", r) }
	require.False(t, strings.ContainsFunc(s, control), "%q", s)
}

// requireShallow requires a JSON object that every database takes: SQLite refuses
// one that is more than 1000 deep, PostgreSQL one that says NUL.
func requireShallow(t *testing.T, data json.RawMessage) {
	t.Helper()
	require.Equal(t, byte('{'), data[0])
	const most = 20 // what is documented has less
	depth := 0
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				depth++
			} else {
				depth--
			}
			require.LessOrEqual(t, depth, most)
		case string:
			requireText(t, token)
		}
	}
}
