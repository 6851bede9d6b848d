package sqlite_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// soon is far more than what is allowed to go by after the end of a context, for
// machines that are busy, and far less than the busy timeout.
const soon = 2 * time.Second

// Another process holds the write lock and does not come back, as a function
// instance that is frozen in the middle of a commit.
func TestLockedElsewhere(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	commit(t, s, event(vod.ID{1}))
	other, err := raw(t, "sqlite:"+s.Path()).Conn(t.Context())
	require.NoError(t, err)
	_, err = other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)

	batch := store.Batch{Records: []store.Record{event(vod.ID{2})}}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err = s.Commit(ctx, batch)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(start), soon)

	// Ten commits of one process: one waits for the lock, nine for that one.
	ctx, cancel = context.WithCancel(t.Context())
	errs := make([]error, 10)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = s.Commit(ctx, batch) })
	}
	start = time.Now()
	cancel()
	wg.Wait()
	require.Less(t, time.Since(start), soon)
	for _, err := range errs {
		require.ErrorIs(t, err, context.Canceled)
	}

	events, err := s.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err, "who reads does not wait")
	require.Len(t, events, 1)

	_, err = other.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	require.NoError(t, other.Close())
	require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{2})))
}

// When a commit has returned because its context ended, its process holds no
// lock: it may be frozen at once.
func TestNoLockIsLeftBehind(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	other := open(t, "sqlite:"+s.Path())
	_, err := other.Writer().ExecContext(t.Context(), "PRAGMA busy_timeout = 0")
	require.NoError(t, err)
	large := event(vod.ID{1})
	large.Body = make([]byte, 1<<20)
	for i := range 30 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*100*time.Microsecond)
		_, _ = s.Commit(ctx, store.Batch{Records: []store.Record{large, event(vod.ID{2, byte(i)})}})
		require.Equal(t, []store.State{store.New}, commit(t, other, event(vod.ID{3, byte(i)})))
		cancel()
	}
}
