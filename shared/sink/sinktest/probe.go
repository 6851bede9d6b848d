package sinktest

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
)

func testProbe(t *testing.T, h Harness) {
	prober := func(t *testing.T, s sink.Sink) sink.Prober {
		t.Helper()
		p, ok := s.(sink.Prober)
		require.True(t, ok, "every sink can be tried")
		return p
	}

	t.Run("leaves no trace", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		probe := func() {
			if err := prober(t, p.Sink).Probe(h.context(t)); !errors.Is(err, sink.ErrUnsure) {
				require.NoError(t, err)
			}
		}
		probe()
		require.Empty(t, p.copies(t))
		p.deliver(t, event(1))
		probe()
		require.Len(t, p.copies(t), 1)
	})

	t.Run("out of reach", func(t *testing.T) {
		t.Parallel()
		err := prober(t, h.open(t, h.Absent)).Probe(h.context(t))
		require.Error(t, err)
		require.NotErrorIs(t, err, sink.ErrUnsure)
	})

	t.Run("no time left", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(h.context(t))
		cancel()
		require.Error(t, prober(t, h.fresh(t).Sink).Probe(ctx))
	})
}
