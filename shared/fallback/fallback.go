// Package fallback is the seam to the second landing place: where bodies of
// messages wait that the store did not take in time, until somebody puts them into
// the store.
//
// A fallback is opened by URL, such as dir:/var/spool/vod; importing its package
// makes its scheme known. See [Open].
//
// There is no envelope. What waits is the body, byte for byte, and nothing else; the
// order in which bodies wait, and how often one does, means nothing, since the store
// knows an event that it has.
package fallback

import (
	"context"
	"errors"
	"time"
)

// MaxBody is the size in bytes up to which a fallback takes bodies, unless it says
// that it takes less. Nothing larger is read as an event, either.
const MaxBody = 1 << 20

// ErrRefused means that the fallback will never take this body: it is too large, say.
// Trying again is of no use.
var ErrRefused = errors.New("fallback: not taken")

// Fallback is a second landing place. All methods may be called concurrently, also by
// several processes.
type Fallback interface {
	// Put makes a body durable: when it returns nil, the body survives a crash of the
	// process and of the machine, until it is drained. When it returns an error the
	// body may wait all the same; putting it again is safe. The error is ErrRefused if
	// there is no use in that. Put keeps no reference to the body.
	Put(ctx context.Context, body []byte) error

	// Drain hands over what waits, some at a time, and removes what take has no error
	// for; an item may be handed over more than once, also to several callers at once.
	// It goes on until nothing waits, until ctx ends, or until take returns errors alone,
	// as it does when the store is away; that is no error, and what waits goes on waiting.
	//
	// It returns how many items were removed, at least. The error says what could not be
	// read or removed, or is the cause of ctx's end; it never repeats those of take. An
	// item that cannot be read holds up no other.
	Drain(ctx context.Context, take Take) (int, error)

	// Waiting returns how many bodies wait, about; it may stop counting at ten thousand.
	// An error says that the fallback cannot be used, as far as that can be found out.
	Waiting(ctx context.Context) (int, error)

	// Close releases what the fallback holds.
	Close() error
}

// Keeper is a fallback that keeps bodies for a limited time only.
type Keeper interface {
	// Keeps returns for how long, counted from when each came to wait.
	Keeps(ctx context.Context) (time.Duration, error)
}

// Take takes a batch of items and returns one error for each, in the same
// order: nil means that it is safe elsewhere. It keeps no reference to the bodies.
type Take func(ctx context.Context, items []Item) []error

// MaxBatch is how many items are handed over at once, and MaxBatchBytes how many bytes
// of bodies they have together at most, unless one alone has more.
const (
	MaxBatch      = 100
	MaxBatchBytes = 4 << 20
)

// Item is a body that waits.
type Item struct {
	Body []byte
	// ID is what the place calls it: the id of a message, the name of an object or file.
	ID string
	// Landed is when it came to wait, in UTC, by the clock of the place.
	Landed time.Time
}
