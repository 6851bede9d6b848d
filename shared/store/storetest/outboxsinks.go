package storetest

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testRest(t *testing.T, h Harness) {
	t.Run("nothing is claimed meanwhile", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 2, "crm", "erp")
		require.NoError(t, o.Rest(t.Context(), "crm", 3, time.Hour, "connection refused"))
		require.Empty(t, o.claim(t, "t", 10, "crm"))
		require.Len(t, o.claim(t, "t", 10, "crm", "erp"), 2, "the other is not concerned")
		s := o.crm(t)
		require.Equal(t, 3, s.Failures)
		require.Equal(t, "connection refused", s.LastError)
		require.WithinDuration(t, time.Now().Add(time.Hour), s.RestsUntil, time.Minute)

		require.NoError(t, o.Rest(t.Context(), "crm", 0, 0, ""))
		s = o.crm(t)
		require.Zero(t, s.Failures)
		require.Empty(t, s.LastError)
		require.Len(t, o.claim(t, "u", 10, "crm"), 2)
	})

	t.Run("ends", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		require.NoError(t, o.Rest(t.Context(), "crm", 1, time.Millisecond, "no"))
		soon(t, func() bool { return len(o.claim(t, "t", 1, "crm")) == 1 })
		require.Equal(t, 1, o.crm(t).Failures, "it has to prove itself")
	})

	t.Run("what is known", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 5, "crm")
		o.owe(t, 5, 6, "erp")
		before := time.Now().Add(-time.Minute)
		require.NoError(t, o.Seen(t.Context()))
		require.NoError(t, o.Seen(t.Context(), "crm", "new"))
		require.NoError(t, o.Seen(t.Context(), "crm"))
		all, err := o.Sinks(t.Context())
		require.NoError(t, err)
		require.Len(t, all, 2)
		require.Equal(t, "crm", all[0].Name)
		require.WithinRange(t, all[0].Seen, before, time.Now().Add(time.Minute))
		require.Equal(t, "new", all[1].Name)

		first := o.claim(t, "t", 1, "crm")[0].Event.ID
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{{Event: first, Sink: "crm", State: store.Delivered, Tried: true}}))
		backlog, err := o.Backlog(t.Context())
		require.NoError(t, err)
		require.Equal(t, []store.Backlog{
			{Sink: "crm", Owed: 4, OwedSince: o.delivery(t, 4, "crm").OwedSince},
			{Sink: "erp", Owed: 1, OwedSince: o.delivery(t, 5, "erp").OwedSince},
		}, backlog)
	})
}

