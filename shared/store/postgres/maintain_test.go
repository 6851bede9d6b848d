package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// A VACUUM and a rebuild exclude each other; commits go on all the same.
func TestRebuildDuringVacuum(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	commit(t, s, event(vod.ID{1}))
	vacuum, err := pgx.Connect(t.Context(), raw)
	require.NoError(t, err)
	defer vacuum.Close(context.WithoutCancel(t.Context()))
	_, err = vacuum.Exec(t.Context(), "BEGIN; LOCK TABLE vod_events IN SHARE UPDATE EXCLUSIVE MODE") // as VACUUM does
	require.NoError(t, err)
	rebuild := func(ctx context.Context) error {
		_, err := s.Rebuild(ctx, func(e store.Event) (store.Record, error) {
			r := event(e.ID)
			r.Facts[0].Value = "new"
			return r, nil
		})
		return err
	}
	done := make(chan error)
	go func() { done <- rebuild(t.Context()) }()
	for n := range byte(2) {
		waitForLock(t, raw)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		outcomes, err := open(t, raw).Commit(ctx, []store.Record{event(vod.ID{2, n})})
		cancel()
		require.NoError(t, err)
		require.Equal(t, []store.Outcome{{State: store.New}}, outcomes)
		commit(t, s, event(vod.ID{3, n})) // also on the connection of the rebuild
	}
	_, err = vacuum.Exec(t.Context(), "COMMIT")
	require.NoError(t, err)
	require.NoError(t, <-done)
	require.Equal(t, "new", value[string](t, raw, "SELECT value FROM vod_facts ORDER BY medium LIMIT 1"))

	_, err = vacuum.Exec(t.Context(), "BEGIN; LOCK TABLE vod_events IN SHARE UPDATE EXCLUSIVE MODE")
	require.NoError(t, err)
	admin(t, raw, "UPDATE vod_facts SET value = 'old'")
	ctx, cancel := context.WithCancel(t.Context())
	go func() { done <- rebuild(ctx) }()
	waitForLock(t, raw)
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}

// What is committed while the facts of a medium are being replaced is not replaced
// with them.
func TestRebuildWhileOthersCommit(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	const committers, each = 3, 60
	records := map[vod.ID]store.Record{}
	for n := range committers * each {
		r := event(vod.ID{byte(n), byte(n >> 8)}) // in no order
		r.Subject = "m"
		r.Facts = []media.Fact{{
			Medium: "m", Kind: media.Video, Facet: fmt.Sprintf("stream/%03d", n), Time: r.Time, Event: r.ID, Data: []byte(`{}`),
		}}
		records[r.ID] = r
	}
	stores := make([]store.Store, committers)
	errs := make([]error, committers)
	done, twice := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	for c := range stores {
		stores[c] = open(t, raw)
		wg.Go(func() {
			for n := range each {
				if n == each/2 { // not before there were two rebuilds
					select {
					case <-twice:
					case <-t.Context().Done():
					}
				}
				r := records[vod.ID{byte(c*each + n), byte((c*each + n) >> 8)}]
				_, err := stores[c].Commit(t.Context(), []store.Record{r})
				errs[c] = errors.Join(errs[c], err)
			}
		})
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	rebuilds := 0
	for going := true; going; rebuilds++ {
		if rebuilds == 2 {
			close(twice)
		}
		select {
		case <-done:
			going = false
			facts, err := s.Facts(t.Context(), "m") // before a rebuild at rest repairs them
			require.NoError(t, err)
			require.Len(t, facts, committers*each)
		default:
		}
		// There is always something to replace: each time the facts have another value.
		_, err := s.Rebuild(t.Context(), func(e store.Event) (store.Record, error) {
			r := records[e.ID]
			f := r.Facts[0]
			f.Value = strconv.Itoa(rebuilds)
			r.Facts = []media.Fact{f}
			return r, nil
		})
		require.NoError(t, err)
	}
	require.NoError(t, errors.Join(errs...))
	require.Greater(t, rebuilds, 2)
}
