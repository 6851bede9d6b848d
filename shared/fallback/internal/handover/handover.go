// Package handover is what Drain does in every fallback: it hands over what waits in
// batches, notes what was removed and what went wrong, and knows when to end.
package handover

import (
	"context"
	"fmt"

	"github.com/vodevents/vodevents/shared/fallback"
)

// Handover is one call of Drain.
type Handover struct {
	take    fallback.Take
	removed int
	wrong   int   // items that could not be read or removed
	first   error // of these
	end     error // why it ended early
}

// New returns the work of one call of Drain.
func New(take fallback.Take) *Handover { return &Handover{take: take} }

// Give hands a batch over and returns the indexes of the items that are safe
// elsewhere. When there are none, or ctx has ended, the call is to end.
func (h *Handover) Give(ctx context.Context, items []fallback.Item) (safe []int) {
	errs := h.take(ctx, items)
	if len(errs) != len(items) {
		h.End(fmt.Errorf("%d answers about %d items", len(errs), len(items)))
		return nil
	}
	for i, err := range errs {
		if err == nil {
			safe = append(safe, i)
		}
	}
	return safe
}

// Removed notes that n items were removed.
func (h *Handover) Removed(n int) { h.removed += n }

// Wrong notes that n items could not be read or removed.
func (h *Handover) Wrong(n int, err error) {
	if h.first == nil {
		h.first = err
	}
	h.wrong += n
}

// End notes why the call ends early.
func (h *Handover) End(err error) { h.end = err }

// Result returns what Drain returns.
func (h *Handover) Result() (removed int, err error) {
	err = h.first
	if h.wrong > 1 {
		err = fmt.Errorf("%d items, the first: %w", h.wrong, err)
	}
	switch {
	case h.end == nil:
		return h.removed, err
	case err == nil:
		return h.removed, h.end
	}
	return h.removed, fmt.Errorf("%w; and then %w", err, h.end)
}
