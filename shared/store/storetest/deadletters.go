package storetest

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testDeadLetters(t *testing.T, h Harness) {
	one := func(t *testing.T, d database, id vod.ID) store.DeadLetter {
		t.Helper()
		got, err := d.DeadLetters(t.Context(), store.DeadLetterQuery{IDs: []vod.ID{id}})
		require.NoError(t, err)
		require.Len(t, got, 1)
		return got[0]
	}

	t.Run("everything is kept", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		r := letter(1)
		d.commit(t, r)
		require.Equal(t, store.DeadLetter{
			ID: r.ID, Reason: r.Reason, Detail: r.Detail, Source: r.Source, SourceID: r.SourceID,
			Received: r.Received, LastSeen: r.Received, Attempts: 1,
			Size: int64(len(r.Body)), SHA256: sha256.Sum256(r.Body), Body: r.Body,
		}, one(t, d, r.ID))
	})

	t.Run("the beginning of a large body", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		r := letter(1)
		r.Reason, r.Size, r.SHA256 = store.ReasonTooLarge, 5<<30, sha256.Sum256([]byte("whole"))
		d.commit(t, r)
		got := one(t, d, r.ID)
		require.Equal(t, r.Size, got.Size)
		require.Equal(t, r.SHA256, got.SHA256)
		require.False(t, got.Whole())
	})

	t.Run("again", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		first, second := letter(1), letter(1)
		second.Received = first.Received.Add(time.Minute)
		second.Reason, second.Detail, second.SourceID = store.ReasonForeign, "other", "other"
		require.Equal(t, []store.State{store.New}, d.commit(t, first))
		require.Equal(t, []store.State{store.Known, store.Known}, d.commit(t, second, second))
		late := first // as when an older message is redriven
		late.Received = first.Received.Add(-time.Minute)
		require.Equal(t, []store.State{store.Known}, d.commit(t, late))
		got := one(t, d, first.ID)
		require.Equal(t, 4, got.Attempts)
		require.Equal(t, first.Received, got.Received)
		require.Equal(t, second.Received, got.LastSeen)
		require.Equal(t, first.Reason, got.Reason)
		require.Equal(t, first.Detail, got.Detail)
		require.Equal(t, first.SourceID, got.SourceID)
	})

	t.Run("queries", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		var batch []store.Record
		for n := range 60 {
			r := letter(n)
			if n%20 == 0 {
				r.Reason = store.ReasonRejected
			}
			batch = append(batch, r)
		}
		d.commit(t, batch...)
		for _, tc := range []struct {
			name  string
			query store.DeadLetterQuery
			first vod.ID
			count int
		}{
			{name: "the last received", first: letter(59).ID, count: 50},
			{name: "limit", query: store.DeadLetterQuery{Limit: 2}, first: letter(59).ID, count: 2},
			{name: "ids", query: store.DeadLetterQuery{IDs: []vod.ID{letter(3).ID, {1}, letter(8).ID}}, first: letter(8).ID, count: 2},
			{name: "reason", query: store.DeadLetterQuery{Reason: store.ReasonRejected}, first: letter(40).ID, count: 3},
			{name: "none", query: store.DeadLetterQuery{Reason: store.ReasonForeign}},
		} {
			got, err := d.DeadLetters(t.Context(), tc.query)
			require.NoError(t, err, tc.name)
			require.Len(t, got, tc.count, tc.name)
			if tc.count > 0 {
				require.Equal(t, tc.first, got[0].ID, tc.name)
			}
		}
	})

	t.Run("drop", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		m, ok := d.Store.(store.Maintainer)
		if !ok {
			return // it cannot be repaired
		}
		d.commit(t, letter(1), letter(2), letter(3), event(1))
		n, err := m.DropDeadLetters(t.Context())
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = m.DropDeadLetters(t.Context(), letter(1).ID, letter(3).ID, letter(1).ID, letter(9).ID)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		left, err := d.DeadLetters(t.Context(), store.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, left, 1)
		require.Equal(t, letter(2).ID, left[0].ID)
		require.Len(t, d.events(t, event(1).ID), 1, "the event of that id stays")
		require.Equal(t, []store.State{store.New}, d.commit(t, letter(1)), "dropped is forgotten")
	})
}
