package mysql_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/mysql"
	"github.com/vodevents/vodevents/shared/vod"
)

// MySQL cannot take back the statements of a migration that was interrupted.
func TestMigrateInterrupted(t *testing.T) {
	t.Parallel()
	steps := mysql.Migrations()
	require.Len(t, steps, 1)
	statements := strings.Split(strings.TrimSpace(steps[0]), ";\n")
	require.Len(t, statements, 7)
	for done := range len(statements) + 1 {
		rawURL := services.MySQL(t)
		db, s := raw(t, rawURL), open(t, rawURL)
		for _, statement := range statements[:done] {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		_, err := s.Commit(t.Context(), []store.Record{event(vod.ID{1})})
		require.ErrorIs(t, err, store.ErrNotMigrated)
		require.NoError(t, s.Migrate(t.Context()))
		require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{1})))
		require.NoError(t, s.Migrate(t.Context()))
		require.Equal(t, []store.State{store.Known}, commit(t, s, event(vod.ID{1})), "nothing was made anew")
	}
}

// A newer release has added to the tables.
func TestNewerTables(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	_, err := raw(t, rawURL).ExecContext(t.Context(), `
		ALTER TABLE vod_events ADD COLUMN later INT NOT NULL DEFAULT 0;
		INSERT INTO vod_schema (version, applied) VALUES (99, UTC_TIMESTAMP(3))`)
	require.NoError(t, err)
	require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{1})))
	require.Equal(t, []store.State{store.New}, commit(t, open(t, rawURL), event(vod.ID{2})))
	require.ErrorContains(t, s.Migrate(t.Context()), "newer")
}

func TestTablesGone(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	commit(t, s, event(vod.ID{1}))
	_, err := raw(t, rawURL).ExecContext(t.Context(), "DROP TABLE vod_events")
	require.NoError(t, err)
	_, err = s.Commit(t.Context(), []store.Record{event(vod.ID{2})})
	require.ErrorIs(t, err, store.ErrNotMigrated)
	_, err = s.Events(t.Context(), store.EventQuery{})
	require.ErrorIs(t, err, store.ErrNotMigrated)
}

// Somebody else migrates, and does not come to an end.
func TestMigrateWaits(t *testing.T) {
	t.Parallel()
	rawURL := services.MySQL(t)
	s := open(t, rawURL)
	other, err := raw(t, rawURL).Conn(t.Context())
	require.NoError(t, err)
	_, err = other.ExecContext(t.Context(), "DO GET_LOCK(CONCAT('vod_migrate ', MD5(DATABASE())), 0)")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	require.ErrorIs(t, s.Migrate(ctx), context.DeadlineExceeded)
	require.Less(t, time.Since(start), soon)

	migrated := make(chan error, 1)
	go func() { migrated <- s.Migrate(t.Context()) }()
	require.NoError(t, other.Close()) // back to the pool: the lock stays
	select {
	case err := <-migrated:
		require.Fail(t, "it does not wait", err)
	case <-time.After(50 * time.Millisecond):
	}
	_, err = raw(t, rawURL).ExecContext(t.Context(), "SELECT 1")
	require.NoError(t, err)
	require.NoError(t, endSession(t, rawURL))
	require.NoError(t, <-migrated)
}

// endSession ends the session that has the lock of migrations.
func endSession(t *testing.T, rawURL string) error {
	t.Helper()
	db := raw(t, rawURL)
	var id int
	err := db.QueryRowContext(t.Context(), "SELECT IS_USED_LOCK(CONCAT('vod_migrate ', MD5(DATABASE())))").Scan(&id)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "KILL ?", id)
	return err
}
