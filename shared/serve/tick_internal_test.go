package serve

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// tickerFunc is a Ticker.
type tickerFunc func(context.Context)

func (f tickerFunc) Tick(ctx context.Context) { f(ctx) }

// Internal, since from outside only real minutes would do.
func TestTick(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var log strings.Builder
		start := time.Now()
		var at []time.Duration
		var left []time.Duration
		var ids []string
		done := make(chan struct{})
		go func() {
			defer close(done)
			tick(ctx, tickerFunc(func(ctx context.Context) {
				at = append(at, time.Since(start))
				deadline, _ := ctx.Deadline()
				left = append(left, time.Until(deadline))
				ids = append(ids, requestID(ctx))
				if len(at) == 2 {
					panic("oh")
				}
			}), newHand(nil, nil), slog.New(slog.NewTextHandler(&log, nil)))
		}()
		time.Sleep(150 * time.Second)
		synctest.Wait()
		require.Equal(t, []time.Duration{0, time.Minute, 2 * time.Minute}, at)
		for i := range at {
			require.Positive(t, left[i])
			require.Less(t, left[i], time.Minute, "one at a time")
			require.NotEmpty(t, ids[i])
		}
		require.Contains(t, log.String(), "panic=oh", "and goes on")
		cancel()
		<-done
	})
}
