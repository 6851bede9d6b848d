package storetest

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func testFacts(t *testing.T, h Harness) {
	// In each pair the second fact counts, whichever is committed first.
	base := func(change func(*media.Fact)) media.Fact {
		f := fact(vod.ID{}, "m", "audit", at(10))
		f.Rank = 10
		change(&f)
		return f
	}
	for _, tc := range []struct {
		name          string
		loser, winner media.Fact
	}{
		{
			name:   "later time",
			loser:  base(func(f *media.Fact) { f.Rank = 22 }),
			winner: base(func(f *media.Fact) { f.Time = at(11); f.Rank = 0 }),
		},
		{
			name:   "later by a millisecond",
			loser:  base(func(f *media.Fact) { f.Time = at(10).Add(9 * time.Millisecond) }),
			winner: base(func(f *media.Fact) { f.Time = at(10).Add(10 * time.Millisecond) }),
		},
		{
			name:   "any time is later than none",
			loser:  base(func(f *media.Fact) { f.Time = time.Time{} }),
			winner: base(func(f *media.Fact) { f.Time = time.UnixMilli(0).UTC() }),
		},
		{
			name:   "higher rank at the same time",
			loser:  base(func(f *media.Fact) { f.Rank = 9 }),
			winner: base(func(f *media.Fact) { f.Rank = 10 }),
		},
		{
			name:   "greater id at the same time and rank",
			loser:  base(func(*media.Fact) {}),
			winner: base(func(*media.Fact) {}),
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.loser.Value, tc.loser.Data = "loser", json.RawMessage(`{"is":"loser"}`)
			tc.winner.Kind, tc.winner.Status, tc.winner.Value = media.Image, vod.Failed, "winner"
			loser, winner := says(1, tc.loser), says(2, tc.winner)
			for _, order := range [][]store.Record{{loser, winner}, {winner, loser}} {
				together, apart := h.fresh(t), h.fresh(t)
				together.commit(t, order...)
				for _, r := range order {
					apart.commit(t, r)
				}
				for _, d := range []database{together, apart} {
					facts, err := d.Facts(t.Context(), "m")
					require.NoError(t, err)
					require.Equal(t, winner.Facts, facts, "the whole fact counts")
				}
			}
		})
	}

	t.Run("media and facets are apart", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		var batch []store.Record
		for n, medium := range []string{"m", "M", "m2", "m%"} {
			var facts []media.Fact
			for _, facet := range []string{"stream/A", "stream/a", "streams", "source"} {
				facts = append(facts, fact(vod.ID{}, medium, facet, at(1)))
			}
			batch = append(batch, says(n, facts...))
		}
		d.commit(t, batch...)
		for _, r := range batch {
			got, err := d.Facts(t.Context(), r.Subject)
			require.NoError(t, err)
			require.ElementsMatch(t, r.Facts, got)
			require.True(t, slices.IsSortedFunc(got, func(f, g media.Fact) int {
				return slices.Compare([]byte(f.Facet), []byte(g.Facet))
			}), "by facet")
		}
	})

	t.Run("names that are refused", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		for n, bad := range []media.Fact{
			fact(vod.ID{}, "", "source", at(1)),
			fact(vod.ID{}, "m\x00", "source", at(1)),
			fact(vod.ID{}, "\x00", "source", at(1)),
			fact(vod.ID{}, "m", "", at(1)),
			fact(vod.ID{}, "m", "source\x00", at(1)),
			fact(vod.ID{}, "m", "\x00", at(1)),
			fact(vod.ID{}, "m", "stream/a\x00b", at(1)),
		} {
			require.Equal(t, []store.State{store.Rejected}, d.commit(t, says(n, bad)), "%q %q", bad.Medium, bad.Facet)
		}
		media, err := d.Media(t.Context(), store.MediaQuery{})
		require.NoError(t, err)
		require.Empty(t, media)
	})

	t.Run("unknown medium", func(t *testing.T) {
		t.Parallel()
		facts, err := h.fresh(t).Facts(t.Context(), "nobody")
		require.NoError(t, err)
		require.Empty(t, facts)
	})

	t.Run("more than a page", func(t *testing.T) {
		t.Parallel()
		d := h.fresh(t)
		var facts []media.Fact
		for n := range 120 {
			facts = append(facts, fact(vod.ID{}, "m", "stream/"+event(n).Subject, at(n)))
		}
		d.commit(t, says(1, facts...))
		got, err := d.Facts(t.Context(), "m")
		require.NoError(t, err)
		require.Len(t, got, 120)
	})
}
