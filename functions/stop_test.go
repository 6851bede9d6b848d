package functions_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"syscall"
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

// invoking invokes a function now; the function it returns waits for the result.
func invoking(t *testing.T, pool *emulator.Pool, payload []byte) func() emulator.Result {
	t.Helper()
	type ended struct {
		res emulator.Result
		err error
	}
	done := make(chan ended, 1)
	go func() {
		res, err := pool.Invoke(t.Context(), payload)
		done <- ended{res, err}
	}()
	return func() emulator.Result {
		t.Helper()
		e := <-done
		require.NoError(t, e.err)
		return e.res
	}
}

// awaitRequests waits until a receiver was asked so often.
func awaitRequests(t *testing.T, r *receiver, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return r.requests() >= n }, 30*time.Second, time.Millisecond)
}

// counting lets a receiver take what comes when it is released. It returns how to ask how
// often each webhook came, by its id.
func counting(r *receiver, release <-chan struct{}) (seen func() map[string]int) {
	var mu sync.Mutex
	ids := map[string]int{}
	r.answers(func(w http.ResponseWriter, req *http.Request) {
		mu.Lock()
		ids[req.Header.Get("webhook-id")]++
		mu.Unlock()
		hang(release)(w, req)
	})
	return func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(ids)
	}
}

// recycling ends the instances of a pool now; the function it returns waits for the end.
func recycling(t *testing.T, pool *emulator.Pool) func() {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		pool.Recycle(t.Context())
	}()
	return func() { <-done }
}

// firstClaim is how many deliveries a tick takes in hand at first.
const firstClaim = 8

// TestStopWhileATickIsInHand announces the end of the process to a tick whose receiver
// does not answer. What is in hand is finished if that is possible, else given back;
// nothing else is begun. The next instance delivers what is left without waiting for a
// lease, which would live for five minutes.
func TestStopWhileATickIsInHand(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		f        emulator.Function
		finished bool
	}{
		{name: "PreStop", f: emulator.Function{PreStop: time.Minute}, finished: true},
		{name: "PreStop, called off", f: emulator.Function{PreStop: 12 * time.Second}},
		{name: "SIGTERM", f: emulator.Function{Grace: time.Hour}, finished: true},
		{name: "SIGTERM, called off", f: emulator.Function{Grace: time.Hour}},
		{name: "PreStop of a custom runtime", f: emulator.Function{Runtime: emulator.CustomRuntime, PreStop: time.Minute}, finished: true},
		{name: "PreStop of a custom runtime, called off", f: emulator.Function{Runtime: emulator.CustomRuntime, PreStop: time.Minute}},
		{name: "SIGTERM in a custom runtime", f: emulator.Function{Runtime: emulator.CustomRuntime, Grace: time.Hour}, finished: true},
		// Lambda leaves no time in which one could rely on anything to be finished.
		{name: "SIGTERM on Lambda, called off", f: emulator.Function{Runtime: emulator.Lambda, Grace: time.Hour}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			crm, release := newReceiver(t), make(chan struct{})
			seen := counting(crm, release)
			out := &output{}
			tc.f.Env = db.settings(sinks(crm.sink("crm", "timeout=5m")), secretSetting)
			tc.f.Timeout, tc.f.Output = 10*time.Minute, out
			const n = firstClaim + 4
			owe(t, tc.f.Env, n)
			pool := start(t, "mns", tc.f)
			ticked := invoking(t, pool, tick())
			awaitRequests(t, crm, firstClaim)
			recycled := recycling(t, pool)
			out.await(t, "stopping", 1)
			if tc.finished {
				close(release)
				require.NoError(t, ticked().Err(), "the answer goes out first")
			} else {
				out.await(t, "called off", 1)
				ticked() // its answer is nobody's concern
				close(release)
			}
			recycled()
			require.Equal(t, firstClaim, crm.requests(), "nothing is begun")
			require.Zero(t, pool.Counts().HookFailures)
			again := firstClaim
			if tc.finished {
				again = 0
				require.Equal(t, firstClaim, states(t, db)[store.Delivered])
			}
			require.Equal(t, n-firstClaim+again, states(t, db)[store.Owed])
			tickOnce(t, pool)
			require.Equal(t, map[store.DeliveryState]int{store.Delivered: n}, states(t, db))
			require.Len(t, seen(), n)
			require.Equal(t, n+again, crm.requests(), "what was called off comes again, under its id")
		})
	}
}

// tickOnce lets the timer go off once, which delivers all that is owed to a sink if no
// lease is on it.
func tickOnce(t *testing.T, pool *emulator.Pool) {
	t.Helper()
	res, err := pool.Invoke(t.Context(), tick())
	require.NoError(t, err)
	require.NoError(t, res.Err())
}

