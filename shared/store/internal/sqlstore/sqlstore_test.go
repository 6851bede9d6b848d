package sqlstore_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
)

func TestSteps(t *testing.T) {
	t.Parallel()
	steps := sqlstore.Steps{"one", "two", "three"}
	for _, tc := range []struct {
		name    string
		version int
		taken   []string
		want    string // a part of the error
	}{
		{name: "no tables", taken: []string{"one", "two", "three"}},
		{name: "older", version: 2, taken: []string{"three"}},
		{name: "present", version: 3},
		{name: "newer", version: 4, want: "version 4, this program knows them up to 3"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var taken []string
			err := steps.Take(tc.version, func(v int, step string) error {
				require.Equal(t, step, steps[v-1])
				taken = append(taken, step)
				return nil
			})
			require.Equal(t, tc.taken, taken)
			if tc.want != "" {
				require.ErrorContains(t, err, tc.want)
			} else {
				require.NoError(t, err)
			}
			if tc.version < 3 {
				require.ErrorIs(t, steps.Require(tc.version), store.ErrNotMigrated)
			} else {
				require.NoError(t, steps.Require(tc.version), "commits go on when they are newer")
			}
		})
	}

	broken := errors.New("broken")
	calls := 0
	err := steps.Take(1, func(int, string) error { calls++; return broken })
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "to version 2")
	require.Equal(t, 1, calls)
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, facet, data string
		want              float64
	}{
		{name: "source", facet: "analysis", data: `{"Duration":61.48}`, want: 61.48},
		{name: "rendition", facet: "stream/1", data: `{"Duration":61.48}`, want: 61.48},
		{name: "something else", facet: "source", data: `{"Duration":61.48}`},
		{name: "NUL beside it", facet: "stream/1", data: `{"a\u0000":"\u0000","Duration":7}`, want: 7},
		{name: "text", facet: "stream/1", data: `{"Duration":"61"}`},
		{name: "negative", facet: "stream/1", data: `{"Duration":-1}`},
		{name: "too large", facet: "stream/1", data: `{"Duration":1e400}`},
		{name: "no JSON", facet: "stream/1", data: `{`},
		{name: "nothing", facet: "stream/1"},
	} {
		require.InDelta(t, tc.want, sqlstore.Duration(media.Fact{Facet: tc.facet, Data: json.RawMessage(tc.data)}), 0, tc.name)
	}
}
