package storetest

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
)

func testOpen(t *testing.T, h Harness) {
	t.Run("never dials", func(t *testing.T) {
		t.Parallel()
		s, err := store.Open(h.Absent)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = s.Commit(ctx, events(0, 1))
		require.Error(t, err)
		require.NoError(t, s.Close())
	})

	t.Run("unknown parameter is named, its value is not", func(t *testing.T) {
		t.Parallel()
		u, err := url.Parse(h.URL(t))
		require.NoError(t, err)
		q := u.Query()
		q.Set("unheard_of", Secret)
		u.RawQuery = q.Encode()
		_, err = store.Open(u.String())
		require.ErrorContains(t, err, "unheard_of")
		require.NotContains(t, err.Error(), Secret)
	})

	t.Run("errors hold no secret", func(t *testing.T) {
		t.Parallel()
		require.NotEmpty(t, h.SecretURLs)
		for _, raw := range h.SecretURLs {
			require.Contains(t, raw, Secret, "the harness has to try")
			s, err := store.Open(raw)
			if err == nil {
				_, err = s.Commit(t.Context(), events(0, 1))
				require.NoError(t, s.Close())
			}
			require.Error(t, err)
			require.NotContains(t, err.Error(), Secret)
		}
	})

	t.Run("closed", func(t *testing.T) {
		t.Parallel()
		url := h.fresh(t).url
		s, err := store.Open(url)
		require.NoError(t, err)
		require.NoError(t, s.Close())
		_, err = s.Commit(t.Context(), events(0, 1))
		require.Error(t, err)
	})
}
