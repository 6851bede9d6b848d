package pipeline_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/sqlite"
	"github.com/vodevents/vodevents/shared/vod"
)

// fakeSink notes what it is given. Its hook stands for what goes wrong.
type fakeSink struct {
	mu     sync.Mutex
	got    []sink.Event
	calls  []time.Time
	answer func(ctx context.Context, batch []sink.Event) []error // nil takes everything
}

func (f *fakeSink) Deliver(ctx context.Context, batch []sink.Event) []error {
	f.mu.Lock()
	f.calls = append(f.calls, time.Now())
	answer := f.answer
	f.mu.Unlock()
	errs := make([]error, len(batch))
	if answer != nil {
		errs = answer(ctx, batch)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, e := range batch {
		if i < len(errs) && errs[i] == nil {
			f.got = append(f.got, e)
		}
	}
	return errs
}

func (f *fakeSink) Close() error { return nil }

// set changes how it answers.
func (f *fakeSink) set(answer func(ctx context.Context, batch []sink.Event) []error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

// ids returns what it has taken, sorted.
func (f *fakeSink) ids() []vod.ID {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []vod.ID
	for _, e := range f.got {
		ids = append(ids, e.ID)
	}
	slices.SortFunc(ids, func(a, b vod.ID) int { return slices.Compare(a[:], b[:]) })
	return ids
}

// timesCalled returns how often it was called.
func (f *fakeSink) timesCalled() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.calls)
}

// always answers every event with the error.
func always(err error) func(context.Context, []sink.Event) []error {
	return func(_ context.Context, batch []sink.Event) []error { return sink.All(len(batch), err) }
}

// hang answers when the time is up.
func hang(ctx context.Context, batch []sink.Event) []error {
	<-ctx.Done()
	return sink.All(len(batch), context.Cause(ctx))
}

// database opens a store with an outbox, on a file that goes away with the test.
func database(t *testing.T) (store.Store, store.Outbox) {
	t.Helper()
	s, err := store.Open("sqlite:" + filepath.Join(t.TempDir(), "vod.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	m, ok := s.(store.Migrator)
	require.True(t, ok)
	require.NoError(t, m.Migrate(t.Context()))
	o, ok := s.(store.Outbox)
	require.True(t, ok)
	return s, o
}

// delivering returns a pipeline to sinks, by name, in the order of the names.
func delivering(s store.Store, sinks map[string]sink.Sink) *pipeline.Pipeline {
	p := &pipeline.Pipeline{Store: s, Log: slog.New(slog.DiscardHandler)}
	for name, one := range sinks {
		p.Sinks = append(p.Sinks, &sink.Route{Name: name, Sink: one})
	}
	slices.SortFunc(p.Sinks, func(a, b *sink.Route) int { return slices.Compare([]byte(a.Name), []byte(b.Name)) })
	return p
}

// deliveries returns what is or was owed, at most 1000.
func deliveries(t *testing.T, s store.Store, q store.DeliveryQuery) []store.Delivery {
	t.Helper()
	r, ok := s.(store.Reader)
	require.True(t, ok)
	q.Limit = 1000
	all, err := r.Deliveries(t.Context(), q)
	require.NoError(t, err)
	return all
}

func init() { //nolint:gochecknoinits // a sink registers its scheme
	sink.Register("fake", func(sink.Spec) (sink.Sink, error) { return &fakeSink{}, nil })
}
