package pipeline

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
)

const (
	// OwedFor is how long a delivery is tried before it is parked.
	OwedFor = 7 * 24 * time.Hour
	// Unseen is how long a delivery waits for somebody who has its sink.
	Unseen = 24 * time.Hour
)

const (
	// firstClaim is how many deliveries are claimed for a sink at first, since it may
	// hang. It is doubled as long as nothing fails and they are not large.
	firstClaim = 8
	// largeClaim is how many bytes of bodies are enough.
	largeClaim = 4 << 20
	// patience is how long a redrive goes on if ctx has no deadline.
	patience = 24 * time.Hour
)

// Redrive tries what is due, sink by sink and all sinks at once, until nothing is or
// four fifths of the time until ctx's deadline are over. Then it gives up what has
// been owed for [OwedFor], and what has been for [Unseen] to a sink that nobody has.
func (p *Pipeline) Redrive(ctx context.Context) (Tally, error) {
	o, ok := p.Store.(store.Outbox)
	if !ok {
		if len(p.Sinks) > 0 {
			return Tally{}, ErrUnable
		}
		return Tally{}, nil
	}
	giveUp := share(ctx, patience, 0.95)
	if err := o.Seen(ctx, p.sinkNames()...); err != nil {
		return Tally{}, err
	}
	states, err := o.Sinks(ctx)
	if err != nil {
		return Tally{}, err
	}
	var tally Tally
	tallies, errs := make([]Tally, len(p.Sinks)), make([]error, len(p.Sinks))
	var wg sync.WaitGroup
	for i, route := range p.Sinks {
		state := stateOf(states, route.Name)
		wg.Go(func() { tallies[i], errs[i] = p.redrive(ctx, o, route, &state) })
	}
	wg.Wait()
	for _, t := range tallies {
		tally.add(t)
	}
	parked, err := p.park(ctx, o, giveUp)
	tally.Parked += parked
	return tally, errors.Join(append(errs, err)...)
}

// redrive works on what is due to one sink, until it fails.
func (p *Pipeline) redrive(ctx context.Context, o store.Outbox, route *sink.Route, state *store.SinkState) (tally Tally, err error) {
	defer p.recovered(ctx, "redriving", &err)
	stop := share(ctx, patience, 0.8)
	until := share(ctx, patience, 0.9) // attempts end a little later
	for size := firstClaim; time.Now().Before(stop) && ctx.Err() == nil && !p.stopped(); {
		w := p.work(o, until)
		claimed, err := w.claim(ctx, store.Claim{Sinks: []string{route.Name}, Limit: size})
		if err != nil || len(claimed) == 0 {
			return tally, err
		}
		done, rests, err := w.deliver(ctx, route, state, claimed)
		tally.add(done)
		switch {
		case err != nil || rests:
			return tally, err
		case done.Failed > 0 || sizeOf(claimed) > largeClaim:
			size = max(1, size/2)
		default:
			size = min(2*size, sink.MaxBatch)
		}
	}
	return tally, context.Cause(ctx)
}

// sizeOf returns how many bytes the bodies have.
func sizeOf(claimed []store.Claimed) int {
	n := 0
	for _, c := range claimed {
		n += len(c.Event.Body)
	}
	return n
}

// park gives up, step by step until there is nothing more or the time is over, what
// nobody can deliver, says so, and returns how much that is.
func (p *Pipeline) park(ctx context.Context, o store.Outbox, until time.Time) (int, error) {
	n := 0
	counts := map[store.Parking]int{} // without their numbers
	var err error
	for more := true; more && err == nil && time.Now().Before(until) && !p.stopped(); {
		var step []store.Parking
		step, err = o.Park(ctx, OwedFor, Unseen)
		more = len(step) > 0
		for _, one := range step { // also beside an error
			n += one.Deliveries
			counts[store.Parking{Sink: one.Sink, Unseen: one.Unseen}] += one.Deliveries
		}
	}
	for one, events := range counts {
		reason := "not delivered in " + OwedFor.String()
		if one.Unseen {
			reason = "no function has a sink of this name: add it to VOD_SINKS and redrive what is parked, or leave it"
		}
		p.Log.ErrorContext(ctx, "parked", "sink", one.Sink, "events", events, "reason", reason)
	}
	return n, err
}

// ReplayOf says which events of a store to send again, and where to.
type ReplayOf struct {
	store.Replay
	// Query selects the events; its Limit and Before are not used.
	Query store.EventQuery
	// Sinks are where to; a sink gets only what it asks for.
	Sinks []*sink.Route
}

// pageSize is how many events of a replay are read, and made owed, at once; less if
// they are large.
const pageSize = 500

// largePage is how many bytes of bodies a page should have at most.
const largePage = 16 << 20

// Replay makes events owed again to sinks, and returns how many deliveries that is.
// With dry, it only counts.
func (p *Pipeline) Replay(ctx context.Context, r ReplayOf, dry bool) (int, error) {
	reader, readable := p.Store.(store.Reader)
	outbox, ok := p.Store.(store.Outbox)
	if !ok || !readable {
		return 0, ErrUnable
	}
	n := 0
	r.Query.Limit = pageSize
	if r.Query.Until.IsZero() {
		r.Query.Until = p.now() // what comes in meanwhile is owed anyway
	}
	for {
		events, err := reader.Events(ctx, r.Query)
		if err != nil || len(events) == 0 {
			return n, err
		}
		var owed []store.Owing
		for _, e := range events {
			c := p.copyOf(store.Claimed{Event: e})
			for _, route := range r.Sinks {
				if route.Wants(c) {
					owed = append(owed, store.Owing{Event: e.ID, Sink: route.Name})
				}
			}
		}
		made := len(owed)
		if !dry && made > 0 {
			if made, err = outbox.Owe(ctx, r.Replay, owed); err != nil {
				return n, err
			}
		}
		n += made
		r.Query.Before = events[len(events)-1].Cursor()
		size := 0
		for _, e := range events {
			size += len(e.Body)
		}
		r.Query.Limit = min(pageSize, max(1, largePage*len(events)/max(1, size)))
	}
}
