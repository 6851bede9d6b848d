package oss

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/vodevents/vodevents/shared/oss"
	"github.com/vodevents/vodevents/shared/sink"
)

// batch is what the requests of one batch learn for those still to come.
type batch struct {
	mu   sync.Mutex
	halt error // why the rest is not sent; nil: it is
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

// note takes the error of a request into account and returns it.
func (b *batch) note(err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	failed, ok := errors.AsType[*oss.Error](err)
	if ok && b.halt == nil && (failed.Status == 0 || failed.Status >= http.StatusInternalServerError) {
		b.halt = fmt.Errorf("%w; this one was %w", err, sink.ErrNotSent)
	}
	return err
}

// tooLate makes the error of an event whose turn did not come before ctx ended.
func tooLate(ctx context.Context) error {
	return fmt.Errorf("oss: %w: %w", sink.ErrNotSent, context.Cause(ctx))
}
