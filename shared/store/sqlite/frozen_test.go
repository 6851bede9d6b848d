//go:build unix

package sqlite_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// Function Compute freezes an instance between two invocations, for as long as it
// likes.
func TestFrozen(t *testing.T) {
	t.Parallel()
	url := newURL(t)
	p := startProcess(t, "-commit-to="+url, "-commit-times=5")
	ids := p.read(t, 15)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGSTOP))

	s := open(t, url)
	require.NoError(t, s.Migrate(t.Context()), "there is nothing to wait for")
	require.Equal(t, []store.State{store.Known, store.New}, commit(t, s, event(ids[14]), event(vod.ID{1})))
	require.Empty(t, p.kill(t))
}
