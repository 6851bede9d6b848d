package fallbacktest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
)

var errEnded = errors.New("the time is up")

func testEnd(t *testing.T, h Harness) {
	t.Run("before it began", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.put(t, "a")
		ctx, cancel := context.WithCancelCause(h.context(t))
		cancel(errEnded)
		requireEnded(ctx, t, p)
		require.Equal(t, []string{"a"}, bodiesOf(p.drain(t)))
	})

	t.Run("in the middle of a drain", func(t *testing.T) {
		t.Parallel()
		p := h.patient(t)
		all := numbered(fallback.MaxBatch + 20)
		p.put(t, all...)
		ctx, cancel := context.WithCancelCause(h.context(t))
		defer cancel(nil)
		var c collector
		n, err := p.Drain(ctx, func(ctx context.Context, items []fallback.Item) []error {
			defer cancel(errEnded)
			return c.take(ctx, items)
		})
		require.ErrorIs(t, err, errEnded)
		require.LessOrEqual(t, n, len(c.items))
		require.Len(t, c.batches, 1)

		seen := map[string]bool{}
		for _, body := range c.bodies() {
			seen[body] = true
		}
		require.Eventually(t, func() bool {
			var again collector
			_, err := p.Drain(h.context(t), again.take)
			for _, body := range again.bodies() {
				seen[body] = true
			}
			waiting, notCounted := p.Waiting(h.context(t))
			if err = errors.Join(err, notCounted); err != nil {
				t.Error(err)
			}
			return err != nil || waiting == 0
		}, time.Minute, 20*time.Millisecond)
		require.Len(t, seen, len(all), "nothing is lost")
		p.requireEmpty(t)
	})

	t.Run("in the middle of whatever hangs", func(t *testing.T) {
		t.Parallel()
		if h.Hanging == nil {
			return // the tests of the fallback have to see to it
		}
		p := h.open(t, h.Hanging(t))
		ctx, cancel := context.WithTimeoutCause(h.context(t), 100*time.Millisecond, errEnded)
		defer cancel()
		requireEnded(ctx, t, p)
	})
}

// requireEnded requires that all methods end with ctx and say so.
func requireEnded(ctx context.Context, t *testing.T, p place) {
	t.Helper()
	err := p.Put(ctx, []byte("b"))
	require.ErrorIs(t, err, errEnded)
	require.NotErrorIs(t, err, fallback.ErrRefused)
	n, err := p.Drain(ctx, func(context.Context, []fallback.Item) []error {
		t.Error("nothing is handed over any more")
		return nil
	})
	require.ErrorIs(t, err, errEnded)
	require.Zero(t, n)
	_, err = p.Waiting(ctx)
	require.ErrorIs(t, err, errEnded)
}
