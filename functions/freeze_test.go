package functions_test

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// An instance is frozen at its answer, whatever its goroutines are at, and may never be
// thawed again. The tests of this file kill it there.

// onFileAndServer runs a test on a database in a file, and on one of a server.
func onFileAndServer(t *testing.T, test func(t *testing.T, db database)) {
	t.Helper()
	for name, open := range map[string]func(*testing.T) database{"sqlite": newFile, "postgres": newPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// newFile is newDatabase, for tables of tests beside newPostgres.
func newFile(t *testing.T) database { t.Helper(); return newDatabase(t) }

// killFrozen kills the instances, which are between two events.
func killFrozen(t *testing.T, pool *emulator.Pool) {
	t.Helper()
	for _, i := range pool.Instances() {
		require.Equal(t, emulator.Frozen, i.State)
	}
	pool.KillAll()
}

// hang is the answer of a receiver that gives none until it is released.
func hang(release <-chan struct{}) func(http.ResponseWriter, *http.Request) {
	return func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}
}

// requireFacts checks that the state of every medium is what these events say.
func requireFacts(t *testing.T, db database, bodies ...[]byte) {
	t.Helper()
	facts := map[string][]media.Fact{}
	for _, body := range bodies {
		e, err := vod.Parse(body)
		require.NoError(t, err)
		for _, f := range media.Facts(e, idOf(t, body)) {
			facts[f.Medium] = append(facts[f.Medium], f)
		}
	}
	got, err := db.Media(t.Context(), store.MediaQuery{Limit: 1 << 10})
	require.NoError(t, err)
	require.Len(t, got, len(facts))
	for _, m := range got {
		want := media.Fold(facts[m.ID])
		require.Equal(t, want.State, m.State)
		require.Equal(t, slices.Sorted(maps.Keys(want.Facts)), slices.Sorted(maps.Keys(m.Facts)))
	}
}

// After each single 200 the event is there, its facts and what it owes; what was
// delivered is known to be, and what was not another instance delivers.
func TestACallbackLeavesNothingToItsInstance(t *testing.T) {
	t.Parallel()
	onFileAndServer(t, func(t *testing.T, db database) {
		well, hanging := newReceiver(t), newReceiver(t)
		release := make(chan struct{})
		hanging.answers(hang(release))
		env := db.settings(sinks(well.sink("well"), hanging.sink("hanging")), secretSetting)
		pool := start(t, "http", emulator.Function{Env: env, Instances: 1})
		s := sender(serve(t, pool.HTTPTrigger()))
		life := vodtest.Life()
		for i, body := range life {
			require.Equal(t, reply{Status: 200, ID: idOf(t, body), Outcome: "new"}, post(t, s, body))
			killFrozen(t, pool)
			require.Contains(t, db.rows(t), idOf(t, body))
			requireFacts(t, db, life[:i+1]...)
			n := i + 1
			require.Equal(t, map[store.DeliveryState]int{store.Delivered: n, store.Owed: n}, states(t, db))
		}
		require.Equal(t, len(life), pool.Counts().ColdStarts)
		require.Zero(t, pool.Counts().Failures())

		close(release)
		hanging.answers(nil)
		timer := start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute})
		hasten(t, db, "hanging") // what failed need not wait
		tickOnce(t, timer)
		killFrozen(t, timer)
		require.Len(t, hanging.got(), len(life))
		require.Equal(t, map[store.DeliveryState]int{store.Delivered: 2 * len(life)}, states(t, db))
		for id, copies := range well.got() {
			require.Equal(t, 1, copies, id)
		}
	})
}

// The same holds for a batch of messages.
func TestABatchLeavesNothingToItsInstance(t *testing.T) {
	t.Parallel()
	onFileAndServer(t, func(t *testing.T, db database) {
		well, hanging := newReceiver(t), newReceiver(t)
		release := make(chan struct{})
		hanging.answers(hang(release))
		env := db.settings(sinks(well.sink("well"), hanging.sink("hanging", "timeout=1s")), secretSetting)
		pool := start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute})
		queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 64})
		life := vodtest.Life()
		bodies := []string{"poison"}
		for _, body := range life {
			bodies = append(bodies, string(body))
		}
		require.NoError(t, queue.Send(bodies...))
		require.NoError(t, queue.Drain(t.Context()))
		killFrozen(t, pool)
		require.Equal(t, 1, pool.Counts().Invocations)
		require.Zero(t, pool.Counts().Failures())
		requireRows(t, db, life, store.SourceQueue)
		requireFacts(t, db, life...)
		letters, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Equal(t, map[store.DeliveryState]int{store.Delivered: len(life), store.Owed: len(life)}, states(t, db))

		close(release)
		hanging.answers(nil)
		hasten(t, db, "hanging")
		tickOnce(t, pool)
		require.Len(t, hanging.got(), len(life))
		for id, copies := range well.got() {
			require.Equal(t, 1, copies, id)
		}
	})
}

// What is published is published before the answer.
func TestAPublicationIsNotLeftToItsInstance(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	server, topic := newMNS(t)
	var published atomic.Int64
	server.Subscribe("vod-events", func(context.Context, mns.Message) error {
		published.Add(1)
		return nil
	})
	pool := start(t, "http", emulator.Function{Env: db.settings(topic), Instances: 1})
	s := sender(serve(t, pool.HTTPTrigger()))
	for n := range 5 {
		require.Equal(t, "new", post(t, s, upload(n)).Outcome)
		killFrozen(t, pool)
		require.NoError(t, server.Drain(t.Context()))
		require.EqualValues(t, n+1, published.Load())
	}
}

// What fell back waits, and another instance puts it into the store.
func TestWhatFellBackIsNotLeftToItsInstance(t *testing.T) {
	t.Parallel()
	db := emptyDatabase(t)
	crm := newReceiver(t)
	env := db.settings(sinks(crm.sink("crm")), secretSetting, "VOD_FALLBACK=dir:"+t.TempDir()+"?local=true", "VOD_BUDGET=1500ms")
	pool := start(t, "http", emulator.Function{Env: env, Instances: 1})
	s := sender(serve(t, pool.HTTPTrigger()))
	const n = 3
	for i := range n {
		require.Equal(t, "fallback", post(t, s, upload(i)).Outcome)
		killFrozen(t, pool)
	}
	require.NoError(t, db.migrate(t.Context()))
	redriveUntil(t, start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute}), func() bool { return len(crm.got()) == n })
	require.Len(t, db.rows(t), n)
}
