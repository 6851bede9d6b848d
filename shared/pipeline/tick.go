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
	left, fallbackErr := p.left(ctx)
	log = log.With(left...)
	err := errors.Join(drainErr, settleErr, redriveErr, fallbackErr)
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

// left says for the log what there is still to do: how many messages wait in the
// fallback, how many deliveries are owed, and the age of the oldest, or why that cannot
// be found out, since it may take long. The error is that of a fallback which cannot be
// used: that has to be known before it is needed.
func (p *Pipeline) left(ctx context.Context) (fields []any, err error) {
	if p.Fallback != nil {
		n, werr := p.Fallback.Waiting(ctx)
		if err = werr; err == nil {
			fields = append(fields, "waiting", n)
		}
	}
	if o, ok := p.Store.(store.Outbox); ok {
		backlog, berr := o.Backlog(ctx)
		owed, oldest := 0, time.Duration(0)
		for _, b := range backlog {
			owed += b.Owed
			oldest = max(oldest, p.now().Sub(b.OwedSince))
		}
		if berr == nil {
			fields = append(fields, "owed", owed, "oldest_s", int(oldest.Seconds()))
		} else {
			fields = append(fields, "unknown", berr)
		}
	}
	return fields, err
}
