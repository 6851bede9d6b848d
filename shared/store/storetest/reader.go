package storetest

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testReader(t *testing.T, h Harness) {
	t.Run("nothing there", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		events, err := d.Events(t.Context(), store.EventQuery{})
		require.NoError(t, err)
		require.Empty(t, events)
		media, err := d.Media(t.Context(), store.MediaQuery{})
		require.NoError(t, err)
		require.Empty(t, media)
		deliveries, err := d.Deliveries(t.Context(), store.DeliveryQuery{})
		require.NoError(t, err)
		require.Empty(t, deliveries)
		letters, err := d.DeadLetters(t.Context(), store.DeadLetterQuery{})
		require.NoError(t, err)
		require.Empty(t, letters)
	})

	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := d.Events(ctx, store.EventQuery{})
		require.Error(t, err)
		_, err = d.Media(ctx, store.MediaQuery{})
		require.Error(t, err)
	})

	t.Run("events", func(t *testing.T) {
		t.Parallel()
		testEventQueries(t, h)
	})

	t.Run("events page by page", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		all := events(0, 30)
		for i := range all {
			all[i].Received = at(i / 7) // many at the same time
		}
		d.commit(t, all...)
		var got []vod.ID
		q := store.EventQuery{Since: at(1), Limit: 4}
		for {
			page, err := d.Events(t.Context(), q)
			require.NoError(t, err)
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				got = append(got, e.ID)
			}
			q.Before = page[len(page)-1].Cursor()
		}
		want := idsOf(all[7:])
		slices.Reverse(want) // within one time the ids rise
		require.Equal(t, want, got)
	})
}

func testEventQueries(t *testing.T, h Harness) {
	d := h.fresh(t)
	var batch []store.Record
	for n := range 60 {
		r := event(n)
		r.Received = at(n)
		if n%3 == 0 {
			r.Type, r.Status = "TranscodeComplete", vod.Failed
		}
		if n%20 == 0 {
			r.Type, r.Subject, r.Status = "SnapshotComplete", "medium-x", vod.Failed
		}
		batch = append(batch, r)
	}
	// In no order of theirs, as retries come.
	d.commit(t, batch[30:]...)
	d.commit(t, batch[:30]...)

	for _, tc := range []struct {
		name  string
		query store.EventQuery
		first int
		count int
	}{
		{name: "the last received", first: 59, count: 50},
		{name: "limit", query: store.EventQuery{Limit: 1}, first: 59, count: 1},
		{name: "ids", query: store.EventQuery{IDs: []vod.ID{event(4).ID, {1}, event(44).ID}}, first: 44, count: 2},
		{name: "type", query: store.EventQuery{Types: []vod.Type{"TranscodeComplete"}}, first: 57, count: 19},
		{name: "types", query: store.EventQuery{Types: []vod.Type{"SnapshotComplete", "TranscodeComplete"}}, first: 57, count: 22},
		{name: "subject", query: store.EventQuery{Subject: "medium-x"}, first: 40, count: 3},
		{name: "status", query: store.EventQuery{Status: vod.Failed}, first: 57, count: 22},
		{name: "since", query: store.EventQuery{Since: at(50)}, first: 59, count: 10},
		{name: "until", query: store.EventQuery{Until: at(10)}, first: 9, count: 10},
		{name: "since and until", query: store.EventQuery{Since: at(10), Until: at(20)}, first: 19, count: 10},
		{
			name: "all at once",
			query: store.EventQuery{
				Types: []vod.Type{"SnapshotComplete"}, Subject: "medium-x", Status: vod.Failed, Since: at(1), Until: at(40), Limit: 9,
			},
			first: 20, count: 1,
		},
		{name: "none", query: store.EventQuery{Types: []vod.Type{"Unheard"}}},
	} {
		got, err := d.Events(t.Context(), tc.query)
		require.NoError(t, err, tc.name)
		require.Len(t, got, tc.count, tc.name)
		for i, e := range got {
			if i == 0 {
				require.Equal(t, stored(batch[tc.first]), e, tc.name)
			} else {
				require.False(t, e.Received.After(got[i-1].Received), "%s: the last received first", tc.name)
			}
		}
	}
}
