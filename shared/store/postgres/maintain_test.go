package postgres_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

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
	done := make(chan struct{})
	var wg sync.WaitGroup
	for c := range stores {
		stores[c] = open(t, raw)
		wg.Go(func() {
			for n := range each {
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
