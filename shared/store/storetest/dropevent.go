package storetest

import (
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// maintained is a database whose store can be repaired.
type maintained struct {
	database
	store.Maintainer
}

func maintainedOf(t *testing.T, d database) maintained {
	t.Helper()
	m, ok := d.Store.(store.Maintainer)
	require.True(t, ok)
	return maintained{database: d, Maintainer: m}
}

// drop drops an event of those that there are, and says whether it was there.
func (m maintained) drop(t *testing.T, id vod.ID, detail string, there ...store.Record) bool {
	t.Helper()
	dropped, err := m.DropEvent(t.Context(), id, detail, deriver(there...))
	require.NoError(t, err)
	return dropped
}

// letter returns the dead letter with the id.
func (m maintained) letter(t *testing.T, id vod.ID) store.DeadLetter {
	t.Helper()
	got, err := m.DeadLetters(t.Context(), store.DeadLetterQuery{IDs: []vod.ID{id}, Reason: store.ReasonDropped})
	require.NoError(t, err)
	require.Len(t, got, 1)
	return got[0]
}

// requireGone requires that nothing is left of media.
func (m maintained) requireGone(t *testing.T, ids ...string) {
	t.Helper()
	got, err := m.Media(t.Context(), store.MediaQuery{IDs: ids})
	require.NoError(t, err)
	require.Empty(t, got)
	for _, id := range ids {
		require.Empty(t, factsOf(t, m.database, id))
	}
}

func testDropEvent(t *testing.T, h Harness) {
	if _, ok := open(t, h.URL(t)).Store.(store.Maintainer); !ok {
		return // it cannot be repaired
	}
	for _, part := range []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"media", testDropMedia},
		{"trace", testDropTrace},
		{"deliveries", testDropDeliveries},
		{"errors", testDropErrors},
		{"commits go on", testDropMeanwhile},
		{"rebuilt meanwhile", testDropRebuilt},
		{"at once", testDropAtOnce},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, h)
		})
	}
}

func testDropMedia(t *testing.T, h Harness) {
	t.Run("is media.Fold of the rest", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		for n := range 5 { // each event of a life in turn, among them the newest of a facet and older ones
			script := life(n)
			var records []store.Record
			for _, f := range script {
				records = append(records, of(f))
			}
			m.commit(t, records...)
			dropped := records[n]
			records = slices.Delete(records, n, n+1)
			require.True(t, m.drop(t, dropped.ID, "", records...))
			require.Empty(t, m.events(t, dropped.ID))
			require.Len(t, m.events(t, idsOf(records)...), 4)
			requireFold(t.Context(), t, m.database, slices.Delete(script, n, n+1))
		}
	})

	t.Run("one event after the other", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		m.commit(t, event(100))
		for _, order := range [][]int{{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 4, 0, 3, 1}} {
			left := life(0)
			var records []store.Record
			for _, f := range left {
				records = append(records, of(f))
			}
			m.commit(t, records...)
			for _, i := range order {
				gone := func(r store.Record) bool { return r.ID == life(0)[i].Event }
				records = slices.DeleteFunc(records, gone)
				left = slices.DeleteFunc(left, func(f media.Fact) bool { return f.Event == life(0)[i].Event })
				require.True(t, m.drop(t, life(0)[i].Event, "", records...))
				if len(left) > 0 {
					requireFold(t.Context(), t, m.database, left)
				}
			}
			m.requireGone(t, "life-0")
		}
		requireFold(t.Context(), t, m.database, event(100).Facts)
	})

	t.Run("what others say is derived anew", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		old, forged := says(1, fact(vod.ID{}, "m", "source", at(1))), says(2, fact(vod.ID{}, "m", "source", at(2)))
		m.commit(t, old, forged)
		old.Facts[0].Value = "as it is understood now"
		require.True(t, m.drop(t, forged.ID, "", old))
		require.Equal(t, old.Facts, factsOf(t, m.database, "m"))
	})

	t.Run("facts of events that are not stored stay", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		orphan := fact(newID(at(7), 7), "m", "audit", at(1)) // as if its event had been removed
		forged := says(2, fact(vod.ID{}, "m", "source", at(2)))
		forged.Facts = append(forged.Facts, orphan)
		m.commit(t, forged)
		require.True(t, m.drop(t, forged.ID, ""))
		require.Equal(t, []media.Fact{orphan}, factsOf(t, m.database, "m"))
	})

	t.Run("without facts", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		silent, about, nothing := event(1), event(2), event(3)
		silent.Facts = nil
		about.Subject, about.Facts = silent.Subject, []media.Fact{fact(about.ID, silent.Subject, "audit", at(2))}
		nothing.Subject, nothing.Facts = "", nil // VOD has events about no medium
		m.commit(t, silent, about, nothing)
		for _, r := range []store.Record{silent, nothing} {
			require.True(t, m.drop(t, r.ID, "", about))
			require.Empty(t, m.events(t, r.ID))
			require.Equal(t, about.Facts, factsOf(t, m.database, silent.Subject))
		}
	})

	t.Run("unknown", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		m.commit(t, event(1), letter(2))
		require.False(t, m.drop(t, event(3).ID, ""))
		require.False(t, m.drop(t, letter(2).ID, ""), "a dead letter is no event")
		require.Len(t, m.events(t, event(1).ID), 1)
		letters, err := m.DeadLetters(t.Context(), store.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Equal(t, letter(2).Reason, letters[0].Reason)
	})
}

