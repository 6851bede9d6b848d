package redis_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
)

// The server is killed again and again in full load, and two instances deliver what
// is not acknowledged until it is: nothing acknowledged is lost, and nothing is there
// twice.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	const events, callers, kills = 2000, 6, 4
	server := start(t)
	sinks := []sink.Sink{open(t, server.url("")), open(t, server.url(""))}
	var acknowledged, failures atomic.Int64
	var wg sync.WaitGroup
	for caller := range callers {
		wg.Go(func() {
			var owed []sink.Event
			for n := caller; n < events; n += callers {
				owed = append(owed, event(n))
			}
			for len(owed) > 0 && t.Context().Err() == nil {
				batch := owed[:min(5, len(owed))]
				owed = owed[len(batch):]
				for i, err := range sinks[caller%2].Deliver(t.Context(), batch) {
					if err != nil {
						failures.Add(1)
						owed = append(owed, batch[i])
						continue
					}
					acknowledged.Add(1)
				}
			}
		})
	}
	for kill := range kills {
		require.Eventually(t, func() bool {
			return acknowledged.Load() >= int64(events*(kill+1)/(kills+1))
		}, 6*soon, soon/5000)
		server.Kill()
		server.Start()
	}
	wg.Wait()
	require.Positive(t, failures.Load(), "the kills were felt")

	count := map[string]int{}
	for _, e := range entries(t, server.client(t), "vod:events") {
		count[e["id"]]++
	}
	for n := range events {
		require.Equal(t, 1, count[event(n).ID.String()], "event %d", n)
	}
	require.Len(t, count, events)
}
