package cli

import (
	"time"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// storyJSON is an event of a story as JSON.
type storyJSON struct {
	Seconds float64   `json:"seconds"` // in the story
	Time    time.Time `json:"time"`
	Type    vod.Type  `json:"type"`
	Medium  string    `json:"medium,omitempty"`
}

func newStoryJSON(h vodtest.Happening) storyJSON {
	out := storyJSON{Seconds: h.After.Seconds(), Time: h.At.UTC(), Type: h.Type}
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

func newPlayedJSON(x vodtest.Played) playedJSON {
	return playedJSON{
		Number: x.Number, storyJSON: newStoryJSON(x.Happening), Duplicate: x.Duplicate, Forged: x.Tampered, sentJSON: newSentJSON(x.Result),
	}
}

// summaryJSON is how a play ended.
type summaryJSON struct {
	Summary struct {
		countsJSON

		Types   map[vod.Type]countsJSON `json:"types"`
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
}

func newCountsJSON(c vodtest.Counts) countsJSON {
	return countsJSON{
		Sent: c.Sent, Duplicates: c.Duplicates, Acknowledged: c.Acknowledged, Unheard: c.Unheard, Lost: c.Discarded,
		ByPlatform: c.PlatformErrors, RepliesDropped: c.RepliesDropped, ForgedRefused: c.Refused, ForgedTaken: c.Taken,
	}
}

func newSummaryJSON(t vodtest.Tally, stopped bool) summaryJSON {
	var out summaryJSON
	s := &out.Summary
	s.countsJSON, s.Types = newCountsJSON(t.Counts), map[vod.Type]countsJSON{}
	for typ, c := range t.Types {
		s.Types[typ] = newCountsJSON(c)
	}
	s.Seconds, s.Stopped, s.Kept = t.Duration.Seconds(), stopped, t.Kept() && !stopped
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	s.Latency.P50, s.Latency.P99, s.Latency.Max = ms(t.Latency.P50), ms(t.Latency.P99), ms(t.Latency.Max)
	return out
}
