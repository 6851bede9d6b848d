package emulator_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/events"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

// send puts a request to a trigger and returns the response with its body.
func send(t *testing.T, trigger http.Handler, r *http.Request) (*http.Response, string) {
	t.Helper()
	w := httptest.NewRecorder()
	trigger.ServeHTTP(w, r.WithContext(t.Context()))
	response := w.Result()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response, string(body)
}

func TestHTTPTriggerEvent(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{})
	r := httptest.NewRequest(http.MethodPut, "http://vod.example.com:8080/a%20b?k=v1&k=v2&e=", strings.NewReader(`{"x":"<>&"}`))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "vod")
	r.Header.Add("X-Many", "1")
	r.Header.Add("X-Many", "2")
	r.Header.Set("Connection", "close")
	r.Header.Set("Keep-Alive", "1")
	r.Header.Set("X-Fc-Own", "1")
	before := time.Now()
	response, body := send(t, pool.HTTPTrigger(), r)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Empty(t, response.Header.Get("X-Fc-Error-Type"))

	var answer reply
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	var event events.HTTPTriggerEvent
	require.NoError(t, json.Unmarshal([]byte(answer.Event), &event))
	require.Equal(t, "v1", *event.Version)
	require.Equal(t, "/a%20b", *event.RawPath)
	require.JSONEq(t, `{"x":"<>&"}`, *event.Body)
	require.False(t, *event.IsBase64Encoded)
	require.Equal(t, map[string]string{
		"Content-Type": "application/json; charset=utf-8", "User-Agent": "vod", "X-Many": "1,2", "Host": "vod.example.com:8080",
	}, *event.Headers)
	require.Equal(t, map[string]string{"k": "v1,v2", "e": ""}, *event.QueryParameters)
	c := event.TriggerContext
	require.Equal(t, emulator.AccountID, *c.AccountId)
	require.Equal(t, "vod.example.com", *c.DomainName)
	require.Equal(t, "vod", *c.DomainPrefix)
	require.Equal(t, "PUT", *c.Http.Method)
	require.Equal(t, "/a b", *c.Http.Path)
	require.Equal(t, "HTTP/1.1", *c.Http.Protocol)
	require.Equal(t, "192.0.2.1", *c.Http.SourceIp)
	require.Equal(t, "vod", *c.Http.UserAgent)
	require.Equal(t, response.Header.Get("X-Fc-Request-Id"), *c.RequestId)
	at, err := time.Parse(time.RFC3339, *c.Time)
	require.NoError(t, err)
	ms, err := strconv.ParseInt(*c.TimeEpoch, 10, 64)
	require.NoError(t, err)
	require.WithinDuration(t, before, at, 30*time.Second)
	require.WithinDuration(t, before, time.UnixMilli(ms), 30*time.Second)
}

func TestHTTPTriggerBodies(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{})
	for _, tc := range []struct {
		name, contentType, body, want string
		isBase64                      bool
	}{
		{name: "text", contentType: "text/plain", body: "å", want: "å"},
		{name: "without a type", body: "x", want: "x"},
		{name: "other JSON", contentType: "application/cloudevents+json", body: "{}", want: "{}"},
		{name: "binary type", contentType: "application/octet-stream", body: "{}", want: "e30=", isBase64: true},
		{name: "not UTF-8", contentType: "application/json", body: "\xff", want: "/w==", isBase64: true},
		{name: "no type at all", contentType: ";", body: "x", want: "eA==", isBase64: true},
		{name: "empty"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(tc.body))
			if tc.contentType != "" {
				r.Header.Set("Content-Type", tc.contentType)
			}
			_, body := send(t, pool.HTTPTrigger(), r)
			var answer reply
			require.NoError(t, json.Unmarshal([]byte(body), &answer))
			var event events.HTTPTriggerEvent
			require.NoError(t, json.Unmarshal([]byte(answer.Event), &event))
			require.Equal(t, tc.want, *event.Body)
			require.Equal(t, tc.isBase64, *event.IsBase64Encoded)
		})
	}
}

func TestHTTPTriggerFailures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		do, errorType string
		want          emulator.Counts
	}{
		{do: "error", errorType: "UnhandledInvocationError", want: emulator.Counts{Errors: 1}},
		{do: "panic", errorType: "UnhandledInvocationError", want: emulator.Counts{Panics: 1}},
		{do: "exit", errorType: "ProcessExited", want: emulator.Counts{Killed: 1}},
		{do: "hang", errorType: "InvocationTimeout", want: emulator.Counts{Timeouts: 1}},
		{do: "text", errorType: "BadResponse", want: emulator.Counts{Errors: 1}},
		{do: "nostatus", errorType: "BadResponse", want: emulator.Counts{Errors: 1}},
		{do: "badbase64", errorType: "BadResponse", want: emulator.Counts{Errors: 1}},
	} {
		t.Run(tc.do, func(t *testing.T) {
			t.Parallel()
			f := emulator.Function{}
			if tc.do == "hang" {
				f.Timeout = 500 * time.Millisecond
			}
			pool := start(t, f)
			response, body := send(t, pool.HTTPTrigger(), httptest.NewRequest(http.MethodPost, "/do="+tc.do, nil))
			require.Equal(t, http.StatusOK, response.StatusCode, "the platform's trap")
			require.Equal(t, tc.errorType, response.Header.Get("X-Fc-Error-Type"))
			var failure struct{ ErrorMessage string }
			require.NoError(t, json.Unmarshal([]byte(body), &failure))
			require.NotEmpty(t, failure.ErrorMessage)
			tc.want.Invocations, tc.want.ColdStarts = 1, 1
			require.Equal(t, tc.want, pool.Counts())
		})
	}
}

