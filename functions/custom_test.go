package functions_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// A custom runtime gets events and requests on the same port. Nobody makes the one of the
// other: neither by a path nor by the headers that are the platform's.
func TestARequestIsNoEvent(t *testing.T) {
	t.Parallel()
	db := emptyDatabase(t)
	body := string(upload(0))
	for function, want := range map[string]int{"http": http.StatusUnauthorized, "mns": http.StatusNotFound} {
		pool := start(t, function, emulator.Function{Runtime: emulator.CustomRuntime, Env: db.settings()})
		url := strings.TrimSuffix(serve(t, pool.HTTPTrigger()), "/vod/events")
		for _, path := range []string{"/", "/invoke", "/initialize", "/pre-stop"} {
			for _, payload := range []string{body, `{"operation":"migrate"}`} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+path, strings.NewReader(payload))
				require.NoError(t, err)
				r.Header.Set("Content-Type", "application/octet-stream")
				r.Header.Set("X-Fc-Control-Path", path)
				resp, err := http.DefaultClient.Do(r)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				require.Equal(t, want, resp.StatusCode, "%s %s", function, path)
			}
		}
		require.Zero(t, pool.Counts().Failures())
	}
	require.NoError(t, db.migrate(t.Context()))
	require.Empty(t, db.rows(t))
}

// TestEventsOfACustomRuntime sends the same events through every channel at once, to one
// instance, after an operation that the platform asks for.
func TestEventsOfACustomRuntime(t *testing.T) {
	t.Parallel()
	db := emptyDatabase(t)
	crm := newReceiver(t)
	out := &output{}
	pool := start(t, "mns", emulator.Function{
		Runtime: emulator.CustomRuntime, Env: db.settings(sinks(crm.sink("crm")), secretSetting), Output: out, Instances: 1, Concurrency: 20,
		Async: fast(nil),
	})
	res, err := pool.Invoke(t.Context(), []byte(`{"operation":"rebuild"}`))
	require.NoError(t, err)
	require.Equal(t, emulator.UnhandledInvocationError, res.ErrorType, "a failure is said")
	require.ErrorContains(t, res.Err(), "tables are missing")
	res, err = pool.Invoke(t.Context(), []byte(`{"operation":"migrate"}`))
	require.NoError(t, err)
	require.NoError(t, res.Err())

	life := vodtest.Life()
	topic := pool.Topic(emulator.TopicTrigger{Format: emulator.JSON})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 4, Pushers: 3, Duplicate: 2})
	for _, body := range life {
		_, err := topic.Publish(t.Context(), string(body), nil)
		require.NoError(t, err)
		require.NoError(t, queue.Send(string(body)))
		_, err = pool.InvokeAsync(t.Context(), tick())
		require.NoError(t, err)
	}
	require.NoError(t, queue.Drain(t.Context()))
	require.NoError(t, pool.Drain(t.Context()))
	require.Len(t, db.rows(t), len(life))
	tickUntil(t, pool, func() bool { return len(crm.got()) == len(life) })
	c := pool.Counts()
	require.Equal(t, 1, c.Failures())
	require.Equal(t, 1, c.ColdStarts)
	require.Zero(t, c.DeadLetters)
	_ = out.await(t, "event", len(life))
}

// TestManyCallbacksOnOneInstance holds the store until one instance has as many callbacks
// in hand as Function Compute gives it at most.
func TestManyCallbacksOnOneInstance(t *testing.T) {
	t.Parallel()
	const n = 200
	db := newDatabase(t)
	pool := start(t, "http", emulator.Function{Runtime: emulator.CustomRuntime, Env: db.settings(), Instances: 1, Concurrency: n})
	s := sender(serve(t, pool.HTTPTrigger()))
	s.Attempts, s.Interval, s.Timeout = 1000, time.Millisecond, time.Minute // this machine may be busy elsewhere
	release := lock(t, db.path)
	var senders sync.WaitGroup
	for i := range n {
		senders.Go(func() {
			res, err := s.Send(t.Context(), upload(i))
			if err != nil || !res.Acknowledged || res.PlatformError != "" {
				t.Errorf("%+v %v", res, err)
			}
		})
	}
	require.Eventually(t, func() bool { return pool.Counts().Invocations >= n }, time.Minute, time.Millisecond)
	release()
	senders.Wait()
	require.Len(t, db.rows(t), n)
	require.Equal(t, 1, pool.Counts().ColdStarts)
	require.Zero(t, pool.Counts().Failures())
}

// TestCallbacksOutliveKills kills instances again and again that have many callbacks in
// hand: whatever was answered with 200 is a row. The platform answers 502 for the rest.
func TestCallbacksOutliveKills(t *testing.T) {
	t.Parallel()
	const kills, workers, instances = 5, 40, 2
	db := newDatabase(t)
	pool := start(t, "http", emulator.Function{Runtime: emulator.CustomRuntime, Env: db.settings(), Instances: instances, Concurrency: workers})
	s := sender(serve(t, pool.HTTPTrigger()))
	s.Attempts, s.Interval, s.Timeout = 1000, time.Millisecond, time.Minute
	ended := make(chan struct{})
	var mu sync.Mutex
	acknowledged := map[vod.ID]bool{}
	received := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(acknowledged)
	}
	var senders sync.WaitGroup
	for worker := range workers {
		senders.Go(func() {
			for i := worker; ; i += workers {
				select {
				case <-ended:
					return
				default:
				}
				body := upload(i)
				res, err := s.Send(t.Context(), body)
				if err != nil || !res.Acknowledged || res.PlatformError != "" {
					t.Errorf("%+v %v", res, err)
					return
				}
				id, _ := vod.IDOf(body) // it has one
				mu.Lock()
				acknowledged[id] = true
				mu.Unlock()
			}
		})
	}
	for range kills {
		done := received()
		require.Eventually(t, func() bool { return received() > done }, time.Minute, time.Millisecond)
		before := pool.Counts()
		require.Eventually(t, func() bool {
			if slices.ContainsFunc(pool.Instances(), func(i emulator.Instance) bool { return i.State == emulator.Busy }) {
				pool.KillAll()
			}
			now := pool.Counts()
			return now.Killed > before.Killed && now.ColdStarts > before.ColdStarts
		}, time.Minute, time.Millisecond, "no instance was killed in mid-request and replaced")
	}
	close(ended)
	senders.Wait()
	rows := db.rows(t)
	require.Len(t, rows, len(acknowledged))
	for id := range acknowledged {
		require.Contains(t, rows, id)
	}
	requireOnlyKilled(t, pool.Counts(), kills, instances)
}
