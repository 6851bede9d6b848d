package functions_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// awayTopic is a topic that nobody serves: with it a callback's function leaves all
// deliveries to others.
const awayTopic = "VOD_TOPIC=mns://id:secret@127.0.0.1:1/1234.mns.cn-shanghai.aliyuncs.com/topics/away?http=true"

// owe stores n events that are owed to the sinks of env, none of which was tried.
func owe(t *testing.T, env []string, n int) []vod.ID {
	t.Helper()
	s := sender(serve(t, start(t, "http", emulator.Function{Env: append(env, awayTopic)}).HTTPTrigger()))
	ids := make([]vod.ID, n)
	for i := range ids {
		ids[i] = post(t, s, upload(i)).ID
	}
	return ids
}

// ledger is a receiver that notes every request that it gets.
type ledger struct {
	url string

	mu       sync.Mutex
	asked    map[vod.ID]int      // requests
	taken    map[vod.ID][]string // the replays that those taken were of, "" for none
	refuses  func(vod.ID) bool   // nil: nothing
	arrived  chan vod.ID         // what is in hand, if anybody waits
	released chan struct{}       // until when it is kept in hand
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	l := &ledger{asked: map[vod.ID]int{}, taken: map[vod.ID][]string{}}
	s := httptest.NewServer(l)
	t.Cleanup(s.Close)
	t.Cleanup(s.CloseClientConnections)
	l.url = s.URL
	return l
}

func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	id, err := vod.ParseID(r.Header.Get("webhook-id"))
	if err != nil {
		w.WriteHeader(http.StatusGone)
		return
	}
	l.mu.Lock()
	l.asked[id]++
	refuses, arrived, released := l.refuses, l.arrived, l.released
	l.mu.Unlock()
	if arrived != nil {
		arrived <- id
		<-released
	}
	if refuses != nil && refuses(id) {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken[id] = append(l.taken[id], r.Header.Get("vod-replay"))
}

// set changes how it answers from now on.
func (l *ledger) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

// requests returns how many there were for each event.
func (l *ledger) requests() map[vod.ID]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.asked)
}

// copies returns which copies of an event were taken.
func (l *ledger) copies(id vod.ID) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.taken[id])
}

// attempts returns how many each delivery has had, as the store counts them.
func attempts(t *testing.T, db database) map[vod.ID]int {
	t.Helper()
	all, err := db.Deliveries(t.Context(), store.DeliveryQuery{Limit: 1 << 20})
	require.NoError(t, err)
	n := map[vod.ID]int{}
	for _, d := range all {
		n[d.Event] = d.Attempts
	}
	return n
}

// atOnce has all functions do what the payloads say, all at the same time.
func atOnce(t *testing.T, pools []*emulator.Pool, payloads ...[]byte) {
	t.Helper()
	var wg sync.WaitGroup
	for _, pool := range pools {
		for _, payload := range payloads {
			wg.Go(func() {
				if res, err := pool.Invoke(t.Context(), payload); err != nil || res.Err() != nil {
					t.Errorf("%v %v", err, res.Err())
				}
			})
		}
	}
	wg.Wait()
}

func hasten(t *testing.T, db database, sink string) int {
	t.Helper()
	o, ok := db.Store.(store.Outbox)
	require.True(t, ok)
	n, err := o.Hasten(t.Context(), sink, false)
	require.NoError(t, err)
	return n
}

var redriveNow = []byte(`{"operation":"redrive"}`)

// TestDeliverersAtOnce lets two functions, each with two instances, work on one
// outbox, part of which fails every time: what is well arrives once, and every
// attempt counts.
func TestDeliverersAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database, _ func() func()) {
		crm := newLedger(t)
		env := db.settings("VOD_SINKS="+crm.url+"/hook#private=allow&name=crm", secretSetting)
		ids := owe(t, env, 60)
		bad := map[vod.ID]bool{}
		for _, id := range ids[:12] { // the first that are claimed
			bad[id] = true
		}
		crm.set(func() { crm.refuses = func(id vod.ID) bool { return bad[id] } })
		pools := []*emulator.Pool{
			start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute, Instances: 2}),
			start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute, Instances: 2}),
		}
		for range 50 {
			atOnce(t, pools, tick(), redriveNow)
			if states(t, db)[store.Delivered] == len(ids)-len(bad) {
				break
			}
			hasten(t, db, "crm") // it rests when bad ones were alone
		}
		require.Equal(t, map[store.DeliveryState]int{store.Delivered: len(ids) - len(bad), store.Owed: len(bad)}, states(t, db))
		for _, id := range ids {
			if !bad[id] {
				require.Equal(t, []string{""}, crm.copies(id), "each once")
			}
		}
		require.Equal(t, crm.requests(), attempts(t, db), "as many attempts as requests")
	})
}

