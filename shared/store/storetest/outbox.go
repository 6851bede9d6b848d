package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// outbox is a database whose store hands out deliveries.
type outbox struct {
	database
	store.Outbox
}

// freshOutbox opens a new database in which the events from..to-1 are owed to sinks.
func (h Harness) freshOutbox(t *testing.T, from, to int, sinks ...string) outbox {
	t.Helper()
	o := outboxOf(t, h.fresh(t))
	o.owe(t, from, to, sinks...)
	return o
}

func outboxOf(t *testing.T, d database) outbox {
	t.Helper()
	o, ok := d.Store.(store.Outbox)
	require.True(t, ok)
	return outbox{database: d, Outbox: o}
}

// owe commits the events from..to-1, owed to sinks.
func (o outbox) owe(t *testing.T, from, to int, sinks ...string) {
	t.Helper()
	all := events(from, to)
	for i := range all {
		all[i].Deliveries = sinks
	}
	o.commit(t, all...)
}

// claim claims for a long time.
func (o outbox) claim(t *testing.T, token string, limit int, sinks ...string) []store.Claimed {
	t.Helper()
	got, err := o.Claim(t.Context(), store.Claim{Token: token, For: time.Hour, Sinks: sinks, Limit: limit})
	require.NoError(t, err)
	return got
}

// delivery returns the delivery of the n-th event to a sink.
func (o outbox) delivery(t *testing.T, n int, sink string) store.Delivery {
	t.Helper()
	got, err := o.Deliveries(t.Context(), store.DeliveryQuery{Event: event(n).ID, Sink: sink})
	require.NoError(t, err)
	require.Len(t, got, 1)
	return got[0]
}

// crm returns what is known about the sink crm.
func (o outbox) crm(t *testing.T) store.SinkState {
	t.Helper()
	all, err := o.Sinks(t.Context())
	require.NoError(t, err)
	i := slices.IndexFunc(all, func(s store.SinkState) bool { return s.Name == "crm" })
	require.GreaterOrEqual(t, i, 0, "it is not among %v", all)
	return all[i]
}

func numbers(claimed []store.Claimed) []vod.ID {
	ids := make([]vod.ID, len(claimed))
	for i, c := range claimed {
		ids[i] = c.Event.ID
	}
	return ids
}

// soon waits until the store's clock has come so far that fn is true.
func soon(t *testing.T, fn func() bool) {
	t.Helper()
	require.Eventually(t, fn, 20*time.Second, 2*time.Millisecond)
}

func testOutbox(t *testing.T, h Harness) {
	if _, ok := open(t, h.URL(t)).Store.(store.Outbox); !ok {
		return // it hands out nothing
	}
	for _, concept := range []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"claim", testClaim},
		{"mark", testMark},
		{"lease", testLease},
		{"rest", testRest},
		{"park", testPark},
		{"hasten", testHasten},
		{"replay", testReplay},
	} {
		t.Run(concept.name, func(t *testing.T) {
			t.Parallel()
			concept.test(t, h)
		})
	}

	t.Run("not migrated", func(t *testing.T) {
		t.Parallel()
		d := open(t, h.URL(t))
		if _, ok := d.Store.(store.Migrator); !ok {
			return
		}
		o := outboxOf(t, d)
		_, err := o.Claim(t.Context(), store.Claim{Token: "t", For: time.Hour, Sinks: []string{"crm"}, Limit: 1})
		require.ErrorIs(t, err, store.ErrNotMigrated)
		require.ErrorIs(t, o.Seen(t.Context(), "crm"), store.ErrNotMigrated)
		_, err = o.Sinks(t.Context())
		require.ErrorIs(t, err, store.ErrNotMigrated)
		_, err = o.Park(t.Context(), time.Hour, time.Hour)
		require.ErrorIs(t, err, store.ErrNotMigrated)
		_, err = o.Backlog(t.Context())
		require.ErrorIs(t, err, store.ErrNotMigrated)
		_, err = o.Hasten(t.Context(), "crm", true)
		require.ErrorIs(t, err, store.ErrNotMigrated)
	})
}

