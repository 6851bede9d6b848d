package handover

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"regexp"
	"sync"

	"github.com/vodevents/vodevents/shared/fallback"
)

// Name returns the name of the file or object that keeps a body: the SHA-256 of it in
// 64 lower-case hexadecimal digits. So the same body is there once, and who reads it
// sees whether it is whole.
func Name(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

var digest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// IsName reports whether text is what [Name] may have returned.
func IsName(text string) bool { return digest.MatchString(text) }

var (
	// ErrGone is the error of a [Place] about an item that somebody else has removed.
	ErrGone = errors.New("gone")
	// ErrAway is an error of a [Place] that is not about one item.
	ErrAway = errors.New("away")

	errDamaged = errors.New("it is damaged, since its name is not the SHA-256 of it; it was kept")
	errLarge   = fmt.Errorf("it has over %d bytes and was not put here; it was kept", fallback.MaxBody)
)

// Entry is an item in the list of a place.
type Entry struct {
	Name string // what [Name] returned
	Size int64  // bytes
}

// Place is where each item has a name. Its methods may be called concurrently.
type Place interface {
	// List returns what waits, page by page, until there is an error. What comes or
	// goes meanwhile may be missing.
	List(ctx context.Context) iter.Seq2[[]Entry, error]
	// Read reads an item, of whose body it need not read more than a byte over
	// [fallback.MaxBody].
	Read(ctx context.Context, name string) (fallback.Item, error)
	// Remove removes an item.
	Remove(ctx context.Context, name string) error
}

// Drain is the method of that name of a fallback whose items have names. It goes
// through the list until there is nothing in it that was not handed over.
func Drain(ctx context.Context, p Place, take fallback.Take) (int, error) {
	d := drain{Handover: New(take), place: p, left: map[string]bool{}}
	for d.pass(ctx) {
	}
	return d.Result()
}

// drain is one call of Drain on a place.
type drain struct {
	*Handover

	place Place
	left  map[string]bool // names of what was seen to and stays
}

// pass goes through the list once. It returns false if there was nothing new in it, or
// if the call is to end.
func (d *drain) pass(ctx context.Context) (again bool) {
	for page, err := range d.place.List(ctx) {
		if d.ended(ctx) {
			return false
		}
		if err != nil {
			d.End(err)
			return false
		}
		// Those who drain at once do not fight for the same items, and what nobody takes
		// is not always in front.
		rand.Shuffle(len(page), func(i, j int) { page[i], page[j] = page[j], page[i] }) //nolint:gosec // nobody gains from guessing it
		for batch := range d.batches(page) {
			again = true
			if !d.handOver(ctx, batch) {
				return false
			}
		}
	}
	return again && !d.ended(ctx)
}

// ended notes that ctx has ended, if it has.
func (d *drain) ended(ctx context.Context) bool {
	if ctx.Err() != nil {
		d.End(context.Cause(ctx))
	}
	return ctx.Err() != nil
}

// batches cuts what is new in a page into the names of batches.
func (d *drain) batches(page []Entry) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		var batch []string
		var size int64
		for _, e := range page {
			if d.left[e.Name] {
				continue
			}
			if len(batch) > 0 && (len(batch) == fallback.MaxBatch || size+e.Size > fallback.MaxBatchBytes) {
				if !yield(batch) {
					return
				}
				batch, size = nil, 0
			}
			batch, size = append(batch, e.Name), size+e.Size
		}
		if len(batch) > 0 {
			yield(batch)
		}
	}
}

// handOver reads a batch, hands it over, and removes what is safe. It returns false if
// the call is to end.
func (d *drain) handOver(ctx context.Context, names []string) bool {
	for _, name := range names {
		d.left[name] = true
	}
	items, names, away := d.read(ctx, names)
	if d.ended(ctx) {
		return false
	}
	if len(items) == 0 {
		return !away
	}
	safe := d.Give(ctx, items)
	d.remove(ctx, names, safe)
	return len(safe) > 0 && !d.ended(ctx)
}

// read reads what can be read of a batch, returns that and its names, and says whether
// the place seems to be away.
func (d *drain) read(ctx context.Context, names []string) (items []fallback.Item, read []string, away bool) {
	all := make([]fallback.Item, len(names))
	errs := each(len(names), func(i int) (err error) {
		all[i], err = d.place.Read(ctx, names[i])
		switch {
		case err != nil:
			return err
		case len(all[i].Body) > fallback.MaxBody:
			return errLarge
		case Name(all[i].Body) != names[i]:
			return errDamaged
		}
		return nil
	})
	for i, err := range errs {
		switch {
		case err == nil:
			items, read = append(items, all[i]), append(read, names[i])
		case ctx.Err() == nil && !errors.Is(err, ErrGone):
			away = away || errors.Is(err, ErrAway)
			d.Wrong(1, fmt.Errorf("read %s: %w", names[i], err))
		}
	}
	return items, read, away
}

// remove removes those of the names that have these indexes.
func (d *drain) remove(ctx context.Context, names []string, safe []int) {
	errs := each(len(safe), func(i int) error { return d.place.Remove(ctx, names[safe[i]]) })
	for i, err := range errs {
		name := names[safe[i]]
		switch {
		case err == nil:
			d.Removed(1)
			delete(d.left, name) // the same body may come to wait again
		case ctx.Err() == nil && !errors.Is(err, ErrGone):
			d.Wrong(1, fmt.Errorf("remove %s: %w", name, err))
		}
	}
}

// AtOnce is how many items of a [Place] are read or removed at a time.
const AtOnce = 8

// each calls f with 0 to n-1, some at a time, waits for all, and returns their errors.
func each(n int, f func(i int) error) []error {
	errs := make([]error, n)
	slots := make(chan struct{}, AtOnce)
	var wg sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			defer Recovered(&errs[i])
			errs[i] = f(i)
		})
	}
	wg.Wait()
	return errs
}

// Recovered makes an error of a panic, which would end the process in a goroutine of
// ours. Nobody knows what is in its value: only the type is said.
func Recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic of type %T", p)
	}
}