// tickUntil is redriveUntil for what takes its time.
func tickUntil(t *testing.T, pool *emulator.Pool, done func() bool) {
	t.Helper()
	pause := time.NewTicker(250 * time.Millisecond)
	defer pause.Stop()
	for deadline := time.Now().Add(2 * time.Minute); !done(); <-pause.C {
		require.True(t, time.Now().Before(deadline), "it takes too long")
		_, err := pool.Invoke(t.Context(), tick())
		require.NoError(t, err)
	}
}

// A tick that is killed at the end of its time can give nothing back: the leases on what
// it had in hand end by themselves, 15 s after its time.
func TestATickIsCutOff(t *testing.T) {
	t.Parallel()
	onFileAndServer(t, func(t *testing.T, db database) {
		crm, release := newReceiver(t), make(chan struct{})
		seen := counting(crm, release)
		env := db.settings(sinks(crm.sink("crm", "timeout=5m")), secretSetting)
		const n = firstClaim / 2
		owe(t, env, n)
		pool := start(t, "mns", emulator.Function{Env: env, Timeout: 10 * time.Second})
		ticked := invoking(t, pool, tick())
		awaitRequests(t, crm, n)
		require.Len(t, pool.Instances(), 1, "it had time enough")
		require.NoError(t, syscall.Kill(pool.Instances()[0].PID, syscall.SIGSTOP))
		require.Equal(t, emulator.InvocationTimeout, ticked().ErrorType)
		close(release)
		require.Equal(t, map[store.DeliveryState]int{store.Owed: n}, states(t, db))

		tickUntil(t, pool, func() bool { return states(t, db)[store.Delivered] == n })
		require.Len(t, seen(), n)
		for id, copies := range seen() {
			require.GreaterOrEqual(t, copies, 2, id)
		}
	})
}

// A callback that is in hand when the end is announced is answered first: with 200 if
// it is stored.
func TestStopWhileACallbackIsInHand(t *testing.T) {
	t.Parallel()
	for runtime, front := range fronts {
		t.Run(runtime.String(), func(t *testing.T) {
			t.Parallel()
			db := emptyDatabase(t)
			out := &output{}
			pool := start(t, "http", emulator.Function{Runtime: runtime, Env: db.settings(), Output: out, Grace: time.Hour})
			s := sender(serve(t, front(pool)))
			answered := make(chan vodtest.Attempt, 1)
			go func() { answered <- attempt(t.Context(), s, upload(0)) }()
			out.await(t, notTaken, 1)
			recycled := recycling(t, pool)
			out.await(t, "stopping", 1)
			require.NoError(t, db.migrate(t.Context()))
			a := <-answered
			recycled()
			require.Empty(t, pool.Instances())
			if runtime != emulator.Lambda { // Lambda leaves no time that one could rely on
				if answerOf(t, a).Status != http.StatusOK { // then this machine was busy elsewhere, and its time was up
					require.Greater(t, a.Duration, 3900*time.Millisecond)
				}
			}
			if a.Err == nil && a.Status == http.StatusOK {
				require.Contains(t, db.rows(t), idOf(t, upload(0)))
			}
			require.Equal(t, 200, post(t, s, upload(0)).Status, "the next instance takes it")
			require.Len(t, db.rows(t), 1)
		})
	}
}

// An instance that has nothing in hand ends by itself, whichever way it is told.
func TestStopOfIdleInstances(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, function string
		f              emulator.Function
	}{
		{"PreStop", "http", emulator.Function{PreStop: time.Minute}},
		{"PreStop and SIGTERM", "mns", emulator.Function{PreStop: time.Minute, Grace: time.Hour}},
		{"SIGTERM", "http", emulator.Function{Grace: time.Hour}},
		{"PreStop and SIGTERM in a custom runtime", "http", emulator.Function{Runtime: emulator.CustomRuntime, PreStop: time.Minute, Grace: time.Hour}},
		{"SIGTERM on Lambda", "http", emulator.Function{Runtime: emulator.Lambda, Grace: time.Hour}},
		{"SIGTERM on Lambda", "mns", emulator.Function{Runtime: emulator.Lambda, Grace: time.Hour}},
	} {
		t.Run(tc.name+", "+tc.function, func(t *testing.T) {
			t.Parallel()
			tc.f.Env = newDatabase(t).settings()
			pool := start(t, tc.function, tc.f)
			for range 2 {
				res, err := pool.Invoke(t.Context(), tick())
				require.NoError(t, err)
				require.NoError(t, res.Err())
				require.True(t, res.ColdStart)
				pool.Recycle(t.Context())
				require.Empty(t, pool.Instances())
			}
			require.Equal(t, emulator.Counts{Invocations: 2, ColdStarts: 2}, pool.Counts())
		})
	}
}

