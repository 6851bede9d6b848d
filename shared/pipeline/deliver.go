package pipeline

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

const (
	// maxWork is how long one lease lets its holder work at most.
	maxWork = 5 * time.Minute
	// leaseMargin is how much longer the lease lives: for the marks to come through.
	// So long others wait at most for the deliveries of one who is killed.
	leaseMargin = 15 * time.Second
	// markTime is how long noting what became of deliveries may take, hastyMarkTime
	// while somebody waits.
	// Others may be using the one connection that there is.
	markTime      = 10 * time.Second
	hastyMarkTime = 500 * time.Millisecond
	// maxError is how many bytes of an error are kept.
	maxError = 500
)

// Tally counts what became of deliveries.
type Tally struct {
	Delivered int `json:"delivered"` // the sink has it
	Failed    int `json:"failed"`    // to be tried again
	Parked    int `json:"parked"`    // given up
}

func (t *Tally) add(u Tally) {
	t.Delivered += u.Delivered
	t.Failed += u.Failed
	t.Parked += u.Parked
}

// Deliver tries at once what is owed for the events of these results, for as long
// as patience says and no longer than four fifths of the time that ctx leaves. Sinks
// that rest are left alone, and so are those that lately were slower than that. What
// it cannot deliver, [Pipeline.Redrive] does, so that errors are only logged.
func (p *Pipeline) Deliver(ctx context.Context, patience time.Duration, results []Result) {
	o, ok := p.Store.(store.Outbox)
	if !ok || len(p.Sinks) == 0 {
		return
	}
	var ids []vod.ID
	for _, r := range results {
		if r.owed && (r.Outcome == New || r.Outcome == Known) {
			ids = append(ids, r.ID)
		}
	}
	names := p.slow.without(p.sinkNames())
	if len(names) == 0 {
		return
	}
	until := share(ctx, patience, 0.8)
	for part := range slices.Chunk(ids, max(1, sink.MaxBatch/len(names))) {
		w := p.work(o, until)
		w.hasty = true
		claimed, err := w.claim(ctx, store.Claim{Sinks: names, Events: part, Limit: sink.MaxBatch})
		if err != nil {
			p.Log.WarnContext(ctx, "deliveries wait for the timer", "error", err)
			return
		}
		var wg sync.WaitGroup
		for _, route := range p.Sinks {
			own := slices.DeleteFunc(slices.Clone(claimed), func(c store.Claimed) bool { return c.Delivery.Sink != route.Name })
			wg.Go(func() {
				if err := w.deliverOwn(ctx, route, own); err != nil {
					p.Log.WarnContext(ctx, "deliveries cannot be marked", "sink", route.Name, "error", err)
				}
			})
		}
		wg.Wait()
		if !time.Now().Before(until) {
			return
		}
	}
}

// deliverOwn delivers what was claimed for one sink.
func (w work) deliverOwn(ctx context.Context, route *sink.Route, own []store.Claimed) (err error) {
	defer w.recovered(ctx, "delivering", &err)
	_, _, err = w.deliver(ctx, route, nil, own)
	return err
}

func (p *Pipeline) sinkNames() []string {
	names := make([]string, len(p.Sinks))
	for i, r := range p.Sinks {
		names[i] = r.Name
	}
	return names
}

// share returns when a part (0 to 1) of the time that ctx leaves is over, or most,
// if that is sooner.
func share(ctx context.Context, most time.Duration, part float64) time.Time {
	if deadline, ok := ctx.Deadline(); ok {
		most = min(most, time.Duration(part*float64(time.Until(deadline))))
	}
	return time.Now().Add(most)
}

// work is what the holder of one lease does.
type work struct {
	*Pipeline
	outbox store.Outbox
	token  string
	until  time.Time // when attempts end
	hasty  bool      // that may be before the sink's own timeout
}

// work begins work that ends with its lease.
func (p *Pipeline) work(o store.Outbox, until time.Time) work {
	if last := time.Now().Add(maxWork); until.After(last) {
		until = last
	}
	return work{Pipeline: p, outbox: o, token: rand.Text(), until: until}
}

var errTimeIsUp = errors.New("the time for deliveries is used up")

// claim claims under the lease.
func (w work) claim(ctx context.Context, c store.Claim) (_ []store.Claimed, err error) {
	defer w.recovered(ctx, "claiming", &err)
	ctx, cancel := context.WithDeadlineCause(ctx, w.until, errTimeIsUp)
	defer cancel()
	c.Token, c.For = w.token, max(time.Until(w.until), 0)+leaseMargin
	return w.outbox.Claim(ctx, c)
}

// deliver delivers what was claimed for one sink, notes what became of it, and of
// the sink if that is news, and reports whether the sink rests now. state is what
// was known about the sink; nil means that it is looked up if needed.
func (w work) deliver(
	ctx context.Context, route *sink.Route, state *store.SinkState, claimed []store.Claimed,
) (tally Tally, rests bool, err error) {
	if len(claimed) == 0 {
		return tally, false, nil
	}
	errs, tried := w.attempt(ctx, route, claimed)
	stopped := ctx.Err() != nil // in mid-attempt, say since the process is about to end: that is not the sink's fault
	marks := make([]store.Mark, len(claimed))
	for i, c := range claimed {
		if !tried {
			marks[i] = store.Mark{Event: c.Event.ID, Sink: route.Name, State: store.Owed}
			continue
		}
		marks[i] = mark(c.Delivery, errs[i])
		if stopped && marks[i].State == store.Owed {
			marks[i].Retry = 0
		}
		switch marks[i].State {
		case store.Delivered:
			tally.Delivered++
		case store.Parked:
			tally.Parked++
			w.Log.ErrorContext(ctx, "parked", "sink", route.Name, "events", 1, "event_id", c.Event.ID.String(),
				"attempts", c.Delivery.Attempts+1, "error", errs[i])
		case store.Owed:
			tally.Failed++
		}
	}
	// We and not the sink ended it: it may be as well as ever.
	calledOff := w.hasty && !time.Now().Before(w.until)
	ctx, cancel := w.toMark(ctx)
	defer cancel()
	err = w.outbox.Mark(ctx, w.token, marks)
	switch {
	case tally.Failed > 0 && calledOff:
		w.slow.note(route.Name)
	case tally.Failed > 0 && stopped:
	case tried:
		var jerr error
		rests, jerr = w.judge(ctx, route, state, tally, errs)
		err = errors.Join(err, jerr)
	}
	if tally.Delivered > 0 {
		w.Log.InfoContext(ctx, "delivered", "sink", route.Name, "events", tally.Delivered)
	}
	return tally, rests, err
}

