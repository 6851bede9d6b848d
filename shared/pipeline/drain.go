package pipeline

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/store"
)

const (
	// mostDraining is how long a drain goes on if ctx has no deadline.
	mostDraining = 24 * time.Hour
	// drainPatience is how long one batch of a drain is offered to the store: if that is
	// away, there is no hurry.
	drainPatience = 5 * time.Second
)

// Inlet is a place in which messages wait that came no further: the fallback, or a
// queue in which the platform keeps what it could not hand over.
type Inlet struct {
	// Name says which one it is, in logs.
	Name  string
	Place fallback.Fallback
	// Unwrap returns the messages that an item holds; with none, the item is removed.
	Unwrap func(fallback.Item) []Message
}

// Drained counts what became of what waited.
type Drained struct {
	Items       int `json:"items"`        // taken out of the places
	New         int `json:"new"`          // events
	Known       int `json:"known"`        // events that were there already
	DeadLetters int `json:"dead_letters"` // not readable, and kept
	Failed      int `json:"failed"`       // messages that the store did not take: they wait on
	// Cause is why the first of these failed.
	Cause error `json:"-"`
}

func (d *Drained) add(e Drained) {
	d.Items += e.Items
	d.New += e.New
	d.Known += e.Known
	d.DeadLetters += e.DeadLetters
	d.Failed += e.Failed
	d.Cause = cmp.Or(d.Cause, e.Cause)
}

// FallbackInlet is a fallback as a place to drain.
func FallbackInlet(place fallback.Fallback) Inlet {
	return Inlet{Name: "fallback", Place: place, Unwrap: fellBack}
}

// fellBack is what waits in the fallback. Only the HTTP trigger puts anything there.
func fellBack(i fallback.Item) []Message {
	return []Message{{Body: i.Body, Source: store.SourceHTTP, SourceID: i.ID, Received: i.Landed}}
}

// Drain puts what waits in the fallback and in the other inlets through the pipeline,
// all places at once, until nothing waits, the store takes nothing, or half of the
// time until ctx's deadline is over. What it commits is delivered by [Pipeline.Redrive].
func (p *Pipeline) Drain(ctx context.Context) (Drained, error) {
	inlets := p.Inlets
	if p.Fallback != nil {
		inlets = append([]Inlet{FallbackInlet(p.Fallback)}, inlets...)
	}
	ctx, cancel := context.WithDeadlineCause(ctx, share(ctx, mostDraining, 0.5), errDrainTime)
	defer cancel()
	drained, errs := make([]Drained, len(inlets)), make([]error, len(inlets))
	var wg sync.WaitGroup
	for i, in := range inlets {
		wg.Go(func() { drained[i], errs[i] = p.drain(ctx, in) })
	}
	wg.Wait()
	var all Drained
	for _, d := range drained {
		all.add(d)
	}
	return all, errors.Join(errs...)
}

// drain drains one place, and says so if there was something.
func (p *Pipeline) drain(ctx context.Context, in Inlet) (d Drained, err error) {
	defer p.recovered(ctx, in.Name, &err)
	d.Items, err = in.Place.Drain(ctx, func(ctx context.Context, items []fallback.Item) []error {
		return p.takeIn(ctx, in, items, &d)
	})
	log := p.Log.With("place", in.Name, "items", d.Items, "new", d.New, "known", d.Known, "dead_letters", d.DeadLetters, "failed", d.Failed)
	switch {
	case errors.Is(err, errDrainTime) && d.Items > 0: // else the place may hang
		log.InfoContext(ctx, "drained", "error", err) // and the next one goes on
		return d, nil
	case err != nil:
		log.ErrorContext(ctx, "not drained", "error", err)
	case d.Failed > 0:
		log.WarnContext(ctx, "not drained", "error", d.Cause)
	case d.Items > 0:
		log.InfoContext(ctx, "drained")
	}
	return d, err
}

// errDrainTime ends a drain that could go on.
var errDrainTime = errors.New("pipeline: the time for draining is used up")

var errStopped = errors.New("pipeline: stopped")

// takeIn commits the messages of some items. An item is done with when all of its
// messages are.
func (p *Pipeline) takeIn(ctx context.Context, in Inlet, items []fallback.Item, d *Drained) []error {
	errs := make([]error, len(items))
	if p.stopped() {
		for i := range errs {
			errs[i] = errStopped
		}
		return errs
	}
	patient, cancel := context.WithTimeoutCause(ctx, drainPatience, errors.New("pipeline: the store did not take it in time"))
	defer cancel()
	var messages []Message
	var owner []int // the index of the item of each
	for i, item := range items {
		inside := in.Unwrap(item)
		if len(inside) == 0 {
			p.Log.InfoContext(ctx, "no message in it", "place", in.Name, "item", item.ID, "size", len(item.Body))
		}
		for _, m := range inside {
			messages, owner = append(messages, m), append(owner, i)
		}
	}
	for i, r := range p.Process(patient, messages) {
		switch r.Outcome {
		case New:
			d.New++
		case Known:
			d.Known++
		case DeadLetter:
			d.DeadLetters++
		case Failed, FellBack:
			errs[owner[i]] = r.Err
			if ctx.Err() == nil { // else the time is over, which is nobody's fault
				d.Failed++
				d.Cause = cmp.Or(d.Cause, r.Err)
			}
		}
	}
	return errs
}
