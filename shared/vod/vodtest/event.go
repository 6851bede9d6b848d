// Package vodtest makes events as ApsaraVideo VOD sends them, signs them, and
// delivers them by VOD's rule: for tests of a receiver, without an account.
//
// [NewEvent] makes the body of one event, [Scenario] those of a story about one or
// several media, [Life] those of a whole video, [NewRequest] the signed request and
// [Sender] the attempts. [Player] sends the events of many media at the same time and
// says what became of them, and [Faults] is what goes wrong on the way.
//
// Events made with the same [Seed] and [Medium] agree with one another: one
// size, one title, one cover, and the same jobs in StreamTranscodeComplete and
// TranscodeComplete.
//
// Names, kinds and formats are those of VOD: numbers are text where VOD sends
// text, some members are strings that hold JSON, and three events write their
// EventTime with a colon before the milliseconds.
//
// Source: ApsaraVideo VOD, event notifications, one page per event (read 2026-11-23).
package vodtest

import (
	"fmt"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// Option changes what [NewEvent] makes.
type Option func(*options)

// options is what the Options of one call add up to.
type options struct {
	seed    int
	medium  string
	at      time.Time
	created time.Time
	failed  bool
	variant string
	run     int
	edits   []edit
	place   *place   // in a story; nil for an event on its own
	byKind  bool     // whether images and attached media are not the medium
	parts   []string // the ids of the media of which it is composed
}

// edit is one call of Set.
type edit struct {
	path  []string
	value any
}

// Seed chooses another imagined medium with other ids, jobs, sizes and texts.
// The default is 0.
func Seed(n int) Option { return func(o *options) { o.seed = n } }

// Medium sets the id of the medium, whichever of VideoId, MediaId, ImageId and
// AttachedMediaId the event has; the URLs in the event follow. By default the
// id comes from the [Seed].
func Medium(id string) Option { return func(o *options) { o.medium = id } }

// At sets the EventTime, in whole seconds or, for the events that have them,
// milliseconds. Other times in the event keep their distance from it, unless
// [Created] fixes them. For [Life] it is the time of the first event.
func At(t time.Time) Option { return func(o *options) { o.at = t } }

// Created sets when the medium came into being; the event happens as long after
// as in the life of an ordinary video. Events of one medium made with the same
// Created agree in their times too. The default is a fixed moment in 2026.
func Created(t time.Time) Option { return func(o *options) { o.created = t } }

// Fail makes the event say that it failed, in the words of its type and without
// the fields that a failure lacks. VOD itself never sends a failed
// FileUploadComplete, ImageUploadComplete or AttachedMediaUploadComplete.
func Fail() Option { return func(o *options) { o.failed = true } }

// Variant chooses one of the [Variants] of the type; "" is the first of them.
func Variant(name string) Option { return func(o *options) { o.variant = name } }

// Run makes the event about the n-th time that a job was done on the same medium,
// such as transcoding: with other job ids and other file names and, unless [At] or
// [Created] says otherwise, a day later than the run before. Another run of an upload
// is another file, of another size; what is fetched from a URL or produced is the
// same once more. The default is 0: the first run. A number below 0 is a mistake.
func Run(n int) Option { return func(o *options) { o.run = n } }

// Extend sets the text that the caller of VOD's API passed as UserData.Extend.
// VOD takes up to 512 bytes; this package takes any.
func Extend(text string) Option { return Set("Extend", text) }

// Set sets a member of the event to value, encoded as JSON; nil removes it and
// [encoding/json.RawMessage]("null") makes it null. Dots lead into objects,
// lists and strings that hold JSON: "StreamInfos.0.Status", "Data.Suggestion".
// What is missing on the way is made, what has no members is replaced, also a list by
// a name that is no index, and an index past the end appends. Set is
// applied after everything else, in the order of the calls.
func Set(field string, value any) Option {
	return func(o *options) {
		o.edits = append(o.edits, edit{path: strings.Split(field, "."), value: value})
	}
}

// NewEvent returns the body of an event of type t as compact JSON. The same call
// gives the same bytes. A type that VOD does not have gets the members that all
// events share.
//
// It panics if t has no such [Variant], the [Run] is below 0, or a value of [Set]
// cannot be encoded: mistakes in the test.
func NewEvent(t vod.Type, opts ...Option) []byte {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	return newEvent(t, &o)
}

func newEvent(t vod.Type, o *options) []byte {
	s, ok := findShape(t, o.variant)
	if !ok {
		panic(fmt.Sprintf("vodtest: %s has no variant %q, only %q", t, o.variant, Variants(t)))
	}
	if o.run < 0 {
		panic(fmt.Sprintf("vodtest: %s: run %d is below 0", t, o.run))
	}
	var body any = s.body(newDraft(t, s.age, o))
	for _, e := range o.edits {
		body = set(body, e.path, e.value)
	}
	b, err := encode(body)
	if err != nil {
		panic(fmt.Sprintf("vodtest: %s: %v", t, err))
	}
	return b
}