// toMark is a context in which deliveries can be marked also when ctx was
// cancelled: else all of them would be made again.
func (w work) toMark(ctx context.Context) (context.Context, context.CancelFunc) {
	left := markTime
	if w.hasty {
		left = hastyMarkTime
	}
	if deadline, ok := ctx.Deadline(); ok {
		left = max(min(left, time.Until(deadline)), reserve)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), left)
}

// reserve is what marking gets if there is no time left.
const reserve = 100 * time.Millisecond

// copyOf makes the copy of an event that sinks get.
func (p *Pipeline) copyOf(c store.Claimed) sink.Event {
	stored := c.Event
	e := sink.Event{
		ID: stored.ID, Type: stored.Type, Subject: stored.Subject, Status: stored.Status, Time: stored.Time,
		Received: stored.Received, Body: upgradeURLs(stored.Body, p.HTTPSDomains), Replay: c.Delivery.Replay,
	}
	if event, _, err := p.read(stored.Body); err == nil {
		e.Extend, e.Facts = event.Head().Extend, media.Facts(event, stored.ID)
	}
	return e
}

// attempt delivers what was claimed, unless the time is up. It returns one error for
// each, even if the sink does not keep to its contract.
func (w work) attempt(ctx context.Context, route *sink.Route, claimed []store.Claimed) (errs []error, tried bool) {
	ctx, cancel := context.WithDeadlineCause(ctx, w.until, errTimeIsUp)
	defer cancel()
	if ctx.Err() != nil {
		return nil, false
	}
	var panicked error
	defer func() {
		if panicked != nil {
			errs, tried = sink.All(len(claimed), panicked), true
		}
	}()
	defer w.recovered(ctx, "sink "+route.Name, &panicked)
	events := make([]sink.Event, len(claimed))
	for i, c := range claimed {
		events[i] = w.copyOf(c)
	}
	errs = route.Sink.Deliver(ctx, events)
	if len(errs) != len(events) {
		errs = sink.All(len(events), fmt.Errorf("sink %s: %d errors for %d events", route.Name, len(errs), len(events)))
	}
	return errs, true
}

// mark says what becomes of a delivery after an attempt.
func mark(d store.Delivery, err error) store.Mark {
	m := store.Mark{Event: d.Event, Sink: d.Sink, State: store.Delivered, Tried: true}
	if err == nil {
		return m
	}
	m.State, m.Err = store.Owed, short(err)
	switch {
	case errors.Is(err, sink.ErrRejected):
		m.State = store.Parked
	case errors.Is(err, sink.ErrNotSent):
		m.Tried = false // it is due again as soon as the sink is well
	default:
		m.Retry = max(pause(d.Attempts, firstRetry, longestRetry), laterOf(err))
	}
	return m
}

// laterOf returns how long a sink asks to wait; 0 if it does not.
func laterOf(errs ...error) time.Duration {
	var after time.Duration
	for _, err := range errs {
		if later, ok := errors.AsType[*sink.LaterError](err); ok {
			after = max(after, later.After)
		}
	}
	return after
}

// judge notes how the sink is after an attempt, and reports whether it rests: if
// everything failed, so that it holds nobody up, or if it asks for a pause. If
// anything was taken, or refused with a reason, it is well.
func (w work) judge(ctx context.Context, route *sink.Route, state *store.SinkState, tally Tally, errs []error) (bool, error) {
	later := laterOf(errs...)
	if tally.Delivered+tally.Parked > 0 && later == 0 {
		if state == nil || state.Failures == 0 {
			return false, nil
		}
		state.Failures = 0
		w.Log.InfoContext(ctx, "sink is back", "sink", route.Name)
		return false, w.outbox.Rest(ctx, route.Name, 0, 0, "")
	}
	if state == nil {
		states, err := w.outbox.Sinks(ctx)
		if err != nil {
			return true, err
		}
		state = new(stateOf(states, route.Name))
	}
	rest := max(pause(state.Failures, firstRest, longestRest), later)
	state.Failures++
	first := errs[slices.IndexFunc(errs, func(err error) bool { return err != nil })]
	w.Log.WarnContext(ctx, "sink failed", "sink", route.Name, "events", tally.Failed, "failures", state.Failures, "rests_s", int(rest.Seconds()), "error", first)
	return true, w.outbox.Rest(ctx, route.Name, state.Failures, rest, short(first))
}

// stateOf is what is known about one of the sinks.
func stateOf(states []store.SinkState, name string) store.SinkState {
	for _, s := range states {
		if s.Name == name {
			return s
		}
	}
	return store.SinkState{Name: name}
}

// short is an error as it is kept.
func short(err error) string {
	text := err.Error()
	if len(text) > maxError {
		text = text[:maxError] + "…"
	}
	return printable(text)
}
