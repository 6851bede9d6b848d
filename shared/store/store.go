// Package store is the seam to the system of record: where events, what they
// say about media, what is owed to sinks and what could not be read are kept.
//
// A store is opened by URL, such as sqlite:/var/lib/vod/vod.db; importing its
// package makes its scheme known. See [Open].
package store

import (
	"context"
	"errors"
	"time"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
)

// Clock is a store with a clock of its own, by which leases and pauses are counted.
type Clock interface {
	// Now returns what time it is there, in UTC. Without tables the error is
	// [ErrNotMigrated].
	Now(ctx context.Context) (time.Time, error)
}

// ErrNotMigrated means that the tables are missing or older than this program
// needs. Commits go on when they are newer.
var ErrNotMigrated = errors.New("store: tables are missing or out of date: run vodctl migrate")

// Store is a system of record. All methods may be called concurrently.
//
// Everything beyond keeping records is an optional ability: see [Migrator],
// [Reader], [Outbox], [Maintainer], [Settler] and [Clock].
type Store interface {
	// Commit makes the records durable: when it returns, what is New or Known
	// survives a crash of the process and of the machine. It returns one Outcome
	// for each record, in the same order.
	//
	// An event, its facts and the deliveries it owes are committed together or not
	// at all. Of records with the same ID, in one batch or in several, also
	// concurrent ones, exactly one is New; the others are Known and change nothing.
	// A record that the database refuses is Rejected and does not affect its
	// neighbours.
	//
	// An error means that all records failed. A failed record may have been applied
	// all the same, if the reply to the commit was lost; committing it again is safe
	// and then says Known. Commit keeps no reference to the records.
	Commit(ctx context.Context, records []Record) ([]Outcome, error)

	// Close releases what the store holds. Commits in progress may fail.
	Close() error
}

// Source says how a record came in.
type Source string

// The sources.
const (
	SourceHTTP  Source = "http"      // HTTP trigger
	SourceTopic Source = "mns-topic" // MNS topic trigger
	SourceQueue Source = "mns-queue" // MNS queue, by way of EventBridge
)

// Record is an event, or, with a Reason, a dead letter. Its texts, but not its
// bytes, are valid UTF-8 without a NUL; with one it may be Rejected.
type Record struct {
	// ID identifies the record by its content, see [vod.IDOf].
	ID vod.ID
	// Source says how it came in, SourceID is the request's or message's id there,
	// for finding it in the platform's logs; it may be empty.
	Source   Source
	SourceID string
	// Received is when it came in, in UTC, in whole milliseconds.
	Received time.Time
	// Body is what came in, unchanged; of a dead letter that is too large only the
	// beginning.
	Body []byte

	// Type, Subject, Status and Time are those of the event's [vod.Header]; Time
	// is in whole milliseconds and may be zero.
	Type    vod.Type
	Subject string
	Status  vod.Outcome
	Time    time.Time
	// BusinessKey is what the event is about in VOD's terms, see [vod.BusinessKey].
	// Several events may have the same one.
	BusinessKey string
	// Facts is what the event says about its Subject, which is the Medium of each.
	// A Medium or Facet that is empty or holds a NUL makes the record Rejected.
	Facts []media.Fact
	// Deliveries names the sinks that are owed the event, each once.
	Deliveries []string

	// Reason makes the record a dead letter: authentic, but not readable as an event.
	Reason Reason
	// Detail says more about the Reason, for people.
	Detail string
	// Size, in bytes, and SHA256 are those of the whole body when Body is only its
	// beginning; for a dead letter whose Body is whole they may be zero.
	Size   int64
	SHA256 [32]byte
}

// Reason says why a record is a dead letter.
type Reason string

// The reasons.
const (
	ReasonMalformed Reason = "malformed" // not a JSON object with a string EventType
	ReasonForeign   Reason = "foreign"   // an event of another product
	ReasonTooLarge  Reason = "too_large" // over the limit on bodies; Body is its beginning
	ReasonRejected  Reason = "rejected"  // refused by the database
	ReasonDropped   Reason = "dropped"   // an event that an operator took out, see [Maintainer]
	ReasonProbe     Reason = "probe"     // nothing came in: somebody tried whether the store commits
)

// State is what became of a record in a commit.
type State string

// The states. A record that is Failed is to be committed again; one that is
// Rejected will be rejected again.
const (
	New      State = "new"
	Known    State = "known"
	Rejected State = "rejected"
	Failed   State = "failed"
)

// Outcome is what became of one record.
type Outcome struct {
	State State
	// Err is the cause of Rejected and Failed; it holds no secret and no body.
	Err error
}

// Migrator is a store whose tables have to be made before the first commit.
type Migrator interface {
	// Migrate makes or upgrades the tables. It may be called again, and by several
	// processes at once. Upgrades only add, so that the previous release keeps
	// committing; tables newer than this program are an error.
	Migrate(ctx context.Context) error
}