// Who signals again does not want to wait.
func TestTheSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	crm := newReceiver(t)
	counting(crm, make(chan struct{}))
	out := &output{}
	env := db.settings(sinks(crm.sink("crm", "timeout=5m")), secretSetting)
	owe(t, env, 1)
	pool := start(t, "mns", emulator.Function{Env: env, Timeout: 10 * time.Minute, Output: out})
	ticked := invoking(t, pool, tick())
	awaitRequests(t, crm, 1)
	pid := pool.Instances()[0].PID
	require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
	out.await(t, "stopping", 1)
	require.Eventually(t, func() bool {
		if len(pool.Instances()) == 0 {
			return true
		}
		_ = syscall.Kill(pid, syscall.SIGTERM) // again, if it came before anybody listened for a second one
		return false
	}, 30*time.Second, 50*time.Millisecond)
	require.Equal(t, emulator.ProcessExited, ticked().ErrorType, "it gave no answer")
	lines, _ := out.find("called off")
	require.Empty(t, lines)
}

// What a function answers and stores does not depend on what its process did before: a
// sequence of invocations comes to the same in one process as in one for each.
func TestColdAndWarm(t *testing.T) {
	t.Parallel()
	forged := func(s *vodtest.Sender) { s.Key = "Forged1" }
	type step func(t *testing.T, pool *emulator.Pool, url string) string
	send := func(body []byte, edits ...func(*vodtest.Sender)) step {
		return func(t *testing.T, _ *emulator.Pool, url string) string {
			t.Helper()
			s := sender(url)
			for _, edit := range edits {
				edit(s)
			}
			a := attempt(t.Context(), s, body)
			require.NoError(t, a.Err)
			return fmt.Sprint(a.Status, a.Header.Get("X-Fc-Error-Type"), string(a.Body))
		}
	}
	invoke := func(payload []byte) step {
		return func(t *testing.T, pool *emulator.Pool, _ string) string {
			t.Helper()
			res, err := pool.Invoke(t.Context(), payload)
			require.NoError(t, err)
			return res.ErrorType + string(res.Payload)
		}
	}
	var callbacks, messages []step
	forms := mnstest.Forms()
	for i, body := range vodtest.Life() {
		callbacks = append(callbacks, send(body), send(body, forged), send(body))
		m := mns.Message{Body: body, Name: "vod-events", ID: strconv.Itoa(i), Published: time.Now()}
		messages = append(messages, invoke(forms[i%len(forms)].Encode(m)), invoke(forms[(i+1)%len(forms)].Encode(m)), invoke(tick()))
	}
	callbacks = append(callbacks, send([]byte("{broken")), send([]byte("{broken")), invoke([]byte("no request")), invoke(nil))
	messages = append(messages, invoke([]byte("poison")), invoke([]byte("poison")), invoke([]byte(`{"operation":"redrive"}`)), invoke([]byte("[]")), invoke(nil))
	for function, steps := range map[string][]step{"http": callbacks, "mns": messages} {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			play := func(cold bool) (answers []string, db database, got map[vod.ID]int) {
				db = newDatabase(t)
				crm := newReceiver(t)
				pool := start(t, function, emulator.Function{Env: db.settings(sinks(crm.sink("crm")), secretSetting), Instances: 1})
				url := serve(t, pool.HTTPTrigger())
				for _, play := range steps {
					answers = append(answers, play(t, pool, url))
					if cold {
						pool.KillAll()
					}
				}
				require.Equal(t, map[bool]int{false: 1, true: len(steps)}[cold], pool.Counts().ColdStarts)
				return answers, db, crm.got()
			}
			cold, coldDB, coldGot := play(true)
			warm, warmDB, warmGot := play(false)
			require.Equal(t, cold, warm)
			require.Equal(t, coldGot, warmGot)
			require.ElementsMatch(t, slices.Collect(maps.Keys(coldDB.rows(t))), slices.Collect(maps.Keys(warmDB.rows(t))))
			require.Equal(t, states(t, coldDB), states(t, warmDB))
			require.Equal(t, letters(t, coldDB), letters(t, warmDB))
		})
	}
}

// letters returns the dead letters with their reasons.
func letters(t *testing.T, db database) map[string]store.Reason {
	t.Helper()
	all, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{Limit: 1 << 10})
	require.NoError(t, err)
	reasons := map[string]store.Reason{}
	for _, l := range all {
		reasons[l.ID.String()] = l.Reason
	}
	return reasons
}