func TestHTTPTriggerKilledInMidInvocation(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{Env: []string{g.env}})
	for n := 1; n <= 3; n++ {
		response := background(func() *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			pool.HTTPTrigger().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/do=tell", nil))
			return w
		})
		g.next(t)
		pool.KillAll()
		w := response()
		require.Equal(t, http.StatusOK, w.Code, "the platform's trap")
		require.Equal(t, "ProcessExited", w.Header().Get("X-Fc-Error-Type"))
		require.Equal(t, emulator.Counts{Invocations: n, ColdStarts: n, Killed: n}, pool.Counts())
	}
}

func TestHTTPTriggerReply(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{})
	for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} {
		response, body := send(t, pool.HTTPTrigger(), httptest.NewRequest(method, "/do=base64", nil))
		require.Equal(t, http.StatusTeapot, response.StatusCode)
		require.Equal(t, "\x00\x01\xff", body)
		require.Equal(t, "1", response.Header.Get("X-Own"))
		for _, name := range []string{"X-Fc-Own", "Date", "Server", "Content-Length"} {
			require.Empty(t, response.Header.Get(name), name)
		}
	}
}

func TestHTTPTriggerLimits(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{})
	for _, tc := range []struct {
		name, path, header string
		body               int
		want               int
	}{
		{name: "path", path: "/" + strings.Repeat("x", 4096), want: http.StatusBadRequest},
		{name: "header", path: "/", header: strings.Repeat("x", 8192), want: http.StatusBadRequest},
		{name: "body", path: "/", body: 32<<20 + 1, want: http.StatusRequestEntityTooLarge},
		{name: "header of the reply", path: "/do=bigheader", want: http.StatusBadGateway},
		{name: "large, but within the limit", path: "/do=base64", body: 1 << 20, want: http.StatusTeapot},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, tc.path, strings.NewReader(strings.Repeat("x", tc.body)))
			r.Header.Set("X-Large", tc.header)
			response, _ := send(t, pool.HTTPTrigger(), r)
			require.Equal(t, tc.want, response.StatusCode)
		})
	}
}

func TestHTTPTriggerThrottles(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{Instances: 1, Env: []string{g.env}})
	result := background(func() error {
		_, err := pool.Invoke(t.Context(), []byte("do=tell"))
		return err
	})
	g.next(t)
	response, body := send(t, pool.HTTPTrigger(), httptest.NewRequest(http.MethodPost, "/", nil))
	require.Equal(t, http.StatusTooManyRequests, response.StatusCode)
	require.Contains(t, body, "ResourceThrottled")
	require.Contains(t, body, response.Header.Get("X-Fc-Request-Id"))
	g.open()
	require.NoError(t, result())
	require.Equal(t, 1, pool.Counts().Throttled)

	require.NoError(t, pool.Shutdown(t.Context()))
	response, _ = send(t, pool.HTTPTrigger(), httptest.NewRequest(http.MethodPost, "/", nil))
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
}

func TestHTTPTriggerHangUp(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{Env: []string{g.env}})
	server := httptest.NewServer(pool.HTTPTrigger())
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/do=tell", nil)
	require.NoError(t, err)
	failure := background(func() error {
		response, err := server.Client().Do(r)
		if err == nil {
			return response.Body.Close()
		}
		return err
	})
	g.next(t)
	cancel()
	require.ErrorIs(t, failure(), context.Canceled)
	eventually(t, func() bool { return pool.Counts().HungUp == 1 })
	require.Equal(t, []emulator.State{emulator.Busy}, states(pool))
	g.open()
	eventually(t, func() bool { return states(pool)[0] != emulator.Busy })
	require.Zero(t, pool.Counts().Failures())
}

func TestHTTPTriggerAsync(t *testing.T) {
	t.Parallel()
	g := newGate(t, true)
	out := &buffer{}
	pool := start(t, emulator.Function{Env: []string{g.env}, Output: out})
	r := httptest.NewRequest(http.MethodPost, "/do=tell", strings.NewReader("x"))
	r.Header.Set("X-Fc-Invocation-Type", "Async")
	response, body := send(t, pool.HTTPTrigger(), r)
	require.Equal(t, http.StatusAccepted, response.StatusCode)
	require.Empty(t, body)
	require.NoError(t, pool.Drain(t.Context()))
	event := g.next(t)
	require.Contains(t, event, `"rawPath":"/do=tell"`)
	require.Contains(t, event, `"requestId":"`+response.Header.Get("X-Fc-Request-Id")+`"`)

	r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 129<<10)))
	r.Header.Set("X-Fc-Invocation-Type", "async")
	refused, _ := send(t, pool.HTTPTrigger(), r)
	require.Equal(t, http.StatusRequestEntityTooLarge, refused.StatusCode)

	require.NoError(t, pool.Shutdown(t.Context()))
	require.Contains(t, out.String(), "RequestId: "+response.Header.Get("X-Fc-Request-Id")+"\n", "the invocation goes by the same id")
}
