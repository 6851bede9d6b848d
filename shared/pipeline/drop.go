package pipeline

import (
	"context"
	"fmt"

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
