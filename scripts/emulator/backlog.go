package emulator

import (
	"context"
	"sync"
)

// backlog counts what is not done yet and lets others wait for the end. Unlike
// with a sync.WaitGroup, waiting has a context and may overlap with adding.
type backlog struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n falls to zero; nil unless somebody waits
}

func (b *backlog) add(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n += n
	if b.n == 0 && b.idle != nil {
		close(b.idle)
		b.idle = nil
	}
}

// wait returns when nothing is left, or with the cause of ctx's end.
func (b *backlog) wait(ctx context.Context) error {
	b.mu.Lock()
	if b.n == 0 {
		b.mu.Unlock()
		return nil
	}
	if b.idle == nil {
		b.idle = make(chan struct{})
	}
	idle := b.idle
	b.mu.Unlock()

	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
