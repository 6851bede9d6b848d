package tablestore_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/tablestore"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/tablestore"
	"github.com/vodevents/vodevents/shared/vod"
)

// forgery is a true event, and one that was forged and says the same later.
func forgery() (genuine, forged store.Record) { return event(1), event(2) }

// derived is what the events of this package say.
func derived(e store.Event) (store.Record, error) {
	r := event(e.ID[15])
	if e.ID != r.ID {
		return store.Record{}, fmt.Errorf("%s is none of ours", e.ID)
	}
	return r, nil
}

// The process ends in the middle of dropping an event, before or after each request is
// applied. The trace is not lost, there are no facts of an event that is gone, and the
// next call does the rest.
func TestCrashOfDrop(t *testing.T) {
	t.Parallel()
	genuine, forged := forgery()
	for _, f := range []fate{
		{"before", emulator.Fault{Cut: true}},
		{"after", emulator.Fault{Drop: true}},
	} {
		for _, settled := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/settled=%t", f.name, settled), func(t *testing.T) {
				t.Parallel()
				for n := 1; ; n++ {
					server := start(t)
					s := open(t, server)
					commitForgery(t, server, s, settled)
					ctx, crash := context.WithCancel(t.Context())
					at := &moment{during: crash, then: func() emulator.Fault { return emulator.Fault{Cut: true} }}
					at.befall(server, n, func() emulator.Fault { return f.fault })
					dropped, err := s.DropEvent(ctx, forged.ID, "forged", derived)
					crash()
					crashed := at.stop()

					again := open(t, server) // another process
					requireTraced(t, again, n)
					_, err2 := again.Rebuild(t.Context(), derived)
					require.NoError(t, err2)
					requireTraced(t, again, n)
					if !crashed {
						require.NoError(t, err)
						require.True(t, dropped)
						require.Greater(t, n, 8, "requests of a drop")
						requireDropped(t, again, genuine, forged)
						return
					}
					require.Error(t, err)
					there := len(eventsOf(t, again, forged.ID)) == 1
					dropped, err = again.DropEvent(t.Context(), forged.ID, "forged", derived)
					require.NoError(t, err)
					require.Equal(t, there, dropped)
					requireDropped(t, again, genuine, forged)
				}
			})
		}
	}
}

// commitForgery commits both events; the process may end before it has settled the
// second.
func commitForgery(t *testing.T, server *emulator.Server, s *tablestore.Store, settled bool) {
	t.Helper()
	genuine, forged := forgery()
	_, err := s.Commit(t.Context(), []store.Record{genuine})
	require.NoError(t, err)
	ctx, crash := context.WithCancel(t.Context())
	defer crash()
	if !settled {
		at := &moment{then: func() emulator.Fault { crash(); return emulator.Fault{Cut: true} }}
		at.befall(server, 1, func() emulator.Fault { return emulator.Fault{} }) // the event is put
	}
	outcomes, err := s.Commit(ctx, []store.Record{forged})
	server.Before(nil)
	require.NoError(t, err)
	require.Equal(t, []store.State{store.New}, statesOf(outcomes))
}

// requireTraced requires that an event has left a trace if anything of it is gone, and
// no facts if it is.
func requireTraced(t *testing.T, s *tablestore.Store, n int) {
	t.Helper()
	genuine, forged := forgery()
	facts, err := s.Facts(t.Context(), "v1")
	require.NoError(t, err)
	letters, err := s.DeadLetters(t.Context(), store.DeadLetterQuery{})
	require.NoError(t, err)
	there := len(eventsOf(t, s, forged.ID)) == 1
	require.Contains(t, [][]media.Fact{genuine.Facts, forged.Facts}, facts, "request %d", n)
	if !there {
		require.Equal(t, genuine.Facts, facts, "request %d", n)
	}
	if len(letters) == 0 {
		require.True(t, there, "request %d", n)
		_, err = s.Settle(t.Context())
		require.NoError(t, err)
		facts, err = s.Facts(t.Context(), "v1")
		require.NoError(t, err)
		require.Equal(t, forged.Facts, facts, "request %d: nothing was done", n)
	}
}

