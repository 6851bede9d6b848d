package emulator_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

// What instances have in hand does not hold up others while they are replaced, takes no
// place from them, and gets its answer. Only then do they end, as they do otherwise.
func TestRenewInMidInvocation(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		f     emulator.Function
		holds int // invocations that fill all places
	}{
		{f: emulator.Function{Instances: 2}, holds: 2},
		{f: emulator.Function{Instances: 1, Runtime: emulator.CustomRuntime, Concurrency: 3}, holds: 3},
	} {
		t.Run(tc.f.Runtime.String(), func(t *testing.T) {
			t.Parallel()
			tc.f.PreStop, tc.f.Grace = time.Minute, time.Minute
			testRenewInMidInvocation(t, tc.f, tc.holds)
		})
	}
}

func testRenewInMidInvocation(t *testing.T, f emulator.Function, holds int) {
	t.Helper()
	g := newGate(t, false)
	f.Env = []string{g.env, "ON_SIGTERM=exit"}
	pool := start(t, f)
	results := holding(t, pool, g, holds)
	old := pool.Instances()
	_, err := pool.Invoke(t.Context(), []byte("do=ok"))
	require.ErrorIs(t, err, emulator.ErrThrottled)
	_, err = pool.InvokeAsync(t.Context(), []byte("do=ok")) // it waits for its turn
	require.NoError(t, err)

	pool.Renew()
	require.NoError(t, pool.Drain(t.Context()))
	r, _ := ask(t, pool, "do=ok")
	now := pool.Instances()
	require.Len(t, now, len(old)+1)
	for n, i := range old {
		require.Equal(t, i.PID, now[n].PID, "in the order of their start")
		require.Equal(t, emulator.Retired, now[n].State)
		require.NotZero(t, procState(i.PID))
	}
	require.Equal(t, r.PID, now[len(old)].PID)
	require.Equal(t, emulator.Frozen, now[len(old)].State)
	require.Empty(t, g.told, "no hook beside an invocation")

	g.open()
	for _, result := range results() {
		require.NoError(t, result.Err())
		require.True(t, slices.ContainsFunc(old, func(i emulator.Instance) bool { return i.PID == decode(t, result.Payload).PID }))
	}
	eventually(t, func() bool { return len(pool.Instances()) == 1 })
	var told []string
	for range old {
		told = append(told, g.next(t), g.next(t))
	}
	slices.Sort(told)
	want := append(slices.Repeat([]string{"prestop"}, len(old)), slices.Repeat([]string{"sigterm"}, len(old))...)
	require.Equal(t, want, told)
	for _, i := range old {
		require.Zero(t, procState(i.PID))
	}
	again, warm := ask(t, pool, "do=ok")
	require.False(t, warm.ColdStart)
	require.Equal(t, r.PID, again.PID)
	require.Zero(t, pool.Counts().Failures())
}

// An instance that never answers what it has in hand ends with its time.
func TestRenewWhileOneHangs(t *testing.T) {
	t.Parallel()
	for _, f := range []emulator.Function{{}, {Runtime: emulator.CustomRuntime, Concurrency: 2}} {
		t.Run(f.Runtime.String(), func(t *testing.T) {
			t.Parallel()
			f.Instances, f.Timeout = 1, 3*time.Second
			pool := start(t, f)
			hung := background(func() emulator.Result {
				result, _ := pool.Invoke(t.Context(), []byte("do=hang"))
				return result
			})
			eventually(t, func() bool { return slices.Equal(states(pool), []emulator.State{emulator.Busy}) })
			pool.Renew()
			ask(t, pool, "do=ok")
			pool.Renew() // of the new one
			ask(t, pool, "do=ok")
			require.Equal(t, emulator.InvocationTimeout, hung().ErrorType)
			eventually(t, func() bool { return len(pool.Instances()) == 1 })
			require.Equal(t, emulator.Counts{Invocations: 3, ColdStarts: 3, Timeouts: 1}, pool.Counts())
		})
	}
}

// Instances that are retired are found by all that end instances.
func TestRetiredInstancesEnd(t *testing.T) {
	t.Parallel()
	gone := errors.New("nobody waits")
	for _, tc := range []struct {
		name string
		end  func(ctx context.Context, pool *emulator.Pool)
		open bool // it waits for what they have in hand
	}{
		{name: "killed", end: func(_ context.Context, pool *emulator.Pool) { pool.KillAll() }},
		{name: "recycled", end: func(ctx context.Context, pool *emulator.Pool) { pool.Recycle(ctx) }},
		{name: "shut down at once", end: func(ctx context.Context, pool *emulator.Pool) {
			ctx, cancel := context.WithCancelCause(ctx)
			cancel(gone)
			_ = pool.Shutdown(ctx)
		}},
		{name: "shut down", end: func(ctx context.Context, pool *emulator.Pool) { _ = pool.Shutdown(ctx) }, open: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, false)
			pool := start(t, emulator.Function{Instances: 1, Env: []string{g.env}})
			results := holding(t, pool, g, 1)
			old := pool.Instances()[0]
			pool.Renew()
			r, _ := ask(t, pool, "do=ok")
			ended := background(func() error { tc.end(t.Context(), pool); return nil })
			want := emulator.ProcessExited
			if tc.open {
				want = ""
				g.open()
			}
			require.NoError(t, ended())
			require.Equal(t, want, results()[0].ErrorType)
			require.Empty(t, pool.Instances())
			require.Zero(t, procState(old.PID))
			require.Zero(t, procState(r.PID))
			pool.Renew() // of none, or too late
		})
	}
}

// Instances are renewed while as many call as there are places: each gets its answer.
func TestRenewingUnderLoad(t *testing.T) {
	t.Parallel()
	for _, f := range []emulator.Function{{}, {Runtime: emulator.CustomRuntime, Concurrency: 2}} {
		t.Run(f.Runtime.String(), func(t *testing.T) {
			t.Parallel()
			f.Instances, f.PreStop, f.Grace, f.Env = 2, time.Minute, time.Minute, []string{newGate(t, true).env}
			testRenewingUnderLoad(t, start(t, f), 2*max(1, f.Concurrency))
		})
	}
}

func testRenewingUnderLoad(t *testing.T, pool *emulator.Pool, callers int) {
	t.Helper()
	ended := make(chan struct{})
	answered := make(chan struct{}, 1000)
	var calls []func() error
	for range callers {
		calls = append(calls, background(func() error {
			for {
				select {
				case <-ended:
					return nil
				default:
				}
				result, err := pool.Invoke(t.Context(), []byte("do=ok"))
				if err := errors.Join(err, result.Err()); err != nil {
					return err
				}
				select {
				case answered <- struct{}{}:
				default:
				}
			}
		}))
	}
	for range 10 {
		for range callers {
			select {
			case <-answered:
			case <-time.After(20 * time.Second):
				require.FailNow(t, "nothing is answered", "%v", pool.Counts())
			}
		}
		pool.Renew()
	}
	close(ended)
	for _, err := range calls {
		require.NoError(t, err())
	}
	eventually(t, func() bool { return !slices.Contains(states(pool), emulator.Retired) })
	require.LessOrEqual(t, len(pool.Instances()), 2)
	c := pool.Counts()
	require.Zero(t, c.Failures())
	require.Zero(t, c.Throttled+c.DiedIdle+c.HookFailures)
	require.Greater(t, c.ColdStarts, 2)
}
