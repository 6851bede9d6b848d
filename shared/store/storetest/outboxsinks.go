package storetest

import (
	"slices"
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
		s := o.sink(t, "crm")
		require.Equal(t, 3, s.Failures)
		require.Equal(t, "connection refused", s.LastError)
		require.WithinDuration(t, time.Now().Add(time.Hour), s.RestsUntil, time.Minute)

		require.NoError(t, o.Rest(t.Context(), "crm", 0, 0, ""))
		s = o.sink(t, "crm")
		require.Zero(t, s.Failures)
		require.Empty(t, s.LastError)
		require.Len(t, o.claim(t, "u", 10, "crm"), 2)
	})

	t.Run("ends", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 1, "crm")
		require.NoError(t, o.Rest(t.Context(), "crm", 1, time.Millisecond, "no"))
		soon(t, func() bool { return len(o.claim(t, "t", 1, "crm")) == 1 })
		require.Equal(t, 1, o.sink(t, "crm").Failures, "it has to prove itself")
	})

	t.Run("what is known", func(t *testing.T) {
		t.Parallel()
		o := h.freshOutbox(t, 0, 5, "crm")
		o.owe(t, 5, 6, "erp")
		before := time.Now().Add(-time.Minute)
		require.NoError(t, o.Seen(t.Context()))
		require.NoError(t, o.Seen(t.Context(), "crm", "new"))
		require.NoError(t, o.Seen(t.Context(), "crm"))
		o.claim(t, "t", 2, "crm")
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{{Event: event(0).ID, Sink: "crm", State: store.Delivered, Tried: true}}))
		all, err := o.Sinks(t.Context())
		require.NoError(t, err)
		require.Len(t, all, 3)
		require.Equal(t, "crm", all[0].Name)
		require.WithinRange(t, all[0].Seen, before, time.Now().Add(time.Minute))
		require.Contains(t, []int{4, 5}, all[0].Owed, "the first or another was marked")
		require.Equal(t, o.delivery(t, 4, "crm").OwedSince, all[0].OwedSince)
		require.Equal(t, "erp", all[1].Name)
		require.Zero(t, all[1].Seen)
		require.Equal(t, 1, all[1].Owed)
		require.Equal(t, "new", all[2].Name)
		require.Zero(t, all[2].Owed)
		require.Zero(t, all[2].OwedSince)
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
