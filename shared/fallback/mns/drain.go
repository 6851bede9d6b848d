package mns

import (
	"context"
	"fmt"
	"slices"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/fallback/internal/handover"
	"github.com/vodevents/vodevents/shared/mns"
)

// Drain hands over what the queue hands out, see [fallback.Fallback].
func (f *Fallback) Drain(ctx context.Context, take fallback.Take) (int, error) {
	d := drain{Handover: handover.New(take), queue: f.queue}
	for d.batch(ctx) {
	}
	return d.Result()
}

// drain is one call of Drain.
type drain struct {
	*handover.Handover

	queue *mns.Queue
}

// batch hands over one batch. It returns false if nothing waits, or if the call is to
// end.
func (d *drain) batch(ctx context.Context) bool {
	received, err := d.receive(ctx)
	if ctx.Err() != nil { // what was received comes again
		d.End(fmt.Errorf("mns: drain %s: %w", d.queue.Address(), context.Cause(ctx)))
		return false
	}
	if err != nil {
		d.End(err)
	}
	if len(received) == 0 {
		return false
	}
	items := make([]fallback.Item, len(received))
	for i, m := range received {
		items[i] = fallback.Item{Body: m.Body, ID: m.ID, Landed: m.Enqueued}
		if m.MD5Mismatch {
			d.Wrong(1, fmt.Errorf("mns: %s: message %s is not as it was sent: its MD5 is another", d.queue.Address(), m.ID))
		}
	}
	var handles []string
	for _, i := range d.Give(ctx, items) {
		handles = append(handles, received[i].Handle)
	}
	return d.remove(ctx, handles) && err == nil
}

// receive receives a batch, or what there is. With an error it returns what it got
// until then.
func (d *drain) receive(ctx context.Context) ([]mns.Received, error) {
	var all []mns.Received
	size := 0
	for {
		n := min(mns.MaxBatch, fallback.MaxBatch-len(all), (fallback.MaxBatchBytes-size)/mns.MaxText)
		if n < 1 {
			return all, nil
		}
		some, err := d.queue.Receive(ctx, n, 0)
		if len(some) == 0 || err != nil {
			return all, err
		}
		for _, m := range some {
			size += len(m.Body)
		}
		all = append(all, some...)
	}
}

// remove deletes messages and says whether any was.
func (d *drain) remove(ctx context.Context, handles []string) (some bool) {
	for chunk := range slices.Chunk(handles, mns.MaxBatch) {
		if err := d.queue.Delete(ctx, chunk...); err != nil {
			d.Wrong(1, err) // it does not say which: a part may be gone
			continue
		}
		d.Removed(len(chunk))
		some = true
	}
	return some
}
