package emulator_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

// The hook of an instance that has an event in hand is called beside it.
func TestPreStopInMidInvocation(t *testing.T) {
	t.Parallel()
	for _, r := range []emulator.Runtime{emulator.FunctionCompute, emulator.CustomRuntime} {
		t.Run(r.String(), func(t *testing.T) {
			t.Parallel()
			testPreStopInMidInvocation(t, emulator.Function{Runtime: r, PreStop: time.Minute})
		})
	}
}

func testPreStopInMidInvocation(t *testing.T, f emulator.Function) {
	t.Helper()
	g := newGate(t, false)
	f.Env = []string{g.env}
	pool := start(t, f)
	held := background(func() emulator.Result {
		result, _ := pool.Invoke(t.Context(), []byte("do=tell"))
		return result
	})
	require.Equal(t, "do=tell", g.next(t))
	recycled := background(func() error { pool.Recycle(t.Context()); return nil })
	require.Equal(t, "prestop", g.next(t))
	g.open()
	require.NoError(t, recycled())
	require.Empty(t, pool.Instances())
	result := held() // answered, or killed right after the hook: as it happens
	require.Contains(t, []string{"", emulator.ProcessExited}, result.ErrorType)
	require.Zero(t, pool.Counts().HookFailures)

	_, next := ask(t, pool, "do=ok")
	require.True(t, next.ColdStart)
	require.NotEqual(t, result.RequestID, next.RequestID)
}

func TestTermination(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		f     emulator.Function
		grace time.Duration
		told  bool
	}{
		{name: "no grace, no signal", f: emulator.Function{Env: []string{"ON_SIGTERM=exit"}}},
		{name: "a frozen process is thawed for it", f: emulator.Function{Env: []string{"ON_SIGTERM=exit"}}, grace: time.Minute, told: true},
		{name: "also that of a custom runtime", f: emulator.Function{Runtime: emulator.CustomRuntime, Env: []string{"ON_SIGTERM=exit"}}, grace: time.Minute, told: true},
		{name: "a process that does not heed it ends at once", grace: time.Minute},
		{name: "one that ignores it is killed", f: emulator.Function{Env: []string{"ON_SIGTERM=ignore"}}, grace: 50 * time.Millisecond},
		{name: "Lambda has none", f: emulator.Function{Runtime: emulator.Lambda, Env: []string{"ON_SIGTERM=exit"}}, grace: time.Minute},
		{name: "but for those with an extension", f: emulator.Function{Runtime: emulator.Lambda, Env: []string{"ON_SIGTERM=exit", "EXTENSION=1"}}, grace: time.Minute, told: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, true)
			tc.f.Grace = tc.grace
			tc.f.Env = append(tc.f.Env, g.env)
			pool := start(t, tc.f)
			for range 2 {
				r, _ := ask(t, pool, "do=ok")
				pool.Recycle(t.Context())
				require.Empty(t, pool.Instances())
				require.Zero(t, procState(r.PID))
				if tc.told {
					require.Equal(t, "sigterm", g.next(t))
				}
				require.Empty(t, g.told)
			}
			require.Equal(t, emulator.Counts{Invocations: 2, ColdStarts: 2}, pool.Counts())
		})
	}
}

// A process that got SIGTERM is not frozen after its answer, since it may have more to
// do, and it gets no other event.
func TestTerminatedInMidInvocation(t *testing.T) {
	t.Parallel()
	for range 5 { // the process may end before its answer, too
		g := newGate(t, false)
		pool := start(t, emulator.Function{Instances: 1, Grace: time.Hour, Env: []string{"ON_SIGTERM=exit", g.env}})
		held := background(func() emulator.Result {
			result, _ := pool.Invoke(t.Context(), []byte("do=tell"))
			return result
		})
		require.Equal(t, "do=tell", g.next(t))
		recycled := make(chan struct{})
		go func() {
			defer close(recycled)
			pool.Recycle(t.Context())
		}()
		require.Equal(t, "sigterm", g.next(t))
		_, err := pool.Invoke(t.Context(), []byte("do=ok"))
		require.ErrorIs(t, err, emulator.ErrThrottled, "its place is taken until it is gone")
		g.open()
		select {
		case <-recycled:
		case <-time.After(20 * time.Second):
			require.FailNow(t, "the process does not end", "%v", pool.Instances())
		}
		require.Contains(t, []string{"", emulator.ProcessExited}, held().ErrorType)
		_, next := ask(t, pool, "do=ok")
		require.True(t, next.ColdStart)
	}
}

func TestRecyclingIsCutShort(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{PreStop: time.Hour, Grace: time.Hour, Env: []string{"ON_SIGTERM=ignore", g.env}})
	ask(t, pool, "do=ok")
	ctx, cancel := context.WithCancel(t.Context())
	recycled := background(func() error { pool.Recycle(ctx); return nil })
	require.Equal(t, "prestop", g.next(t))
	cancel()
	require.NoError(t, recycled())
	require.Empty(t, pool.Instances())
	require.Equal(t, 1, pool.Counts().HookFailures)
}

// Instances are recycled while requests come in: whatever one is at, none is handed out
// that is gone, and none is left over.
func TestRecyclingUnderLoad(t *testing.T) {
	t.Parallel()
	for _, f := range []emulator.Function{{}, {Runtime: emulator.CustomRuntime, Concurrency: 2}} {
		t.Run(f.Runtime.String(), func(t *testing.T) {
			t.Parallel()
			f.Instances, f.PreStop, f.Grace, f.Env = 3, time.Minute, time.Minute, []string{newGate(t, true).env}
			testRecyclingUnderLoad(t, start(t, f))
		})
	}
}

func testRecyclingUnderLoad(t *testing.T, pool *emulator.Pool) {
	t.Helper()
	ended := make(chan struct{})
	requests := background(func() int {
		n := 0
		for {
			select {
			case <-ended:
				return n
			default:
			}
			if result, err := pool.Invoke(t.Context(), []byte("do=ok")); err == nil && result.ErrorType == "" {
				n++
			}
		}
	})
	for range 10 {
		pool.Recycle(t.Context())
	}
	close(ended)
	requests()
	ask(t, pool, "do=ok")
	require.Len(t, pool.Instances(), 1)
	require.Zero(t, pool.Counts().StartFailures)
}
