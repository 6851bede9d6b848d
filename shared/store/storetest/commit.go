package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
)

func testCommit(t *testing.T, h Harness) {
	t.Run("empty batch", func(t *testing.T) {
		t.Parallel()
		require.Empty(t, h.fresh(t).commit(t))
	})

	t.Run("everything of an event is kept", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		full := event(1)
		bare := store.Record{ID: newID(time.Time{}, 2), Received: at(2), Type: "Unheard"}
		require.Equal(t, []store.State{store.New, store.New}, d.commit(t, full, bare))
		got := d.events(t, full.ID, bare.ID)
		require.Equal(t, stored(full), got[full.ID])
		require.Empty(t, got[bare.ID].Body)
		bare.Body = got[bare.ID].Body
		require.Equal(t, stored(bare), got[bare.ID])
		require.True(t, got[bare.ID].Time.IsZero())
	})

	t.Run("outcomes are in the order of the records", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		d.commit(t, event(2), letter(4))
		require.Equal(t,
			[]store.State{store.New, store.Known, store.New, store.Known, store.New, store.New},
			d.commit(t, event(5), event(2), letter(1), letter(4), event(0), letter(0)))
	})

	t.Run("survives reopening", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		d.commit(t, event(1), letter(2))
		again := open(t, d.url)
		require.Equal(t, []store.State{store.Known, store.Known}, again.commit(t, event(1), letter(2)))
		require.Equal(t, stored(event(1)), again.events(t, event(1).ID)[event(1).ID])
	})

	t.Run("one bad record in a thousand", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		batch := events(0, 1000)
		bad := h.Poison(newID(at(5000), 5000))
		bad.Facts = append([]media.Fact{fact(bad.ID, "medium-499", "source", at(5000))}, bad.Facts...)
		bad.Subject, bad.Deliveries = "medium-499", []string{"crm"}
		batch[500] = bad
		want := slices.Repeat([]store.State{store.New}, 1000)
		want[500] = store.Rejected
		require.Equal(t, want, d.commit(t, batch...))

		got := d.events(t, idsOf(batch)...)
		require.Len(t, got, 999)
		require.NotContains(t, got, bad.ID)
		facts, err := d.Facts(t.Context(), "medium-499")
		require.NoError(t, err)
		require.Equal(t, event(499).Facts, facts, "the neighbour is not touched")
		deliveries, err := d.Deliveries(t.Context(), store.DeliveryQuery{})
		require.NoError(t, err)
		require.Empty(t, deliveries, "nothing of the bad record stays")
	})

	t.Run("rejected again", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		bad := []store.Record{h.Poison(newID(at(1), 1)), event(2), h.Poison(newID(at(3), 3))}
		for i := range bad {
			bad[i].Body = fmt.Appendf(nil, `{"secret":%q}`, Secret)
		}
		require.Equal(t, []store.State{store.Rejected, store.New, store.Rejected}, d.commit(t, bad...))
		require.Equal(t, []store.State{store.Rejected, store.Known, store.Rejected}, d.commit(t, bad...))
		outcomes, err := d.Commit(t.Context(), bad)
		require.NoError(t, err)
		require.NotContains(t, outcomes[0].Err.Error(), Secret, "the body stays out of errors")
	})

	t.Run("keeps no reference to the batch", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		r := event(1)
		d.commit(t, r)
		clear(r.Body)
		r.Facts[0].Value = "changed"
		require.Equal(t, event(1).Body, d.events(t, r.ID)[r.ID].Body)
		facts, err := d.Facts(t.Context(), r.Subject)
		require.NoError(t, err)
		require.Equal(t, event(1).Facts, facts)
	})

	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		outcomes, err := d.Commit(ctx, events(0, 3))
		require.Error(t, err)
		require.Empty(t, outcomes)
		for _, s := range d.commit(t, events(0, 3)...) {
			require.Contains(t, []store.State{store.New, store.Known}, s, "repeating is safe")
		}
		require.Len(t, d.events(t, idsOf(events(0, 3))...), 3)
	})
}
