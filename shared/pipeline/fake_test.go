package pipeline_test

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// fakeStore keeps records in memory. Its hooks stand for what goes wrong.
type fakeStore struct {
	mu      sync.Mutex
	events  map[vod.ID]store.Record
	letters map[vod.ID]store.Record
	batches [][]store.Record

	// fail says what is wrong with commit number n, counted from 1: the error, and
	// whether the batch is applied all the same, as when the reply is lost.
	fail func(n int) (applied bool, err error)
	// outcome overrides the outcome of a record in commit number n.
	outcome func(n int, r store.Record) (store.Outcome, bool)
}

var (
	_ store.Store      = (*fakeStore)(nil)
	_ store.Maintainer = (*fakeStore)(nil)
)

func newFakeStore() *fakeStore {
	return &fakeStore{events: map[vod.ID]store.Record{}, letters: map[vod.ID]store.Record{}}
}

func (f *fakeStore) Commit(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.batches = append(f.batches, slices.Clone(records))
	n := len(f.batches)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var err error
	if f.fail != nil {
		var applied bool
		if applied, err = f.fail(n); err != nil && !applied {
			return nil, err
		}
	}
	outcomes := make([]store.Outcome, len(records))
	for i, r := range records {
		if f.outcome != nil {
			if o, ok := f.outcome(n, r); ok {
				outcomes[i] = o
				continue
			}
		}
		table := f.events
		if r.Reason != "" {
			table = f.letters
		}
		outcomes[i].State = store.Known
		if _, ok := table[r.ID]; !ok {
			table[r.ID] = r
			outcomes[i].State = store.New
		}
	}
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

func (f *fakeStore) Close() error { return nil }

func (f *fakeStore) DropDeadLetters(_ context.Context, ids ...vod.ID) (int, error) {
	n := 0
	for _, id := range ids {
		if _, ok := f.letters[id]; ok {
			delete(f.letters, id)
			n++
		}
	}
	return n, nil
}

func (f *fakeStore) Rebuild(_ context.Context, derive func(store.Event) (store.Record, error)) (int, error) {
	rebuilt := maps.Clone(f.events)
	for id, r := range f.events {
		d, err := derive(store.Event{ID: id, Type: r.Type, Subject: r.Subject, Body: r.Body})
		if err != nil {
			return 0, err
		}
		r.Type, r.Subject, r.Status, r.Time, r.BusinessKey, r.Facts = d.Type, d.Subject, d.Status, d.Time, d.BusinessKey, d.Facts
		rebuilt[id] = r
	}
	f.events = rebuilt
	return len(rebuilt), nil
}
