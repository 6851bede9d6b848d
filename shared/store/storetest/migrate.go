package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
)

func testMigrate(t *testing.T, h Harness) {
	if _, ok := open(t, h.URL(t)).Store.(store.Migrator); !ok {
		return // there are no tables to be made
	}

	t.Run("before", func(t *testing.T) {
		t.Parallel()
		d := open(t, h.URL(t))
		m := migrator(t, d)

		_, err := d.Commit(t.Context(), events(0, 1))
		require.ErrorIs(t, err, store.ErrNotMigrated)
		_, err = d.Events(t.Context(), store.EventQuery{})
		require.ErrorIs(t, err, store.ErrNotMigrated)

		require.NoError(t, m.Migrate(t.Context()))
		require.Equal(t, []store.State{store.New}, d.commit(t, event(0)), "the same store goes on")
	})

	t.Run("again", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		d.commit(t, event(0))
		require.NoError(t, migrator(t, d).Migrate(t.Context()))
		require.NoError(t, migrator(t, open(t, d.url)).Migrate(t.Context()))
		require.Equal(t, []store.State{store.Known, store.New}, d.commit(t, event(0), event(1)))
	})

	t.Run("all at once", func(t *testing.T) {
		t.Parallel()
		url := h.URL(t)
		var migrators []store.Migrator
		for range 4 {
			migrators = append(migrators, migrator(t, open(t, url)))
		}
		errs := make([]error, 3*len(migrators))
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = migrators[i%len(migrators)].Migrate(t.Context()) })
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		require.Equal(t, []store.State{store.New}, open(t, url).commit(t, event(0)))
	})
}

func migrator(t *testing.T, d database) store.Migrator {
	t.Helper()
	m, ok := d.Store.(store.Migrator)
	require.True(t, ok)
	return m
}
