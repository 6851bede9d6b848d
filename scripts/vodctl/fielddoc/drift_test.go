package fielddoc_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/fielddoc"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// stored returns an event as a store has it, received in minute n.
func stored(tb testing.TB, body []byte, n int) store.Event {
	tb.Helper()
	e, id, err := vod.Decode(body)
	require.NoError(tb, err)
	return store.Event{ID: id, Type: e.Head().Type, Received: minute(n), Body: body}
}

func minute(n int) time.Time { return time.Date(2026, 3, 14, 9, n, 0, 0, time.UTC) }

func TestDrift(t *testing.T) {
	t.Parallel()
	var d fielddoc.Drift
	for _, typ := range vod.Types() {
		d.Add(stored(t, vodtest.NewEvent(typ), 0))
	}
	require.Empty(t, d.Types())
	require.Empty(t, d.Members())
	require.Equal(t, 22, d.Events())

	// In no order of time, as pages of a store come.
	d.Add(stored(t, vodtest.NewEvent("SubtitleComplete"), 5))
	first := stored(t, vodtest.NewEvent("SubtitleComplete", vodtest.Seed(1)), 3)
	d.Add(first)
	last := stored(t, vodtest.NewEvent("SubtitleComplete", vodtest.Seed(2)), 7)
	d.Add(last)
	require.Equal(t, []fielddoc.UnknownType{{
		Type:      "SubtitleComplete",
		Sightings: fielddoc.Sightings{Count: 3, First: minute(3), Last: minute(7), Sample: last.ID},
	}}, d.Types())

	hdr := func(n int, value any) store.Event {
		return stored(t, vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Variant("multi-stream"), vodtest.Seed(n),
			vodtest.Set("StreamInfos.0.HdrType", value), vodtest.Set("StreamInfos.1.HdrType", "HLG")), n)
	}
	newer := hdr(4, "HDR10")
	d.Add(newer)
	d.Add(hdr(2, 1))
	require.Equal(t, []fielddoc.UnknownMember{{
		Type: vod.TypeTranscodeComplete, Shape: "TranscodeComplete", Path: "StreamInfos[].HdrType",
		Came: fielddoc.Text, Value: "HDR10", Suggestion: "HdrType string `json:\"HdrType,omitzero\"`",
		Sightings: fielddoc.Sightings{Count: 2, First: minute(2), Last: minute(4), Sample: newer.ID},
	}}, d.Members())

	d.Add(stored(t, vodtest.NewEvent(vod.TypeUploadByURLComplete, vodtest.Variant("stream"), vodtest.Set("A", 1)), 1))
	d.Add(stored(t, vodtest.NewEvent(vod.TypeUploadByURLComplete, vodtest.Set("A", 1)), 1))
	d.Add(stored(t, vodtest.NewEvent(vod.TypeWorkflowTaskComplete, vodtest.Set("ActivityResults.Any.New", map[string]any{"a": map[string]int{"b": 1}})), 1))
	var got []string
	for _, m := range d.Members()[1:] {
		got = append(got, m.Shape+" "+m.Path)
	}
	require.Equal(t, []string{"UploadByURLComplete A", "UploadStreamByURLComplete A", "WorkflowTaskComplete ActivityResults.*.New"}, got)
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, member string
		want         string // before the tag; none if empty
	}{
		{name: "text", member: `"Colour":"blue"`, want: "Colour string"},
		{name: "whole number", member: `"Count":-7`, want: "Count int64"},
		{name: "number", member: `"Rate":7.5`, want: "Rate float64"},
		{name: "boolean", member: `"IsNew":true`, want: "IsNew bool"},
		{name: "time", member: `"EndTime":"2026-03-14T09:26:53Z"`, want: "EndTime time.Time"},
		{name: "texts", member: `"Names":["a"]`, want: "Names []string"},
		{name: "numbers in text", member: `"Sizes":"[1]"`, want: "Sizes []int64"},
		{name: "no items", member: `"Sizes":[]`, want: "Sizes json.RawMessage"},
		{name: "objects", member: `"Items":[{"a":1}]`, want: "Items json.RawMessage"},
		{name: "null", member: `"Nothing":null`, want: "Nothing json.RawMessage"},
		{name: "initialisms", member: `"UrlIds_of-idUrlsIdentifier":1`, want: "URLIDsOfIDURLsIdentifier int64"},
		{name: "lower case", member: `"appId":"x"`, want: "AppID string"},
		{name: "no name for Go", member: `"2K":"x"`},
		{name: "no name for a tag", member: "\"a`b\":1"},
		{name: "nothing", member: `"":1`},
		{name: "too long", member: `"` + strings.Repeat("a", 1000) + `":1`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var d fielddoc.Drift
			d.Add(stored(t, []byte(`{"EventType":"FileUploadComplete",`+tc.member+`}`), 0))
			require.Len(t, d.Members(), 1)
			name, _, _ := strings.Cut(tc.member[1:], `"`)
			want := tc.want
			if want != "" {
				want += " `json:\"" + name + ",omitzero\"`"
			}
			require.Equal(t, want, d.Members()[0].Suggestion)
		})
	}
}

// TestDriftIsBounded adds more than is kept.
func TestDriftIsBounded(t *testing.T) {
	t.Parallel()
	var d fielddoc.Drift
	for n := range 150 {
		d.Add(store.Event{Type: vod.Type(fmt.Sprint(n, strings.Repeat("x", 1000))), Received: minute(n), Body: []byte("{}")})
	}
	require.Len(t, d.Types(), 100)
	require.Equal(t, 50, d.Dropped())
	members := map[string]string{"EventType": "FileUploadComplete"}
	for n := range 600 {
		members[fmt.Sprint("New", n)] = strings.Repeat("x", 1000)
	}
	body, err := json.Marshal(members)
	require.NoError(t, err)
	d.Add(stored(t, body, 0))
	require.Len(t, d.Members(), 500)
	require.Equal(t, 150, d.Dropped())
	for _, m := range d.Members() {
		require.LessOrEqual(t, len(m.Value), fielddoc.MaxValue+len("…"))
	}
	for _, u := range d.Types() {
		require.LessOrEqual(t, len(u.Type), 100+len("…"))
	}
}

func BenchmarkDrift(b *testing.B) {
	e := stored(b, vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Variant("multi-stream")), 0)
	var d fielddoc.Drift
	b.ReportAllocs()
	for b.Loop() {
		d.Add(e)
	}
}
