package functions_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/mns/mnstest"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// batch makes messages of bodies.
func batch(bodies ...[]byte) []mns.Message {
	messages := make([]mns.Message, len(bodies))
	for i, body := range bodies {
		messages[i] = mns.Message{Body: body, Name: "vod-events", ID: "m-" + strconv.Itoa(i), Published: time.Now()}
	}
	return messages
}

// tallyOf reads the answer to messages: how many there were of each outcome.
func tallyOf(t *testing.T, res emulator.Result) map[pipeline.Outcome]int {
	t.Helper()
	require.NoError(t, res.Err())
	var tally map[pipeline.Outcome]int
	require.NoError(t, json.Unmarshal(res.Payload, &tally), "%s", res.Payload)
	return tally
}

// Of sixteen messages three are poison: thirteen are events, three are dead letters,
// and the invocation succeeds, whatever the messages are wrapped in. When they come
// once more they are known.
func TestPoisonInABatch(t *testing.T) {
	t.Parallel()
	onFileAndServer(t, func(t *testing.T, db database) {
		rng := random(t, 0)
		pool := start(t, "mns", emulator.Function{Env: db.settings()})
		n := 0
		for _, form := range mnstest.Forms() {
			if strings.Contains(form.Name, ",") {
				continue // a form of a form
			}
			var bodies [][]byte
			for i := range 13 {
				bodies = append(bodies, upload(13*n+i))
			}
			for _, poison := range []string{
				"not JSON " + form.Name,
				fmt.Sprintf(`{"EventType":"FileUploadComplete","UserId":%d,"MessageBody":{}}`, n),
				fmt.Sprintf(`{"EventType":"FileUploadComplete","Extend":"%d%s"}`, n, strings.Repeat(".", pipeline.MaxBody)),
			} {
				bodies = slices.Insert(bodies, rng.IntN(len(bodies)+1), []byte(poison))
			}
			size := 1
			if form.Batch {
				size = len(bodies)
			}
			for _, outcome := range []pipeline.Outcome{pipeline.New, pipeline.Known} {
				got := map[pipeline.Outcome]int{}
				for part := range slices.Chunk(batch(bodies...), size) {
					res, err := pool.Invoke(t.Context(), form.Encode(part...))
					require.NoError(t, err)
					for outcome, n := range tallyOf(t, res) {
						got[outcome] += n
					}
				}
				require.Equal(t, map[pipeline.Outcome]int{outcome: 13, pipeline.DeadLetter: 3}, got, form.Name)
			}
			n++
		}
		require.Len(t, db.rows(t), 13*n)
		reasons := map[store.Reason]int{}
		for _, reason := range letters(t, db) {
			reasons[reason]++
		}
		require.Equal(t, map[store.Reason]int{store.ReasonMalformed: n, store.ReasonForeign: n, store.ReasonTooLarge: n}, reasons)
	})
}

// Poison comes back neither alone nor with its neighbours.
func TestPoisonDoesNotComeBack(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	pool := start(t, "mns", emulator.Function{Env: db.settings()})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 16})
	bodies := []string{"poison", `{"EventType":"FileUploadComplete","UserId":1,"MessageBody":{}}`, strings.Repeat("x", 64<<10)}
	for i := range 13 {
		bodies = append(bodies, string(upload(i)))
	}
	require.NoError(t, queue.Send(bodies...))
	require.NoError(t, queue.Drain(t.Context()))
	require.Equal(t, emulator.Counts{Invocations: 1, ColdStarts: 1}, pool.Counts())
	require.Len(t, db.rows(t), 13)
	require.Len(t, letters(t, db), 3)
}

