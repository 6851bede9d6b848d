package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testIdentity(t *testing.T, h Harness) {
	t.Run("twice in a batch", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		require.Equal(t, []store.State{store.New, store.Known, store.New, store.Known},
			d.commit(t, event(1), event(1), event(2), event(1)))
	})

	t.Run("twice in two batches and stores", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		require.Equal(t, []store.State{store.New}, d.commit(t, event(1)))
		require.Equal(t, []store.State{store.Known}, open(t, d.url).commit(t, event(1)))
	})

	t.Run("what is known changes nothing", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		first := event(1)
		first.Deliveries = []string{"crm"}
		other := event(2)
		other.ID = first.ID
		other.Facts = []media.Fact{
			fact(first.ID, first.Subject, "source", at(9)),
			fact(first.ID, other.Subject, "source", at(9)),
		}
		other.Deliveries = []string{"crm", "erp"}

		require.Equal(t, []store.State{store.New, store.Known}, d.commit(t, first, other), "within a batch")
		require.Equal(t, []store.State{store.Known}, d.commit(t, other), "in another batch")

		require.Equal(t, stored(first), d.events(t, first.ID)[first.ID])
		facts, err := d.Facts(t.Context(), first.Subject)
		require.NoError(t, err)
		require.Equal(t, first.Facts, facts)
		facts, err = d.Facts(t.Context(), other.Subject)
		require.NoError(t, err)
		require.Empty(t, facts)
		deliveries, err := d.Deliveries(t.Context(), store.DeliveryQuery{})
		require.NoError(t, err)
		require.Len(t, deliveries, 1)
	})

	t.Run("events and dead letters do not share ids", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		require.Equal(t, []store.State{store.New, store.New}, d.commit(t, event(1), letter(1)))
		require.Equal(t, []store.State{store.New, store.New}, d.commit(t, letter(2), event(2)))
		require.Len(t, d.events(t, event(1).ID, event(2).ID), 2)
		letters, err := d.DeadLetters(t.Context(), store.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 2)
	})

	t.Run("every bit counts", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		var ids []vod.ID
		var batch []store.Record
		add := func(id vod.ID) {
			r := event(len(ids))
			r.ID = id
			ids, batch = append(ids, id), append(batch, r)
		}
		add(vod.ID{})
		for bit := range 128 {
			var id vod.ID
			id[bit/8] = 1 << (bit % 8)
			add(id)
		}
		for _, s := range d.commit(t, batch...) {
			require.Equal(t, store.New, s)
		}
		got := d.events(t, ids...)
		for i, id := range ids {
			require.Equal(t, batch[i].Body, got[id].Body)
		}
	})
}
