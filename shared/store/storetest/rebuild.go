package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testRebuild(t *testing.T, h Harness) {
	if _, ok := open(t, h.URL(t)).Store.(store.Maintainer); !ok {
		return // it cannot be repaired
	}
	rebuild := func(ctx context.Context, t *testing.T, d database, derive func(store.Event) (store.Record, error)) (int, error) {
		t.Helper()
		m, ok := d.Store.(store.Maintainer)
		require.True(t, ok)
		return m.Rebuild(ctx, derive)
	}
	facts := func(t *testing.T, d database, medium string) []media.Fact {
		t.Helper()
		got, err := d.Facts(t.Context(), medium)
		require.NoError(t, err)
		return got
	}

	t.Run("replaces what is derived, and nothing else", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		batch := events(0, 3)
		batch[1].Deliveries = []string{"crm"}
		d.commit(t, append(batch, letter(9))...)

		seen := map[vod.ID]store.Event{}
		n, err := rebuild(t.Context(), t, d, func(e store.Event) (store.Record, error) {
			seen[e.ID] = e
			return store.Record{
				ID: vod.ID{9}, Source: "nobody", SourceID: "nothing", Received: at(99), Body: []byte("nothing"),
				Deliveries: []string{"erp"},
				Type:       "Renamed", Subject: "new-" + e.Subject, Status: vod.Failed, Time: e.Time.Add(1e9), BusinessKey: "key",
				Facts: []media.Fact{fact(e.ID, "new-"+e.Subject, "audit", e.Time)},
			}, nil
		})
		require.NoError(t, err)
		require.Equal(t, 3, n)

		got := d.events(t, idsOf(batch)...)
		for i, r := range batch {
			require.Equal(t, stored(r), seen[r.ID], "derive sees the event as it is stored")
			want := stored(r)
			want.Type, want.Subject, want.Status = "Renamed", "new-"+r.Subject, vod.Failed
			want.Time, want.BusinessKey = at(i+1), "key"
			require.Equal(t, want, got[r.ID])
			require.Empty(t, facts(t, d, r.Subject), "the old facts are gone")
			require.Equal(t, []media.Fact{fact(r.ID, "new-"+r.Subject, "audit", r.Time)}, facts(t, d, "new-"+r.Subject))
		}
		deliveries, err := d.Deliveries(t.Context(), store.DeliveryQuery{})
		require.NoError(t, err)
		require.Len(t, deliveries, 1)
		require.Equal(t, "crm", deliveries[0].Sink)
		letters, err := d.DeadLetters(t.Context(), store.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 1)
	})

	t.Run("facts of events that are not stored stay", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		r := event(1)
		gone := newID(at(7), 7) // as if its event had been removed
		old, overtaken := fact(gone, "m", "source", at(0)), fact(gone, "m", "audit", at(1))
		r.Facts = append(r.Facts, old, overtaken)
		d.commit(t, r)
		newer := fact(r.ID, "m", "audit", at(2))
		_, err := rebuild(t.Context(), t, d, func(store.Event) (store.Record, error) {
			return store.Record{Type: r.Type, Facts: []media.Fact{newer, fact(r.ID, "m", "source", at(-1))}}, nil
		})
		require.NoError(t, err)
		require.Equal(t, []media.Fact{newer, old}, facts(t, d, "m"), "each facet has the newest fact")
	})

	t.Run("the same again changes nothing", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		batch := events(0, 20)
		for i := range batch {
			batch[i].Facts[0].Medium = "m"
		}
		d.commit(t, batch...)
		before, beforeFacts := d.events(t, idsOf(batch)...), facts(t, d, "m")
		byID := map[vod.ID]store.Record{}
		for _, r := range batch {
			byID[r.ID] = r
		}
		for range 2 {
			n, err := rebuild(t.Context(), t, d, func(e store.Event) (store.Record, error) { return byID[e.ID], nil })
			require.NoError(t, err)
			require.Equal(t, 20, n)
			require.Equal(t, before, d.events(t, idsOf(batch)...))
			require.Equal(t, beforeFacts, facts(t, d, "m"))
		}
	})

	t.Run("an error changes nothing", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		batch := events(0, 3)
		d.commit(t, batch...)
		unread := errors.New("cannot read it")
		ctx, cancel := context.WithCancel(t.Context())
		for _, tc := range []struct {
			name string
			last func() error
			want error
		}{
			{name: "of derive", last: func() error { return unread }, want: unread},
			{name: "of the context", last: func() error { cancel(); return nil }, want: context.Canceled},
		} {
			calls := 0
			_, err := rebuild(ctx, t, d, func(e store.Event) (store.Record, error) {
				if calls++; calls == len(batch) {
					return store.Record{Type: "Last"}, tc.last()
				}
				return store.Record{Type: "Changed", Facts: []media.Fact{fact(e.ID, "changed", "audit", e.Time)}}, nil
			})
			require.ErrorIs(t, err, tc.want, tc.name)
			for _, r := range batch {
				require.Equal(t, stored(r), d.events(t, r.ID)[r.ID], tc.name)
				require.Equal(t, r.Facts, facts(t, d, r.Subject), tc.name)
			}
			require.Empty(t, facts(t, d, "changed"), tc.name)
		}
		require.Equal(t, []store.State{store.New}, d.commit(t, event(5)), "the store goes on")
	})

	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		n, err := rebuild(t.Context(), t, h.fresh(t), func(store.Event) (store.Record, error) {
			return store.Record{}, errors.New("there is nothing to derive from")
		})
		require.NoError(t, err)
		require.Zero(t, n)
	})
}
