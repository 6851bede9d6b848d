package storetest

import (
	"encoding/json"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
)

// themes are the facets that one rule of [media.Fold] or another reads together,
// and some that none reads but that look as if.
func themes() [][]string {
	return [][]string{
		{"storage/All", "restore"},
		{"stream/1", "streams", "transcode"},
		{"stream/1", "stream/2", "stream/", "streams", "analysis"},
		{"stream/1", "transcode", "analysis", "source"},
		{"source", "pull", "produce", "live_record", "live_compose", "analysis"},
		{"base/Title", "base/CoverURL", "cover"},
		{"life", "audit", "storage/All", "stream/1", "source"},
		{"stream", "Stream/3", "transcode/1", "ai_audit", "storage/SourceFile", "base/Tags", `failure/"Some" 🎬`, "source"},
	}
}

// drawValue draws a value that a facet may have.
func drawValue(t *rapid.T, facet string) string {
	var values []string
	switch facet {
	case "life":
		values = []string{"created", "deleted"}
	case "audit":
		values = []string{"Normal", "Blocked", "blocked"}
	case "storage/All", "storage/SourceFile":
		values = []string{"Archive", "ColdArchive", "Standard", "archive", "IA"}
	default:
		values = []string{"", "deleted", "Deleted", "2026-11-23T08:00:00Z", `A "title" 🎬`}
	}
	return rapid.SampledFrom(values).Draw(t, "value")
}

// drawTime draws one of few times, so that equal ones are common.
func drawTime(t *rapid.T) time.Time {
	ms := rapid.IntRange(-1, 3).Draw(t, "time")
	if ms < 0 {
		return time.Time{}
	}
	return day().Add(time.Duration(ms) * time.Millisecond)
}

// drawFacts draws what events may say about the medium of a run, and some things
// that they never would.
func drawFacts(t *rapid.T, run int) []media.Fact {
	facets := rapid.SampledFrom(rapid.SampledFrom(themes()).Draw(t, "theme"))
	data := rapid.SampledFrom([]string{
		`{}`, `{"Duration":0}`, `{"Duration":61}`, `{"Duration":61.48}`, `{"Duration":-1}`, `{"Duration":1e3}`,
		`{"Duration":"61"}`, `{"Duration":null}`, `{"Duration":0.1,"Size":9007199254740993}`, `{"Title":"\u0041 <b>"}`,
		`{"a\u0000b":"c\u0000d","Duration":61}`, `{"\u0000":{"Duration":61}}`,
	})
	facts := make([]media.Fact, rapid.IntRange(1, 8).Draw(t, "facts"))
	for i := range facts {
		facet := facets.Draw(t, "facet")
		facts[i] = media.Fact{
			Medium: fmt.Sprintf("run-%d", run),
			Kind:   rapid.SampledFrom([]media.Kind{media.Video, media.Image, media.Attached}).Draw(t, "kind"),
			Facet:  facet,
			Time:   drawTime(t),
			Rank:   rapid.SampledFrom([]int{0, 2, 10, 12, 19, 20, 22}).Draw(t, "rank"),
			Event:  newID(day(), 10*run+i),
			Status: rapid.SampledFrom([]vod.Outcome{vod.None, vod.Succeeded, vod.Succeeded, vod.Failed}).Draw(t, "status"),
			Value:  drawValue(t, facet),
			Data:   json.RawMessage(data.Draw(t, "data")),
		}
	}
	return facts
}
