package mysql_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/mysql"
	"github.com/vodevents/vodevents/shared/vod"
)

// soon is far more than what is allowed to go by after the end of a context, for
// machines that are busy, and less than the longest wait for a lock.
const soon = 1500 * time.Millisecond

func TestSession(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t)
	for variable, want := range map[string]string{
		"tx_isolation":             "READ-COMMITTED",
		"sql_mode":                 "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION",
		"time_zone":                "+00:00",
		"character_set_client":     "utf8mb4",
		"wait_timeout":             "60",
		"innodb_lock_wait_timeout": "2",
	} {
		var got string
		require.NoError(t, s.Conns().QueryRowContext(t.Context(), "SELECT @@"+variable).Scan(&got))
		require.Equal(t, want, got, variable)
	}
	require.Equal(t, 1, s.Conns().Stats().MaxOpenConnections, "each instance of a function has one")
}

// What ends an idle connection is not noticed by whoever commits next.
func TestIdleConnection(t *testing.T) {
	t.Parallel()
	_, rawURL := fresh(t)
	p := newProxy(t, rawURL)
	s, db := open(t, p.url), raw(t, rawURL)
	for n, end := range []func(id int){
		func(id int) { // KILL takes no argument
			_, err := db.ExecContext(t.Context(), fmt.Sprintf("KILL %d", id))
			require.NoError(t, err)
		},
		func(int) { p.cut() },
	} {
		require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{byte(n), 1})))
		end(connectionID(t, s.Conns()))
		require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{byte(n), 2})))
		end(connectionID(t, s.Conns()))
		_, err := s.Events(t.Context(), store.EventQuery{})
		require.NoError(t, err)
		end(connectionID(t, s.Conns()))
		_, err = s.Claim(t.Context(), store.Claim{Token: "t", For: time.Hour, Sinks: []string{"crm"}, Limit: 1})
		require.NoError(t, err)
		end(connectionID(t, s.Conns()))
		require.NoError(t, s.Seen(t.Context(), "crm"))
	}

	// Nothing tells that a firewall has forgotten the connection.
	commit(t, s, event(vod.ID{9, 1}))
	p.stall()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := s.Commit(ctx, []store.Record{event(vod.ID{9, 2})})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(start), soon)
	require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{9, 2})))
}

func connectionID(t *testing.T, db *sql.DB) int {
	t.Helper()
	var id int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT CONNECTION_ID()").Scan(&id))
	return id
}

// Connections are cut all the time, in the middle of whatever it is.
func TestCutConnections(t *testing.T) {
	t.Parallel()
	_, rawURL := fresh(t)
	p := newProxy(t, rawURL)
	s := open(t, p.url)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(3 * time.Millisecond):
				p.cut()
			}
		}
	})
	acknowledged := map[vod.ID]bool{}
	for _, r := range eventsFrom(0, 100) {
		if outcomes, err := s.Commit(t.Context(), []store.Record{r}); err == nil {
			require.Contains(t, []store.State{store.New, store.Known}, outcomes[0].State)
			acknowledged[r.ID] = true
		}
	}
	close(done)
	wg.Wait()
	require.NotEmpty(t, acknowledged)
	events, err := open(t, rawURL).Events(t.Context(), store.EventQuery{Limit: 200})
	require.NoError(t, err)
	for _, e := range events {
		delete(acknowledged, e.ID)
	}
	require.Empty(t, acknowledged, "acknowledged, so it is there")
}