func testDropTrace(t *testing.T, h Harness) {
	t.Run("has all of the event", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		r := event(1)
		m.commit(t, r)
		before := time.Now().Add(-time.Second)
		require.True(t, m.drop(t, r.ID, "forged"))
		got := m.letter(t, r.ID)
		require.WithinRange(t, got.LastSeen, before, time.Now().Add(time.Second))
		got.LastSeen = time.Time{}
		require.Equal(t, store.DeadLetter{
			ID: r.ID, Reason: store.ReasonDropped, Detail: "forged", Source: r.Source, SourceID: r.SourceID,
			Received: r.Received, Attempts: 1, Size: int64(len(r.Body)), SHA256: sha256.Sum256(r.Body), Body: r.Body,
		}, got)
		require.True(t, got.Whole())
	})

	t.Run("it comes in again", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		r := event(1)
		r.Deliveries = []string{"crm"}
		require.Equal(t, []store.State{store.New}, m.commit(t, r))
		require.True(t, m.drop(t, r.ID, "forged"))
		first := m.letter(t, r.ID)
		require.False(t, m.drop(t, r.ID, "twice"))
		require.Equal(t, first, m.letter(t, r.ID), "nothing was dropped")

		require.Equal(t, []store.State{store.New, store.Known}, m.commit(t, r, r))
		require.Equal(t, r.Facts, factsOf(t, m.database, r.Subject))
		owed, err := m.Deliveries(t.Context(), store.DeliveryQuery{Event: r.ID, State: store.Owed})
		require.NoError(t, err)
		require.Len(t, owed, 1)
		require.True(t, m.drop(t, r.ID, "forged again"))
		second := m.letter(t, r.ID)
		require.False(t, second.LastSeen.Before(first.LastSeen))
		first.Attempts, first.Detail, first.LastSeen = 2, "forged again", second.LastSeen
		require.Equal(t, first, second)
		m.requireGone(t, r.Subject)
	})

	t.Run("where there is a dead letter", func(t *testing.T) {
		t.Parallel()
		m := maintainedOf(t, h.fresh(t))
		r, old := event(1), letter(1) // of an earlier release, which could not read it
		old.Body = r.Body
		m.commit(t, r, old)
		require.True(t, m.drop(t, r.ID, "forged"))
		got := m.letter(t, r.ID)
		require.Equal(t, "forged", got.Detail)
		require.Equal(t, 2, got.Attempts)
		require.True(t, got.LastSeen.After(old.Received))
		require.Equal(t, old.SourceID, got.SourceID)
	})
}

func testDropDeliveries(t *testing.T, h Harness) {
	if _, ok := open(t, h.URL(t)).Store.(store.Outbox); !ok {
		return // it keeps no deliveries
	}
	o := h.freshOutbox(t, 1, 4, "crm", "erp", "ops")
	m := maintainedOf(t, o.database)
	mark := func(token string, n int, sink string, state store.DeliveryState) {
		t.Helper()
		require.NoError(t, o.Mark(t.Context(), token, []store.Mark{{Event: event(n).ID, Sink: sink, State: state, Tried: true}}))
	}
	o.claim(t, "first", 10, "crm", "erp")
	mark("first", 1, "crm", store.Delivered)
	mark("first", 1, "erp", store.Parked)
	mark("first", 2, "crm", store.Delivered)
	require.True(t, m.drop(t, event(1).ID, "", event(2), event(3)))
	requireOwedTo := func(n int, want ...string) {
		t.Helper()
		got, err := o.Deliveries(t.Context(), store.DeliveryQuery{Event: event(n).ID})
		require.NoError(t, err)
		var sinks []string
		for _, d := range got {
			sinks = append(sinks, d.Sink+" "+string(d.State))
		}
		require.ElementsMatch(t, want, sinks)
	}
	requireOwedTo(1)
	requireOwedTo(2, "crm delivered", "erp owed", "ops owed")
	require.Equal(t, []vod.ID{event(2).ID, event(3).ID}, numbers(o.claim(t, "second", 10, "ops")))

	// Who holds the lease of what is gone does no harm.
	require.True(t, m.drop(t, event(2).ID, "", event(3)))
	mark("first", 2, "erp", store.Delivered)
	mark("second", 2, "ops", store.Owed)
	requireOwedTo(2)

	// It comes in again, as if for the first time.
	o.owe(t, 2, 3, "crm", "ops")
	requireOwedTo(2, "crm owed", "ops owed")
	mark("second", 2, "ops", store.Delivered)
	require.Zero(t, o.delivery(t, 2, "crm").Attempts)
	require.Equal(t, []vod.ID{event(2).ID, event(2).ID}, numbers(o.claim(t, "third", 10, "crm", "ops")))
	n, err := o.Owe(t.Context(), store.Replay{}, []store.Owing{{Event: event(1).ID, Sink: "crm"}})
	require.NoError(t, err)
	require.Zero(t, n, "what is gone cannot be replayed")
}
