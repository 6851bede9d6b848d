package postgres_test

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/postgres"
	"github.com/vodevents/vodevents/shared/vod"
)

// value selects one value past the store.
func value[T any](t testing.TB, server, query string, args ...any) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	var v T
	require.NoError(t, conn.QueryRow(t.Context(), query, args...).Scan(&v))
	return v
}

// ours are the connections of stores to the database.
const ours = " FROM pg_stat_activity WHERE application_name = 'vodevents' AND datname = current_database()"

// cut ends the connections of stores, as a proxy does or an administrator.
func cut(t *testing.T, server string) {
	t.Helper()
	require.Positive(t, value[int](t, server, "SELECT count(pg_terminate_backend(pid))"+ours))
	require.Eventually(t, func() bool { return value[int](t, server, "SELECT count(*)"+ours) == 0 }, 10*time.Second, time.Millisecond)
}

func TestConnections(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name       string
		parameters []string
		want       int
	}{
		{name: "one by default", want: 1},
		{name: "more if allowed", parameters: []string{"max_conns", "3"}, want: 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, raw := fresh(t)
			s := open(t, with(t, raw, tc.parameters...))
			require.Zero(t, value[int](t, raw, "SELECT count(*) - 1"+ours), "of the store that made the tables")
			errs := make([]error, 20)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() {
					_, errs[i] = s.Commit(t.Context(), []store.Record{event(vod.ID{byte(i)})})
				})
			}
			wg.Wait()
			require.NoError(t, errors.Join(errs...))
			n := value[int](t, raw, "SELECT count(*) - 1"+ours)
			require.Positive(t, n)
			require.LessOrEqual(t, n, tc.want)
			require.NoError(t, s.Close())
			require.Eventually(t, func() bool { return value[int](t, raw, "SELECT count(*) - 1"+ours) == 0 }, 10*time.Second, time.Millisecond)
		})
	}
}

func TestIdleConnectionCut(t *testing.T) {
	t.Parallel()
	_, raw := fresh(t)
	s := open(t, with(t, raw, "max_conns", "4"))
	together := func() { // so that there are several idle connections
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { _, _ = s.Events(t.Context(), store.EventQuery{}) })
		}
		wg.Wait()
	}
	for n, do := range []func() error{
		func() error { commit(t, s, event(vod.ID{1})); return nil },
		func() error { _, err := s.Events(t.Context(), store.EventQuery{}); return err },
		func() error { return s.Seen(t.Context(), "crm") },
		func() error {
			n, err := s.Owe(t.Context(), store.Replay{ID: "r"}, []store.Owing{{Event: vod.ID{1}, Sink: "crm"}})
			require.Equal(t, 1, n)
			return err
		},
		func() error {
			got, err := s.Claim(t.Context(), store.Claim{Token: "t", For: time.Hour, Sinks: []string{"crm"}, Limit: 1})
			require.Len(t, got, 1)
			return err
		},
		func() error { return s.Migrate(t.Context()) },
		func() error { _, err := s.DropDeadLetters(t.Context(), vod.ID{1}); return err },
	} {
		together()
		cut(t, raw)
		require.NoError(t, do(), n)
	}
}

// A connection that nobody used for long is not trusted: what is sent on one that
// was forgotten by a firewall gets no answer.
func TestIdleConnectionForgotten(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	before := value[int](t, raw, "SELECT pid"+ours)
	commit(t, s, event(vod.ID{1}))
	require.Equal(t, before, value[int](t, raw, "SELECT pid"+ours))
	for n, age := range []time.Duration{time.Hour, -time.Hour} { // also if the clock was put back
		s.Age(age)
		commit(t, s, event(vod.ID{2, byte(n)}))
		require.Eventually(t, func() bool { return value[int](t, raw, "SELECT count(*)"+ours) == 1 }, 10*time.Second, time.Millisecond)
		after := value[int](t, raw, "SELECT pid"+ours)
		require.NotEqual(t, before, after)
		before = after
	}
}

// Somebody else holds a lock; a commit that waits for it can be called off, and the
// store goes on.
func TestCancelledCommit(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	other, err := pgx.Connect(t.Context(), raw)
	require.NoError(t, err)
	defer other.Close(context.WithoutCancel(t.Context()))
	_, err = other.Exec(t.Context(), "BEGIN; LOCK TABLE vod_facts")
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan error)
	go func() {
		_, err := s.Commit(ctx, []store.Record{event(vod.ID{1})})
		done <- err
	}()
	waitForLock(t, raw)
	start := time.Now()
	cancel(errors.New("called off"))
	err = <-done
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(start), 10*time.Second)
	_, err = other.Exec(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	outcomes, err := s.Commit(t.Context(), []store.Record{event(vod.ID{1})})
	require.NoError(t, err)
	require.Contains(t, []store.State{store.New, store.Known}, outcomes[0].State)
}

