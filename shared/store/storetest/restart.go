package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
)

func testRestart(t *testing.T, h Harness) {
	if h.Server == nil {
		return // there is nothing to restart
	}

	// on opens a new database on a server of its own and makes its tables.
	on := func(t *testing.T) (database, func()) {
		t.Helper()
		url, restart := h.Server(t)
		d := open(t, url)
		if m, ok := d.Store.(store.Migrator); ok {
			require.NoError(t, m.Migrate(t.Context()))
		}
		return d, restart
	}

	// again commits until the store takes it, as the pipeline does.
	again := func(ctx context.Context, d database, r store.Record) ([]store.Outcome, error) {
		for {
			outcomes, err := d.Commit(ctx, []store.Record{r})
			if err == nil || ctx.Err() != nil {
				return outcomes, err
			}
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond):
			}
		}
	}

	t.Run("between two commits", func(t *testing.T) {
		t.Parallel()
		d, restart := on(t)
		d.commit(t, event(0))
		restart()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		outcomes, err := again(ctx, d, event(1))
		require.NoError(t, err)
		require.Equal(t, store.New, outcomes[0].State)
		require.Equal(t, []store.State{store.Known, store.Known}, d.commit(t, event(0), event(1)))
	})

	t.Run("in full load", func(t *testing.T) {
		t.Parallel()
		d, restart := on(t)
		const callers, each = 4, 60
		// A caller may have been told New for an event once at most; one whose reply was
		// lost is told Known.
		var mu sync.Mutex
		states := map[store.State]int{}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		half := make(chan struct{}, callers)
		var wg sync.WaitGroup
		for c := range callers {
			own := open(t, d.url)
			wg.Go(func() {
				for n := range each {
					if n == each/2 {
						half <- struct{}{}
					}
					outcomes, err := again(ctx, own, event(c*each+n))
					if err != nil {
						t.Errorf("event %d: %v", c*each+n, err)
						return
					}
					mu.Lock()
					states[outcomes[0].State]++
					mu.Unlock()
				}
			})
		}
		<-half
		restart()
		wg.Wait()
		require.Len(t, d.events(t, idsOf(events(0, callers*each))...), callers*each, "nothing acknowledged is lost")
		require.Equal(t, callers*each, states[store.New]+states[store.Known], states)
	})
}
