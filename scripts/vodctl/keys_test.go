package main_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDevTakesSeveralKeys is what a receiver does while a key is changed.
func TestDevTakesSeveralKeys(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	_, code := h.run(t, "dev", "--functions", functions, "--key", "New0Key", "--key", "two words")
	require.Equal(t, 2, code)
	d := h.start(t, "--functions", functions, "--key", "New0Key", "--key", "Old0Key")
	require.Equal(t, "New0Key", d.AuthKey, "what other commands sign with")
	for _, args := range [][]string{nil, {"--key", "New0Key"}, {"--key", "Old0Key"}} {
		h.must(t, append([]string{"send", "TranscodeComplete"}, args...)...)
		require.InDelta(t, 200, d.handled(t)["status"], 0)
	}
	_, code = h.run(t, "send", "TranscodeComplete", "--key", "New0Key Old0Key")
	require.NotZero(t, code, "they are two")
	d.stop(t)
}