// Another instance is frozen in the middle of a transaction.
func TestLockedElsewhere(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	r, next := event(vod.ID{1}), event(vod.ID{2})
	next.Facts[0].Medium = r.Subject
	next.Subject = r.Subject
	commit(t, s, r)
	other, err := raw(t, rawURL).Conn(t.Context())
	require.NoError(t, err)
	_, err = other.ExecContext(t.Context(), "START TRANSACTION; SELECT * FROM vod_facts FOR UPDATE")
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err = s.Commit(ctx, []store.Record{next})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(start), soon)
	_, err = s.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err, "who reads does not wait")

	// It waits for longer than the server has patience.
	var wg sync.WaitGroup
	wg.Go(func() {
		<-time.After(2500 * time.Millisecond)
		_, err = other.ExecContext(context.WithoutCancel(t.Context()), "ROLLBACK")
	})
	states := commit(t, s, next)
	wg.Wait()
	require.NoError(t, err)
	require.NoError(t, other.Close())
	require.Contains(t, []store.State{store.New, store.Known}, states[0])
}

// When a commit has returned because its context ended, nobody waits for it for long.
func TestNoLockIsLeftBehind(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	other := open(t, rawURL)
	for i := range 20 {
		large := eventsFrom(uint32(100*i), uint32(100*i+6))
		for j := range large {
			large[j].Body = make([]byte, 1<<20)
			large[j].Facts[0].Medium = "m"
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*5*time.Millisecond)
		_, _ = s.Commit(ctx, large)
		cancel()
		one := event(vod.ID{0xFF, byte(i)})
		one.Facts[0].Medium = "m"
		ctx, cancel = context.WithTimeout(t.Context(), 10*time.Second)
		_, err := other.Commit(ctx, []store.Record{one})
		cancel()
		require.NoError(t, err)
	}
}

// Two transactions want what the other has; the server ends ours, as it has less to
// roll back. On a slow machine ours may have had enough of waiting before the other
// asks for what it has; then they meet once more.
func TestDeadlock(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	a, b := event(vod.ID{1}), event(vod.ID{2})
	a.Subject, b.Subject = "a", "b"
	a.Facts[0].Medium, b.Facts[0].Medium = "a", "b"
	commit(t, s, a, b)
	commit(t, s, eventsFrom(1000, 2000)...)
	other, err := raw(t, rawURL).Conn(t.Context())
	require.NoError(t, err)
	defer other.Close()
	deadlocks := func() int {
		var name string
		var n int
		require.NoError(t, other.QueryRowContext(t.Context(), "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'").Scan(&name, &n))
		return n
	}
	before := deadlocks()
	for i := range 20 {
		next := event(vod.ID{3, byte(i)})
		next.Facts = append(next.Facts, next.Facts[0])
		next.Facts[0].Medium, next.Facts[1].Medium = "a", "b"
		meet(t, s, other, next)
		if deadlocks() > before {
			return
		}
	}
	require.Fail(t, "no deadlock came about")
}

// meet commits the event, which is about the media a and b in this order, while the
// other changes them in the other order, and expects the event to be new.
func meet(t *testing.T, s *mysql.Store, other *sql.Conn, next store.Record) {
	t.Helper()
	_, err := other.ExecContext(t.Context(),
		"START TRANSACTION; UPDATE vod_facts SET value = 'x' WHERE medium NOT IN ('a', 'b'); UPDATE vod_facts SET value = 'x' WHERE medium = 'b'")
	require.NoError(t, err)
	var states []store.State
	var wg sync.WaitGroup
	wg.Go(func() {
		if outcomes, err := s.Commit(t.Context(), []store.Record{next}); err == nil {
			states = append(states, outcomes[0].State)
		}
	})
	require.Eventually(t, func() bool { // it has a, and waits for b
		var n int
		err := other.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM information_schema.innodb_lock_waits").Scan(&n)
		return err == nil && n > 0
	}, 10*time.Second, 200*time.Millisecond) // the table is not renewed while it is read more often
	_, err = other.ExecContext(t.Context(), "UPDATE vod_facts SET value = 'x' WHERE medium = 'a'")
	require.NoError(t, err)
	_, err = other.ExecContext(t.Context(), "COMMIT")
	require.NoError(t, err)
	wg.Wait()
	require.Equal(t, []store.State{store.New}, states)
}
