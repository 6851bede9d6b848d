package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testConcurrency(t *testing.T, h Harness) {
	// together commits batch(i) for i from 0 to n-1 at once, through two stores, and
	// returns the outcomes.
	together := func(t *testing.T, d database, n int, batch func(i int) []store.Record) [][]store.Outcome {
		t.Helper()
		stores := []store.Store{d, open(t, d.url)}
		outcomes, errs := make([][]store.Outcome, n), make([]error, n)
		start := make(chan struct{})
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				<-start
				outcomes[i], errs[i] = stores[i%2].Commit(t.Context(), batch(i))
			})
		}
		close(start)
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		return outcomes
	}
	count := func(outcomes [][]store.Outcome, s store.State) int {
		n := 0
		for _, batch := range outcomes {
			for _, o := range batch {
				if o.State == s {
					n++
				}
			}
		}
		return n
	}

	t.Run("the same event a hundred times", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		r := event(1)
		r.Deliveries = []string{"crm"}
		outcomes := together(t, d, 100, func(int) []store.Record { return []store.Record{r} })
		require.Equal(t, 1, count(outcomes, store.New))
		require.Equal(t, 99, count(outcomes, store.Known))
		require.Len(t, d.events(t, r.ID), 1)
		deliveries, err := d.Deliveries(t.Context(), store.DeliveryQuery{})
		require.NoError(t, err)
		require.Len(t, deliveries, 1)
	})

	t.Run("the same dead letter a hundred times", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		outcomes := together(t, d, 100, func(int) []store.Record { return []store.Record{letter(1)} })
		require.Equal(t, 1, count(outcomes, store.New))
		letters, err := d.DeadLetters(t.Context(), store.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Equal(t, 100, letters[0].Attempts)
	})

	t.Run("batches that overlap, one bad record in each", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		outcomes := together(t, d, 10, func(i int) []store.Record {
			batch := events(5*i, 5*i+20)
			batch[i] = h.Poison(newID(at(1000), 1000))
			return batch
		})
		require.Equal(t, 10, count(outcomes, store.Rejected))
		all := events(0, 65)
		got := d.events(t, idsOf(all)...)
		require.Equal(t, len(got), count(outcomes, store.New), "each stored event was New once")
		for _, r := range all {
			if e, ok := got[r.ID]; ok {
				require.Equal(t, stored(r), e)
			}
		}
	})

	t.Run("facts about the same facet", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		record := func(i int) store.Record { return says(i, fact(vod.ID{}, "m", "audit", at(i))) }
		together(t, d, 40, func(i int) []store.Record { return []store.Record{record((i * 7) % 40)} })
		facts, err := d.Facts(t.Context(), "m")
		require.NoError(t, err)
		require.Equal(t, record(39).Facts, facts)
	})

	t.Run("readers see whole commits", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		done := make(chan struct{})
		var seen [][]media.Fact
		var readErr error
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				facts, err := d.Facts(t.Context(), "m")
				seen, readErr = append(seen, facts), errors.Join(readErr, err)
				select {
				case <-done:
					return
				default:
				}
			}
		})
		for n := range 20 {
			d.commit(t, says(n, fact(vod.ID{}, "m", "audit", at(n)), fact(vod.ID{}, "m", "source", at(n))))
		}
		close(done)
		wg.Wait()
		require.NoError(t, readErr)
		for _, facts := range seen {
			if len(facts) > 0 {
				require.Len(t, facts, 2)
				require.Equal(t, facts[0].Event, facts[1].Event)
			}
		}
	})

	t.Run("cancelled in the middle, then repeated", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		const n = 40
		acknowledged := make([]bool, n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*200*time.Microsecond)
				defer cancel()
				_, err := d.Commit(ctx, events(10*i, 10*i+10))
				acknowledged[i] = err == nil
			})
		}
		wg.Wait()
		for i := range n {
			states := d.commit(t, events(10*i, 10*i+10)...)
			require.Len(t, d.events(t, idsOf(events(10*i, 10*i+10))...), 10)
			for _, s := range states {
				require.Equal(t, states[0], s, "a commit is applied as a whole or not at all")
				if acknowledged[i] {
					require.Equal(t, store.Known, s)
				}
			}
		}
	})
}
