package tablestore

import (
	"context"
	"math/rand/v2"
	"time"
)

// pause is the time between attempts: it doubles from one to the next, with jitter,
// so that those who got in each other's way do not again.
type pause time.Duration

// longest is the longest time between two attempts.
const longest = 400 * time.Millisecond

func newPause() *pause {
	p := pause(4 * time.Millisecond)
	return &p
}

// sleep waits, until ctx ends at most, which is an error.
func (p *pause) sleep(ctx context.Context) error {
	d := time.Duration(*p)
	*p = pause(min(2*d, longest))
	timer := time.NewTimer(d/2 + rand.N(d)) //nolint:gosec // Jitter is no secret.
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