func testPark(t *testing.T, h Harness) {
	park := func(t *testing.T, o outbox, owedFor, unseen time.Duration) []store.Parking {
		t.Helper()
		got, err := o.Park(t.Context(), owedFor, unseen)
		require.NoError(t, err)
		return got
	}
	// aged waits until everything that is owed has been so for longer than that.
	aged := func(t *testing.T, by time.Duration) {
		t.Helper()
		start := time.Now()
		soon(t, func() bool { return time.Since(start) > by+30*time.Millisecond })
	}

	t.Run("owed for too long", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 3, "crm", "erp")
		require.NoError(t, o.Seen(t.Context(), "crm", "erp"))
		o.claim(t, "t", 1, "crm")
		require.NoError(t, o.Rest(t.Context(), "erp", 9, time.Hour, "connection refused by erp"))
		require.Empty(t, park(t, o, time.Hour, time.Hour))
		aged(t, time.Millisecond)
		require.ElementsMatch(t, []store.Parking{{Sink: "crm", Deliveries: 2}, {Sink: "erp", Deliveries: 3}}, park(t, o, time.Millisecond, time.Hour),
			"all but the one that is being worked on")
		got, err := o.Deliveries(t.Context(), store.DeliveryQuery{State: store.Parked})
		require.NoError(t, err)
		require.Len(t, got, 5)
		for _, d := range got {
			require.NotEmpty(t, d.LastError)
			if d.Sink == "erp" {
				require.Contains(t, d.LastError, "connection refused by erp")
			}
		}
		require.Empty(t, park(t, o, time.Millisecond, time.Hour))
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Delivered, Tried: true}}))
	})

	t.Run("some thousand at a time", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 900, "a", "b", "c", "d", "e", "f", "g", "h")
		aged(t, time.Millisecond)
		parked := map[string]int{}
		for {
			got := park(t, o, time.Millisecond, time.Hour)
			if len(got) == 0 {
				break
			}
			for _, p := range got {
				require.LessOrEqual(t, p.Deliveries, 5000)
				parked[p.Sink] += p.Deliveries
			}
		}
		require.Len(t, parked, 8)
		for sink, n := range parked {
			require.Equal(t, 900, n, sink)
		}
		backlog, err := o.Backlog(t.Context())
		require.NoError(t, err)
		require.Empty(t, backlog)
	})

	t.Run("nothing that others are at", func(t *testing.T) {
		t.Parallel()
		const n = 200
		o := h.freshOutbox(t, 0, n, "crm")
		aged(t, time.Millisecond)
		other := outboxOf(t, open(t, o.url))
		var delivered []vod.ID
		var errs error
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range 40 {
				token := strconv.Itoa(i)
				got, err := other.Claim(t.Context(), store.Claim{Token: token, For: time.Hour, Sinks: []string{"crm"}, Limit: 5})
				errs = errors.Join(errs, err)
				var marks []store.Mark
				for _, c := range got {
					marks = append(marks, store.Mark{Event: c.Event.ID, Sink: "crm", State: store.Delivered, Tried: true})
					delivered = append(delivered, c.Event.ID)
				}
				errs = errors.Join(errs, other.Mark(t.Context(), token, marks))
			}
		})
		parked := 0
		for range 3 {
			for _, p := range park(t, o, time.Millisecond, time.Hour) {
				parked += p.Deliveries
			}
		}
		wg.Wait()
		require.NoError(t, errs)
		require.Equal(t, n, parked+len(delivered), "each was parked or delivered")
		for _, id := range delivered {
			got, err := o.Deliveries(t.Context(), store.DeliveryQuery{Event: id})
			require.NoError(t, err)
			require.Equal(t, store.Delivered, got[0].State)
		}
	})

	t.Run("with the error of the last attempt", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		o.claim(t, "t", 1, "crm")
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Owed, Tried: true, Err: "status 500"}}))
		aged(t, time.Millisecond)
		require.Len(t, park(t, o, time.Millisecond, time.Hour), 1)
		require.Contains(t, o.delivery(t, 0, "crm").LastError, "status 500")
		require.Equal(t, 1, o.delivery(t, 0, "crm").Attempts)
	})

	t.Run("nobody has the sink", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 2, "gone", "crm")
		require.NoError(t, o.Seen(t.Context(), "crm"))
		require.Empty(t, park(t, o, time.Hour, time.Hour))
		const unseen = 2 * time.Second // long, so that it is not over since crm was seen
		aged(t, unseen)
		require.NoError(t, o.Seen(t.Context(), "crm"))
		require.Equal(t, []store.Parking{{Sink: "gone", Unseen: true, Deliveries: 2}}, park(t, o, time.Hour, unseen))
		require.NotEmpty(t, o.delivery(t, 1, "gone").LastError)
		require.Equal(t, store.Owed, o.delivery(t, 1, "crm").State)
	})
}

func testHasten(t *testing.T, h Harness) {
	o := h.freshOutbox(t, 0, 5, "crm", "erp")
	require.NoError(t, o.Rest(t.Context(), "erp", 1, time.Hour, "no"))
	require.Empty(t, o.claim(t, "none", 10, "erp"))
	o.claim(t, "t", 5, "crm")
	later := store.Mark{Sink: "crm", State: store.Owed, Retry: time.Hour, Tried: true, Err: "status 500"}
	given := store.Mark{Sink: "crm", State: store.Parked, Tried: true, Err: "status 410"}
	done := store.Mark{Sink: "crm", State: store.Delivered, Tried: true}
	later.Event, given.Event, done.Event = event(0).ID, event(1).ID, event(2).ID
	require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{later, given, done})) // 3 and 4 stay leased
	require.NoError(t, o.Rest(t.Context(), "crm", 5, time.Hour, "status 500"))
	since := o.delivery(t, 0, "crm").OwedSince

	n, err := o.Hasten(t.Context(), "crm", false)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Zero(t, o.crm(t).Failures)
	d := o.delivery(t, 0, "crm")
	require.Equal(t, 1, d.Attempts)
	require.Equal(t, since, d.OwedSince, "it is no younger for that")
	require.Equal(t, []vod.ID{event(0).ID}, numbers(o.claim(t, "u", 10, "crm")), "others are at the rest")
	require.Empty(t, o.claim(t, "v", 10, "erp"), "another sink is not concerned")

	n, err = o.Hasten(t.Context(), "crm", true)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, []vod.ID{event(1).ID}, numbers(o.claim(t, "w", 10, "crm")))
	d = o.delivery(t, 1, "crm")
	require.Zero(t, d.Attempts)
	require.False(t, d.OwedSince.Before(since))
	require.Equal(t, store.Delivered, o.delivery(t, 2, "crm").State)
}

