package functions_test

import (
	"cmp"
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
)

// fault is something that happens to a store.
type fault struct {
	name string
	// lasts is how long in a short run, and long in a long one, if it is different.
	lasts, long time.Duration
	// queue says that the fallback is one, and not a directory.
	queue bool
	// outlasts says that it lasts longer than VOD's rule bridges when an attempt fails
	// after a second, as it does here: without a fallback events are discarded.
	outlasts bool
	// begin breaks the stores of the stage, and returns how to mend them.
	begin func(t *testing.T, s *stage) (mend func())
}

// stage is two databases of one kind to which the same happens: one without a
// fallback behind it, and one with.
type stage struct {
	bare, backed database
	server       *services.Server // of both, if they have one
	way          *way             // to it
	benches      []*bench
}

// TestChaosStore breaks stores under load. With a fallback, no event is discarded;
// without, it is refused as long as it cannot be stored, and everything goes on when
// it can.
func TestChaosStore(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]struct {
		open   func(*testing.T) *stage
		faults []fault
	}{
		"postgres": {open: twoOnPostgres, faults: []fault{
			{name: "crashed", outlasts: true, lasts: 6 * time.Second, long: 10 * time.Second, queue: true, begin: crash},
			{name: "frozen", outlasts: true, lasts: 6 * time.Second, long: 10 * time.Second, begin: freeze},
			{name: "slow", lasts: 6 * time.Second, long: 20 * time.Second, begin: slow},
			{name: "no connection left", outlasts: true, lasts: 6 * time.Second, long: 10 * time.Second, begin: exhaust},
			{name: "read-only", outlasts: true, lasts: 6 * time.Second, long: 10 * time.Second, queue: true, begin: readOnly},
		}},
		"sqlite": {open: twoInFiles, faults: []fault{
			{name: "locked", outlasts: true, lasts: 6 * time.Second, long: 10 * time.Second, begin: lockBoth},
			{name: "slow", lasts: 4 * time.Second, long: 20 * time.Second, begin: slowBoth},
		}},
	} {
		for _, fault := range f.faults {
			t.Run(name+" "+fault.name, func(t *testing.T) {
				t.Parallel()
				fault.play(t, f.open(t))
			})
		}
	}
}

// play loads both stores of a stage while the fault lasts.
func (f fault) play(t *testing.T, s *stage) {
	t.Helper()
	behind := inDirectory(t)
	if f.queue {
		behind, _ = inQueue(t)
	}
	var settings []string
	if f.outlasts {
		settings = append(settings, "VOD_BUDGET=1s")
	}
	bare, backed := newBench(t, s.bare, spool{}, settings...), newBench(t, s.backed, behind, settings...)
	s.benches = []*bench{bare, backed}
	for _, b := range s.benches {
		b.await(t, 5)
	}
	began := time.Now()
	mend := sync.OnceFunc(f.begin(t, s))
	t.Cleanup(mend)
	<-time.After(or(f.lasts, cmp.Or(f.long, f.lasts)))
	if f.outlasts { // on a busy machine attempts take longer
		bare.until(t, bare.dropped)
	}
	mend()
	lasted := seconds(time.Since(began))
	for _, b := range s.benches {
		b.fault = lasted
		b.awaitStore(t, 5)
	}
	without, with := bare.compare(t), backed.compare(t)
	bare.requireAlways(t, without)
	backed.requireAlways(t, with)
	if f.outlasts {
		require.Positive(t, without.discarded, "the store was not away for long enough")
	}
	require.Zero(t, with.discarded, "with a fallback")
	require.Positive(t, with.fallback, "the store was not away")
}