func testClaim(t *testing.T, h Harness) {
	t.Run("gives the delivery and its event", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 1, 2, "crm")
		before := o.delivery(t, 1, "crm")
		got := o.claim(t, "t", 10, "crm")
		require.Len(t, got, 1)
		require.Equal(t, stored(event(1)), got[0].Event)
		d := got[0].Delivery
		require.Equal(t, event(1).ID, d.Event)
		require.Equal(t, "crm", d.Sink)
		require.Equal(t, store.Owed, d.State)
		require.Zero(t, d.Attempts)
		require.Equal(t, before.OwedSince, d.OwedSince)
		require.Empty(t, d.Replay)
	})

	t.Run("only for the sinks asked for", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 3, "crm", "erp")
		o.owe(t, 3, 5, "erp")
		require.Empty(t, o.claim(t, "t", 10, "other"))
		require.Len(t, o.claim(t, "t", 10, "crm"), 3)
		require.Len(t, o.claim(t, "t", 10, "other", "erp", "crm"), 5)
	})

	t.Run("only of the events asked for", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 10, "crm", "erp")
		got, err := o.Claim(t.Context(), store.Claim{
			Token: "t", For: time.Hour, Sinks: []string{"crm", "erp"}, Limit: 100,
			Events: []vod.ID{event(3).ID, event(99).ID, event(7).ID},
		})
		require.NoError(t, err)
		require.ElementsMatch(t, []vod.ID{event(3).ID, event(3).ID, event(7).ID, event(7).ID}, numbers(got))
	})

	t.Run("not more than the limit, the longest due first", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 4, "crm")
		o.claim(t, "t", 4, "crm")
		for i, n := range []int{2, 0, 3, 1} { // each is due later than the one before
			require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{
				{Event: event(n).ID, Sink: "crm", State: store.Owed, Retry: time.Duration(i) * 20 * time.Millisecond},
			}))
		}
		last := o.delivery(t, 1, "crm").Due
		soon(t, func() bool { return time.Now().After(last.Add(5 * time.Millisecond)) })
		require.Equal(t, []vod.ID{event(2).ID, event(0).ID}, numbers(o.claim(t, "u", 2, "crm")))
		require.Equal(t, []vod.ID{event(3).ID, event(1).ID}, numbers(o.claim(t, "v", 2, "crm")))
		require.Empty(t, o.claim(t, "w", 2, "crm"))
	})

	t.Run("what was not tried goes before what fails again and again", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 3, "crm")
		for _, c := range o.claim(t, "t", 3, "crm") {
			require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{
				{Event: c.Event.ID, Sink: "crm", State: store.Owed, Retry: time.Millisecond, Tried: true, Err: "no"},
			}))
		}
		o.owe(t, 3, 5, "crm")
		last := o.delivery(t, 0, "crm").Due
		soon(t, func() bool { return time.Now().After(last.Add(10 * time.Millisecond)) })
		got := numbers(o.claim(t, "u", 3, "crm"))
		require.Len(t, got, 3)
		require.ElementsMatch(t, []vod.ID{event(3).ID, event(4).ID}, got[:2])
	})

	t.Run("an event that is gone is not claimed", func(t *testing.T) {
		t.Parallel()
		if h.Forget == nil {
			return // events do not go
		}
		o := h.freshOutbox(t, 0, 2, "crm")
		h.Forget(t, o.url, event(0).ID)
		require.Equal(t, []vod.ID{event(1).ID}, numbers(o.claim(t, "t", 1, "crm")), "nor does it take a place")
	})

	t.Run("what is not due waits", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		o.claim(t, "t", 1, "crm")
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Owed, Retry: time.Hour}}))
		require.Empty(t, o.claim(t, "u", 1, "crm"))
		require.WithinDuration(t, time.Now().Add(time.Hour), o.delivery(t, 0, "crm").Due, time.Minute)
	})

	t.Run("each delivery goes to one of many", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 200, "crm")
		stores := []outbox{o, outboxOf(t, open(t, o.url))}
		var mu sync.Mutex
		times := map[vod.ID]int{}
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				for n := 0; ; n++ {
					got, err := stores[i%2].Claim(t.Context(), store.Claim{
						Token: fmt.Sprintf("%d/%d", i, n), For: time.Hour, Sinks: []string{"crm"}, Limit: 7,
					})
					errs[i] = errors.Join(errs[i], err)
					if len(got) == 0 {
						return
					}
					mu.Lock()
					for _, c := range got {
						times[c.Event.ID]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		// What one has just locked may look taken to another, but not for long.
		for _, id := range numbers(o.claim(t, "rest", 200, "crm")) {
			times[id]++
		}
		require.Len(t, times, 200)
		for id, n := range times {
			require.Equal(t, 1, n, id)
		}
	})

	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := o.Claim(ctx, store.Claim{Token: "t", For: time.Millisecond, Sinks: []string{"crm"}, Limit: 1})
		require.Error(t, err)
		soon(t, func() bool { return len(o.claim(t, "u", 1, "crm")) == 1 })
	})
}