func testReplay(t *testing.T, h Harness) {
	owe := func(t *testing.T, o outbox, r store.Replay, owed ...store.Owing) int {
		t.Helper()
		n, err := o.Owe(t.Context(), r, owed)
		require.NoError(t, err)
		return n
	}
	to := func(n int, sink string) store.Owing { return store.Owing{Event: event(n).ID, Sink: sink} }
	delivered := func(t *testing.T, o outbox, token string) {
		t.Helper()
		var marks []store.Mark
		for _, c := range o.claim(t, token, 100, "crm") {
			marks = append(marks, store.Mark{Event: c.Event.ID, Sink: "crm", State: store.Delivered, Tried: true})
		}
		require.NoError(t, o.Mark(t.Context(), token, marks))
	}

	t.Run("what was delivered is owed again", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 3, "crm")
		delivered(t, o, "t")
		require.Empty(t, o.claim(t, "u", 10, "crm"))
		require.Equal(t, 2, owe(t, o, store.Replay{ID: "r1", Detail: "lost by crm"}, to(0, "crm"), to(2, "crm")))
		got := o.claim(t, "v", 10, "crm")
		require.ElementsMatch(t, []vod.ID{event(0).ID, event(2).ID}, numbers(got))
		for _, c := range got {
			require.Equal(t, "r1", c.Delivery.Replay)
			require.Zero(t, c.Delivery.Attempts)
		}
		require.Equal(t, []store.State{store.Known}, o.commit(t, event(0)), "the event is the same")
	})

	t.Run("what was parked, or never owed, is", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		o.claim(t, "t", 1, "crm")
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Parked, Err: "no"}}))
		require.Equal(t, 2, owe(t, o, store.Replay{ID: "r1"}, to(0, "crm"), to(0, "new"), to(99, "crm")), "no such event")
		require.Len(t, o.claim(t, "u", 10, "crm", "new"), 2)
	})

	t.Run("whoever is at it is not believed", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		o.claim(t, "t", 1, "crm")
		require.Equal(t, 1, owe(t, o, store.Replay{ID: "r1"}, to(0, "crm")))
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Delivered, Tried: true}}))
		require.Equal(t, store.Owed, o.delivery(t, 0, "crm").State)
		require.Len(t, o.claim(t, "u", 1, "crm"), 1)
	})

	t.Run("owed since now", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		first := o.delivery(t, 0, "crm").OwedSince
		soon(t, func() bool { return time.Since(first) > 30*time.Millisecond })
		owe(t, o, store.Replay{}, to(0, "crm"))
		d := o.delivery(t, 0, "crm")
		require.True(t, d.OwedSince.After(first))
		require.Equal(t, d.OwedSince, d.Due)
	})

	t.Run("the trace", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 3, "crm")
		none, err := o.Replays(t.Context(), 0)
		require.NoError(t, err)
		require.Empty(t, none)
		require.Zero(t, owe(t, o, store.Replay{ID: "none"}))
		require.Equal(t, 1, owe(t, o, store.Replay{ID: "r1", Detail: "lost by crm"}, to(0, "crm")))
		require.Equal(t, 2, owe(t, o, store.Replay{ID: "r1", Detail: "lost by crm"}, to(1, "crm"), to(2, "crm")))
		delivered(t, o, "t")
		require.Equal(t, 3, owe(t, o, store.Replay{}, to(0, "crm"), to(1, "crm"), to(2, "crm")), "without an id: no trace")
		require.Equal(t, "r1", o.delivery(t, 0, "crm").Replay, "of the last that had one")
		got, err := o.Replays(t.Context(), 0)
		require.NoError(t, err)
		i := slices.IndexFunc(got, func(r store.Replay) bool { return r.ID == "r1" })
		require.GreaterOrEqual(t, i, 0)
		require.Equal(t, "lost by crm", got[i].Detail)
		require.Equal(t, 3, got[i].Deliveries)
		require.WithinDuration(t, time.Now(), got[i].Started, time.Minute)
		for _, r := range got {
			require.Contains(t, []string{"r1", "none"}, r.ID)
		}
	})

	t.Run("many at once", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 300, "crm")
		var owed []store.Owing
		for n := range 300 {
			owed = append(owed, to(n, "crm"), to(n, "erp"))
		}
		require.Equal(t, 600, owe(t, o, store.Replay{ID: "r1"}, append(owed, owed[0])...), "each once")
		require.Len(t, o.claim(t, "t", 1000, "crm", "erp"), 600)
	})
}
