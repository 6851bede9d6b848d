package fallbacktest

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func testConcurrency(t *testing.T, h Harness) {
	t.Run("many put and many drain", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		const putters, each, drainers = 8, 25, 3
		var all []string
		for i := range putters * each {
			all = append(all, strconv.Itoa(i))
		}
		errs := make([]error, putters+drainers)
		var c collector
		done := make(chan struct{})
		var putting, draining sync.WaitGroup
		for i := range putters {
			putting.Go(func() {
				for _, body := range all[i*each : (i+1)*each] {
					errs[i] = errors.Join(errs[i], p.Put(h.context(t), []byte(body)))
				}
			})
		}
		removed := make([]int, drainers)
		for i := range drainers {
			mine := h.open(t, p.url) // each an instance of its own
			draining.Go(func() {
				for last := false; !last; {
					select {
					case <-done:
						last = true
					default:
					}
					n, err := mine.Drain(h.context(t), c.take)
					removed[i] += n
					errs[putters+i] = errors.Join(errs[putters+i], err)
				}
			})
		}
		putting.Wait()
		close(done)
		draining.Wait()
		require.NoError(t, errors.Join(errs...), "what another drainer removed is no error")

		seen := map[string]bool{}
		for _, body := range c.bodies() {
			seen[body] = true
		}
		for _, body := range all {
			require.True(t, seen[body], "%s was put, and never handed over", body)
		}
		total := 0
		for _, n := range removed {
			total += n
		}
		require.GreaterOrEqual(t, total, len(all))
		p.requireEmpty(t)
	})

	t.Run("the same body by many", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		const callers = 16
		errs := make([]error, callers)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() { errs[i] = p.Put(h.context(t), []byte("again and again")) })
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		items := p.drain(t)
		require.NotEmpty(t, items)
		for _, item := range items {
			require.Equal(t, "again and again", string(item.Body))
		}
		p.requireEmpty(t)
	})
}
