package tablestore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/tablestore"
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

// mend is what comes after a drop that was cut off, before the timer settles.
type mend struct {
	name string
	do   func(*testing.T, *tablestore.Store)
	// there is whether the event has to be there after it; nil is either.
	there *bool
}

func mends() []mend {
	return []mend{
		{"nothing", func(*testing.T, *tablestore.Store) {}, nil},
		{"commit", recommit, new(true)},
		{"redrive", redrive, nil},
		{"drop", func(t *testing.T, s *tablestore.Store) {
			t.Helper()
			_, forged := forgery()
			_, err := s.DropEvent(t.Context(), forged.ID, "forged", derived)
			require.NoError(t, err)
		}, new(false)},
	}
}

// recommit commits the forged event again.
func recommit(t *testing.T, s *tablestore.Store) {
	t.Helper()
	_, forged := forgery()
	outcomes, err := s.Commit(t.Context(), []store.Record{forged})
	require.NoError(t, err)
	require.Contains(t, []store.State{store.New, store.Known}, outcomes[0].State)
}

// redrive commits the forged event again and removes its dead letter, if there is one.
func redrive(t *testing.T, s *tablestore.Store) {
	t.Helper()
	letters, err := s.DeadLetters(t.Context(), store.DeadLetterQuery{})
	require.NoError(t, err)
	for _, l := range letters {
		recommit(t, s)
		_, err := s.DropDeadLetters(t.Context(), l.ID)
		require.NoError(t, err)
	}
}

// The process ends in the middle of dropping an event, before or after each request is
// applied. Whatever comes then, the event is there with all that belongs to it, or it is
// gone and its trace is there.
func TestCrashOfDrop(t *testing.T) {
	t.Parallel()
	for _, f := range []fate{
		{"before", emulator.Fault{Cut: true}},
		{"after", emulator.Fault{Drop: true}},
	} {
		for _, settled := range []bool{true, false} {
			for _, m := range mends() {
				t.Run(fmt.Sprintf("%s/settled=%t/%s", f.name, settled, m.name), func(t *testing.T) {
					t.Parallel()
					for n := 1; crashDrop(t, f, settled, m, n); n++ {
						require.Less(t, n, 100, "requests of a drop")
					}
				})
			}
		}
	}
}

// crashDrop lets the process end at the n-th request of a drop, and reports whether
// there is one.
func crashDrop(t *testing.T, f fate, settled bool, m mend, n int) bool {
	t.Helper()
	_, forged := forgery()
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
	if !crashed {
		require.NoError(t, err)
		require.True(t, dropped)
		require.Greater(t, n, 8, "requests of a drop")
		requireSettled(t, again)
		require.False(t, requireWhole(t, again))
		return false
	}
	require.Error(t, err)
	hadTrace := len(lettersOf(t, again)) > 0
	m.do(t, again)
	_, err = again.Settle(t.Context())
	require.NoError(t, err)
	there := requireWhole(t, again)
	if m.there != nil {
		require.Equal(t, *m.there, there, "request %d", n)
	}
	if m.name == "redrive" && hadTrace {
		require.True(t, there, "request %d", n)
		require.Empty(t, lettersOf(t, again), "request %d", n)
	}
	requireSettled(t, again)
	_, err = again.DropEvent(t.Context(), forged.ID, "forged", derived)
	require.NoError(t, err)
	require.False(t, requireWhole(t, again))
	if m.name == "nothing" || m.name == "drop" {
		require.Equal(t, 1, lettersOf(t, again)[0].Attempts, "it is the trace of one drop")
	}
	recommit(t, again)
	require.True(t, requireWhole(t, again), "when it comes in again, it counts")
	return true
}

// While an event is being dropped, before each write, others are at it; the drop goes on,
// or is cut off there.
func TestMeanwhileDrop(t *testing.T) {
	t.Parallel()
	for name, their := range map[string]func(*testing.T, *tablestore.Store){
		"commit":  recommit,
		"redrive": redrive,
		"settle": func(t *testing.T, s *tablestore.Store) {
			t.Helper()
			_, err := s.Settle(t.Context())
			require.NoError(t, err)
		},
		"drop and commit": func(t *testing.T, s *tablestore.Store) {
			t.Helper()
			_, forged := forgery()
			_, err := s.DropEvent(t.Context(), forged.ID, "forged", derived)
			require.NoError(t, err)
			recommit(t, s)
		},
	} {
		for _, settled := range []bool{true, false} {
			for _, cut := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/settled=%t/cut=%t", name, settled, cut), func(t *testing.T) {
					t.Parallel()
					n := int64(1)
					for meanwhileDrop(t, their, settled, cut, n) {
						n++
					}
					require.Greater(t, n, int64(5), "writes of a drop")
				})
			}
		}
	}
}

