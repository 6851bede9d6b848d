package sqlite_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// An upgrade changes few media, if any: what stays as it is takes no lock.
func TestRebuildOfNothing(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	s := d.open(t, t.TempDir())
	require.NoError(t, s.Migrate(t.Context()))
	records := map[vod.ID]store.Record{}
	for n := range byte(50) {
		r := event(vod.ID{n})
		records[r.ID] = r
		commit(t, s, r)
	}
	changes := 0
	d.before = func(string, string) { changes++ }
	derive := func(e store.Event) (store.Record, error) { return records[e.ID], nil }
	n, err := s.Rebuild(t.Context(), derive)
	require.NoError(t, err)
	require.Equal(t, 50, n)
	require.Zero(t, changes)

	r := records[vod.ID{7}]
	r.Facts[0].Value = "other"
	records[r.ID] = r
	_, err = s.Rebuild(t.Context(), derive)
	require.NoError(t, err)
	require.Positive(t, changes)
}

// Events may come in as fast as others are read.
func TestRebuildEnds(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	records := map[vod.ID]store.Record{}
	add := func(ctx context.Context) error {
		var id vod.ID
		binary.BigEndian.PutUint32(id[:], ^uint32(len(records))) // before those that were rebuilt already
		r := event(id)
		records[r.ID] = r
		_, err := s.Commit(ctx, []store.Record{r})
		return err
	}
	for range 10 {
		require.NoError(t, add(t.Context()))
	}
	n, err := s.Rebuild(t.Context(), func(e store.Event) (store.Record, error) {
		if len(records) == 1000 {
			return store.Record{}, errors.New("it does not end")
		}
		return records[e.ID], add(t.Context())
	})
	require.NoError(t, err)
	require.Equal(t, 10, n)
}

// Large bodies are read in pages of their own, none twice and none left out.
func TestRebuildLarge(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	records := map[vod.ID]store.Record{}
	for n := range byte(30) {
		r := event(vod.ID{n})
		r.Subject, r.Facts = "m", nil
		r.Body = make([]byte, vod.MaxBody)
		commit(t, s, r)
		r.Type = "Renamed"
		r.Facts = []media.Fact{{
			Medium: "m", Kind: media.Video, Facet: fmt.Sprintf("stream/%02d", n), Time: r.Time, Event: r.ID, Data: []byte(`{}`),
		}}
		records[r.ID] = r
	}
	calls := 0
	n, err := s.Rebuild(t.Context(), func(e store.Event) (store.Record, error) {
		calls++
		return records[e.ID], nil
	})
	require.NoError(t, err)
	require.Equal(t, 30, n)
	require.Equal(t, 60, calls, "once for its columns, once for its facts")
	facts, err := s.Facts(t.Context(), "m")
	require.NoError(t, err)
	require.Len(t, facts, 30)
	renamed, err := s.Events(t.Context(), store.EventQuery{Types: []vod.Type{"Renamed"}})
	require.NoError(t, err)
	require.Len(t, renamed, 30)
}

func TestRebuildRefused(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	commit(t, s, event(vod.ID{1}), event(vod.ID{2}))
	for _, tc := range []struct {
		name   string
		second store.Record
		want   string // a part of the error
	}{
		{name: "without a type", second: store.Record{Subject: "x"}, want: "constraint"},
		{
			name: "a fact about another medium",
			second: store.Record{
				Type: "Changed", Subject: "x", Facts: []media.Fact{{Medium: "y", Facet: "source", Data: []byte(`{}`)}},
			},
			want: "subject",
		},
	} {
		_, err := s.Rebuild(t.Context(), func(e store.Event) (store.Record, error) {
			if e.ID == (vod.ID{2}) {
				return tc.second, nil
			}
			return store.Record{Type: "Changed", Subject: e.Subject}, nil
		})
		require.ErrorContains(t, err, tc.want, tc.name)
		events, err := s.Events(t.Context(), store.EventQuery{Types: []vod.Type{"FileUploadComplete"}})
		require.NoError(t, err)
		require.Len(t, events, 2, tc.name)
	}
}
