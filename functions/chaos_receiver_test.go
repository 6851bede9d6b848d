package functions_test

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestChaosKilled kills all instances of the HTTP function again and again. No event
// is discarded, what was acknowledged is a row, and the platform answers for those
// who were killed, and for no others.
func TestChaosKilled(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) database{"sqlite": onSQLite, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, open(t), spool{})
			kills, rng := or(8, 50), random(t, senders)
			for range kills {
				b.await(t, 1+rng.IntN(10)) // all have recovered from the last one
				killBusy(t, b.http)
			}
			b.await(t, 1)
			b.fault = strconv.Itoa(kills) + " kills"
			o := b.settle(t)
			require.Zero(t, o.discarded)
			counts := b.http.Counts()
			requireOnlyKilled(t, counts, kills, senders)
			require.Equal(t, counts.Failures(), o.platform)
			require.LessOrEqual(t, o.stored, o.acknowledged+o.platform)
		})
	}
}

// onSQLite is a new database in a file.
func onSQLite(t *testing.T) database {
	t.Helper()
	return newDatabase(t)
}

// onPostgres is a new database on the server that tests share.
func onPostgres(t *testing.T) database {
	t.Helper()
	needs(t, "PostgreSQL")
	return migrated(t, services.Postgres(t))
}

// migrated opens the store at url and makes its tables.
func migrated(t testing.TB, url string) database {
	t.Helper()
	db := openDatabase(t, url)
	require.NoError(t, db.migrate(t.Context()))
	return db
}

// TestChaosDown takes receivers away for longer than VOD's rule bridges. Of one
// receiver, it discards those events of which all attempts fell into that time, and
// of two behind one address none: the balancer notices after 1.5 s only, and what
// breaks off is sent again.
func TestChaosDown(t *testing.T) {
	t.Parallel()
	const outage, noticed = 4 * time.Second, 1500 * time.Millisecond
	for name, n := range map[string]int{"one receiver": 1, "two receivers": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			front := &balancer{}
			var pools []*emulator.Pool
			for range n {
				pool := startReceiver(t, db.settings("LOG_LEVEL=warn"))
				pools = append(pools, pool)
				front.add(pool.HTTPTrigger())
			}
			b := &bench{load: newLoad(t, serve(t, front), senders), db: db}
			b.fault = strconv.Itoa(n) + " × " + seconds(outage)
			var downs []down
			for i, pool := range pools {
				b.await(t, 5)
				d := down{from: time.Now()}
				receiver := front.put(i, dead)
				pool.KillAll()
				<-time.After(noticed)
				front.put(i, nil)
				<-time.After(outage - noticed)
				front.put(i, receiver)
				d.to = time.Now()
				downs = append(downs, d)
			}
			b.await(t, 5)
			o := b.settle(t)
			if n > 1 {
				require.Zero(t, o.discarded)
				require.Greater(t, o.attempts, o.sent, "nobody met the dead one")
			}
			for _, e := range b.sent {
				require.False(t, e.res.Discarded() && !slices.ContainsFunc(downs, func(d down) bool { return d.forces(e) }),
					"discarded, although the receiver was there: %+v", e.res)
			}
		})
	}
}

// down is when a receiver was away.
type down struct{ from, to time.Time }

// forces says that every attempt to send the event fell into the time.
func (d down) forces(e sent) bool {
	return !slices.ContainsFunc(e.res.Attempts, func(a vodtest.Attempt) bool {
		return a.Started.Add(a.Duration).Before(d.from) || a.Started.After(d.to)
	})
}

// balancer stands in front of several receivers and takes them in turn. It breaks
// connections off when all are down.
type balancer struct {
	mu   sync.Mutex
	all  []http.Handler // nil: known to be down
	turn int
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.next().ServeHTTP(w, r)
}

// next returns whose turn it is.
func (b *balancer) next() http.Handler {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range b.all {
		b.turn++
		if h := b.all[b.turn%len(b.all)]; h != nil {
			return h
		}
	}
	return dead
}

// dead is a receiver that is not there.
var dead = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })

// add brings up one more receiver.
func (b *balancer) add(h http.Handler) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, h)
}

// put replaces a receiver, and returns it.
func (b *balancer) put(i int, h http.Handler) http.Handler {
	b.mu.Lock()
	defer b.mu.Unlock()
	old := b.all[i]
	b.all[i] = h
	return old
}
