package functions_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// fast is an asynchronous policy that does not wait.
func fast(onFailure func([]byte)) emulator.Async {
	return emulator.Async{RetryDelay: time.Millisecond, OnFailure: onFailure}
}

func TestTopic(t *testing.T) {
	t.Parallel()
	for format, name := range map[emulator.Format]string{emulator.Stream: "STREAM", emulator.JSON: "JSON"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			policy := fast(nil)
			policy.Duplicate = 2
			pool := start(t, "mns", emulator.Function{Env: db.settings(), Async: policy})
			topic := pool.Topic(emulator.TopicTrigger{Format: format})
			life := vodtest.Life()
			for i, body := range life {
				var attrs map[string]string
				if i%2 == 1 {
					attrs = map[string]string{"tenant": "blue"}
				}
				_, err := topic.Publish(t.Context(), string(body), attrs)
				require.NoError(t, err)
			}
			require.NoError(t, pool.Drain(t.Context()))
			requireRows(t, db, life, store.SourceTopic)
			require.Zero(t, pool.Counts().Failures())
			require.Equal(t, len(life)/2, pool.Counts().Duplicates)
		})
	}
}

func TestQueue(t *testing.T) {
	t.Parallel()
	for name, q := range map[string]emulator.QueueTrigger{
		"CloudEvents":      {BatchSize: 16},
		"CloudEvents, one": {BatchSize: 1},
		"Base64":           {BatchSize: 16, Body: emulator.Base64},
		"parsed":           {BatchSize: 16, Body: emulator.Parsed},
		"single":           {Form: emulator.Single},
		"strings":          {BatchSize: 16, Form: emulator.Strings},
		"raw data":         {BatchSize: 16, Form: emulator.RawData},
		"raw, Base64":      {BatchSize: 16, Form: emulator.RawData, Body: emulator.Base64},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			pool := start(t, "mns", emulator.Function{Env: db.settings()})
			q.Duplicate = 3
			queue := pool.Queue(t.Context(), q)
			life := vodtest.Life()
			for _, body := range life {
				require.NoError(t, queue.Send(string(body)))
			}
			require.NoError(t, queue.Send(string(life[0]), "poison", string(life[1])))
			require.NoError(t, queue.Drain(t.Context()))
			requireRows(t, db, life, store.SourceQueue)
			letters, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{})
			require.NoError(t, err)
			require.Len(t, letters, 1, "a poison message does not hold up its neighbours")
			require.Equal(t, store.ReasonMalformed, letters[0].Reason)
			require.Zero(t, pool.Counts().Failures())
			require.Equal(t, (len(life)+3)/3, pool.Counts().Duplicates)
		})
	}
}

func requireRows(t *testing.T, db database, bodies [][]byte, source store.Source) {
	t.Helper()
	rows := db.rows(t)
	require.Len(t, rows, len(bodies))
	for _, body := range bodies {
		row, ok := rows[idOf(t, body)]
		require.True(t, ok, "%s", body)
		require.Equal(t, source, row.Source)
	}
}

// A batch that cannot be stored comes back until it can, as it was or in other
// company: the platform is told with an error, never with an answer.
func TestABatchComesBack(t *testing.T) {
	t.Parallel()
	for name, recut := range map[string]bool{"whole": false, "cut anew": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			out := &output{}
			pool := start(t, "mns", emulator.Function{Env: db.settings(), Timeout: time.Second, Output: out})
			queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 16, Retries: 1000, RetryDelay: time.Millisecond, Recut: recut})
			release := lock(t, db.path)
			body := vodtest.NewEvent(vod.TypeFileUploadComplete)
			require.NoError(t, queue.Send(string(body), "poison"))
			out.await(t, "not stored", 1)
			release()
			require.NoError(t, queue.Drain(t.Context()))
			requireRows(t, db, [][]byte{body}, store.SourceQueue)
			letters, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{})
			require.NoError(t, err)
			require.Len(t, letters, 1)
			require.Positive(t, pool.Counts().Retries)
			require.Zero(t, pool.Counts().DeadLetters)
		})
	}
}

// What the platform gives up on goes where its failure destination says, in a
// wrapper that the function reads when it is brought back.
func TestTheFailureRecordIsReadBack(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	var mu sync.Mutex
	var records [][]byte
	broken := start(t, "mns", emulator.Function{Async: fast(func(r []byte) {
		mu.Lock()
		defer mu.Unlock()
		records = append(records, r)
	})})
	life := vodtest.Life()
	for i, body := range life {
		_, err := broken.Topic(emulator.TopicTrigger{Format: emulator.Format(i % 2)}).Publish(t.Context(), string(body), nil)
		require.NoError(t, err)
	}
	require.NoError(t, broken.Drain(t.Context()))
	require.Len(t, records, len(life))
	require.Equal(t, 4*len(life), broken.Counts().Errors, "one try and three retries each")

	pool := start(t, "mns", emulator.Function{Env: db.settings()})
	for _, record := range records {
		res, err := pool.Invoke(t.Context(), record)
		require.NoError(t, err)
		require.NoError(t, res.Err())
	}
	require.Len(t, db.rows(t), len(life))
}

// A queue may bring thousands of messages at once.
func TestALargeBatch(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	pool := start(t, "mns", emulator.Function{Env: db.settings()})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 10000, RetryDelay: time.Millisecond})
	const n = 3000
	bodies := make([]string, 0, n)
	for i := range n {
		bodies = append(bodies, fmt.Sprintf(`{"EventType":"FileUploadComplete","EventTime":"2026-02-03T04:11:52Z","VideoId":"v%d"}`, i))
	}
	require.NoError(t, queue.Send(bodies...))
	require.NoError(t, queue.Drain(t.Context()))
	require.Len(t, db.rows(t), n)
	require.Zero(t, pool.Counts().Failures())
}

func TestOperations(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	pool := start(t, "mns", emulator.Function{Env: db.settings()})
	for payload, want := range map[string]string{
		`{"operation":"migrate"}`: `{"operation":"migrate"}`,
		`{"operation":"rebuild"}`: `{"operation":"rebuild","events":0}`,
		`{"operation":"drain"}`:   `{"operation":"drain","drained":{"items":0,"new":0,"known":0,"dead_letters":0,"failed":0}}`,
		`{"triggerTime":"2026-02-03T04:12:00Z","triggerName":"tick"}`: `{"delivered":0,"failed":0,"parked":0,"settled":0,
			"drained":{"items":0,"new":0,"known":0,"dead_letters":0,"failed":0}}`,
		`{"EventType":"NewThing","EventTime":"2026-02-03T04:11:52Z"}`: `{"new":1}`,
	} {
		res, err := pool.Invoke(t.Context(), []byte(payload))
		require.NoError(t, err)
		require.NoError(t, res.Err())
		if payload == `{"operation":"rebuild"}` {
			require.Contains(t, string(res.Payload), `"operation":"rebuild"`)
			continue
		}
		require.JSONEq(t, want, string(res.Payload))
	}
}
