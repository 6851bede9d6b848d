package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testRebuild(t *testing.T, h Harness) {
	if _, ok := open(t, h.URL(t)).Store.(store.Maintainer); !ok {
		return // it cannot be repaired
	}
	t.Run("what is derived", func(t *testing.T) {
		t.Parallel()
		testRebuildDerived(t, h)
	})
	t.Run("stops at an error", func(t *testing.T) {
		t.Parallel()
		testRebuildErrors(t, h)
	})
	t.Run("commits go on", func(t *testing.T) {
		t.Parallel()
		testRebuildMeanwhile(t, h)
	})
}

func rebuild(ctx context.Context, t *testing.T, d database, derive func(store.Event) (store.Record, error)) (int, error) {
	t.Helper()
	m, ok := d.Store.(store.Maintainer)
	require.True(t, ok)
	return m.Rebuild(ctx, derive)
}

// deriver returns what derives the records, as they should be, from their events.
func deriver(records ...store.Record) func(store.Event) (store.Record, error) {
	byID := make(map[vod.ID]store.Record, len(records))
	for _, r := range records {
		byID[r.ID] = r
	}
	return func(e store.Event) (store.Record, error) {
		r, ok := byID[e.ID]
		if !ok {
			return store.Record{}, fmt.Errorf("event %s is none of ours", e.ID)
		}
		return r, nil
	}
}

func factsOf(t *testing.T, d database, medium string) []media.Fact {
	t.Helper()
	got, err := d.Facts(t.Context(), medium)
	require.NoError(t, err)
	return got
}

