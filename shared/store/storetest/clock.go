package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
)

func testClock(t *testing.T, h Harness) {
	t.Run("is that of the same world", func(t *testing.T) {
		t.Parallel()
		c, ok := h.fresh(t).Store.(store.Clock)
		if !ok {
			return // it has none of its own
		}
		before, err := c.Now(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.UTC, before.Location())
		require.WithinDuration(t, time.Now(), before, 30*time.Minute, "a time of another zone is hours away")
		after, err := c.Now(t.Context())
		require.NoError(t, err)
		require.False(t, after.Before(before))
	})

	t.Run("out of reach", func(t *testing.T) {
		t.Parallel()
		c, ok := open(t, h.Absent).Store.(store.Clock)
		if !ok {
			return // it has none of its own
		}
		_, err := c.Now(t.Context())
		require.Error(t, err)
	})
}
