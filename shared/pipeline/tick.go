package pipeline

import (
	"context"
	"errors"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

// Tick does what there is to do from time to time, and logs one line: it drains the
// fallback and the other inlets, completes interrupted commits, redrives deliveries, and
// gives up those that nobody can make. It should be called every minute; several may do
// so at once. The counts are good beside an error, too.
func (p *Pipeline) Tick(ctx context.Context) (Ticked, error) {
	var t Ticked
	var drainErr, settleErr, redriveErr error
	t.Drained, drainErr = p.Drain(ctx)
	if s, ok := p.Store.(store.Settler); ok {
		t.Settled, settleErr = s.Settle(ctx)
	}
	t.Tally, redriveErr = p.Redrive(ctx)
	log := p.Log.With("drained", t.Drained.Items, "settled", t.Settled,
		"delivered", t.Delivered, "failed", t.Failed, "parked", t.Parked)
	for _, left := range p.left(ctx) { // for the log alone: it may take long, and fail
		log = log.With(left...)
	}
	err := errors.Join(drainErr, settleErr, redriveErr)
	if err != nil {
		log.ErrorContext(ctx, "tick", "error", err)
		return t, err
	}
	log.InfoContext(ctx, "tick")
	return t, nil
}

// Ticked says what a [Pipeline.Tick] did.
type Ticked struct {
	Tally           // of deliveries
	Drained Drained `json:"drained"`
	Settled int     `json:"settled"` // commits that were completed
}

// left says what there is still to do, as far as it can be found out: how many messages
// wait in the fallback, how many deliveries are owed, and the age of the oldest.
func (p *Pipeline) left(ctx context.Context) [][]any {
	var fields [][]any
	if p.Fallback != nil {
		if n, err := p.Fallback.Waiting(ctx); err == nil {
			fields = append(fields, []any{"waiting", n})
		}
	}
	o, ok := p.Store.(store.Outbox)
	if !ok {
		return fields
	}
	backlog, err := o.Backlog(ctx)
	if err != nil {
		return fields
	}
	owed, oldest := 0, time.Duration(0)
	for _, b := range backlog {
		owed += b.Owed
		oldest = max(oldest, p.now().Sub(b.OwedSince))
	}
	return append(fields, []any{"owed", owed, "oldest_s", int(oldest.Seconds())})
}