// TestRedrivesAndReplays has operators and timers do things at once, or twice. What
// each of them asks for happens, and happens once.
func TestRedrivesAndReplays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database, _ func() func()) {
		crm := newLedger(t)
		env := db.settings("VOD_SINKS="+crm.url+"/hook#private=allow&name=crm", secretSetting)
		ids := owe(t, env, 5)
		pools := []*emulator.Pool{
			start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute, Instances: 3}),
			start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute, Instances: 3}),
		}
		outbox, ok := db.Store.(store.Outbox)
		require.True(t, ok)
		replay := func(id string) {
			t.Helper()
			var owing []store.Owing
			for _, event := range ids {
				owing = append(owing, store.Owing{Event: event, Sink: "crm"})
			}
			n, err := outbox.Owe(t.Context(), store.Replay{ID: id, Started: time.Now()}, owing)
			require.NoError(t, err)
			require.Equal(t, len(ids), n)
		}
		requireAll := func(want ...string) {
			t.Helper()
			require.Equal(t, map[store.DeliveryState]int{store.Delivered: len(ids)}, states(t, db))
			for _, id := range ids {
				require.Equal(t, want, crm.copies(id))
			}
		}

		// Redriven by several at once while it fails: every attempt is one request.
		crm.set(func() { crm.refuses = func(vod.ID) bool { return true } })
		for range 3 {
			hasten(t, db, "crm")
			atOnce(t, pools, tick(), redriveNow)
		}
		require.Equal(t, crm.requests(), attempts(t, db))
		require.Equal(t, map[store.DeliveryState]int{store.Owed: len(ids)}, states(t, db))

		// And when it is well again: one more for each.
		failed := crm.requests()
		crm.set(func() { crm.refuses = nil })
		require.Equal(t, len(ids), hasten(t, db, "crm"))
		atOnce(t, pools, tick(), redriveNow)
		requireAll("")
		require.Equal(t, crm.requests(), attempts(t, db))
		for id, n := range crm.requests() {
			require.Equal(t, failed[id]+1, n)
		}

		// Redriven again, and twice: there is nothing to do.
		done := crm.requests()
		require.Zero(t, hasten(t, db, "crm"))
		atOnce(t, pools, tick(), redriveNow)
		require.Equal(t, done, crm.requests())

		// Replayed what was delivered, twice: a copy for each, however often it is there.
		for i, name := range []string{"r1", "r2"} {
			replay(name)
			require.Equal(t, map[store.DeliveryState]int{store.Owed: len(ids)}, states(t, db))
			atOnce(t, pools, tick(), redriveNow)
			requireAll([]string{"", "r1", "r2"}[:i+2]...)
			for _, n := range attempts(t, db) {
				require.Equal(t, 1, n, "a replay counts anew")
			}
		}

		// Replayed while a copy is on its way: that one arrives, and the replay does.
		arrived, released := make(chan vod.ID, 1000), make(chan struct{})
		crm.set(func() { crm.arrived, crm.released = arrived, released })
		replay("r3")
		var wg sync.WaitGroup
		wg.Go(func() { atOnce(t, pools[:1], redriveNow) })
		for range ids {
			<-arrived
		}
		replay("r4")
		crm.set(func() { crm.arrived = nil })
		close(released)
		atOnce(t, pools, tick(), redriveNow)
		wg.Wait()
		atOnce(t, pools[:1], redriveNow) // what the first had leased when the others looked
		require.Equal(t, map[store.DeliveryState]int{store.Delivered: len(ids)}, states(t, db))
		for _, id := range ids {
			require.ElementsMatch(t, []string{"", "r1", "r2", "r3", "r4"}, crm.copies(id))
		}
		traces, err := outbox.Replays(t.Context(), 0)
		require.NoError(t, err)
		require.Len(t, traces, 4)
	})
}

// TestTheCountOfARedriveIsWhatItDid adds up what several say that they have done.
func TestTheCountOfARedriveIsWhatItDid(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database, _ func() func()) {
		crm := newLedger(t)
		env := db.settings("VOD_SINKS="+crm.url+"/hook#private=allow&name=crm", secretSetting)
		const n, functions = 40, 3
		owe(t, env, n)
		pool := start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute, Instances: functions})
		var mu sync.Mutex
		said := 0
		var wg sync.WaitGroup
		for range functions {
			wg.Go(func() {
				res, err := pool.Invoke(t.Context(), redriveNow)
				var done struct{ Delivered int }
				if err != nil || res.Err() != nil || json.Unmarshal(res.Payload, &done) != nil {
					t.Errorf("%v %v %s", err, res.Err(), strconv.Quote(string(res.Payload)))
				}
				mu.Lock()
				defer mu.Unlock()
				said += done.Delivered
			})
		}
		wg.Wait()
		require.Equal(t, n, said)
		require.Len(t, crm.requests(), n)
		require.Equal(t, map[store.DeliveryState]int{store.Delivered: n}, states(t, db))
	})
}
