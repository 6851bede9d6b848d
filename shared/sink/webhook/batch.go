package webhook

import (
	"context"
	"fmt"
	"sync"

	"github.com/vodevents/vodevents/shared/sink"
)

// batch is what the requests of one batch learn for those still to come, so that a
// receiver that is down or busy costs a few requests and not a hundred.
type batch struct {
	mu     sync.Mutex
	halt   error // why the rest is not sent; nil: it is
	silent int   // requests in a row without an answer
}

// halted returns the error of an event that is not sent, or nil if it is to be sent.
func (b *batch) halted(ctx context.Context) error {
	if ctx.Err() != nil {
		return tooLate(ctx)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.halt
}

// note takes what became of a request into account and returns its error.
func (b *batch) note(a answer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a.answered {
		b.silent = 0
	} else {
		b.silent++
	}
	if b.halt == nil && (a.busy || b.silent == atOnce) {
		b.halt = fmt.Errorf("%w; this one was %w", a.err, sink.ErrNotSent)
	}
	return a.err
}

// tooLate makes the error of an event whose turn did not come before ctx ended.
func tooLate(ctx context.Context) error {
	return fmt.Errorf("webhook: %w: %w", sink.ErrNotSent, context.Cause(ctx))
}
