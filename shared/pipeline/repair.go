package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/vodevents/vodevents/shared/store"
)

// ErrNotWhole means that only the beginning of a dead letter was kept, so that it
// cannot go through the pipeline again.
var ErrNotWhole = errors.New("pipeline: only the beginning of the body was kept")

// ErrUnable means that the store has no such ability.
var ErrUnable = errors.New("pipeline: the store cannot do this")

// RedriveDeadLetter puts a dead letter through the whole pipeline again and removes it if
// it is an event now, say after an upgrade that understands it. If it still is
// none, it stays as it is.
func (p *Pipeline) RedriveDeadLetter(ctx context.Context, letter store.DeadLetter) (Result, error) {
	m, ok := p.Store.(store.Maintainer)
	if !ok {
		return Result{}, ErrUnable
	}
	if !letter.Whole() {
		return Result{}, fmt.Errorf("%w: %d of %d bytes", ErrNotWhole, len(letter.Body), letter.Size)
	}
	r := p.record(Message{
		Body: letter.Body, Source: letter.Source, SourceID: letter.SourceID, Received: letter.Received,
	})
	if r.Reason != "" {
		return Result{ID: r.ID, Outcome: DeadLetter}, nil
	}
	o := p.commit(ctx, []store.Record{r})[0]
	if o.State == store.Rejected {
		return Result{ID: r.ID, Outcome: DeadLetter}, nil
	}
	res := result(r, o)
	if res.Outcome == Failed {
		return res, res.Err
	}
	p.log(ctx, r, res)
	// If this is not done because we are killed here, the letter stays, and the
	// next redrive finds the event known and gets here again.
	if _, err := m.DropDeadLetters(ctx, letter.ID); err != nil {
		return res, fmt.Errorf("pipeline: drop redriven dead letter: %w", err)
	}
	return res, nil
}

// Rebuild derives anew what is derived from the stored events: their columns and
// what they say about media. It is for upgrades that understand more of them.
// Commits go on meanwhile, and it may be interrupted and called again. It returns
// how many events there were. Reading an event is pure, so that the store may ask
// for it more than once.
func (p *Pipeline) Rebuild(ctx context.Context) (int, error) {
	m, ok := p.Store.(store.Maintainer)
	if !ok {
		return 0, ErrUnable
	}
	return m.Rebuild(ctx, p.derivation(ctx))
}

// derivation returns what derives a stored event anew.
func (p *Pipeline) derivation(ctx context.Context) func(store.Event) (store.Record, error) {
	return func(e store.Event) (store.Record, error) {
		event, id, err := p.read(e.Body)
		if err != nil { // an earlier release took it for an event; it stays what it was
			p.Log.WarnContext(ctx, "stored event cannot be read", "event_id", e.ID.String(), "error", err)
			return store.Record{
				ID: e.ID, Type: e.Type, Subject: e.Subject, Status: e.Status, Time: e.Time, BusinessKey: e.BusinessKey,
			}, nil
		}
		if id != e.ID {
			return store.Record{}, fmt.Errorf("pipeline: stored event %s has the content of %s", e.ID, id)
		}
		return derive(store.Record{ID: e.ID}, event), nil
	}
}
