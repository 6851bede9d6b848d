package store

import (
	"context"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// Outbox is a store that hands out what is owed to sinks, so that one delivery is
// worked on by one caller at a time. Times and durations count by the store's
// clock, where it has one of its own. Without tables the error is [ErrNotMigrated].
type Outbox interface {
	// Claim leases deliveries to the caller and returns them with their events: those
	// that are Owed and due, that no living lease is on, and whose sink does not rest.
	// First come those without an attempt, so that none waits behind others that fail
	// again and again, and of each kind the longest due. Of concurrent callers one gets
	// each delivery.
	Claim(ctx context.Context, c Claim) ([]Claimed, error)

	// Mark notes what became of claimed deliveries, and ends the leases on them. A
	// mark is ignored if the lease with that token is no longer on the delivery:
	// somebody else has claimed it since, or it was replayed.
	Mark(ctx context.Context, token string, marks []Mark) error

	// Seen notes that a function has sinks with these names.
	Seen(ctx context.Context, names ...string) error

	// Rest notes how often a sink has failed in a row, with which error last, and
	// that nothing is to be claimed for it during the given time. Zero failures, no
	// time and no error mean that it is well.
	Rest(ctx context.Context, name string, failures int, during time.Duration, lastError string) error

	// Sinks returns what is known about the sinks that were seen or that rested, by
	// name. It is quick, however much is owed.
	Sinks(ctx context.Context) ([]SinkState, error)

	// Backlog returns how much is owed to each sink to which something is, by name. It
	// counts: it takes as long as that is much.
	Backlog(ctx context.Context) ([]Backlog, error)

	// Park gives up deliveries that no living lease is on, some thousand at a time, and
	// says how many: those owed for longer than owedFor, and those owed for longer than
	// unseen to a sink that no function has had for that long. When it returns none
	// there are none. Their LastError says why; if an attempt or, with none, the sink
	// failed before, it holds that error too.
	Park(ctx context.Context, owedFor, unseen time.Duration) ([]Parking, error)

	// Hasten makes what is owed to the sink due at once, but for what a living lease is
	// on, and ends its rest. With parked it also makes owed again what was given up, as
	// Owe does. It returns how many deliveries that are, those that were due already
	// among them.
	Hasten(ctx context.Context, sink string, parked bool) (int, error)

	// Owe makes events owed to sinks, whether or not they were before: due at once,
	// with no attempts, owed since now. Leases on them end. What has no stored event
	// is left out. It returns how many there are, and, if the replay has an ID, notes
	// it on the deliveries and adds them to its trace.
	Owe(ctx context.Context, r Replay, owed []Owing) (int, error)

	// Replays returns the traces of replays, the last started first; limit 0 means 50.
	Replays(ctx context.Context, limit int) ([]Replay, error)
}

// Settler is a store that cannot commit an event, its facts and its deliveries at
// once: the event is the commit point, and the rest follows in the same call.
type Settler interface {
	// Settle completes what commits that were interrupted left undone, and completes or
	// takes back what drops did, and returns how many events there were. It may be called
	// by several processes at once.
	Settle(ctx context.Context) (int, error)
}

// Claim asks for deliveries.
type Claim struct {
	// Token is a random text that nobody else has. It marks the lease.
	Token string
	// For is how long the lease lives.
	For time.Duration
	// Sinks names those whose deliveries the caller can make. There has to be one.
	Sinks []string
	// Events restricts the claim to deliveries of these events; empty means of any.
	Events []vod.ID
	// Limit is how many deliveries at most, from 1 to 1000.
	Limit int
}

// Claimed is a delivery that the caller holds the lease on, and its event.
type Claimed struct {
	Delivery Delivery
	Event    Event
}

// Mark says what became of one claimed delivery.
type Mark struct {
	Event vod.ID
	Sink  string
	// State is Delivered, Parked, or Owed if it is to be tried again.
	State DeliveryState
	// Retry is in what time an Owed delivery is due.
	Retry time.Duration
	// Tried says that there was an attempt, which counts. It is false for one that
	// is given back.
	Tried bool
	// Err is the error of the attempt, for people; it holds no secret and no body.
	// Empty leaves the last one.
	Err string
}

// SinkState is what is known about a sink.
type SinkState struct {
	Name string
	// Seen is when a function last said that it has the sink; zero means never.
	Seen time.Time
	// Failures is how often it failed in a row.
	Failures int
	// RestsUntil is when it may be tried again; zero, or in the past, means now.
	RestsUntil time.Time
	LastError  string
}

// Backlog is what is owed to one sink.
type Backlog struct {
	Sink string
	// Owed is how many deliveries, OwedSince since when the oldest.
	Owed      int
	OwedSince time.Time
}

// Parking is what was given up for one sink.
type Parking struct {
	Sink string
	// Unseen says that it was given up because no function has the sink, else it was
	// owed for too long.
	Unseen     bool
	Deliveries int
}

// Owing is an event that is to be owed to a sink.
type Owing struct {
	Event vod.ID
	Sink  string
}

// Replay is the trace of events that were made owed again.
type Replay struct {
	// ID is a text that no other replay has; empty leaves no trace.
	ID string
	// Detail says which events and why, for people.
	Detail string
	// Started is when the first of them was made owed.
	Started time.Time
	// Deliveries is how many were.
	Deliveries int
}
