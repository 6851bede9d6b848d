package functions_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/scripts/emulator/oss"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestChaosBothCopies kills the functions between landing in the fallback and drain,
// and between the drain's commit and what it removes, and lets VOD send again what
// waits: whatever is in both places ends as one row.
func TestChaosBothCopies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]func(*testing.T, *bench) (spool, func()){
		"directory": func(t *testing.T, b *bench) (spool, func()) { // at some moment or other
			return inDirectory(t), func() {
				require.True(t, b.mns.Timer(t.Context(), emulator.TimerTrigger{Every: time.Millisecond}))
				for range or(3, 20) {
					killBusy(t, b.mns)
				}
			}
		},
		"queue": func(t *testing.T, b *bench) (spool, func()) { // at exactly that one
			s, server := inQueue(t)
			return s, killBeforeRemoval(t, b, s, func(removes func()) {
				server.Inject(func(c mns.Call) (f mns.Fault) {
					if strings.Contains(c.Action, "Delete") {
						removes()
						f.Hang = true
					}
					return f
				})
			}, func() { server.Inject(nil) })
		},
		"bucket": func(t *testing.T, b *bench) (spool, func()) {
			s, server := inBucket(t)
			return s, killBeforeRemoval(t, b, s, func(removes func()) {
				server.SetFault(func(c oss.Call) (f oss.Fault) {
					if strings.HasPrefix(c.Operation, "Delete") {
						removes()
						f.Hang = true
					}
					return f
				})
			}, func() { server.SetFault(nil) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &bench{db: newDatabase(t)}
			s, drain := tc(t, b)
			b.spool = s
			env := b.db.settings(s.setting)
			b.http = startReceiver(t, env)
			b.mns = start(t, "mns", emulator.Function{Env: env, Instances: 2, Async: emulator.Async{Retries: -1}, Output: newTail(t)})

			release := lock(t, b.db.path)
			t.Cleanup(release)
			url := serve(t, b.http.HTTPTrigger())
			b.load = newLoad(t, url, senders)
			b.await(t, 3)
			b.end()
			waiting := s.waiting(t)
			require.Positive(t, waiting)
			b.http.KillAll()
			release()
			for i, e := range b.sent {
				if i%2 == 0 {
					require.Equal(t, "new", post(t, sender(url), e.body).Outcome)
				}
			}
			require.Equal(t, waiting, s.waiting(t))
			drain()
			o := b.settle(t)
			require.Equal(t, o.acknowledged, o.fallback)
			require.Equal(t, o.acknowledged, o.stored)
		})
	}
}

// killBeforeRemoval returns a drain that is killed when everything that it took is
// committed and nothing removed, and then begins anew. The fallback hangs at the first
// removal, of which it tells, until it is mended.
func killBeforeRemoval(t *testing.T, b *bench, s spool, hang func(removes func()), mend func()) (drain func()) {
	t.Helper()
	return func() {
		committed := make(chan struct{}, 1<<10)
		hang(func() { committed <- struct{}{} })
		_, err := b.mns.InvokeAsync(t.Context(), tick())
		require.NoError(t, err)
		<-committed
		b.mns.KillAll()
		mend()
		require.Positive(t, s.waiting(t))
		require.True(t, b.mns.Timer(t.Context(), emulator.TimerTrigger{Every: 100 * time.Millisecond}))
	}
}

// TestChaosBothAway takes the store and the fallback away: there is no answer but 503
// until one of them is back.
func TestChaosBothAway(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s, server := inQueue(t)
	b := newBench(t, db, s, "VOD_BUDGET=1s") // many attempts begin and end while both are away
	b.await(t, 5)
	server.Inject(func(mns.Call) mns.Fault { return mns.Fault{Code: "InternalError"} })
	t.Cleanup(func() { server.Inject(nil) })
	release := lock(t, db.path)
	t.Cleanup(release)
	from := time.Now()
	<-time.After(or(5*time.Second, 10*time.Second))
	to := time.Now()
	release()
	b.fault = seconds(to.Sub(from))
	b.await(t, 5)
	server.Inject(nil)
	b.settle(t)
	n := 0
	for _, e := range b.sent {
		for _, a := range e.res.Attempts {
			if a.Started.After(from) && a.Started.Add(a.Duration).Before(to) {
				require.Equal(t, http.StatusServiceUnavailable, a.Status)
				n++
			}
		}
	}
	require.Positive(t, n)
}

// TestChaosSettings gives the HTTP function settings that do not work. What is
// authentic goes to the fallback, as long as it can be told, and into the store when
// the settings are right.
func TestChaosSettings(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]string{
		"no store":       "VOD_STORE=",
		"unknown store":  "VOD_STORE=oracle://user:s3cret@db/vod",
		"SQLite on FC":   "VOD_STORE=sqlite:/nowhere/vod.db",
		"unknown sink":   "VOD_SINKS=gopher://crm.example/s3cret#name=crm",
		"nameless sink":  "VOD_SINKS=https://crm.example/s3cret",
		"topic of sorts": "VOD_TOPIC=mns://s3cret",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			crm := newReceiver(t)
			s := inDirectory(t)
			env := db.settings(sinks(crm.sink("crm")), secretSetting, s.setting)
			pool := startReceiver(t, append(env, wrong))
			url := serve(t, pool.HTTPTrigger())
			b := &bench{load: newLoad(t, url, senders), db: db, http: pool, spool: s}
			b.await(t, 5)
			b.end()

			waiting := s.waiting(t)
			forged := sender(url)
			forged.Key = "Forged1"
			a := attempt(t.Context(), forged, vodtest.NewEvent(vod.TypeFileUploadComplete))
			require.Equal(t, http.StatusUnauthorized, a.Status)
			require.NotContains(t, string(a.Body), "s3cret")
			require.Equal(t, waiting, s.waiting(t), "what is forged is not kept")

			b.mns = start(t, "mns", emulator.Function{Env: append(env, wrong), Output: newTail(t)})
			res, err := b.mns.Invoke(t.Context(), tick())
			require.NoError(t, err)
			if !strings.HasPrefix(wrong, "VOD_TOPIC") { // which is the other function's
				require.Error(t, res.Err())
				require.Equal(t, waiting, s.waiting(t))
			}
			b.mns = start(t, "mns", emulator.Function{Env: env, Output: newTail(t)})
			require.True(t, b.mns.Timer(t.Context(), emulator.TimerTrigger{Every: 100 * time.Millisecond}))
			o := b.settle(t)
			require.Equal(t, o.sent, o.fallback)
			require.Equal(t, o.sent, o.stored)
			b.until(t, func() bool { return len(crm.got()) == o.sent })
		})
	}
}

// Without a key nobody can say what is authentic: nothing goes to the fallback.
func TestChaosNoKey(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := inDirectory(t)
	pool := startReceiver(t, db.settings(s.setting, "VOD_AUTH_KEY="))
	r := post(t, sender(serve(t, pool.HTTPTrigger())), upload(0))
	require.Equal(t, http.StatusServiceUnavailable, r.Status)
	require.Zero(t, s.waiting(t))
	require.Empty(t, db.rows(t))
}