// twoOnPostgres are databases of a server of their own.
func twoOnPostgres(t *testing.T) *stage {
	t.Helper()
	needs(t, "PostgreSQL")
	server := services.Own(t, "postgres")
	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	s := &stage{server: server, way: newWay(t, u.Host)}
	other := *u
	other.Path = "/backed"
	password, _ := u.User.Password()
	administer(t, server, "CREATE DATABASE backed", "CREATE ROLE app LOGIN PASSWORD '"+password+"' IN ROLE vod")
	for _, db := range []struct {
		*database
		url url.URL
	}{{&s.bare, *u}, {&s.backed, other}} {
		*db.database = migrated(t, db.url.String())
		db.url.Host, db.url.User = s.way.address, url.UserPassword("app", password)
		db.database.url = db.url.String() // for functions
	}
	return s
}

// administer executes statements on a connection of its own.
func administer(t *testing.T, server *services.Server, statements ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // also to mend what is broken when the test ends
	conn, err := pgx.Connect(ctx, server.URL)
	require.NoError(t, err)
	for _, statement := range statements {
		_, err := conn.Exec(ctx, statement)
		require.NoError(t, err)
	}
	require.NoError(t, conn.Close(ctx))
}

func crash(_ *testing.T, s *stage) (mend func()) {
	s.server.Kill()
	return s.server.Start
}

func freeze(_ *testing.T, s *stage) (mend func()) {
	s.server.Freeze()
	return s.server.Thaw
}

// slow makes each commit take three seconds, which is in time, and makes new
// connections take longer than anybody waits.
func slow(_ *testing.T, s *stage) (mend func()) {
	s.way.delay.Store(int64(3 * time.Second))
	return func() { s.way.delay.Store(int64(30 * time.Millisecond)) } // as between regions: making a connection takes longer than an answer
}

// readOnly is what a standby is, and a primary that lost its place.
func readOnly(t *testing.T, s *stage) (mend func()) {
	administer(t, s.server, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
	return func() {
		administer(t, s.server, "ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")
	}
}

// exhaust leaves no connection to the user of the functions, and cuts those it has.
func exhaust(t *testing.T, s *stage) (mend func()) {
	administer(t, s.server, "ALTER ROLE app CONNECTION LIMIT 0",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
	return func() { administer(t, s.server, "ALTER ROLE app CONNECTION LIMIT -1") }
}

// way is a way to a server, on which answers may take longer.
type way struct {
	address string
	delay   atomic.Int64 // of each part of an answer, in nanoseconds
}

// newWay opens a way to the server at host until the end of the test.
func newWay(t *testing.T, host string) *way {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &way{address: l.Addr().String()}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var open sync.WaitGroup
	open.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return // the test is over
			}
			open.Go(func() { w.carry(ctx, client, host) })
		}
	})
	t.Cleanup(func() {
		cancel()
		require.NoError(t, l.Close())
		open.Wait()
	})
	return w
}

// carry connects a client to the server until one of them ends it, or ctx.
func (w *way) carry(ctx context.Context, client net.Conn, host string) {
	defer client.Close()
	server, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return
	}
	end := func() { client.Close(); server.Close() }
	defer context.AfterFunc(ctx, end)()
	var there sync.WaitGroup
	there.Go(func() {
		defer end()
		_, _ = io.Copy(server, client)
	})
	defer there.Wait()
	defer end()
	buffer := make([]byte, 32<<10)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		select {
		case <-time.After(time.Duration(w.delay.Load())):
		case <-ctx.Done():
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// twoInFiles are databases in a directory.
func twoInFiles(t *testing.T) *stage {
	t.Helper()
	return &stage{bare: newDatabase(t), backed: newDatabase(t)}
}

// lockBoth is another process that writes, and does not end.
func lockBoth(t *testing.T, s *stage) (mend func()) {
	first, second := lock(t, s.bare.path), lock(t, s.backed.path)
	return func() { first(); second() }
}

// slowBoth is another process that writes for most of the time.
func slowBoth(t *testing.T, s *stage) (mend func()) {
	stop := make(chan struct{})
	var done sync.WaitGroup
	for _, path := range []string{s.bare.path, s.backed.path} {
		done.Go(func() {
			for {
				release := lock(t, path)
				select {
				case <-time.After(2 * time.Second):
					release()
				case <-stop:
					release()
					return
				}
			}
		})
	}
	return func() { close(stop); done.Wait() }
}
