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

// The sizes of claims: small at first, since a sink may hang, doubled as long as it
// does not. One that failed before gets a single event to prove itself.
const firstClaim = 8

// Tick does what there is to do from time to time, and logs one line: it completes
// interrupted commits, gives up deliveries that nobody can make, and redrives the
// others. It should be called every minute; several may do so at once.
func (p *Pipeline) Tick(ctx context.Context) (Tally, error) {
	var wrong []error
	settled := 0
	if s, ok := p.Store.(store.Settler); ok {
		n, err := s.Settle(ctx)
		settled, wrong = n, append(wrong, err)
	}
	tally, err := p.Redrive(ctx)
	wrong = append(wrong, err)
	log := p.Log.With("settled", settled, "delivered", tally.Delivered, "failed", tally.Failed, "parked", tally.Parked)
	if o, ok := p.Store.(store.Outbox); ok && err == nil {
		sinks, err := o.Sinks(ctx)
		wrong = append(wrong, err)
		owed, oldest := 0, time.Duration(0)
		for _, s := range sinks {
			owed += s.Owed
			if s.Owed > 0 {
				oldest = max(oldest, p.now().Sub(s.OwedSince))
			}
		}
		log = log.With("owed", owed, "oldest_s", int(oldest.Seconds()))
	}
	if err := errors.Join(wrong...); err != nil {
		log.ErrorContext(ctx, "tick", "error", err)
		return tally, err
	}
	log.InfoContext(ctx, "tick")
	return tally, nil
}

// Redrive tries what is due, sink by sink and all sinks at once, until nothing is or
// four fifths of the time until ctx's deadline are over; it gives up what has been
// owed for [OwedFor], and what has been for [Unseen] to a sink that nobody has.
func (p *Pipeline) Redrive(ctx context.Context) (Tally, error) {
	o, ok := p.Store.(store.Outbox)
	if !ok {
		if len(p.Sinks) > 0 {
			return Tally{}, ErrUnable
		}
		return Tally{}, nil
	}
	if err := o.Seen(ctx, p.sinkNames()...); err != nil {
		return Tally{}, err
	}
	var tally Tally
	parked, err := o.Park(ctx, OwedFor, Unseen)
	for _, one := range parked {
		reason := "not delivered in " + OwedFor.String()
		if one.Unseen {
			reason = "no function has a sink of this name: add it to VOD_SINKS and replay, or leave it"
		}
		p.Log.ErrorContext(ctx, "deliveries parked", "sink", one.Sink, "events", one.Deliveries, "reason", reason)
		tally.Parked += one.Deliveries
	}
	if err != nil {
		return tally, err
	}
	states, err := o.Sinks(ctx)
	if err != nil {
		return tally, err
	}
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
	return tally, errors.Join(errs...)
}

// redrive works on what is due to one sink, until it fails.
func (p *Pipeline) redrive(ctx context.Context, o store.Outbox, route *sink.Route, state *store.SinkState) (Tally, error) {
	var tally Tally
	stop := share(ctx, patience, 0.8)
	until := share(ctx, patience, 0.9) // attempts end a little later
	for size := firstClaim; time.Now().Before(stop) && ctx.Err() == nil; size = min(2*size, sink.MaxBatch) {
		if state.Failures > 0 {
			size = 1
		}
		w := p.work(o, until)
		claimed, err := w.claim(ctx, store.Claim{Sinks: []string{route.Name}, Limit: size})
		if err != nil || len(claimed) == 0 {
			return tally, err
		}
		done, rests, err := w.deliver(ctx, route, state, claimed)
		tally.add(done)
		if err != nil || rests {
			return tally, err
		}
		if done.Failed > 0 { // it is not at its best
			size = firstClaim / 2
		}
	}
	return tally, context.Cause(ctx)
}

// patience is how long a redrive goes on if ctx has no deadline.
const patience = 24 * time.Hour

// ReplayOf says which events of a store to send again, and where to.
type ReplayOf struct {
	store.Replay
	// Query selects the events; its Limit and Before are not used.
	Query store.EventQuery
	// Sinks are where to; a sink gets only what it asks for.
	Sinks []*sink.Route
}

// PageSize is how many events of a replay are read, and made owed, at once.
const PageSize = 500

// Replay makes events owed again to sinks, and returns how many deliveries that is.
// With dry, it only counts.
func (p *Pipeline) Replay(ctx context.Context, r ReplayOf, dry bool) (int, error) {
	reader, readable := p.Store.(store.Reader)
	outbox, ok := p.Store.(store.Outbox)
	if !ok || !readable {
		return 0, ErrUnable
	}
	n := 0
	r.Query.Limit = PageSize
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
	}
}
