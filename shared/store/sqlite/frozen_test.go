//go:build unix

package sqlite_test

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// Function Compute freezes an instance for as long as it likes: between two
// invocations, but one that did not end in time also in the middle of a commit,
// with the lock. Then others read, and wait for the lock no longer than they may;
// when the process goes on, or ends, so do they.
func TestFrozen(t *testing.T) {
	t.Parallel()
	url := newURL(t)
	s := open(t, url)
	require.NoError(t, s.Migrate(t.Context()))
	p := startProcess(t, "-commit-to="+url)
	n := uint32(0)
	try := func() error {
		var id vod.ID
		n++
		binary.BigEndian.PutUint32(id[:], n)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := s.Commit(ctx, []store.Record{event(id)})
		require.Less(t, time.Since(start), soon)
		return err
	}
	for waited := 0; waited < 3; { // until it was frozen with the lock so many times
		ids := p.read(t, 3*(1+rand.IntN(5)))
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGSTOP))
		events, err := s.Events(t.Context(), store.EventQuery{IDs: ids})
		require.NoError(t, err, "who reads does not wait")
		require.Len(t, events, len(ids))
		if err := try(); err != nil {
			require.ErrorIs(t, err, context.DeadlineExceeded)
			waited++
		}
		if waited < 3 {
			require.NoError(t, p.cmd.Process.Signal(syscall.SIGCONT))
		}
	}
	p.kill(t)
	require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{1})), "who is dead holds no lock")
}