// waitForLock waits until a connection of ours waits for a lock.
func waitForLock(t *testing.T, server string) {
	t.Helper()
	require.Eventually(t, func() bool {
		return value[int](t, server, "SELECT count(*)"+ours+" AND wait_event_type = 'Lock'") > 0
	}, 10*time.Second, time.Millisecond)
}

func TestFrozenServer(t *testing.T) {
	t.Parallel()
	server := services.Own(t, "postgres")
	s := open(t, server.URL)
	require.NoError(t, s.Migrate(t.Context()))
	commit(t, s, event(vod.ID{1}))
	server.Freeze()
	for n := range byte(3) { // on the connection that is there, then on new ones
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		start := time.Now()
		_, err := s.Commit(ctx, []store.Record{event(vod.ID{2, n})})
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Less(t, time.Since(start), 2*time.Second)
	}
	server.Thaw()
	for n := range byte(3) {
		outcomes, err := s.Commit(t.Context(), []store.Record{event(vod.ID{2, n})})
		require.NoError(t, err)
		require.Contains(t, []store.State{store.New, store.Known}, outcomes[0].State)
	}
	events, err := s.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err)
	require.Len(t, events, 4)
}

// As after a failover, when the name still leads to the server that can only read.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	commit(t, s, event(vod.ID{1}))
	admin(t, raw, "ALTER DATABASE "+name(t, raw)+" SET default_transaction_read_only = on")
	cut(t, raw)
	_, err := s.Commit(t.Context(), []store.Record{event(vod.ID{2})})
	require.ErrorContains(t, err, "read-only")
	_, err = s.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err)
	admin(t, raw, "SET default_transaction_read_only = off", "ALTER DATABASE "+name(t, raw)+" RESET default_transaction_read_only")
	commitAgain(t, s, event(vod.ID{2}))
}

// name is the name of the database.
func name(t *testing.T, raw string) string {
	t.Helper()
	u, err := url.Parse(raw)
	require.NoError(t, err)
	return u.Path[1:]
}

// commitAgain commits until the store takes it, a few times, and requires that the
// record is new.
func commitAgain(t *testing.T, s *postgres.Store, r store.Record) {
	t.Helper()
	var outcomes []store.Outcome
	var err error
	for range 2 { // the first may find a connection of before
		if outcomes, err = s.Commit(t.Context(), []store.Record{r}); err == nil {
			break
		}
	}
	require.NoError(t, err)
	require.Equal(t, []store.Outcome{{State: store.New}}, outcomes)
}

func TestConnectionsExhausted(t *testing.T) {
	t.Parallel()
	server := services.Postgres(t)
	raw := newSchema(t, server)
	s := open(t, raw)
	require.NoError(t, s.Migrate(t.Context()))
	u, err := url.Parse(raw)
	require.NoError(t, err)
	admin(t, server, "ALTER USER "+u.User.Username()+" CONNECTION LIMIT 1")
	other := open(t, raw)
	_, err = other.Commit(t.Context(), []store.Record{event(vod.ID{1})})
	require.ErrorContains(t, err, "too many connections")
	commit(t, s, event(vod.ID{1}))
	require.NoError(t, s.Close())
	require.Eventually(t, func() bool {
		_, err := other.Commit(t.Context(), []store.Record{event(vod.ID{2})})
		return err == nil
	}, 10*time.Second, time.Millisecond)
}

func TestErrorsOfConnecting(t *testing.T) {
	t.Parallel()
	raw := services.Postgres(t)
	change := func(fn func(*url.URL)) string {
		u, err := url.Parse(raw)
		require.NoError(t, err)
		fn(u)
		return u.String()
	}
	for _, tc := range []struct {
		name string
		url  string
		want string
	}{
		{name: "nobody there", url: change(func(u *url.URL) { u.Host = "127.0.0.1:1" }), want: "postgres: commit: 127.0.0.1:1: connect: connection refused"},
		{name: "no such host", url: change(func(u *url.URL) { u.Host = "nowhere.invalid" }), want: "postgres: commit: connect: the host is not known by that name"},
		{
			name: "password", url: change(func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "other") }),
			want: "postgres: commit: the server does not let this user in, or the password is wrong (SQLSTATE 28P01)",
		},
		{name: "database", url: change(func(u *url.URL) { u.Path = "/other" }), want: "postgres: commit: there is no such database (SQLSTATE 3D000)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := open(t, tc.url).Commit(t.Context(), []store.Record{event(vod.ID{1})})
			require.EqualError(t, err, tc.want)
		})
	}
}
