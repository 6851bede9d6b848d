package dir_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/fallback/dir"
)

var errEnded = errors.New("the time is up")

// TestDiskHangs: nobody waits longer than the context for a disk that does not answer,
// and what is left behind is bounded.
func TestDiskHangs(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f := open(t, path)
		answers := make(chan struct{})
		var under atomic.Int32
		patience := func() (context.Context, context.CancelFunc) {
			return context.WithTimeoutCause(t.Context(), time.Second, errEnded)
		}
		var callers sync.WaitGroup
		errs := make([]error, 2*dir.AtOnce)
		for i := range errs {
			callers.Go(func() {
				ctx, cancel := patience()
				defer cancel()
				errs[i] = f.Do(ctx, func() error {
					under.Add(1)
					<-answers
					under.Add(-1)
					return nil
				})
			})
		}
		callers.Wait()
		for _, err := range errs {
			require.ErrorIs(t, err, errEnded)
		}
		require.EqualValues(t, dir.AtOnce, under.Load(), "they are left behind, the others did not begin")

		// Everything goes this way.
		ctx, cancel := patience()
		defer cancel()
		require.ErrorIs(t, f.Put(ctx, []byte("hello")), errEnded)
		_, err := f.Waiting(ctx)
		require.ErrorIs(t, err, errEnded)
		_, err = f.Drain(ctx, func(context.Context, []fallback.Item) []error { return nil })
		require.ErrorIs(t, err, errEnded)

		close(answers)
		synctest.Wait()
		require.Zero(t, under.Load())
		require.NoError(t, f.Do(t.Context(), func() error { return nil }), "it goes on when the disk does")
	})
	require.Empty(t, names(t, path))
}

// hanging is a disk that answers when it is let.
type hanging struct {
	dir.System

	answers chan struct{}
}

func (h hanging) CreateTemp(parent, pattern string) (dir.File, error) {
	<-h.answers
	return h.System.CreateTemp(parent, pattern)
}

// TestAbandonedPut goes on without the caller, whose body is no longer the one that was
// put.
func TestAbandonedPut(t *testing.T) {
	t.Parallel()
	d := hanging{answers: make(chan struct{})}
	f := dir.OpenOn(d, t.TempDir())
	ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, errEnded)
	defer cancel()
	body := []byte("hello")
	require.ErrorIs(t, f.Put(ctx, body), errEnded)
	clear(body)
	n, err := f.Waiting(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)

	close(d.answers)
	require.Eventually(t, func() bool {
		n, err := f.Waiting(t.Context())
		return err == nil && n == 1
	}, time.Minute, 5*time.Millisecond)
	bodies, err := drain(t, f)
	require.NoError(t, err)
	require.Equal(t, []string{"hello"}, bodies)
}

// TestErrorsOfWork come through.
func TestErrorsOfWork(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir())
	want := errors.New("no space left on device")
	for range 2 * dir.AtOnce { // more often than there are slots
		require.ErrorIs(t, f.Do(t.Context(), func() error { return want }), want)
	}
}

// What panics on the disk is an error: it ends no process.
func TestDiskPanics(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir())
	err := f.Do(t.Context(), func() error { panic("s3cret") })
	require.EqualError(t, err, "panic of type string")
	for range 2 * dir.AtOnce {
		require.Error(t, f.Do(t.Context(), func() error { panic(errEnded) }), "and its slot is free again")
	}
}