// Reader is a store that can be asked. Lists are empty, not errors, when nothing
// matches; without tables the error is [ErrNotMigrated].
type Reader interface {
	// Events returns events, the last received first, of those received at the same
	// time the highest ID first.
	Events(ctx context.Context, q EventQuery) ([]Event, error)
	// Media returns the state of media, the last updated first.
	Media(ctx context.Context, q MediaQuery) ([]media.Media, error)
	// Facts returns the facts of one medium that count, by facet.
	Facts(ctx context.Context, medium string) ([]media.Fact, error)
	// Deliveries returns what is or was owed to sinks, the last changed first.
	Deliveries(ctx context.Context, q DeliveryQuery) ([]Delivery, error)
	// DeadLetters returns dead letters, the last received first.
	DeadLetters(ctx context.Context, q DeadLetterQuery) ([]DeadLetter, error)
}

// Maintainer is a store that operators can repair. Without tables the error is
// [ErrNotMigrated].
type Maintainer interface {
	// DropDeadLetters removes dead letters and returns how many there were.
	DropDeadLetters(ctx context.Context, ids ...vod.ID) (int, error)
	// Rebuild calls derive for the stored events and replaces what was derived from
	// them before: Type, Subject, Status, Time, BusinessKey and Facts, which have to
	// be about the Subject; nothing else of the Record is used. Facts of events that
	// are no longer stored stay. It returns the number of events.
	//
	// It works in short transactions, medium by medium, so that commits go on
	// meanwhile; what they add is not lost. If ctx ends, or derive returns an error,
	// it stops with that error, and what was rebuilt stays: each medium is as before
	// or rebuilt, and Rebuild may be repeated.
	//
	// derive is called outside of transactions, so that it may use the store; for
	// some events more than once. What it returns has to depend on the event's ID and
	// Body alone, or be what the event has already.
	Rebuild(ctx context.Context, derive func(Event) (Record, error)) (int, error)

	// DropEvent takes out an event, say one that was forged, as if it had never come in,
	// and reports whether it was there. With it go its facts, and its deliveries, whatever
	// became of them; the facts of its medium become what the other stored events say, as
	// derive, which is called as by Rebuild, has it. Facts of events that are no longer
	// stored stay. If it comes in again, it is New.
	//
	// The trace of it is a dead letter with ReasonDropped, the detail, and the body, source
	// and time of the event. If there is a dead letter with that ID already, it gets this
	// reason and detail, and counts one attempt more.
	//
	// It is one transaction. A store that has none over several rows writes the trace
	// before it removes the event, and takes back or completes what was cut off, at the
	// latest with Settle. It may be called again. What is committed meanwhile is not lost.
	DropEvent(ctx context.Context, id vod.ID, detail string, derive func(Event) (Record, error)) (bool, error)
}

// Event is a stored event.
type Event struct {
	ID          vod.ID
	Type        vod.Type
	Subject     string
	Status      vod.Outcome
	Time        time.Time // zero if the event has none
	Received    time.Time
	Source      Source
	SourceID    string
	BusinessKey string
	Body        []byte
}

// EventQuery selects events; the zero value selects the last 50.
type EventQuery struct {
	IDs     []vod.ID
	Types   []vod.Type
	Subject string
	Status  vod.Outcome
	Since   time.Time // Received at or after
	Until   time.Time // Received before
	// Before continues a list after the event it is made of, see [Event.Cursor].
	Before Cursor
	Limit  int // 0 means 50
}

// Cursor is a place in the list of events; the zero Cursor is its beginning.
type Cursor struct {
	Received time.Time
	ID       vod.ID
}

// Cursor returns the place of the event in the list.
func (e Event) Cursor() Cursor { return Cursor{Received: e.Received, ID: e.ID} }

// MediaQuery selects media; the zero value selects the last 50.
type MediaQuery struct {
	IDs   []string
	Kind  media.Kind
	State media.State
	Limit int // 0 means 50
}

// Delivery is what is or was owed to one sink.
type Delivery struct {
	Event     vod.ID
	Sink      string
	State     DeliveryState
	Attempts  int
	OwedSince time.Time // when it was committed, or last replayed
	Due       time.Time // when it may be tried again
	LastError string
	Replay    string // ID of the last [Replay]; empty if there was none
	Updated   time.Time
}

// DeliveryState is how far a delivery has come.
type DeliveryState string

// The states of a delivery.
const (
	Owed      DeliveryState = "owed"
	Delivered DeliveryState = "delivered"
	Parked    DeliveryState = "parked" // given up
)

// DeliveryQuery selects deliveries; the zero value selects the last 50.
type DeliveryQuery struct {
	Event vod.ID // zero means any
	Sink  string
	State DeliveryState
	Limit int // 0 means 50
}

// DeadLetter is something authentic that could not be read as an event, or an event that
// was dropped.
type DeadLetter struct {
	ID       vod.ID
	Reason   Reason
	Detail   string
	Source   Source
	SourceID string
	Received time.Time // first time
	LastSeen time.Time // last time
	Attempts int       // how often it came in
	Size     int64     // bytes of the whole body
	SHA256   [32]byte  // of the whole body
	Body     []byte    // the whole body, or its beginning
}

// Whole reports whether Body is the whole body.
func (d DeadLetter) Whole() bool { return d.Size == int64(len(d.Body)) }

// DeadLetterQuery selects dead letters; the zero value selects the last 50.
type DeadLetterQuery struct {
	IDs    []vod.ID
	Reason Reason
	Limit  int // 0 means 50
}
