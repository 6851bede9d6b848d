// Package sink is the seam to places that take a copy of events: the systems that
// a video site has already.
//
// A sink is opened by URL; settings of ours stand in its fragment, which no server
// sees:
//
//	https://hooks.example.com/vod#name=crm&events=TranscodeComplete,Snapshot*&status=failed
//
// Importing a sink's package makes its schemes known. See [Open] and [Route]; the
// form in which the events arrive is described at [Event.JSON].
package sink

import (
	"context"
	"errors"
	"time"
)

// Sink takes copies of events. All methods may be called concurrently.
type Sink interface {
	// Deliver delivers events and returns one error for each, in the same order; nil
	// means that the sink has it and will keep it. The batch is not empty and has at
	// most [MaxBatch] events.
	//
	// Events may come again, always with the same ID: by mistake, after an attempt
	// whose end is unknown, or as a replay. A sink that can tell leaves a single trace
	// of them.
	//
	// It ends when ctx ends, at the latest; what is not delivered by then has an
	// error. An error that wraps [ErrRejected] says that trying again is of no use,
	// [ErrNotSent] that nothing was tried, a [LaterError] when to try again, which holds
	// for the whole sink; after any other the event is delivered again at some time.
	// Errors hold no secret and nothing of a body. Deliver keeps no reference to the
	// batch and changes nothing in it.
	Deliver(ctx context.Context, batch []Event) []error

	// Close releases what the sink holds. Deliveries in progress may fail.
	Close() error
}

// Prober is a sink that can be tried without an event.
type Prober interface {
	// Probe finds out whether the sink can be reached and would take events, as far as
	// that can be known without sending one. It changes nothing there. The error wraps
	// [ErrUnsure] if what is there answered, and does not let us ask; no error holds a
	// secret. It ends when ctx ends, at the latest.
	Probe(ctx context.Context) error
}

// ErrUnsure means that what a [Prober] asks needs a right that sending does not need, and
// that is not there: whether events would be taken is not known.
var ErrUnsure = errors.New("it answers, but does not let us ask")

// MaxBatch is how many events one call of Deliver gets at most.
const MaxBatch = 100

// ErrRejected means that the sink will never take this event: it is parked at once.
var ErrRejected = errors.New("rejected")

// ErrNotSent means that nothing was tried for this event, since others of its batch
// had failed or the time was up: it does not count as an attempt.
var ErrNotSent = errors.New("not sent")

// LaterError is a failure with which the sink says when to come again.
type LaterError struct {
	// After is how long to wait at least.
	After time.Duration
	// Err is the failure itself.
	Err error
}

func (e *LaterError) Error() string { return e.Err.Error() }

// Unwrap returns the failure itself.
func (e *LaterError) Unwrap() error { return e.Err }

// All returns err once for each of n events: the errors of a batch that failed as
// a whole.
func All(n int, err error) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}
