package dir

import (
	"context"

	"github.com/vodevents/vodevents/shared/fallback/internal/handover"
)

// atOnce is how many pieces of work are under way on the disk at a time, those
// included that nobody waits for any more. Each holds up to 1 MiB.
const atOnce = 32

// do does a piece of work on the disk and waits for it until ctx ends. The work itself
// cannot be called off: the operating system knows no context. It goes on alone then,
// and what it returns is dropped.
func do[T any](ctx context.Context, f *Fallback, work func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	if ctx.Err() != nil {
		return none, context.Cause(ctx)
	}
	select {
	case f.slots <- struct{}{}:
	case <-ctx.Done():
		return none, context.Cause(ctx)
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-f.slots }()
		var r result
		defer func() { done <- r }()
		defer handover.Recovered(&r.err)
		r.value, r.err = work()
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return none, context.Cause(ctx)
	}
}
