package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// DropEvent takes out an event that VOD never sent, as if it had not come in: VOD's
// signature covers URL and time of a callback, not its body. What its medium is then is
// derived anew from the other events. Copies that sinks have cannot be called back.
//
// The event stays as a dead letter that says why; to redrive that undoes it. It returns
// false if there is no such event.
func (p *Pipeline) DropEvent(ctx context.Context, id vod.ID, why string) (bool, error) {
	m, ok := p.Store.(store.Maintainer)
	if !ok {
		return false, ErrUnable
	}
	dropped, err := m.DropEvent(ctx, id, "dropped: "+why, p.derivation(ctx))
	if err != nil {
		return false, fmt.Errorf("pipeline: %w", err)
	}
	if dropped {
		p.Log.WarnContext(ctx, "event dropped", "event_id", id.String(), "why", why)
	}
	return dropped, nil
}

// readAtOnce is how many events about a medium are read at once.
const readAtOnce = 500

// MediumWithout returns what a medium will be when events about it are dropped. It has
// no facts if nothing is left of it.
func (p *Pipeline) MediumWithout(ctx context.Context, medium string, dropped ...vod.ID) (media.Media, error) {
	r, ok := p.Store.(store.Reader)
	if !ok {
		return media.Media{}, ErrUnable
	}
	derive := p.derivation(ctx)
	stored := map[vod.ID]bool{}
	var facts []media.Fact
	q := store.EventQuery{Subject: medium, Limit: readAtOnce}
	for more := true; more; {
		page, err := r.Events(ctx, q)
		if err != nil {
			return media.Media{}, fmt.Errorf("pipeline: %w", err)
		}
		for _, e := range page {
			q.Before = e.Cursor()
			stored[e.ID] = true
			if slices.Contains(dropped, e.ID) {
				continue
			}
			d, err := derive(e)
			if err != nil {
				return media.Media{}, err
			}
			facts = append(facts, d.Facts...)
		}
		more = len(page) == readAtOnce
	}
	now, err := r.Facts(ctx, medium)
	if err != nil {
		return media.Media{}, fmt.Errorf("pipeline: %w", err)
	}
	for _, f := range now { // those of events that are no longer stored stay
		if !stored[f.Event] {
			facts = append(facts, f)
		}
	}
	return media.Fold(facts), nil
}