// The store goes away in the middle of thousands of messages that came at once. The
// function says that it failed, so that all of them come back; those that were stored
// are known then, and nothing is there twice.
func TestTheStoreGoesAwayInMidBatch(t *testing.T) {
	t.Parallel()
	const n = 3000
	for name, open := range map[string]func(*testing.T) (db database, leave func() (back func())){
		"sqlite": func(t *testing.T) (database, func() func()) {
			t.Helper()
			db := newDatabase(t)
			return db, func() func() { return lock(t, db.path) }
		},
		"postgres": func(t *testing.T) (database, func() func()) {
			t.Helper()
			server := services.Own(t, "postgres")
			db := openDatabase(t, server.URL)
			require.NoError(t, db.migrate(t.Context()))
			return db, func() func() { server.Kill(); return server.Start }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, leave := open(t)
			out := &output{}
			pool := start(t, "mns", emulator.Function{Env: db.settings(), Timeout: 6 * time.Second, Output: out})
			queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 10000, Retries: 1000, RetryDelay: time.Millisecond})
			sent := 0
			for pool.Counts().Retries == 0 {
				var bodies []string
				for range n {
					bodies = append(bodies, fmt.Sprintf(`{"EventType":"FileUploadComplete","EventTime":"2026-02-03T04:11:52Z","VideoId":"v%d"}`, sent))
					sent++
				}
				require.NoError(t, queue.Send(append(bodies, fmt.Sprint("poison ", sent))...))
				out.await(t, "event", sent-n+1) // some of them are stored
				back := leave()
				require.Eventually(t, func() bool { // some are not, or it was too late
					failed, _ := out.find("not stored")
					stored, _ := out.find("event")
					return len(failed) > 0 || len(stored) == sent
				}, 30*time.Second, 10*time.Millisecond)
				back()
				require.NoError(t, queue.Drain(t.Context()))
			}
			t.Log(pool.Counts(), sent)
			require.Len(t, db.rows(t), sent)
			require.Len(t, letters(t, db), sent/n)
			require.Zero(t, pool.Counts().DeadLetters)
			known := 0
			lines, _ := out.find("event")
			for _, line := range lines {
				if line.Outcome == string(pipeline.Known) {
					known++
				}
			}
			require.Positive(t, known)
		})
	}
}

// Messages come in any order, several times, and in other company each time: the state
// of the medium is what its events say.
func TestBatchesInAnyOrder(t *testing.T) {
	t.Parallel()
	onFileAndServer(t, func(t *testing.T, db database) {
		crm := newReceiver(t)
		env := db.settings(sinks(crm.sink("crm")), secretSetting)
		pool := start(t, "mns", emulator.Function{Env: env, Instances: 3})
		queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 4, Pushers: 3, Recut: true, Duplicate: 1})
		life := vodtest.Life()
		shuffled := slices.Clone(life)
		random(t, 0).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for _, body := range shuffled {
			require.NoError(t, queue.Send(string(body)))
		}
		require.NoError(t, queue.Drain(t.Context()))
		require.Equal(t, len(life), pool.Counts().Duplicates)
		requireRows(t, db, life, store.SourceQueue)
		requireFacts(t, db, life...)
		redriveUntil(t, pool, func() bool { return len(crm.got()) == len(life) })
		for id, copies := range crm.got() {
			require.Equal(t, 1, copies, id)
		}
	})
}

// A queue brings messages again whose time with the function is over, although it still
// works on them. Whatever it is at, each is one row and arrives once.
func TestASecondDeliveryBesideTheFirst(t *testing.T) {
	t.Parallel()
	const n = 20
	bodies := make([][]byte, n)
	for i := range bodies {
		bodies[i] = upload(i)
	}
	payload := mnstest.CloudEvents(batch(bodies...)...)
	t.Run("which delivers", func(t *testing.T) {
		t.Parallel()
		onFileAndServer(t, func(t *testing.T, db database) {
			crm, release := newReceiver(t), make(chan struct{})
			seen := counting(crm, release)
			pool := start(t, "mns", emulator.Function{Env: db.settings(sinks(crm.sink("crm", "timeout=5m")), secretSetting), Timeout: time.Minute})
			first := invoking(t, pool, payload)
			awaitRequests(t, crm, firstClaim)
			second := invoking(t, pool, payload)
			require.Equal(t, map[pipeline.Outcome]int{pipeline.Known: n}, tallyOf(t, second()), "it leaves alone what the first has in hand")
			close(release)
			require.Equal(t, map[pipeline.Outcome]int{pipeline.New: n}, tallyOf(t, first()))
			require.Equal(t, n, crm.requests())
			require.Len(t, seen(), n)
			require.Len(t, db.rows(t), n)
			require.Equal(t, map[store.DeliveryState]int{store.Delivered: n}, states(t, db))
		})
	})
	t.Run("which stores", func(t *testing.T) {
		t.Parallel()
		db := emptyDatabase(t)
		crm := newReceiver(t)
		out := &output{}
		pool := start(t, "mns", emulator.Function{
			Env: db.settings(sinks(crm.sink("crm")), secretSetting), Timeout: time.Minute, Output: out,
		})
		first, second := invoking(t, pool, payload), invoking(t, pool, payload)
		out.await(t, notTaken, 2)
		require.NoError(t, db.migrate(t.Context()))
		one, two := tallyOf(t, first()), tallyOf(t, second())
		require.Equal(t, n, one[pipeline.New]+two[pipeline.New])
		require.Equal(t, n, one[pipeline.Known]+two[pipeline.Known])
		require.Len(t, db.rows(t), n)
		redriveUntil(t, pool, func() bool { return len(crm.got()) == n })
		require.Equal(t, n, crm.requests())
	})
}
