package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

// passed is a request as the test function saw it.
type passed struct {
	Method, URI, Host, Body string
	Header                  http.Header
}

func TestCustomRuntimeGetsRequestsAsTheyCame(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{Runtime: emulator.CustomRuntime, Name: "vod-http", Timeout: 7 * time.Second})
	r := httptest.NewRequest(http.MethodPut, "http://vod.example.com:8080/invoke/a%20b?k=v1&k=v%202&e=", strings.NewReader("<>&"))
	r.Header.Add("X-Many", "1")
	r.Header.Add("X-Many", "2")
	r.Header.Set("Keep-Alive", "1")
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	r.Header.Set("X-Fc-Control-Path", "/invoke") // forged
	r.Header.Set("X-Fc-Own", "forged")
	response, body := send(t, pool.HTTPTrigger(), r)

	var got passed
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	require.Equal(t, http.MethodPut, got.Method)
	require.Equal(t, "/invoke/a%20b?k=v1&k=v%202&e=", got.URI)
	require.Equal(t, "vod.example.com:8080", got.Host)
	require.Equal(t, "<>&", got.Body)
	id := response.Header.Get("X-Fc-Request-Id")
	require.NotEmpty(t, id)
	require.Equal(t, http.Header{
		"X-Many": {"1", "2"}, "X-Forwarded-For": {"203.0.113.9, 192.0.2.1"}, "Content-Length": {"3"},
		"X-Fc-Control-Path": {"/http-invoke"}, "X-Fc-Request-Id": {id}, "X-Fc-Function-Name": {"vod-http"},
		"X-Fc-Function-Handler": {"testfunction.exe"}, "X-Fc-Function-Memory": {"512"}, "X-Fc-Function-Timeout": {"7"},
		"X-Fc-Access-Key-Id": {""}, "X-Fc-Access-Key-Secret": {""}, "X-Fc-Security-Token": {""},
		"X-Fc-Region": {emulator.Region}, "X-Fc-Account-Id": {emulator.AccountID},
		"X-Fc-Qualifier": {"LATEST"}, "X-Fc-Version-Id": {"LATEST"}, "X-Fc-Retry-Count": {"0"},
	}, got.Header)

	require.Equal(t, http.StatusTeapot, response.StatusCode)
	require.Equal(t, []string{"a=1", "b=2"}, response.Header.Values("Set-Cookie"))
	require.Equal(t, "1", response.Header.Get("X-Own"))
	for _, name := range []string{"X-Fc-Own", "Date", "Server", "Keep-Alive"} {
		require.Empty(t, response.Header.Get(name), name)
	}
}

func TestEnvironmentOfACustomRuntime(t *testing.T) {
	t.Parallel()
	role := emulator.Credentials{AccessKeyID: "STS.role", AccessKeySecret: "s", SecurityToken: "t"}
	pool := start(t, emulator.Function{
		Runtime: emulator.CustomRuntime, Name: "vod-http", Env: []string{"FC_REGION=elsewhere", "FC_CUSTOM_LISTEN_PORT=1"},
		Credentials: func() emulator.Credentials { return role },
	})
	r, _ := ask(t, pool, "do=ok")
	require.Contains(t, r.Env, "FC_FUNCTION_NAME=vod-http")
	require.Contains(t, r.Env, "FC_REGION="+emulator.Region)
	require.Contains(t, r.Env, "ALIBABA_CLOUD_SECURITY_TOKEN="+emulator.SecurityToken)
	for _, setting := range r.Env {
		require.NotContains(t, setting, "FC_RUNTIME_API")
	}
	_, body := send(t, pool.HTTPTrigger(), httptest.NewRequest(http.MethodGet, "/", nil))
	var got passed
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	require.Equal(t, role.AccessKeyID, got.Header.Get("X-Fc-Access-Key-Id"))
	require.Equal(t, role.SecurityToken, got.Header.Get("X-Fc-Security-Token"))
}

func TestFailuresOfACustomRuntime(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		do        string
		request   bool   // of the HTTP trigger; else an event
		status    int    // of the answer to a request
		errorType string // empty: it passes for a success
		want      emulator.Counts
	}{
		{do: "error", errorType: emulator.UnhandledInvocationError, want: emulator.Counts{Errors: 1}},
		{do: "unsaid"},
		{do: "panic", errorType: emulator.ConnectionLost, want: emulator.Counts{Errors: 1}},
		{do: "exit", errorType: emulator.ProcessExited, want: emulator.Counts{Killed: 1}},
		{do: "hang", errorType: emulator.InvocationTimeout, want: emulator.Counts{Timeouts: 1}},
		{do: "big", errorType: emulator.ResponseTooLarge, want: emulator.Counts{Errors: 1}},
		{do: "error", request: true, status: 503},
		{do: "failed", request: true, status: 200, errorType: emulator.UnhandledInvocationError, want: emulator.Counts{Errors: 1}},
		{do: "exit", request: true, status: 502, errorType: emulator.ProcessExited, want: emulator.Counts{Killed: 1}},
		{do: "hang", request: true, status: 502, errorType: emulator.InvocationTimeout, want: emulator.Counts{Timeouts: 1}},
		{do: "bigheader", request: true, status: 502, want: emulator.Counts{Errors: 1}},
	} {
		t.Run(tc.do+" "+http.StatusText(tc.status), func(t *testing.T) {
			t.Parallel()
			f := emulator.Function{Runtime: emulator.CustomRuntime}
			if tc.do == "hang" {
				f.Timeout = time.Second
			}
			pool := start(t, f)
			if tc.request {
				response, _ := send(t, pool.HTTPTrigger(), httptest.NewRequest(http.MethodPost, "/do="+tc.do, nil))
				require.Equal(t, tc.status, response.StatusCode)
				require.Equal(t, tc.errorType, response.Header.Get("X-Fc-Error-Type"))
			} else {
				result, err := pool.Invoke(t.Context(), []byte("do="+tc.do))
				require.NoError(t, err)
				require.Equal(t, tc.errorType, result.ErrorType)
			}
			tc.want.Invocations, tc.want.ColdStarts = 1, 1
			require.Equal(t, tc.want, pool.Counts())
		})
	}
}