func testRebuildDerived(t *testing.T, h Harness) {
	t.Run("is replaced, and nothing else", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		batch := events(0, 3)
		batch[1].Deliveries = []string{"crm"}
		d.commit(t, append(batch, letter(9))...)

		seen := map[vod.ID]store.Event{}
		derive := func(e store.Event) (store.Record, error) {
			if _, again := seen[e.ID]; !again {
				seen[e.ID] = e
			}
			was := seen[e.ID]
			return store.Record{
				ID: vod.ID{9}, Source: "nobody", SourceID: "nothing", Received: at(99), Body: []byte("nothing"),
				Deliveries: []string{"erp"},
				Type:       "Renamed", Subject: "new-" + was.Subject, Status: vod.Failed, Time: was.Time.Add(1e9), BusinessKey: "key",
				Facts: []media.Fact{fact(e.ID, "new-"+was.Subject, "audit", was.Time)},
			}, nil
		}
		n, err := rebuild(t.Context(), t, d, derive)
		require.NoError(t, err)
		require.Equal(t, 3, n)

		got := d.events(t, idsOf(batch)...)
		for i, r := range batch {
			require.Equal(t, stored(r), seen[r.ID], "derive sees the event as it is stored")
			want := stored(r)
			want.Type, want.Subject, want.Status = "Renamed", "new-"+r.Subject, vod.Failed
			want.Time, want.BusinessKey = at(i+1), "key"
			require.Equal(t, want, got[r.ID])
			require.Empty(t, factsOf(t, d, r.Subject), "the old facts are gone")
			require.Equal(t, []media.Fact{fact(r.ID, "new-"+r.Subject, "audit", r.Time)}, factsOf(t, d, "new-"+r.Subject))
		}
		deliveries, err := d.Deliveries(t.Context(), store.DeliveryQuery{})
		require.NoError(t, err)
		require.Len(t, deliveries, 1)
		require.Equal(t, "crm", deliveries[0].Sink)
		letters, err := d.DeadLetters(t.Context(), store.DeadLetterQuery{})
		require.NoError(t, err)
		require.Len(t, letters, 1)
	})

	t.Run("one column at a time", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		r := event(1)
		d.commit(t, r)
		for _, change := range []func(*store.Record){
			func(r *store.Record) { r.Type = "Renamed" },
			func(r *store.Record) { r.Subject, r.Facts = "other", nil },
			func(r *store.Record) { r.Status = vod.Failed },
			func(r *store.Record) { r.Time = at(9) },
			func(r *store.Record) { r.Time = time.Time{} },
			func(r *store.Record) { r.BusinessKey = "key" },
			func(r *store.Record) { *r = event(1) },
		} {
			change(&r)
			_, err := rebuild(t.Context(), t, d, deriver(r))
			require.NoError(t, err)
			require.Equal(t, stored(r), d.events(t, r.ID)[r.ID])
			require.Equal(t, r.Facts, factsOf(t, d, event(1).Subject))
		}
	})

	t.Run("every part of a fact", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		r := says(1, fact(vod.ID{}, "m", "source", at(1)))
		d.commit(t, r)
		for _, change := range []func(*media.Fact){
			func(f *media.Fact) { f.Kind = media.Image },
			func(f *media.Fact) { f.Facet = "audit" },
			func(f *media.Fact) { f.Time = at(0) },
			func(f *media.Fact) { f.Rank = 7 },
			func(f *media.Fact) { f.Status = vod.Failed },
			func(f *media.Fact) { f.Value = "other" },
			func(f *media.Fact) { f.Data = []byte(`{"Size":1}`) },
		} {
			change(&r.Facts[0])
			_, err := rebuild(t.Context(), t, d, deriver(r))
			require.NoError(t, err)
			require.Equal(t, r.Facts, factsOf(t, d, "m"))
		}
	})

	t.Run("facts of events that are not stored stay", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		gone := newID(at(7), 7) // as if its event had been removed
		old, overtaken := fact(gone, "m", "source", at(0)), fact(gone, "m", "audit", at(1))
		r := says(1, fact(vod.ID{}, "m", "life", at(1)))
		r.Facts = append(r.Facts, old, overtaken)
		d.commit(t, r)
		newer := fact(r.ID, "m", "audit", at(2))
		r.Facts = []media.Fact{newer, fact(r.ID, "m", "source", at(-1))}
		for range 2 {
			_, err := rebuild(t.Context(), t, d, deriver(r))
			require.NoError(t, err)
			require.Equal(t, []media.Fact{newer, old}, factsOf(t, d, "m"), "each facet has the newest fact")
		}
	})

	t.Run("a fact that a wrong one had overtaken", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		right, wrong := says(1, fact(vod.ID{}, "m", "audit", at(1))), says(2, fact(vod.ID{}, "m", "audit", at(2)))
		d.commit(t, right, wrong)
		wrong.Facts = nil
		_, err := rebuild(t.Context(), t, d, deriver(right, wrong))
		require.NoError(t, err)
		require.Equal(t, right.Facts, factsOf(t, d, "m"))
	})

	t.Run("the same again changes nothing", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		var batch []store.Record
		for n := range 20 {
			batch = append(batch, says(n, fact(vod.ID{}, "m", fmt.Sprintf("stream/%d", n/2), at(n))))
		}
		d.commit(t, batch...)
		before, beforeFacts := d.events(t, idsOf(batch)...), factsOf(t, d, "m")
		require.Len(t, beforeFacts, 10)
		for range 2 {
			n, err := rebuild(t.Context(), t, d, deriver(batch...))
			require.NoError(t, err)
			require.Equal(t, 20, n)
			require.Equal(t, before, d.events(t, idsOf(batch)...))
			require.Equal(t, beforeFacts, factsOf(t, d, "m"))
		}
	})

	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		n, err := rebuild(t.Context(), t, h.fresh(t), deriver())
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

