package tail_test

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

var errAway = errors.New("connection refused")

// fake is a store with a list of events, and nothing else.
type fake struct {
	store.Reader

	mu     sync.Mutex
	events []store.Event
	sorted bool // the last received first
	away   bool
	most   int    // events that one call returned
	before func() // is called before each query, if there is one
}

// add puts an event into the store that was received some time ago.
func (f *fake) add(n int, ago time.Duration) {
	e := store.Event{Received: time.Now().Add(-ago).UTC().Truncate(time.Millisecond), Type: "FileUploadComplete", Source: store.SourceHTTP}
	binary.BigEndian.PutUint64(e.ID[8:], uint64(n))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, e)
	f.sorted = false
}

func later(a, b store.Event) int {
	return -cmp.Or(a.Received.Compare(b.Received), slices.Compare(a.ID[:], b.ID[:]))
}

// largest returns how many events one query returned at most, since it was asked last.
func (f *fake) largest() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	most := f.most
	f.most = 0
	return most
}

func (f *fake) leave(away bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.away = away
}

// Events implements [store.Reader].
func (f *fake) Events(ctx context.Context, q store.EventQuery) ([]store.Event, error) {
	if f.before != nil {
		f.before()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if f.away {
		return nil, errAway
	}
	if !f.sorted {
		slices.SortFunc(f.events, later)
		f.sorted = true
	}
	var found []store.Event
	rest := f.events
	if q.Before != (store.Cursor{}) {
		i, there := slices.BinarySearchFunc(rest, store.Event{Received: q.Before.Received, ID: q.Before.ID}, later)
		if there {
			i++
		}
		rest = rest[i:]
	}
	for _, e := range rest {
		if e.Received.Before(q.Since) {
			break
		}
		if found = append(found, e); len(found) == cmp.Or(q.Limit, 50) {
			break
		}
	}
	f.most = max(f.most, len(found))
	return found, nil
}

// numbers returns the numbers with which the events were added.
func numbers(events []store.Event) []int {
	var all []int
	for _, e := range events {
		all = append(all, number(e.ID))
	}
	return all
}

func number(id vod.ID) int { return int(binary.BigEndian.Uint64(id[8:])) }

func TestFake(t *testing.T) {
	t.Parallel()
	var f fake
	for n := range 5 {
		f.add(n, time.Duration(n%2)*time.Minute)
	}
	all, err := f.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err)
	require.Equal(t, []int{4, 2, 0, 3, 1}, numbers(all))
	rest, err := f.Events(t.Context(), store.EventQuery{Before: all[1].Cursor(), Limit: 2})
	require.NoError(t, err)
	require.Equal(t, []int{0, 3}, numbers(rest))
}
