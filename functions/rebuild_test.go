package functions_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// derived returns, as text, all that a store holds about events and media but for
// those in the life of one medium.
func derived(t *testing.T, db database, without string) []string {
	t.Helper()
	events, err := db.Events(t.Context(), store.EventQuery{Limit: 1 << 20})
	require.NoError(t, err)
	all, err := db.Media(t.Context(), store.MediaQuery{Limit: 1 << 20})
	require.NoError(t, err)
	var rows []string
	for _, e := range events {
		if e.Subject != without {
			rows = append(rows, fmt.Sprintf("%s %s %s %s %s %s %s", e.ID, e.Type, e.Subject, e.Status, e.Time, e.BusinessKey, e.Body))
		}
	}
	for _, m := range all {
		if m.ID == without {
			continue
		}
		rows = append(rows, fmt.Sprintf("%+v", m))
		facts, err := db.Facts(t.Context(), m.ID)
		require.NoError(t, err)
		for _, f := range facts {
			rows = append(rows, fmt.Sprintf("%+v", f))
		}
	}
	slices.Sort(rows)
	return rows
}

// TestRebuild derives anew what a release has derived that understood nothing, and is
// killed twice while it does, while events come in. It ends with what there was when
// they came, byte for byte.
func TestRebuild(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database, _ func() func()) {
		pool := start(t, "mns", emulator.Function{Env: db.settings(), Timeout: 5 * time.Minute, Instances: 1})
		var bodies []string
		for i := range or(2_200, 20_000) / len(vodtest.Life()) {
			for _, body := range vodtest.Life(vodtest.Seed(1 + i)) {
				bodies = append(bodies, string(body))
			}
		}
		queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 2000})
		require.NoError(t, queue.Send(bodies...))
		require.NoError(t, queue.Drain(t.Context()))
		late := vodtest.Life()
		e, err := vod.Parse(late[0])
		require.NoError(t, err)
		latecomer := e.Head().Subject
		live := derived(t, db, latecomer)
		require.Greater(t, len(live), len(bodies))

		forgetAll(t, db)
		require.False(t, slices.Equal(live, derived(t, db, latecomer)))
		s := sender(serve(t, start(t, "http", emulator.Function{Env: db.settings()}).HTTPTrigger()))
		arrive := func(bodies [][]byte) {
			t.Helper()
			for _, body := range bodies {
				require.Equal(t, "new", post(t, s, body).Outcome)
			}
		}
		// Columns come first, and then facts.
		killRebuild(t, pool, db, func() bool {
			events, err := db.Events(t.Context(), store.EventQuery{Types: []vod.Type{vod.TypeSnapshotComplete}, Limit: 1})
			require.NoError(t, err)
			return len(events) > 0
		})
		arrive(late[:4])
		killRebuild(t, pool, db, func() bool {
			some, err := db.Media(t.Context(), store.MediaQuery{Limit: 2})
			require.NoError(t, err)
			return len(some) > 1 // not only of the latecomer
		})
		arrive(late[4:8])

		done := rebuilding(t, pool)
		arrive(late[8:])
		require.NoError(t, <-done)
		rebuilt := derived(t, db, latecomer)
		require.Len(t, rebuilt, len(live))
		for i, row := range live { // one at a time: a comparison of all would take minutes to print
			require.Equal(t, row, rebuilt[i])
		}
		videos, err := db.Media(t.Context(), store.MediaQuery{IDs: []string{latecomer}})
		require.NoError(t, err)
		require.Len(t, videos, 1)
		require.Equal(t, media.Playable, videos[0].State)
	})
}

// forgetAll leaves of what was derived from events what a release would have that does
// not know them.
func forgetAll(t *testing.T, db database) {
	t.Helper()
	m, ok := db.Store.(store.Maintainer)
	require.True(t, ok)
	_, err := m.Rebuild(t.Context(), func(e store.Event) (store.Record, error) {
		return store.Record{ID: e.ID, Type: "Unheard", Subject: e.Subject}, nil
	})
	require.NoError(t, err)
}

// rebuilding has a function rebuild, and returns where the end of it will be told.
func rebuilding(t *testing.T, pool *emulator.Pool) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		res, err := pool.Invoke(t.Context(), []byte(`{"operation":"rebuild"}`))
		if err == nil {
			err = res.Err()
		}
		done <- err
	}()
	return done
}

// killRebuild kills the function while it rebuilds, as soon as it has come so far.
func killRebuild(t *testing.T, pool *emulator.Pool, db database, soFar func() bool) {
	t.Helper()
	for range 50 {
		done := rebuilding(t, pool)
		for len(done) == 0 {
			if soFar() {
				break
			}
		}
		pool.KillAll()
		if <-done != nil {
			return
		}
		forgetAll(t, db) // it was faster than we looked
	}
	require.FailNow(t, "no rebuild was killed in the middle")
}