// Each medium is as before or rebuilt, wherever it stops, and it can be repeated.
func testRebuildErrors(t *testing.T, h Harness) {
	d := h.fresh(t)
	var before, after []store.Record
	for n := range 3 {
		medium := event(n).Subject
		before = append(before, says(n, fact(vod.ID{}, medium, "audit", at(n)), fact(vod.ID{}, medium, "source", at(n))))
		r := says(n, fact(vod.ID{}, medium, "life", at(n)), fact(vod.ID{}, medium, "restore", at(n)))
		r.Type = "Renamed"
		after = append(after, r)
	}
	d.commit(t, before...)
	unread := errors.New("cannot read it")
	for calls := 1; ; calls++ { // until it gets to the end
		left := calls
		ctx, cancel := context.WithCancel(t.Context())
		want := []error{context.Canceled, unread}[calls%2]
		n, err := rebuild(ctx, t, d, func(e store.Event) (store.Record, error) {
			left--
			switch {
			case left == 0 && calls%2 == 1:
				return store.Record{}, unread
			case left == 0:
				cancel()
			}
			return deriver(after...)(e)
		})
		cancel()
		if left > 0 {
			require.NoError(t, err)
			require.Equal(t, len(before), n)
			break
		}
		require.ErrorIs(t, err, want)
		got := d.events(t, idsOf(before)...)
		for i, r := range before {
			require.Contains(t, []store.Event{stored(r), stored(after[i])}, got[r.ID])
			require.Contains(t, [][]media.Fact{r.Facts, after[i].Facts}, factsOf(t, d, r.Subject))
		}
		require.Equal(t, []store.State{store.New}, d.commit(t, letter(calls)), "the store goes on")
	}
	for _, r := range after {
		require.Equal(t, stored(r), d.events(t, r.ID)[r.ID])
		require.Equal(t, r.Facts, factsOf(t, d, r.Subject))
	}
}

// Each call of derive commits by another store, and waits for it: a rebuild that
// held the lock would wait for itself. What is committed is about media that are
// still to be rebuilt, are being rebuilt, or have been, and loses against what was
// derived wrongly before.
func testRebuildMeanwhile(t *testing.T, h Harness) {
	d := h.fresh(t)
	const n, kinds = 1200, 40
	other := open(t, d.url)
	medium := func(i int) string { return fmt.Sprintf("m%02d", i%kinds) }
	var facts []media.Fact // as they should be
	var batch []store.Record
	right := map[vod.ID]store.Record{}
	for i := range n {
		r := says(i, fact(vod.ID{}, medium(i), fmt.Sprintf("stream/%d", i%7), at(i)))
		right[r.ID] = r
		facts = append(facts, r.Facts...)
		wrong := r.Facts[0]
		wrong.Time, wrong.Value = at(100_000), "deleted"
		r.Subject, r.Facts = medium(i+i/kinds%2), []media.Fact{wrong} // for some it is another medium
		r.Facts[0].Medium = r.Subject
		batch = append(batch, r)
	}
	d.commit(t, batch...)

	calls, added := 0, 0
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	count, err := rebuild(ctx, t, d, func(e store.Event) (store.Record, error) {
		if calls++; calls%10 == 0 && added < 300 {
			i := n + added
			added++
			r := says(i, fact(vod.ID{}, medium(added), fmt.Sprintf("stream/%d", i%7), at(2*i)))
			if added%2 == 0 { // it is about the medium at hand
				r = says(i, fact(vod.ID{}, right[e.ID].Subject, "audit", at(i)))
			}
			right[r.ID] = r
			facts = append(facts, r.Facts...)
			outcomes, err := other.Commit(ctx, []store.Record{r})
			if err != nil || outcomes[0].State != store.New {
				return store.Record{}, fmt.Errorf("commit meanwhile: %v: %w", outcomes, err)
			}
		}
		return right[e.ID], nil
	})
	require.NoError(t, err)
	require.GreaterOrEqual(t, count, n)
	require.Greater(t, added, 200)
	requireFold(t.Context(), t, d, facts)
	for _, r := range right {
		require.Equal(t, stored(r), d.events(t, r.ID)[r.ID])
	}
}
