package mysql_test

import (
	"context"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/mysql"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestServerFrozen(t *testing.T) {
	t.Parallel()
	server := services.Own(t, "mysql")
	s := open(t, server.URL)
	require.NoError(t, s.Migrate(t.Context()))
	commit(t, s, event(vod.ID{1}))

	server.Freeze()
	// The first uses the connection that there is, the others try to connect.
	for tries := 0; tries < 3; {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		start := time.Now()
		if _, err := s.Commit(ctx, []store.Record{event(vod.ID{2})}); err != nil { // it takes a moment to stop
			require.ErrorIs(t, err, context.DeadlineExceeded)
			tries++
		}
		_, err := s.Media(ctx, store.MediaQuery{})
		require.Less(t, time.Since(start), soon)
		require.True(t, tries == 0 || errors.Is(err, context.DeadlineExceeded))
		cancel()
	}
	server.Thaw()
	require.Contains(t, []store.State{store.New, store.Known}, commit(t, s, event(vod.ID{2}))[0])
	require.Equal(t, []store.State{store.Known, store.New}, commit(t, s, event(vod.ID{1}), event(vod.ID{3})))
}

func TestServerRefuses(t *testing.T) {
	t.Parallel()
	server := services.Own(t, "mysql")
	admin := raw(t, server.URL)
	require.NoError(t, open(t, server.URL).Migrate(t.Context()))
	set := func(statement string) {
		t.Helper()
		_, err := admin.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	// A user as functions have.
	set(`CREATE USER fn@'127.0.0.1' IDENTIFIED BY 'p@ss/w0rd:%#?';
		INSERT INTO mysql.db (host, user, db, select_priv, insert_priv, update_priv, delete_priv) VALUES ('127.0.0.1', 'fn', 'vod', 'Y', 'Y', 'Y', 'Y');
		FLUSH PRIVILEGES`)
	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	u.User = url.UserPassword("fn", "p@ss/w0rd:%#?")
	s := open(t, u.String())
	require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{1})))

	refuses := func(s *mysql.Store, why string) {
		t.Helper()
		outcomes, err := s.Commit(t.Context(), []store.Record{event(vod.ID{2})})
		require.ErrorContains(t, err, why)
		require.Empty(t, outcomes)
	}
	set("SET GLOBAL read_only = 1")
	refuses(s, "read-only")
	set("SET GLOBAL read_only = 0")
	require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{2})))

	set("UPDATE mysql.db SET insert_priv = 'N' WHERE user = 'fn'; FLUSH PRIVILEGES")
	refuses(open(t, u.String()), "access denied")
	set("UPDATE mysql.db SET insert_priv = 'Y' WHERE user = 'fn'; FLUSH PRIVILEGES")

	set("SET GLOBAL max_allowed_packet = 1 << 20")
	require.ErrorContains(t, open(t, server.URL).Migrate(t.Context()), "max_allowed_packet")

	set("SET GLOBAL max_connections = 10")
	for range 10 {
		if conn, err := raw(t, u.String()).Conn(t.Context()); err == nil {
			defer conn.Close()
		}
	}
	refuses(open(t, u.String()), "Too many connections")
}
