package functions_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/mns/mnstest"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// tick is what the timer trigger hands over.
func tick() []byte { return mnstest.TimerEvent(mns.Timer{Name: "redrive", Time: time.Now()}) }

// sinks is the setting.
func sinks(urls ...string) string { return "VOD_SINKS=" + strings.Join(urls, " ") }

const secretSetting = "VOD_WEBHOOK_SECRET=" + webhookSecret

// state returns the states of all deliveries, and how many there are of each.
func states(t testing.TB, db database) map[store.DeliveryState]int {
	t.Helper()
	all, err := db.Deliveries(t.Context(), store.DeliveryQuery{Limit: 1 << 20})
	require.NoError(t, err)
	n := map[store.DeliveryState]int{}
	for _, d := range all {
		n[d.State]++
	}
	return n
}

// redriveUntil lets the timer go off until done.
func redriveUntil(t testing.TB, pool *emulator.Pool, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !done() {
		require.True(t, time.Now().Before(deadline), "it takes too long")
		res, err := pool.Invoke(t.Context(), tick())
		require.NoError(t, err)
		require.NoError(t, res.Err())
	}
}

// upload is the n-th of many events.
func upload(n int) []byte { return vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Seed(n+1)) }

func TestACallbackIsPassedOnAtOnce(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	all, failures := newReceiver(t), newReceiver(t)
	pool := start(t, "http", emulator.Function{Env: db.settings(
		sinks(all.sink("all"), failures.sink("failures", "status=failed", "events=Transcode*")), secretSetting)})
	s := sender(serve(t, pool.HTTPTrigger()))
	ok, failed := upload(0), vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Fail())
	require.Equal(t, 200, post(t, s, ok).Status)
	require.Equal(t, 200, post(t, s, failed).Status)
	require.Equal(t, map[vod.ID]int{idOf(t, ok): 1, idOf(t, failed): 1}, all.got())
	require.Equal(t, map[vod.ID]int{idOf(t, failed): 1}, failures.got())
	require.Equal(t, "known", post(t, s, ok).Outcome)
	require.Equal(t, 1, all.got()[idOf(t, ok)], "VOD repeating itself is no reason to")
	require.Equal(t, map[store.DeliveryState]int{store.Delivered: 3}, states(t, db))
}

// A receiver that hangs costs a callback half a second, once, and another receiver
// nothing. The timer of the MNS function delivers when it is back.
func TestAReceiverThatHangs(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	hanging, well := newReceiver(t), newReceiver(t)
	release := make(chan struct{})
	hanging.answers(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	env := db.settings(sinks(hanging.sink("hanging"), well.sink("well")), secretSetting)
	s := sender(serve(t, start(t, "http", emulator.Function{Env: env}).HTTPTrigger()))
	const n = 10
	began := time.Now()
	for i := range n {
		require.Equal(t, 200, post(t, s, upload(i)).Status)
	}
	require.Less(t, time.Since(began), n*400*time.Millisecond, "it rests after the first")
	require.Len(t, well.got(), n)
	require.Empty(t, hanging.got())

	close(release)
	hanging.answers(nil)
	timer := start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute})
	redriveUntil(t, timer, func() bool { return len(hanging.got()) == n })
	require.Equal(t, map[store.DeliveryState]int{store.Delivered: 2 * n}, states(t, db))
	for id, copies := range well.got() {
		require.Equal(t, 1, copies, id)
	}
}

// Messages of a queue or topic are delivered by the function that stores them.
func TestMessagesAreDelivered(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	crm := newReceiver(t)
	pool := start(t, "mns", emulator.Function{Env: db.settings(sinks(crm.sink("crm")), secretSetting)})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 16})
	topic := pool.Topic(emulator.TopicTrigger{Format: emulator.JSON})
	life := vodtest.Life()
	for i, body := range life {
		if i%2 == 0 {
			require.NoError(t, queue.Send(string(body)))
			continue
		}
		_, err := topic.Publish(t.Context(), string(body), nil)
		require.NoError(t, err)
	}
	require.NoError(t, queue.Send("poison"))
	require.NoError(t, queue.Drain(t.Context()))
	require.NoError(t, pool.Drain(t.Context()))
	require.Len(t, crm.got(), len(life), "what is no event is owed to nobody")
	for id, copies := range crm.got() {
		require.Equal(t, 1, copies, id)
	}
}

