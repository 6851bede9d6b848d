package emulator_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

func TestShutdownWaitsForInvocations(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{Env: []string{g.env}})
	result := background(func() emulator.Result {
		result, _ := pool.Invoke(t.Context(), []byte("do=tell"))
		return result
	})
	g.next(t)
	shutdown := background(func() error { return pool.Shutdown(t.Context()) })
	eventually(t, func() bool {
		_, err := pool.Invoke(t.Context(), []byte("do=ok"))
		return errors.Is(err, emulator.ErrClosed)
	})
	g.open()
	r := result()
	require.NoError(t, r.Err())
	require.NoError(t, shutdown())
	require.Empty(t, pool.Instances())
	require.NoError(t, pool.Shutdown(t.Context()), "a second time")
}

func TestShutdownCutsShortWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{Env: []string{g.env}})
	result := background(func() emulator.Result {
		result, _ := pool.Invoke(t.Context(), []byte("do=tell"))
		return result
	})
	g.next(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	impatience := errors.New("impatience")
	cancel(impatience)
	require.ErrorIs(t, pool.Shutdown(ctx), impatience)
	require.Equal(t, emulator.ProcessExited, result().ErrorType)
	require.Empty(t, pool.Instances())
}

func TestEndOfTheContextEndsThePool(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	ctx, cancel := context.WithCancel(t.Context())
	pool, err := emulator.Start(ctx, emulator.Function{Path: testFunction, Env: []string{g.env}})
	require.NoError(t, err)
	result := background(func() emulator.Result {
		result, _ := pool.Invoke(t.Context(), []byte("do=tell"))
		return result
	})
	g.next(t)
	cancel()
	require.Equal(t, emulator.ProcessExited, result().ErrorType)
	require.NoError(t, pool.Shutdown(t.Context()))
	require.Empty(t, pool.Instances())
}

func TestPreStopOnlyWhenConfigured(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		preStop time.Duration
		told    int
	}{
		{name: "off"},
		{name: "on", preStop: 10 * time.Second, told: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, true)
			pool := start(t, emulator.Function{PreStop: tc.preStop, Env: []string{g.env}})
			ask(t, pool, "do=ok")
			require.NoError(t, pool.Shutdown(t.Context()))
			require.Len(t, g.told, tc.told)
			require.Zero(t, pool.Counts().HookFailures)
		})
	}
}

// A hook that hangs must not hold up the end for longer than its limit.
func TestPreStopIsLimited(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{PreStop: 100 * time.Millisecond, Env: []string{g.env}})
	ask(t, pool, "do=ok")
	require.NoError(t, pool.Shutdown(t.Context()))
	require.Empty(t, pool.Instances())
}

// Retries that wait are given up, and do not hold up the end.
func TestShutdownDropsRetries(t *testing.T) {
	t.Parallel()
	g := newGate(t, true)
	pool := start(t, emulator.Function{Env: []string{g.env}, Async: emulator.Async{RetryDelay: time.Hour}})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{RetryDelay: time.Hour})
	_, err := pool.InvokeAsync(t.Context(), []byte("do=tellfail"))
	require.NoError(t, err)
	require.NoError(t, queue.Send("do=tellfail", "do=tellfail"))
	g.next(t)
	g.next(t)
	require.NoError(t, pool.Shutdown(t.Context()))
	require.Zero(t, pool.Counts().DeadLetters)
	require.ErrorIs(t, queue.Drain(t.Context()), emulator.ErrClosed)
	_, err = pool.InvokeAsync(t.Context(), []byte("x"))
	require.ErrorIs(t, err, emulator.ErrClosed)
}
