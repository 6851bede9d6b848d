package fallbacktest

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
)

func testOpen(t *testing.T, h Harness) {
	t.Run("goes nowhere", func(t *testing.T) {
		t.Parallel()
		h.open(t, h.Absent)
	})

	t.Run("absent", func(t *testing.T) {
		t.Parallel()
		p := h.open(t, h.Absent)
		body := []byte(`{"Title":"` + Secret + `"}`)
		err := p.Put(h.context(t), body)
		require.Error(t, err)
		require.NotErrorIs(t, err, fallback.ErrRefused, "it may come back")
		require.NotContains(t, err.Error(), Secret, "nothing of a body")
		n, err := p.Drain(h.context(t), (&collector{}).take)
		require.Error(t, err)
		require.Zero(t, n)
		_, err = p.Waiting(h.context(t))
		require.Error(t, err)
	})

	t.Run("unknown parameter is named, its value is not", func(t *testing.T) {
		t.Parallel()
		_, err := fallback.Open(with(t, h.URL(t), "unheard_of="+Secret))
		require.ErrorContains(t, err, "unheard_of")
		require.NotContains(t, err.Error(), Secret)
	})

	t.Run("what is no parameter is not repeated", func(t *testing.T) {
		t.Parallel()
		_, err := fallback.Open(with(t, h.URL(t), Secret+"=="))
		require.ErrorContains(t, err, "unknown")
		require.NotContains(t, err.Error(), Secret)
	})

	t.Run("errors hold no secret", func(t *testing.T) {
		t.Parallel()
		require.NotEmpty(t, h.SecretURLs)
		for _, raw := range h.SecretURLs {
			require.Contains(t, raw, Secret, "the harness has to try")
			f, err := fallback.Open(raw)
			if err == nil {
				err = f.Put(h.context(t), []byte("{}"))
				require.NoError(t, f.Close())
			}
			require.Error(t, err)
			require.NotContains(t, err.Error(), Secret)
		}
	})
}

// with adds a parameter to a URL.
func with(t *testing.T, raw, parameter string) string {
	t.Helper()
	u, err := url.Parse(raw)
	require.NoError(t, err)
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+parameter, "&")
	return u.String()
}
