package cli

import (
	"time"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// storyJSON is an event of a story as JSON.
type storyJSON struct {
	Story   string    `json:"story,omitempty"`
	Seconds float64   `json:"seconds"` // in the story
	Time    time.Time `json:"time"`
	Type    vod.Type  `json:"type"`
	Variant string    `json:"variant,omitempty"`
	Fail    bool      `json:"fail,omitzero"`
	Run     int       `json:"run,omitzero"`
	Medium  string    `json:"medium,omitempty"`
}

// newStoryJSON returns an event of the story of that name; "" is none.
func newStoryJSON(h vodtest.Happening, story string) storyJSON {
	out := storyJSON{
		Story: story, Seconds: h.After.Seconds(), Time: h.At.UTC(), Type: h.Type, Variant: h.Variant, Fail: h.Fail, Run: h.Run,
	}
	if e, err := vod.Parse(h.Body); err == nil {
		out.Medium = e.Head().Subject
	}
	return out
}

// playedJSON is an event that was sent.
type playedJSON struct {
	Number int `json:"number"`
	storyJSON

	Duplicate bool `json:"duplicate,omitzero"`
	Forged    bool `json:"forged,omitzero"`
	sentJSON
}

func newPlayedJSON(x vodtest.Played, story func(number int) string) playedJSON {
	name := ""
	if story != nil {
		name = story(x.Number)
	}
	return playedJSON{
		Number: x.Number, storyJSON: newStoryJSON(x.Happening, name), Duplicate: x.Duplicate, Forged: x.Tampered, sentJSON: newSentJSON(x),
	}
}

// summaryJSON is how a play ended.
type summaryJSON struct {
	Summary struct {
		countsJSON

		Types   map[vod.Type]countsJSON `json:"types"`
		Seed    int                     `json:"seed"`
		Seconds float64                 `json:"seconds"`
		Latency struct {
			P50 float64 `json:"p50"`
			P99 float64 `json:"p99"`
			Max float64 `json:"max"`
		} `json:"latency_ms"`
		Stopped bool `json:"stopped,omitzero"`
		Kept    bool `json:"kept"`
	} `json:"summary"`
}

type countsJSON struct {
	Sent           int    `json:"sent"`
	Duplicates     int    `json:"duplicates"`
	Acknowledged   [3]int `json:"acknowledged"` // by the first, second and third attempt
	Unheard        int    `json:"unheard"`
	Lost           int    `json:"lost"`
	ByPlatform     int    `json:"by_platform"`
	RepliesDropped int    `json:"replies_dropped"`
	ForgedRefused  int    `json:"forged_refused"`
	ForgedTaken    int    `json:"forged_taken"`
	ForgedUnclear  int    `json:"forged_unclear"`
	Interrupted    int    `json:"interrupted"`
}

func newCountsJSON(c vodtest.Counts) countsJSON {
	return countsJSON{
		Sent: c.Sent, Duplicates: c.Duplicates, Acknowledged: c.Acknowledged, Unheard: c.Unheard, Lost: c.Discarded,
		ByPlatform: c.PlatformErrors, RepliesDropped: c.RepliesDropped, ForgedRefused: c.Refused, ForgedTaken: c.Taken,
		ForgedUnclear: c.Unclear, Interrupted: c.Interrupted,
	}
}

func newSummaryJSON(t vodtest.Tally, seed int, stopped bool) summaryJSON {
	var out summaryJSON
	s := &out.Summary
	s.countsJSON, s.Types = newCountsJSON(t.Counts), map[vod.Type]countsJSON{}
	for typ, c := range t.Types {
		s.Types[typ] = newCountsJSON(c)
	}
	s.Seed, s.Seconds, s.Stopped, s.Kept = seed, t.Duration.Seconds(), stopped, t.Kept() && !stopped
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	s.Latency.P50, s.Latency.P99, s.Latency.Max = ms(t.Latency.P50), ms(t.Latency.P99), ms(t.Latency.Max)
	return out
}