// requireDropped requires that nothing but the trace is left of the forged event.
func requireDropped(t *testing.T, s *tablestore.Store, genuine, forged store.Record) {
	t.Helper()
	requireSettled(t, s)
	require.Len(t, eventsOf(t, s, genuine.ID, forged.ID), 1)
	facts, err := s.Facts(t.Context(), "v1")
	require.NoError(t, err)
	require.Equal(t, genuine.Facts, facts)
	deliveries, err := s.Deliveries(t.Context(), store.DeliveryQuery{Event: forged.ID})
	require.NoError(t, err)
	require.Empty(t, deliveries)
	letters, err := s.DeadLetters(t.Context(), store.DeadLetterQuery{})
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.Equal(t, forged.ID, letters[0].ID)
	require.Equal(t, 1, letters[0].Attempts, "it is the trace of one drop")
	require.Equal(t, "forged", letters[0].Detail)
	_, err = s.Commit(t.Context(), []store.Record{forged})
	require.NoError(t, err)
	facts, err = s.Facts(t.Context(), "v1")
	require.NoError(t, err)
	require.Equal(t, forged.Facts, facts, "when it comes in again, it counts")
}

// Between the look at a medium and the write to it, the event that is being settled is
// dropped: its facts come too late.
func TestDropOvertakesSettling(t *testing.T) {
	t.Parallel()
	mine, others, writes := rivals(t)
	_, forged := forgery()
	forged.Deliveries = nil
	writes.before(2, func() { // the first is the event
		dropped, err := others.DropEvent(t.Context(), forged.ID, "forged", derived)
		require.NoError(t, err)
		require.True(t, dropped)
	})
	outcomes, err := mine.Commit(t.Context(), []store.Record{forged})
	require.NoError(t, err)
	require.Equal(t, []store.State{store.New}, statesOf(outcomes), "it was, for a moment")
	require.Empty(t, eventsOf(t, mine, forged.ID))
	facts, err := mine.Facts(t.Context(), "v1")
	require.NoError(t, err)
	require.Equal(t, event(1).Facts, facts)
	requireSettled(t, mine)
}

// The timer settles an event while it is being dropped.
func TestSettleDuringDrop(t *testing.T) {
	t.Parallel()
	genuine, forged := forgery()
	for n := int64(1); ; n++ {
		server := start(t)
		others := open(t, server)
		commitForgery(t, server, others, false)
		mine, writes := watched(t, server)
		writes.before(n, func() {
			_, err := others.Settle(t.Context())
			require.NoError(t, err)
		})
		dropped, err := mine.DropEvent(t.Context(), forged.ID, "forged", derived)
		require.NoError(t, err)
		require.True(t, dropped)
		over := writes.left.Load() > 0
		requireDropped(t, others, genuine, forged)
		if over {
			require.Greater(t, n, int64(4), "writes of a drop")
			return
		}
	}
}

// Between the look at an event and its removal, somebody else drops it, and it comes in
// again: that one is not removed with the first.
func TestDropOvertaken(t *testing.T) {
	t.Parallel()
	for n := int64(1); n <= 5; n++ {
		mine, others, writes := rivals(t)
		id := event(1).ID
		writes.before(n, func() {
			dropped, err := others.DropEvent(t.Context(), id, "theirs", derived)
			require.NoError(t, err)
			require.True(t, dropped)
			_, err = others.Commit(t.Context(), []store.Record{event(1)})
			require.NoError(t, err)
		})
		dropped, err := mine.DropEvent(t.Context(), id, "mine", derived)
		require.NoError(t, err)
		require.True(t, dropped, "the second one")
		require.Empty(t, eventsOf(t, mine, id))
		letters, err := mine.DeadLetters(t.Context(), store.DeadLetterQuery{IDs: []vod.ID{id}})
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Equal(t, "mine", letters[0].Detail)
		require.GreaterOrEqual(t, letters[0].Attempts, 2)
		facts, err := mine.Facts(t.Context(), "v1")
		require.NoError(t, err)
		require.Empty(t, facts)
	}
}

// A rebuild finds out that the event is about another medium while it is being dropped.
func TestRebuildDuringDrop(t *testing.T) {
	t.Parallel()
	moved := event(1)
	moved.Subject, moved.Facts[0].Medium = "v2", "v2"
	for n := int64(1); n <= 5; n++ {
		mine, others, writes := rivals(t)
		writes.before(n, func() {
			_, err := others.Rebuild(t.Context(), func(store.Event) (store.Record, error) { return moved, nil })
			require.NoError(t, err)
		})
		dropped, err := mine.DropEvent(t.Context(), moved.ID, "forged", derived)
		require.NoError(t, err)
		require.True(t, dropped)
		got, err := mine.Media(t.Context(), store.MediaQuery{})
		require.NoError(t, err)
		require.Empty(t, got, "write %d", n)
	}
}
