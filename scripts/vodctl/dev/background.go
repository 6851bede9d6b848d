package dev

import (
	"context"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

// startBackground starts what goes on besides the functions: watching, and hastening.
func (l *Local) startBackground(ctx context.Context, u urls) {
	ctx, l.stopBackground = context.WithCancel(ctx)
	if l.watch != nil {
		l.background.Go(func() { l.watch.run(ctx) })
	}
	if len(l.settings.Hasten) > 0 {
		l.background.Go(func() {
			if err := hasten(ctx, u.store, l.settings.Hasten); err != nil {
				l.say("what is owed is tried again as usual only: %v", err)
			}
		})
	}
}

// hasten makes what is owed to some sinks due again and again, until ctx ends, so that the
// function's timer tries it: somebody who is at work on a service has it back soon, and
// does not want to wait for what is a long pause by then.
func hasten(ctx context.Context, storeURL string, sinks []string) error {
	s, err := store.Open(storeURL)
	if err != nil {
		return err
	}
	defer s.Close()
	o, ok := s.(store.Outbox)
	if !ok {
		return nil // nothing is owed
	}
	tick := time.NewTicker(redriveEvery / 2)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			hastenOnce(ctx, o, sinks)
		case <-ctx.Done():
			return nil
		}
	}
}

// hastenOnce leaves alone what is well. That the store is away, the functions say.
func hastenOnce(ctx context.Context, o store.Outbox, sinks []string) {
	owed, err := o.Backlog(ctx)
	if err != nil {
		return
	}
	for _, b := range owed {
		if slices.Contains(sinks, b.Sink) {
			_, _ = o.Hasten(ctx, b.Sink, false)
		}
	}
}