// holding has the test function hold n requests at once; the function it returns waits
// for their results.
func holding(t *testing.T, pool *emulator.Pool, g *gate, n int) func() []emulator.Result {
	t.Helper()
	var held []func() emulator.Result
	for range n {
		held = append(held, background(func() emulator.Result {
			result, _ := pool.Invoke(t.Context(), []byte("do=tell"))
			return result
		}))
	}
	for range n {
		g.next(t)
	}
	return func() []emulator.Result {
		var results []emulator.Result
		for _, result := range held {
			results = append(results, result())
		}
		return results
	}
}

func TestSeveralRequestsPerInstance(t *testing.T) {
	t.Parallel()
	const n = 20
	g := newGate(t, false)
	pool := start(t, emulator.Function{Runtime: emulator.CustomRuntime, Instances: 2, Concurrency: n / 2, Env: []string{g.env}})
	results := holding(t, pool, g, n/2)
	require.Len(t, pool.Instances(), 1, "one is filled first, even while it starts")
	more := holding(t, pool, g, n/2)
	require.Equal(t, []emulator.State{emulator.Busy, emulator.Busy}, states(pool))
	_, err := pool.Invoke(t.Context(), []byte("do=ok"))
	require.ErrorIs(t, err, emulator.ErrThrottled)
	waits := background(func() error { // whose turn comes
		_, err := pool.InvokeAsync(t.Context(), []byte("do=ok"))
		return err
	})
	require.NoError(t, waits())
	g.open()
	pids := map[int]int{}
	for _, r := range append(results(), more()...) {
		require.NoError(t, r.Err())
		pids[decode(t, r.Payload).PID]++
	}
	require.Len(t, pids, 2)
	require.NoError(t, pool.Drain(t.Context()))
	eventually(t, func() bool {
		s := states(pool)
		return s[0] != emulator.Busy && s[1] != emulator.Busy
	})
	c := pool.Counts()
	require.Equal(t, 2, c.ColdStarts)
	require.Equal(t, n+1, c.Invocations)
	require.Zero(t, c.Failures())
}

// An instance that dies takes all with it that it has in hand.
func TestSeveralRequestsAreKilledAtOnce(t *testing.T) {
	t.Parallel()
	const n = 5
	g := newGate(t, false)
	pool := start(t, emulator.Function{Runtime: emulator.CustomRuntime, Instances: 1, Concurrency: n, Env: []string{g.env}})
	for kills := 1; kills <= 3; kills++ {
		results := holding(t, pool, g, n)
		pool.KillAll()
		for _, r := range results() {
			require.Equal(t, emulator.ProcessExited, r.ErrorType)
		}
		require.Equal(t, emulator.Counts{Invocations: kills * n, ColdStarts: kills, Killed: kills * n}, pool.Counts())
	}
}

func TestCustomRuntimeThatDoesNotStart(t *testing.T) {
	t.Parallel()
	const n = 3
	pool := start(t, emulator.Function{Runtime: emulator.CustomRuntime, Instances: 1, Concurrency: n, Env: []string{"STARTUP=crash"}})
	var results []func() emulator.Result
	for range n {
		results = append(results, background(func() emulator.Result {
			result, _ := pool.Invoke(t.Context(), []byte("do=ok"))
			return result
		}))
	}
	for _, result := range results {
		r := result()
		require.Equal(t, emulator.InstanceStartFailed, r.ErrorType)
		require.ErrorContains(t, r.Err(), "no setting named VOD_STORE")
	}
	require.Equal(t, n, pool.Counts().StartFailures)
	require.Empty(t, pool.Instances())
	response, _ := send(t, pool.HTTPTrigger(), httptest.NewRequest(http.MethodPost, "/", nil))
	require.Equal(t, http.StatusBadGateway, response.StatusCode)
}

func TestCustomRuntimeAsynchronously(t *testing.T) {
	t.Parallel()
	g := newGate(t, true)
	pool := start(t, emulator.Function{
		Runtime: emulator.CustomRuntime, Concurrency: 10, Env: []string{g.env}, Async: emulator.Async{Retries: 2, RetryDelay: time.Millisecond},
	})
	r := httptest.NewRequest(http.MethodPost, "/do=tell", strings.NewReader("from the trigger"))
	r.Header.Set("X-Fc-Invocation-Type", "Async")
	response, _ := send(t, pool.HTTPTrigger(), r)
	require.Equal(t, http.StatusAccepted, response.StatusCode)
	require.Equal(t, "from the trigger", g.next(t))

	_, err := pool.Topic(emulator.TopicTrigger{}).Publish(t.Context(), "do=tellfail", nil)
	require.NoError(t, err)
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 2})
	require.NoError(t, queue.Send("do=ok", "do=ok"))
	require.NoError(t, queue.Drain(t.Context()))
	require.NoError(t, pool.Drain(t.Context()))
	c := pool.Counts()
	require.Equal(t, 2, c.Retries, "a failure that is said is one")
	require.Equal(t, 1, c.DeadLetters)
}