func testMark(t *testing.T, h Harness) {
	t.Run("delivered", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm", "erp")
		o.claim(t, "t", 2, "crm", "erp")
		require.NoError(t, o.Mark(t.Context(), "t", nil))
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Delivered, Tried: true}}))
		d := o.delivery(t, 0, "crm")
		require.Equal(t, store.Delivered, d.State)
		require.Equal(t, 1, d.Attempts)
		require.Equal(t, store.Owed, o.delivery(t, 0, "erp").State)
	})

	t.Run("to be tried again", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		since := o.delivery(t, 0, "crm").OwedSince
		for n := 1; n <= 3; n++ {
			token := strconv.Itoa(n)
			soon(t, func() bool { return len(o.claim(t, token, 1, "crm")) == 1 })
			require.NoError(t, o.Mark(t.Context(), token, []store.Mark{
				{Event: event(0).ID, Sink: "crm", State: store.Owed, Retry: time.Millisecond, Tried: true, Err: "no answer " + token},
			}))
			d := o.delivery(t, 0, "crm")
			require.Equal(t, store.Owed, d.State)
			require.Equal(t, n, d.Attempts)
			require.Equal(t, "no answer "+token, d.LastError)
			require.Equal(t, since, d.OwedSince)
		}
	})

	t.Run("parked", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		o.claim(t, "t", 1, "crm")
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{
			{Event: event(0).ID, Sink: "crm", State: store.Parked, Tried: true, Err: `<410> "gone" 🎬`},
		}))
		d := o.delivery(t, 0, "crm")
		require.Equal(t, store.Parked, d.State)
		require.Equal(t, `<410> "gone" 🎬`, d.LastError)
		require.Empty(t, o.claim(t, "u", 1, "crm"))
	})

	t.Run("given back", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		o.claim(t, "t", 1, "crm")
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Owed}}))
		require.Zero(t, o.delivery(t, 0, "crm").Attempts)
		require.Len(t, o.claim(t, "u", 1, "crm"), 1, "at once")
	})

	t.Run("many of many sinks", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 100, "crm", "erp")
		var marks []store.Mark
		for _, c := range o.claim(t, "t", 200, "crm", "erp") {
			m := store.Mark{Event: c.Event.ID, Sink: c.Delivery.Sink, State: store.Delivered, Tried: true}
			if c.Delivery.Sink == "erp" {
				m.State, m.Err = store.Parked, "no"
			}
			marks = append(marks, m)
		}
		require.Len(t, marks, 200)
		require.NoError(t, o.Mark(t.Context(), "t", marks))
		for sink, state := range map[string]store.DeliveryState{"crm": store.Delivered, "erp": store.Parked} {
			got, err := o.Deliveries(t.Context(), store.DeliveryQuery{Sink: sink, State: state, Limit: 200})
			require.NoError(t, err)
			require.Len(t, got, 100)
		}
	})
}

func testLease(t *testing.T, h Harness) {
	t.Run("keeps others away while it lives", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 3, "crm")
		require.Len(t, o.claim(t, "t", 2, "crm"), 2)
		require.Len(t, o.claim(t, "u", 3, "crm"), 1)
		require.Empty(t, o.claim(t, "v", 3, "crm"))
		require.Empty(t, o.claim(t, "t", 3, "crm"), "not even by the same token")
	})

	t.Run("ends", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		got, err := o.Claim(t.Context(), store.Claim{Token: "t", For: time.Millisecond, Sinks: []string{"crm"}, Limit: 1})
		require.NoError(t, err)
		require.Len(t, got, 1)
		soon(t, func() bool { return len(o.claim(t, "u", 1, "crm")) == 1 })
		mark := []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Parked, Tried: true, Err: "late"}}
		require.NoError(t, o.Mark(t.Context(), "t", mark), "a stale mark is no error")
		d := o.delivery(t, 0, "crm")
		require.Equal(t, store.Owed, d.State)
		require.Empty(t, d.LastError)
		require.Zero(t, d.Attempts)
		mark[0].State, mark[0].Err = store.Delivered, ""
		require.NoError(t, o.Mark(t.Context(), "u", mark))
		require.NoError(t, o.Mark(t.Context(), "u", []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Owed}}))
		require.Equal(t, store.Delivered, o.delivery(t, 0, "crm").State, "a mark ends the lease")
	})

	t.Run("with its mark before somebody else comes", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		_, err := o.Claim(t.Context(), store.Claim{Token: "t", For: time.Nanosecond, Sinks: []string{"crm"}, Limit: 1})
		require.NoError(t, err)
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Delivered, Tried: true}}))
		require.Equal(t, store.Delivered, o.delivery(t, 0, "crm").State, "it is late, but nobody has claimed it since")
	})

	t.Run("outlives the store value", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		require.Len(t, o.claim(t, "t", 1, "crm"), 1)
		again := outboxOf(t, open(t, o.url))
		require.Empty(t, again.claim(t, "u", 1, "crm"))
		require.NoError(t, again.Mark(t.Context(), "t", []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Delivered, Tried: true}}))
		require.Equal(t, store.Delivered, o.delivery(t, 0, "crm").State)
	})
}