// Two functions redrive the same outbox while callbacks come in: each event arrives
// once.
func TestTwoFunctionsRedriveAtOnce(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	crm := newReceiver(t)
	env := db.settings(sinks(crm.sink("crm")), secretSetting)
	const n = 60
	quiet := start(t, "http", emulator.Function{Env: db.settings(sinks(crm.sink("crm")), secretSetting, "VOD_TOPIC=mns://id:secret@127.0.0.1:1/1234.mns.cn-shanghai.aliyuncs.com/topics/away?http=true")})
	s := sender(serve(t, quiet.HTTPTrigger()))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := w; i < n; i += 4 {
				if a := attempt(t.Context(), s, upload(i)); a.Status != http.StatusOK {
					t.Errorf("%v %d", a.Err, a.Status)
				}
			}
		})
	}
	pools := []*emulator.Pool{
		start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute}),
		start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute}),
	}
	for _, pool := range pools {
		wg.Go(func() {
			for range 5 {
				if _, err := pool.Invoke(t.Context(), tick()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	redriveUntil(t, pools[0], func() bool { return len(crm.got()) == n })
	for id, copies := range crm.got() {
		require.Equal(t, 1, copies, id)
	}
	require.Equal(t, map[store.DeliveryState]int{store.Delivered: n}, states(t, db))
}

// A function that is killed between a delivery and its mark delivers it again, under
// the same id; none is forgotten.
func TestKilledBetweenDeliveryAndMark(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	crm := newReceiver(t)
	env := db.settings(sinks(crm.sink("crm")), secretSetting)
	pool := start(t, "mns", emulator.Function{Env: env, Timeout: 2 * time.Second, Async: emulator.Async{Retries: -1}})
	const n = 12
	took := make(chan struct{}, n)
	crm.answers(func(_ http.ResponseWriter, r *http.Request) { // takes it, and answers when nobody hears it any more
		took <- struct{}{}
		<-r.Context().Done()
	})
	var bodies []string
	for i := range n {
		bodies = append(bodies, string(upload(i)))
	}
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: n, Retries: -1})
	require.NoError(t, queue.Send(bodies...))
	<-took
	pool.KillAll()
	require.NoError(t, queue.Drain(t.Context()))
	require.Equal(t, map[store.DeliveryState]int{store.Owed: n}, states(t, db))

	crm.answers(nil)
	redriveUntil(t, pool, func() bool { return states(t, db)[store.Delivered] == n })
	require.Len(t, crm.got(), n)
}

// What a receiver refuses for good is parked, what no function has a sink for waits.
func TestRefusedForGood(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	crm := newReceiver(t)
	crm.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	out := &output{}
	pool := start(t, "http", emulator.Function{Env: db.settings(sinks(crm.sink("crm")), secretSetting), Output: out})
	require.Equal(t, 200, post(t, sender(serve(t, pool.HTTPTrigger())), upload(0)).Status)
	require.Equal(t, map[store.DeliveryState]int{store.Parked: 1}, states(t, db))
	out.await(t, "parked", 1)
	require.Equal(t, 1, crm.requests())
}

// A wrong sink is a configuration error that is named, without its secrets.
func TestWrongSinks(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	for _, tc := range []struct{ name, urls, want string }{
		{name: "no name", urls: "https://u:s3cret@hooks.example.com/s3cret", want: "sink 1"},
		{name: "two of a name", urls: "https://a.example/s3cret#name=a https://b.example/s3cret#name=a", want: "sink a"},
		{name: "unknown setting", urls: "https://a.example/s3cret#name=a&sekret=s3cret", want: "sekret"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var lines strings.Builder
			var mu sync.Mutex
			pool := start(t, "http", emulator.Function{
				Env: db.settings("VOD_SINKS="+tc.urls, secretSetting),
				Output: writerFunc(func(p []byte) (int, error) {
					mu.Lock()
					defer mu.Unlock()
					return lines.Write(p)
				}),
			})
			r := post(t, sender(serve(t, pool.HTTPTrigger())), upload(0))
			require.Equal(t, 503, r.Status)
			require.NotContains(t, r.Error, "s3cret")
			said := func() string {
				mu.Lock()
				defer mu.Unlock()
				return lines.String()
			}
			require.Eventually(t, func() bool { return strings.Contains(said(), "VOD_SINKS") }, 30*time.Second, time.Millisecond)
			require.Contains(t, said(), tc.want)
			require.NotContains(t, said(), "s3cret")
		})
	}
}

// writerFunc is a writer.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
