package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// reading is a store that counts how many events are read at once.
type reading struct {
	store.Store
	store.Reader

	most  atomic.Int64 // of one query
	facts []media.Fact // of all media, besides their own
}

func (r *reading) Events(ctx context.Context, q store.EventQuery) ([]store.Event, error) {
	found, err := r.Reader.Events(ctx, q)
	r.most.Store(max(r.most.Load(), int64(len(found))))
	return found, err
}

func (r *reading) Facts(ctx context.Context, medium string) ([]media.Fact, error) {
	found, err := r.Reader.Facts(ctx, medium)
	return append(found, r.facts...), err
}

// readingDesk is a desk over a store that counts.
func readingDesk(t *testing.T) (*desk, *reading) {
	t.Helper()
	counted := &reading{}
	return newDesk(t, func(s *console.Settings) {
		counted.Store, counted.Reader = s.Store, s.Store.(store.Reader) //nolint:errcheck,forcetypeassert // SQLite can be read
		s.Store = counted
	}), counted
}

// TestReadsFewAtOnce: each event may have a mebibyte.
func TestReadsFewAtOnce(t *testing.T) {
	t.Parallel()
	d, counted := readingDesk(t)
	for i := range 130 {
		d.take(vodtest.NewEvent(vod.TypeSnapshotComplete, vodtest.Medium("m"), vodtest.Seed(i)))
	}
	for _, path := range []string{"/events", "/events?q=nothing", "/drift", "/media/m"} {
		require.Equal(t, http.StatusOK, d.get(path).Status, path)
		require.LessOrEqual(t, counted.most.Load(), int64(50), path)
	}
	page := d.get("/media/m").Text
	require.Contains(t, page, "130 events, of which 0 failed")
	require.Equal(t, 50, strings.Count(page, `<tr id="e-`))
}

func TestManyRenditions(t *testing.T) {
	t.Parallel()
	d, counted := readingDesk(t)
	d.take(vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Medium("m")))
	for i := range 250 {
		counted.facts = append(counted.facts,
			media.Fact{Facet: fmt.Sprint(media.FacetStream, i), Status: vod.Succeeded, Time: now},
			media.Fact{Facet: fmt.Sprint(media.FacetSnapshot, i), Status: vod.Succeeded, Time: now, Data: []byte(`{"Snapshots":["a"` + strings.Repeat(`,"b"`, 99) + `]}`)},
		)
	}
	page := d.get("/media/m").Text
	require.Equal(t, 200, strings.Count(page, `<tbody id="rendition-`))
	require.Contains(t, page, `Renditions <span class="number">250</span>`)
	require.Equal(t, 200*50, strings.Count(page, `<code class="url" id="picture-`))
	require.Equal(t, 2, strings.Count(page, "and 50 more"))
}

// Deliveries implements [store.Reader] as PostgreSQL does.
func (r *reading) Deliveries(ctx context.Context, q store.DeliveryQuery) ([]store.Delivery, error) {
	if strings.ContainsRune(q.Sink, 0) {
		return nil, errors.New("invalid byte sequence for encoding")
	}
	return r.Reader.Deliveries(ctx, q)
}

// TestNoText: what no store holds is not asked for.
func TestNoText(t *testing.T) {
	t.Parallel()
	d, _ := readingDesk(t)
	for _, path := range []string{"/sinks/%00", "/media/%00", "/media/%ff"} {
		require.Equal(t, http.StatusNotFound, d.get(path).Status, path)
	}
}
