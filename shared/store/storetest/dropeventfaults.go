package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testDropErrors(t *testing.T, h Harness) {
	t.Run("derive", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		old, forged := says(1, fact(vod.ID{}, "m", "source", at(1))), says(2, fact(vod.ID{}, "m", "source", at(2)))
		m.commit(t, old, forged)
		unread := errors.New("cannot read it")
		dropped, err := m.DropEvent(t.Context(), forged.ID, "", func(e store.Event) (store.Record, error) {
			require.Equal(t, stored(old), e, "of the others alone")
			return store.Record{}, unread
		})
		require.ErrorIs(t, err, unread)
		require.False(t, dropped)
		require.Len(t, m.events(t, old.ID, forged.ID), 2)
		require.True(t, m.drop(t, forged.ID, "", old), "it can be repeated")
		require.Equal(t, old.Facts, factsOf(t, m.database, "m"))
		require.Equal(t, 1, m.letter(t, forged.ID).Attempts)
	})

	t.Run("a fact about another medium", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		old, forged := says(1, fact(vod.ID{}, "m", "source", at(1))), says(2, fact(vod.ID{}, "m", "source", at(2)))
		m.commit(t, old, forged)
		old.Subject, old.Facts[0].Medium = "n", "n"
		_, err := m.DropEvent(t.Context(), forged.ID, "", deriver(old))
		require.ErrorContains(t, err, "rebuild")
		require.Len(t, m.events(t, forged.ID), 1)
	})

	t.Run("the end of the context", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		m.commit(t, event(1))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := m.DropEvent(ctx, event(1).ID, "", deriver())
		require.ErrorIs(t, err, context.Canceled)
		require.Len(t, m.events(t, event(1).ID), 1)
	})

	t.Run("not migrated", func(t *testing.T) {
		t.Parallel()
		d := open(t, h.URL(t))
		if _, ok := d.Store.(store.Migrator); !ok {
			return // there are no tables to be made
		}
		_, err := maintainedOf(t, d).DropEvent(t.Context(), event(1).ID, "", deriver())
		require.ErrorIs(t, err, store.ErrNotMigrated)
	})
}

// While it derives, others commit about the same medium, by another store.
func testDropMeanwhile(t *testing.T, h Harness) {
	m := maintainedOf(t, h.fresh(t))
	other := open(t, m.url)
	forged := says(0, fact(vod.ID{}, "m", "audit", at(1000)))
	first := says(1, fact(vod.ID{}, "m", "source", at(1)))
	m.commit(t, forged, first)
	there := []store.Record{first}
	facts := first.Facts
	dropped, err := m.DropEvent(t.Context(), forged.ID, "", func(e store.Event) (store.Record, error) {
		if n := len(there) + 1; n < 8 { // it loses against what is to be dropped
			r := says(n, fact(vod.ID{}, "m", "audit", at(n)))
			there, facts = append(there, r), append(facts, r.Facts...)
			outcomes, err := other.Commit(t.Context(), []store.Record{r})
			if err != nil || outcomes[0].State != store.New {
				return store.Record{}, errors.Join(err, outcomes[0].Err, errors.New("commit meanwhile"))
			}
		}
		return deriver(there...)(e)
	})
	require.NoError(t, err)
	require.True(t, dropped)
	require.Len(t, there, 7)
	require.Empty(t, m.events(t, forged.ID))
	require.Len(t, m.events(t, idsOf(there)...), 7)
	requireFold(t.Context(), t, m.database, facts)
}

// While it derives, a rebuild by a release that understands more finds out that what is
// to be dropped is about another medium.
func testDropRebuilt(t *testing.T, h Harness) {
	m := maintainedOf(t, h.fresh(t))
	other := maintainedOf(t, open(t, m.url))
	forged, old := says(2, fact(vod.ID{}, "m", "audit", at(2))), says(1, fact(vod.ID{}, "m", "audit", at(1)))
	moved := says(2, fact(vod.ID{}, "n", "audit", at(2)))
	m.commit(t, forged, old)
	rebuilt := false
	dropped, err := m.DropEvent(t.Context(), forged.ID, "", func(e store.Event) (store.Record, error) {
		if !rebuilt {
			rebuilt = true
			if _, err := other.Rebuild(t.Context(), deriver(moved, old)); err != nil {
				return store.Record{}, err
			}
		}
		return deriver(old)(e)
	})
	require.NoError(t, err)
	require.True(t, dropped)
	require.Empty(t, m.events(t, forged.ID))
	m.requireGone(t, "n")
	require.Equal(t, old.Facts, factsOf(t, m.database, "m"))
}

// Several drop the same events, some of which are about the same media, and others
// commit about these.
func testDropAtOnce(t *testing.T, h Harness) {
	d := h.fresh(t)
	const n = 12
	record := func(i int) store.Record { return says(i, fact(vod.ID{}, []string{"m", "n"}[i%2], "audit", at(i))) }
	var forged, later []store.Record
	var facts []media.Fact
	for i := range n {
		forged = append(forged, record(i+n)) // they win
		later = append(later, record(i))
		facts = append(facts, later[i].Facts...)
	}
	d.commit(t, forged...)
	all := deriver(append(later, forged...)...)

	const droppers = 3
	count := make([]int, n)
	var mu sync.Mutex
	var failed error
	fail := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		failed = errors.Join(failed, err)
	}
	var wg sync.WaitGroup
	for range droppers {
		m := maintainedOf(t, open(t, d.url))
		wg.Go(func() {
			for i, r := range forged {
				dropped, err := m.DropEvent(t.Context(), r.ID, "", all)
				fail(err)
				if dropped {
					mu.Lock()
					count[i]++
					mu.Unlock()
				}
			}
		})
	}
	committer := open(t, d.url)
	wg.Go(func() {
		for _, r := range later {
			_, err := committer.Commit(t.Context(), []store.Record{r})
			fail(err)
		}
	})
	wg.Wait()
	require.NoError(t, failed)
	m := maintainedOf(t, d)
	for i, r := range forged {
		require.Equal(t, 1, count[i], "one of them has dropped it")
		require.Equal(t, 1, m.letter(t, r.ID).Attempts)
	}
	require.Empty(t, d.events(t, idsOf(forged)...))
	require.Len(t, d.events(t, idsOf(later)...), n)
	requireFold(t.Context(), t, d, facts)
}
