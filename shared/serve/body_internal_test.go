package serve

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Internal, since from outside only much memory would do.
func TestLargeBodiesAreHeldOneAfterTheOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slots := make(chan struct{}, largeAtOnce)
		body := func(size int) *metered {
			return &metered{ReadCloser: io.NopCloser(strings.NewReader(strings.Repeat("x", size))), slots: slots, patience: slowest}
		}
		for range largeAtOnce {
			n, err := io.Copy(io.Discard, body(2*largeBody))
			require.NoError(t, err)
			require.EqualValues(t, 2*largeBody, n)
		}
		n, err := io.Copy(io.Discard, body(largeBody))
		require.NoError(t, err, "others need no slot")
		require.EqualValues(t, largeBody, n)

		start := time.Now()
		_, err = io.Copy(io.Discard, body(2*largeBody))
		require.ErrorIs(t, err, errManyLarge)
		require.Equal(t, slowest, time.Since(start))

		last := body(2 * largeBody)
		go func() {
			time.Sleep(time.Second)
			(&metered{slots: slots, held: true}).release() // one of the first
		}()
		start = time.Now()
		_, err = io.Copy(io.Discard, last)
		require.NoError(t, err)
		require.Equal(t, time.Second, time.Since(start))
		last.release()
		require.Len(t, slots, largeAtOnce-1)
	})
}
