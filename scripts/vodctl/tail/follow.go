// Package tail reads the list of events as people do: it follows what comes into a store
// ([Follower]), and looks back for what no query can ask for ([Search]).
package tail

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// pageSize is how many events are read at once.
const pageSize = 500

// lookedThrough is how far a [Follower] looks back for its Last events, if it takes
// Match to find them.
const lookedThrough = 100_000

// Follower follows a store: it asks again and again for what is new. Events are told
// apart by their ids, and looked for some time back from the last received, so that
// nothing is missed when the clocks of those who receive them differ, or a commit takes
// long.
//
// An event that lay in the fallback keeps the time at which it landed there. If it was
// there for longer than Overlap, and others have come since, it is not seen.
type Follower struct {
	Reader store.Reader
	// Query says which events; Since goes on to count, Until, Before and Limit do not.
	Query store.EventQuery
	// Match says which of these; nil means all.
	Match func(store.Event) bool
	// Last is how many of those that are there already come first.
	Last int
	// Every is how often the store is asked; 0 means every second.
	Every time.Duration
	// Overlap is how long ago, by the clock of whoever received it, an event may be
	// received that is new; 0 means 10 s. All events of that time are read each time.
	Overlap time.Duration
	// Remember is how many events it remembers to have seen; 0 means 100,000. If more
	// are received within Overlap, that is shortened.
	Remember int
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
}

// Events yields the Last events, and then new ones as they come: those that are found
// at the same time in the order in which they were received, each once. It ends with
// ctx, and yields no error for that.
//
// When the store cannot be read it yields the error, once until it can be read again,
// and goes on; what came meanwhile is yielded then. Until the first time it was read,
// nothing counts as new.
func (f Follower) Events(ctx context.Context) iter.Seq2[store.Event, error] {
	return func(yield func(store.Event, error) bool) {
		w := watch{Follower: f, known: map[vod.ID]time.Time{}}
		tick := time.NewTicker(cmp.Or(f.Every, time.Second))
		defer tick.Stop()
		work, away, stopped := w.begin, false, false
		for ctx.Err() == nil {
			err := work(ctx, func(e store.Event) bool {
				stopped = !yield(e, nil)
				return !stopped
			})
			switch {
			case stopped, ctx.Err() != nil:
				return
			case err == nil:
				work, away = w.poll, false
			case !away:
				if away = true; !yield(store.Event{}, err) {
					return
				}
			}
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	}
}

// watch is what a [Follower] has seen.
type watch struct {
	Follower

	known map[vod.ID]time.Time // when they were received
	high  time.Time            // when the last was
	floor time.Time            // what was received before is not looked at again
}

// begin takes note of what is there, and passes on the last events.
func (w *watch) begin(ctx context.Context, pass func(store.Event) bool) error {
	clear(w.known)
	q := w.Query
	q.Until, q.Before, q.Limit = time.Time{}, store.Cursor{}, 1
	newest, err := w.Reader.Events(ctx, q)
	if err != nil {
		return err
	}
	for _, e := range newest {
		w.note(e)
	}
	// First what is there, then the last: what comes in between is new or among the last.
	err = w.look(ctx, func(e store.Event) bool {
		w.note(e)
		return true
	})
	if err != nil || w.Last == 0 {
		return err
	}
	q.Limit = w.Last
	found, err := Search(ctx, w.Reader, q, w.Match, lookedThrough)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(found.Events) {
		w.note(e)
		if !pass(e) {
			break
		}
	}
	return nil
}

// poll passes on what is new.
func (w *watch) poll(ctx context.Context, pass func(store.Event) bool) error {
	return w.look(ctx, func(e store.Event) bool {
		if _, ok := w.known[e.ID]; ok {
			return true
		}
		w.note(e)
		return w.Match != nil && !w.Match(e) || pass(e)
	})
}

// note remembers an event.
func (w *watch) note(e store.Event) {
	w.known[e.ID] = e.Received
	if e.Received.After(w.high) {
		w.high = e.Received
	}
}

// from returns since when events are looked at. An event from the future does not take
// the others out of sight.
func (w *watch) from() time.Time {
	now := time.Now
	if w.Now != nil {
		now = w.Now
	}
	from := w.high
	if t := now(); t.Before(from) {
		from = t
	}
	if !from.IsZero() { // there is something in the store
		from = from.Add(-cmp.Or(w.Overlap, 10*time.Second))
	}
	for _, t := range []time.Time{w.Query.Since, w.floor} {
		if t.After(from) {
			from = t
		}
	}
	return from
}

// look calls each for the events that may be new, in the order in which they were
// received, until it returns false. It holds two pages at a time: it goes back page by
// page, and reads them once more on its way forth.
func (w *watch) look(ctx context.Context, each func(store.Event) bool) error {
	since := w.from()
	places := []store.Cursor{{}} // where the pages begin
	page, err := w.page(ctx, since, store.Cursor{})
	for err == nil && len(page) == pageSize {
		places = append(places, page[pageSize-1].Cursor())
		page, err = w.page(ctx, since, page[pageSize-1].Cursor())
	}
	if err != nil {
		return err
	}
	for {
		for _, e := range slices.Backward(page) {
			if !each(e) {
				return nil
			}
		}
		w.forget()
		end := places[len(places)-1]
		if places = places[:len(places)-1]; len(places) == 0 {
			return nil
		}
		if page, err = w.between(ctx, end.Received, places[len(places)-1]); err != nil {
			return err
		}
	}
}

// between returns the events after a place in the list that were received at a time or
// later: a page, and what may have come since it was read first.
func (w *watch) between(ctx context.Context, since time.Time, place store.Cursor) ([]store.Event, error) {
	var all []store.Event
	for {
		page, err := w.page(ctx, since, place)
		all = append(all, page...)
		if err != nil || len(page) < pageSize {
			return all, err
		}
		place = page[pageSize-1].Cursor()
	}
}

func (w *watch) page(ctx context.Context, since time.Time, before store.Cursor) ([]store.Event, error) {
	q := w.Query
	q.Since, q.Until, q.Before, q.Limit = since, time.Time{}, before, pageSize
	return w.Reader.Events(ctx, q)
}

// forget forgets what is not looked at any more. If there is too much, it looks at less.
func (w *watch) forget() {
	if len(w.known) > cmp.Or(w.Remember, 100_000) {
		times := slices.SortedFunc(maps.Values(w.known), time.Time.Compare)
		w.floor = times[len(times)/2]
	}
	from := w.from()
	maps.DeleteFunc(w.known, func(_ vod.ID, received time.Time) bool { return received.Before(from) })
}
