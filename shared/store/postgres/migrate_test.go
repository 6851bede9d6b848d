package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// The tables of the next release: this one goes on, but does not migrate.
func TestNewerTables(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	admin(t, raw, "ALTER TABLE vod_events ADD COLUMN more text", "INSERT INTO vod_schema SELECT max(version) + 1, now() FROM vod_schema")
	for n, s := range []store.Store{s, open(t, raw)} {
		outcomes, err := s.Commit(t.Context(), []store.Record{event(vod.ID{byte(n)})})
		require.NoError(t, err)
		require.Equal(t, []store.Outcome{{State: store.New}}, outcomes)
	}
	require.ErrorContains(t, open(t, raw).Migrate(t.Context()), "newer")
}

// The tables of the previous release, or of none.
func TestOlderTables(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	commit(t, s, event(vod.ID{1}))
	admin(t, raw, "DELETE FROM vod_schema")
	_, err := open(t, raw).Commit(t.Context(), []store.Record{event(vod.ID{2})})
	require.ErrorIs(t, err, store.ErrNotMigrated)
	_, err = open(t, raw).Media(t.Context(), store.MediaQuery{})
	require.ErrorIs(t, err, store.ErrNotMigrated)

	admin(t, raw, "DROP VIEW vod_media; DROP TABLE vod_facts") // under a store that has found them
	_, err = s.Commit(t.Context(), []store.Record{event(vod.ID{2})})
	require.ErrorIs(t, err, store.ErrNotMigrated)
}

// Whoever may not make tables may migrate all the same, if there is nothing to do.
func TestMigrateWithoutRights(t *testing.T) {
	t.Parallel()
	server := services.Postgres(t)
	raw := newSchema(t, server)
	require.NoError(t, open(t, raw).Migrate(t.Context()))
	var schema string
	conn, err := pgx.Connect(t.Context(), raw)
	require.NoError(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT current_schema()").Scan(&schema))
	admin(t, server, "REVOKE CREATE ON SCHEMA "+schema+" FROM "+schema, "ALTER SCHEMA "+schema+" OWNER TO CURRENT_USER",
		"GRANT USAGE ON SCHEMA "+schema+" TO "+schema)
	require.NoError(t, open(t, raw).Migrate(t.Context()))
	commit(t, open(t, raw), event(vod.ID{1}))
	admin(t, server, "DROP SCHEMA "+schema+" CASCADE")
}

// A migration that is cut off half way leaves nothing, and is repeated.
func TestMigrateCutOff(t *testing.T) {
	t.Parallel()
	raw := services.Postgres(t)
	admin(t, raw, `
CREATE FUNCTION stop() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(42); END';
CREATE EVENT TRIGGER stop ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION stop()`)
	held, err := pgx.Connect(t.Context(), raw)
	require.NoError(t, err)
	defer held.Close(context.WithoutCancel(t.Context()))
	_, err = held.Exec(t.Context(), "SELECT pg_advisory_lock(42)")
	require.NoError(t, err)

	s := open(t, raw)
	done := make(chan error)
	go func() { done <- s.Migrate(t.Context()) }()
	waitForLock(t, raw)
	cut(t, raw)
	require.Error(t, <-done)
	require.Zero(t, value[int](t, raw, "SELECT count(*) FROM pg_class WHERE relname LIKE 'vod%'"))
	_, err = s.Commit(t.Context(), []store.Record{event(vod.ID{1})})
	require.ErrorIs(t, err, store.ErrNotMigrated)

	_, err = held.Exec(t.Context(), "SELECT pg_advisory_unlock(42)")
	require.NoError(t, err)
	require.NoError(t, s.Migrate(t.Context()))
	commit(t, s, event(vod.ID{1}))
}
