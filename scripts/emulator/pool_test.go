package emulator_test

import (
	"context"
	"net/http/httptest"
	"net/http/httputil"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		f    emulator.Function
	}{
		{name: "no path"},
		{name: "negative instances", f: emulator.Function{Path: "x", Instances: -1}},
		{name: "concurrency of a built-in runtime", f: emulator.Function{Path: "x", Concurrency: 2}},
		{name: "too much concurrency", f: emulator.Function{Path: "x", Runtime: emulator.CustomRuntime, Concurrency: 201}},
		{name: "negative timeout", f: emulator.Function{Path: "x", Timeout: -1}},
		{name: "negative duplicate", f: emulator.Function{Path: "x", Async: emulator.Async{Duplicate: -1}}},
		{name: "too many retries", f: emulator.Function{Path: "x", Async: emulator.Async{Retries: 9}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := emulator.Start(t.Context(), tc.f)
			require.Error(t, err)
		})
	}
}

func TestInstanceIsReused(t *testing.T) {
	t.Parallel()
	for _, r := range []emulator.Runtime{emulator.FunctionCompute, emulator.Lambda, emulator.CustomRuntime} {
		t.Run(r.String(), func(t *testing.T) {
			t.Parallel()
			pool := start(t, emulator.Function{Runtime: r})
			require.Empty(t, pool.Instances())
			first, cold := ask(t, pool, "do=ok")
			require.True(t, cold.ColdStart)
			for n := 2; n <= 20; n++ {
				again, warm := ask(t, pool, "do=ok")
				require.False(t, warm.ColdStart)
				require.NotEqual(t, cold.RequestID, warm.RequestID)
				require.Equal(t, n, again.Count)
				require.Equal(t, first.PID, again.PID)
			}
			require.Equal(t, emulator.Counts{Invocations: 20, ColdStarts: 1}, pool.Counts())
			require.Len(t, pool.Instances(), 1)
			require.Equal(t, first.PID, pool.Instances()[0].PID)
			require.Positive(t, pool.Instances()[0].Connections)
			require.Less(t, pool.Instances()[0].Connections, 20, "they are kept")
		})
	}
}

func TestOneRequestPerInstance(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{Instances: 3, Env: []string{g.env}})
	var results []func() emulator.Result
	for range 3 {
		results = append(results, background(func() emulator.Result {
			result, _ := pool.Invoke(t.Context(), []byte("do=tell"))
			return result
		}))
	}
	for range 3 {
		g.next(t)
	}
	require.Equal(t, []emulator.State{emulator.Busy, emulator.Busy, emulator.Busy}, states(pool))
	_, err := pool.Invoke(t.Context(), []byte("do=ok"))
	require.ErrorIs(t, err, emulator.ErrThrottled)

	g.open()
	pids := map[int]bool{}
	for _, result := range results {
		r := result()
		require.NoError(t, r.Err())
		require.True(t, r.ColdStart)
		pids[decode(t, r.Payload).PID] = true
	}
	require.Len(t, pids, 3)
	require.Equal(t, emulator.Counts{Invocations: 3, ColdStarts: 3, Throttled: 1}, pool.Counts())
}

