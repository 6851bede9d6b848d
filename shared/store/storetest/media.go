package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testMedia(t *testing.T, h Harness) {
	t.Run("is media.Fold, for any facts in any order", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			var facts []media.Fact
			for range rapid.IntRange(1, 10).Draw(rt, "media") {
				run++
				facts = append(facts, drawFacts(rt, run)...)
			}
			batch := make([]store.Record, 0, len(facts))
			for _, f := range rapid.Permutation(facts).Draw(rt, "order") {
				batch = append(batch, of(f))
			}
			cut := rapid.IntRange(0, len(batch)).Draw(rt, "cut")
			for _, part := range [][]store.Record{batch[:cut], batch} { // some of them twice
				_, err := d.Commit(t.Context(), part)
				require.NoError(rt, err)
			}
			requireFold(t.Context(), rt, d, facts)
		})
	})

	t.Run("is media.Fold, in every order", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		var orders [][]store.Record
		for _, order := range permutations(5) {
			script := life(len(orders))
			var records []store.Record
			for _, i := range order {
				records = append(records, of(script[i]))
			}
			orders = append(orders, records)
		}
		for step := range orders[0] { // all orders at once: one commit for each step
			var batch []store.Record
			for _, records := range orders {
				batch = append(batch, records[step])
			}
			d.commit(t, batch...)
		}
		var facts []media.Fact
		for n := range orders {
			facts = append(facts, life(n)...)
		}
		requireFold(t.Context(), t, d, facts)
	})

	t.Run("is media.Fold, at the limits of its rules", func(t *testing.T) {
		t.Parallel()
		testMediaRules(t, h)
	})

	t.Run("queries", func(t *testing.T) {
		t.Parallel()
		testMediaQueries(t, h)
	})
}

func testMediaQueries(t *testing.T, h Harness) {
	d := h.fresh(t)
	for n := range 60 { // 0, 3, 6 … are deleted, 1, 4, 7 … are images
		f := fact(vod.ID{}, fmt.Sprintf("m%02d", n), "source", at(n))
		g := fact(vod.ID{}, f.Medium, "life", at(n))
		switch n % 3 {
		case 0:
			g.Value, g.Rank = media.ValueDeleted, 22
		case 1:
			f.Kind = media.Image
		}
		d.commit(t, says(n, f, g))
	}
	for _, tc := range []struct {
		name  string
		query store.MediaQuery
		first string
		count int
	}{
		{name: "the last updated", first: "m59", count: 50},
		{name: "limit", query: store.MediaQuery{Limit: 3}, first: "m59", count: 3},
		{name: "more than there are", query: store.MediaQuery{Limit: 100}, first: "m59", count: 60},
		{name: "ids", query: store.MediaQuery{IDs: []string{"m07", "m09", "nobody"}}, first: "m09", count: 2},
		{name: "kind", query: store.MediaQuery{Kind: media.Image}, first: "m58", count: 20},
		{name: "state", query: store.MediaQuery{State: media.Deleted}, first: "m57", count: 20},
		{name: "kind and state", query: store.MediaQuery{Kind: media.Image, State: media.Deleted}},
		{name: "nobody", query: store.MediaQuery{IDs: []string{"nobody"}}},
	} {
		got, err := d.Media(t.Context(), tc.query)
		require.NoError(t, err, tc.name)
		require.Len(t, got, tc.count, tc.name)
		if tc.count > 0 {
			require.Equal(t, tc.first, got[0].ID, tc.name)
		}
	}
}

// requireFold requires that the store sees the media that the facts are about as
// [media.Fold] does.
func requireFold(ctx context.Context, t require.TestingT, d database, facts []media.Fact) {
	byMedium := map[string][]media.Fact{}
	for _, f := range facts {
		byMedium[f.Medium] = append(byMedium[f.Medium], f)
	}
	ids := slices.Sorted(maps.Keys(byMedium))
	got, err := d.Media(ctx, store.MediaQuery{IDs: ids, Limit: len(ids)})
	require.NoError(t, err)
	require.Len(t, got, len(ids))
	for _, m := range got {
		require.Equal(t, compact(t, media.Fold(byMedium[m.ID])), compact(t, m))
	}
}

// compact takes the white space out of the facts, which is all in which they may
// differ.
func compact(t require.TestingT, m media.Media) media.Media {
	facts := make(map[string]json.RawMessage, len(m.Facts))
	for facet, data := range m.Facts {
		var b bytes.Buffer
		require.NoError(t, json.Compact(&b, data))
		facts[facet] = b.Bytes()
	}
	m.Facts = facts
	return m
}

// of is the event that says f, and nothing else.
func of(f media.Fact) store.Record {
	r := event(0)
	r.ID, r.Subject, r.Facts = f.Event, f.Medium, []media.Fact{f}
	return r
}

// life is the life of the n-th medium: five facts on three facets.
func life(n int) []media.Fact {
	medium := fmt.Sprintf("life-%d", n)
	facts := []media.Fact{
		fact(newID(at(1), 10*n), medium, "source", at(1)),
		fact(newID(at(2), 10*n+1), medium, "stream/1", at(2)),
		fact(newID(at(2), 10*n+2), medium, "stream/1", at(2)),
		fact(newID(at(3), 10*n+3), medium, "audit", at(3)),
		fact(newID(at(4), 10*n+4), medium, "audit", at(4)),
	}
	facts[1].Status = vod.Failed
	facts[2].Rank = 2
	facts[3].Value = "Blocked"
	facts[4].Value = "Normal"
	return facts
}

// permutations returns all orders of 0 to n-1.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, shorter := range permutations(n - 1) {
		for i := range n {
			p := make([]int, 0, n)
			p = append(p, shorter[:i]...)
			p = append(p, n-1)
			all = append(all, append(p, shorter[i:]...))
		}
	}
	return all
}