// meanwhileDrop lets others do something before the n-th write of a drop, and reports
// whether there is one.
func meanwhileDrop(t *testing.T, their func(*testing.T, *tablestore.Store), settled, cut bool, n int64) bool {
	t.Helper()
	_, forged := forgery()
	server := start(t)
	others := open(t, server)
	commitForgery(t, server, others, settled)
	mine, writes := watched(t, server)
	ctx, crash := context.WithCancel(t.Context())
	defer crash()
	writes.before(n, func() {
		their(t, others)
		if cut {
			writes.cut.Store(true)
			crash()
		}
	})
	dropped, err := mine.DropEvent(ctx, forged.ID, "forged", derived)
	over := writes.left.Load() > 0
	if over || !cut {
		require.NoError(t, err)
		require.True(t, dropped, "write %d", n)
	}
	_, err = others.Settle(t.Context())
	require.NoError(t, err)
	requireWhole(t, others)
	requireSettled(t, others)
	return !over
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

// requireWhole requires that the forged event is there with its facts and deliveries, or
// gone with a trace. It reports which.
func requireWhole(t *testing.T, s *tablestore.Store) bool {
	t.Helper()
	genuine, forged := forgery()
	require.Len(t, eventsOf(t, s, genuine.ID), 1)
	there := len(eventsOf(t, s, forged.ID)) == 1
	facts, err := s.Facts(t.Context(), "v1")
	require.NoError(t, err)
	deliveries, err := s.Deliveries(t.Context(), store.DeliveryQuery{Event: forged.ID, State: store.Owed})
	require.NoError(t, err)
	letters := lettersOf(t, s)
	if there {
		require.Equal(t, forged.Facts, facts)
		require.Len(t, deliveries, len(forged.Deliveries))
		return true
	}
	require.Equal(t, genuine.Facts, facts)
	require.Empty(t, deliveries)
	require.Len(t, letters, 1)
	require.Equal(t, forged.ID, letters[0].ID)
	require.Equal(t, store.ReasonDropped, letters[0].Reason)
	require.Equal(t, "forged", letters[0].Detail)
	require.Equal(t, forged.Body, letters[0].Body)
	return false
}

func lettersOf(t *testing.T, s *tablestore.Store) []store.DeadLetter {
	t.Helper()
	letters, err := s.DeadLetters(t.Context(), store.DeadLetterQuery{})
	require.NoError(t, err)
	return letters
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

// Before each write of a commit, a drop of its event begins and is cut off: what the
// commit takes away is not what the drop has put there to be taken back.
func TestDropBeginsDuringCommit(t *testing.T) {
	t.Parallel()
	_, forged := forgery()
	unread := errors.New("cannot read it")
	for n := int64(2); ; n++ { // the first is the event
		server := start(t)
		others := open(t, server)
		_, err := others.Commit(t.Context(), []store.Record{event(1)})
		require.NoError(t, err)
		mine, writes := watched(t, server)
		writes.before(n, func() {
			_, err := others.DropEvent(t.Context(), forged.ID, "forged", func(store.Event) (store.Record, error) {
				return store.Record{}, unread
			})
			require.ErrorIs(t, err, unread)
		})
		recommit(t, mine)
		_, err = others.Settle(t.Context())
		require.NoError(t, err)
		_, err = others.Rebuild(t.Context(), derived)
		require.NoError(t, err)
		require.True(t, requireWhole(t, others))
		if writes.left.Load() > 0 {
			require.Greater(t, n, int64(4), "writes of a commit")
			return
		}
	}
}

// Before an event is gone, somebody else drops it, and it comes in again: that one is
// dropped, too.
func TestDropOvertaken(t *testing.T) {
	t.Parallel()
	for n := int64(1); n <= 4; n++ { // the fourth is what drops it
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
