package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testDeliveries(t *testing.T, h Harness) {
	owing := func(n int, sinks ...string) store.Record {
		r := event(n)
		r.Deliveries = sinks
		return r
	}

	t.Run("owed with the event", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		before := time.Now().Add(-time.Second)
		d.commit(t, owing(1, "crm", "erp"), owing(2), letter(3))
		after := time.Now().Add(time.Second)
		got, err := d.Deliveries(t.Context(), store.DeliveryQuery{})
		require.NoError(t, err)
		require.Len(t, got, 2)
		var sinks []string
		for _, one := range got {
			sinks = append(sinks, one.Sink)
			require.Equal(t, event(1).ID, one.Event)
			require.Equal(t, store.Owed, one.State)
			require.Zero(t, one.Attempts)
			require.Empty(t, one.LastError)
			require.WithinRange(t, one.Due, before, after, "due at once")
			require.WithinRange(t, one.Updated, before, after)
		}
		require.ElementsMatch(t, []string{"crm", "erp"}, sinks)
	})

	t.Run("queries", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		var batch []store.Record
		for n := range 60 {
			batch = append(batch, owing(n, "crm"))
		}
		batch = append(batch, owing(60, "crm", "erp"))
		d.commit(t, batch...)
		for _, tc := range []struct {
			name  string
			query store.DeliveryQuery
			count int
		}{
			{name: "the last", count: 50},
			{name: "limit", query: store.DeliveryQuery{Limit: 100}, count: 62},
			{name: "event", query: store.DeliveryQuery{Event: event(60).ID}, count: 2},
			{name: "sink", query: store.DeliveryQuery{Sink: "erp"}, count: 1},
			{name: "state", query: store.DeliveryQuery{State: store.Owed, Limit: 7}, count: 7},
			{name: "none in that state", query: store.DeliveryQuery{State: store.Parked}},
			{name: "none of that event", query: store.DeliveryQuery{Event: vod.ID{1}}},
		} {
			got, err := d.Deliveries(t.Context(), tc.query)
			require.NoError(t, err, tc.name)
			require.Len(t, got, tc.count, tc.name)
		}
	})
}