func TestFailuresOfTheFunction(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		event     string
		errorType string
		payload   string // a part of it
		survives  bool   // the process does
		want      emulator.Counts
	}{
		{event: "do=error", errorType: emulator.UnhandledInvocationError, payload: `"errorMessage":"as asked`, survives: true, want: emulator.Counts{Errors: 1}},
		{event: "do=panic", errorType: emulator.UnhandledInvocationError, payload: `"stackTrace":`, survives: true, want: emulator.Counts{Panics: 1}},
		{event: "do=exit", errorType: emulator.ProcessExited, payload: "Process exited unexpectedly before completing request", want: emulator.Counts{Killed: 1}},
		{event: "do=hang", errorType: emulator.InvocationTimeout, payload: "timed out after 1s", want: emulator.Counts{Timeouts: 1}},
		{event: "do=big", errorType: emulator.ResponseTooLarge, payload: "over the limit", survives: true, want: emulator.Counts{Errors: 1}},
	} {
		t.Run(tc.event, func(t *testing.T) {
			t.Parallel()
			f := emulator.Function{}
			if tc.event == "do=hang" {
				f.Timeout = time.Second
			}
			pool := start(t, f)
			before, _ := ask(t, pool, "do=ok")
			result, err := pool.Invoke(t.Context(), []byte(tc.event))
			require.NoError(t, err)
			require.Equal(t, tc.errorType, result.ErrorType)
			require.Contains(t, string(result.Payload), tc.payload)
			require.ErrorContains(t, result.Err(), result.RequestID)

			after, next := ask(t, pool, "do=ok")
			require.Equal(t, tc.survives, before.PID == after.PID)
			require.Equal(t, tc.survives, !next.ColdStart)
			tc.want.Invocations, tc.want.ColdStarts = 3, 1
			if !tc.survives {
				tc.want.ColdStarts = 2
			}
			require.Equal(t, tc.want, pool.Counts())
			require.Equal(t, 1, pool.Counts().Failures())
		})
	}
}

func TestKillAllInMidInvocation(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{Env: []string{g.env}})
	result := background(func() emulator.Result {
		result, _ := pool.Invoke(t.Context(), []byte("do=tell"))
		return result
	})
	g.next(t)
	pool.KillAll()
	require.Empty(t, pool.Instances())
	require.Equal(t, emulator.ProcessExited, result().ErrorType)
	require.Equal(t, emulator.Counts{Invocations: 1, ColdStarts: 1, Killed: 1}, pool.Counts())
}

func TestKillAllOfFrozenInstances(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{})
	for range 5 {
		_, result := ask(t, pool, "do=ok")
		require.True(t, result.ColdStart)
		pool.KillAll()
		require.Empty(t, pool.Instances())
	}
	require.Equal(t, emulator.Counts{Invocations: 5, ColdStarts: 5}, pool.Counts())
}

// The process of Lambda ends after a panic, but only when it is thawed for the
// next event, which therefore needs another.
func TestInstanceDyingOnThawIsReplaced(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{Runtime: emulator.Lambda, Instances: 1})
	for range 3 {
		result, err := pool.Invoke(t.Context(), []byte("do=panic"))
		require.NoError(t, err)
		require.Equal(t, emulator.UnhandledInvocationError, result.ErrorType)
		_, next := ask(t, pool, "do=ok")
		require.True(t, next.ColdStart)
	}
	require.Equal(t, emulator.Counts{Invocations: 6, ColdStarts: 4, Panics: 3, DiedIdle: 3}, pool.Counts())
	require.Equal(t, 3, pool.Counts().Failures())
}

func TestFunctionThatDoesNotStart(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		f    emulator.Function
		want []string
	}{
		{
			name: "exits at once", f: emulator.Function{Env: []string{"STARTUP=crash"}},
			want: []string{"exit status 3", "no setting named VOD_STORE"},
		},
		{
			name: "no such binary", f: emulator.Function{Path: "/nowhere/function"},
			want: []string{"start function", "no such file"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if runtime.GOOS == "windows" && tc.name == "no such binary" {
				tc.want = []string{"start function"}
			}
			pool := start(t, tc.f)
			for range 3 {
				result, err := pool.Invoke(t.Context(), []byte("do=ok"))
				require.NoError(t, err)
				require.Equal(t, emulator.InstanceStartFailed, result.ErrorType)
				for _, part := range tc.want {
					require.ErrorContains(t, result.Err(), part)
				}
			}
			require.Equal(t, emulator.Counts{Invocations: 3, ColdStarts: 3, StartFailures: 3}, pool.Counts(),
				"one process for each request, no restarts in between")
			require.Empty(t, pool.Instances())
		})
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{
		Name: "vod-http", Memory: 128, Timeout: 7 * time.Second,
		Env: []string{"VOD_STORE=sqlite:x", "FC_REGION=elsewhere", "ALIBABA_CLOUD_SECURITY_TOKEN=own"},
	})
	r, _ := ask(t, pool, "do=ok")
	env := map[string]string{}
	for _, setting := range r.Env {
		name, value, _ := strings.Cut(setting, "=")
		env[name] = value
	}
	for name, want := range map[string]string{
		"VOD_STORE":                    "sqlite:x",
		"FC_REGION":                    emulator.Region,
		"FC_ACCOUNT_ID":                emulator.AccountID,
		"FC_FUNCTION_NAME":             "vod-http",
		"FC_FUNCTION_HANDLER":          "testfunction.exe",
		"FC_FUNCTION_MEMORY_SIZE":      "128",
		"FC_INSTANCE_ID":               pool.Instances()[0].ID,
		"ALIBABA_CLOUD_ACCESS_KEY_ID":  emulator.AccessKeyID,
		"ALIBABA_CLOUD_SECURITY_TOKEN": "own",
	} {
		require.Equal(t, want, env[name], name)
	}
	require.NotEmpty(t, env["FC_FUNC_CODE_PATH"])
	require.NotContains(t, env, "SECRET_OF_THE_PARENT")
	require.LessOrEqual(t, r.Deadline, int64(7000))
	require.Positive(t, r.Deadline)
}

