// Package media says what is known about one video, image or attached medium
// now, from the events that VOD sent about it.
package media

import (
	"encoding/json"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// Kind is what a medium is.
type Kind string

// The kinds of media, in VOD's words for MediaType. Audio is a Video to VOD.
const (
	Video    Kind = "video"
	Image    Kind = "image"
	Attached Kind = "attached" // such as a watermark or a subtitle
)

// State is the one-word summary of a medium: a pure function of its facts,
// see [Fold].
type State string

// The states, see [Fold] for the rules.
const (
	Created    State = "created"
	Uploaded   State = "uploaded"
	Processing State = "processing"
	Playable   State = "playable"
	Failed     State = "failed"
	Blocked    State = "blocked"
	Archived   State = "archived"
	Deleted    State = "deleted"
)

// Fact is what one event says about one independently changing value of one
// medium. Of two facts about the same facet the one that [Fact.Newer] prefers
// counts, whole; so facts may arrive in any order and any number of times.
type Fact struct {
	// Medium is the id of the medium: a VideoId, MediaId, ImageId or AttachedMediaId.
	Medium string `json:"medium"`
	// Kind is what the event takes the medium for.
	Kind Kind `json:"kind"`
	// Facet names the value within the medium, such as "base/Title" or
	// "stream/<JobId>".
	Facet string `json:"facet"`
	// Time is the EventTime, in UTC, in whole milliseconds.
	Time time.Time `json:"time"`
	// Rank orders facts of the same Time: the higher one counts. It is 0 to 99. From
	// 20 on the fact is of a deletion: the content of its facet is gone, but for
	// base/…, which keeps what it last was.
	Rank int `json:"rank"`
	// Event is the id of the event that the fact is taken from.
	Event vod.ID `json:"event"`
	// Status says how the work behind the fact ended.
	Status vod.Outcome `json:"status"`
	// Value is the fact in one word, for queries: a title, a storage class,
	// [ValueDeleted]. It may be empty.
	Value string `json:"value"`
	// Data is the fact in full: a JSON object. Members that package vod does not know
	// are in the body of the event only.
	Data json.RawMessage `json:"data"`
}

// Media is the present state of one medium.
type Media struct {
	ID       string  `json:"id"`
	Kind     Kind    `json:"kind"`
	State    State   `json:"state"`
	Title    string  `json:"title"`
	Duration float64 `json:"duration_s"` // seconds
	CoverURL string  `json:"cover_url"`
	// Updated is the newest Time of its facts.
	Updated time.Time `json:"updated"`
	// Facts holds the Data of each facet that counts, by facet.
	Facts map[string]json.RawMessage `json:"facts"`
}
