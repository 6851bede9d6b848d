package sqlite_test

import (
	"context"
	"database/sql/driver"
	"sync"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	sqlite3driver "github.com/ncruces/go-sqlite3/driver"
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

	batch := []store.Record{event(vod.ID{2})}
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
		_, _ = s.Commit(ctx, []store.Record{large, event(vod.ID{2, byte(i)})})
		require.Equal(t, []store.State{store.New}, commit(t, other, event(vod.ID{3, byte(i)})))
		cancel()
	}
}

// A transaction that cannot be rolled back would keep the lock, and let all
// commits that follow fail.
func TestBrokenConnection(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	conn, err := s.Writer().Conn(t.Context())
	require.NoError(t, err)
	require.NoError(t, conn.Raw(func(c any) error {
		raw, ok := c.(sqlite3driver.Conn)
		if !ok {
			return driver.ErrBadConn
		}
		return raw.Raw().SetAuthorizer(func(action sqlite3.AuthorizerActionCode, what, _, _, _ string) sqlite3.AuthorizerReturnCode {
			if action == sqlite3.AUTH_TRANSACTION && what == "ROLLBACK" {
				return sqlite3.AUTH_DENY
			}
			return sqlite3.AUTH_OK
		})
	}))
	require.NoError(t, conn.Close())

	bad := event(vod.ID{1})
	bad.Facts[0].Medium = ""
	require.Equal(t, []store.State{store.Rejected, store.New}, commit(t, s, bad, event(vod.ID{2})))
}

// Several processes may begin at once: the first commands of one, in the journal
// mode of a new file, keep others from changing it.
func TestMigrateWaits(t *testing.T) {
	t.Parallel()
	for _, begin := range []string{"BEGIN; SELECT * FROM other", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"} {
		t.Run(begin, func(t *testing.T) {
			t.Parallel()
			url := newURL(t)
			s := open(t, url)
			db := raw(t, url)
			_, err := db.ExecContext(t.Context(), "CREATE TABLE other (x)")
			require.NoError(t, err)
			other, err := db.Conn(t.Context())
			require.NoError(t, err)
			_, err = other.ExecContext(t.Context(), begin)
			require.NoError(t, err)

			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			require.ErrorIs(t, s.Migrate(ctx), context.DeadlineExceeded, "it waits, and not longer")

			_, err = other.ExecContext(t.Context(), "COMMIT")
			require.NoError(t, err)
			require.NoError(t, s.Migrate(t.Context()))
		})
	}
}