// A function that heeds a proxy setting when it talks to its runtime API is found
// out, since the address does not look like loopback.
func TestProxySettingsConcernTheRuntimeAPI(t *testing.T) {
	t.Parallel()
	var proxied atomic.Int32
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) { proxied.Add(1) }})
	t.Cleanup(proxy.CloseClientConnections)
	pool := start(t, emulator.Function{Env: []string{"HTTP_PROXY=" + proxy.URL}})
	ask(t, pool, "do=ok")
	require.Positive(t, proxied.Load())
}

func TestOutputComesInLines(t *testing.T) {
	t.Parallel()
	for _, r := range []emulator.Runtime{emulator.FunctionCompute, emulator.CustomRuntime} {
		out := &buffer{}
		pool := start(t, emulator.Function{Runtime: r, Output: out})
		_, result := ask(t, pool, "do=ok")
		require.NoError(t, pool.Shutdown(t.Context()))
		require.Equal(t, "FC Invoke Start RequestId: "+result.RequestID+"\nFC Invoke End RequestId: "+result.RequestID+"\n", out.String())
	}
}

func TestHangingUpLeavesTheInvocationRunning(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{Env: []string{g.env}})
	ctx, cancel := context.WithCancel(t.Context())
	failure := background(func() error {
		_, err := pool.Invoke(ctx, []byte("do=tell"))
		return err
	})
	g.next(t)
	cancel()
	require.ErrorIs(t, failure(), context.Canceled)
	require.Equal(t, []emulator.State{emulator.Busy}, states(pool))
	g.open()
	eventually(t, func() bool { return states(pool)[0] != emulator.Busy })
	require.Equal(t, emulator.Counts{Invocations: 1, ColdStarts: 1, HungUp: 1}, pool.Counts())
}

func TestEventTooLarge(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{})
	_, err := pool.Invoke(t.Context(), make([]byte, 32<<20+1))
	require.ErrorIs(t, err, emulator.ErrTooLarge)
	_, err = pool.InvokeAsync(t.Context(), make([]byte, 128<<10+1))
	require.ErrorIs(t, err, emulator.ErrTooLarge)
	require.Empty(t, pool.Instances())
}

func TestRuntimeAPIRefusesBadAnswers(t *testing.T) {
	t.Parallel()
	g := newGate(t, true)
	pool := start(t, emulator.Function{NoFreeze: true, Env: []string{g.env}})
	result, err := pool.Invoke(t.Context(), []byte("do=rogue"))
	require.NoError(t, err)
	require.JSONEq(t, `"rogue"`, string(result.Payload))
	require.Equal(t, "404,200,409,409", g.next(t))
	eventually(t, func() bool { return pool.Counts().BadAnswers == 4 }) // the SDK's own is the fourth
}
