package serve

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/httpevent"
)

// events is a function that takes events only.
type events func(ctx context.Context, payload []byte) ([]byte, error)

func (f events) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return f(ctx, payload) }

// web is a function that takes requests, too, and answers both with what it saw.
type web struct{}

func (web) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	return append([]byte("event "), payload...), nil
}

func (web) Handle(ctx context.Context, r httpevent.Request, body func() ([]byte, error)) httpevent.Response {
	data, err := body()
	if err != nil {
		return httpevent.Response{Status: http.StatusRequestEntityTooLarge}
	}
	return httpevent.Response{Status: http.StatusTeapot, Body: []byte(strings.Join([]string{
		"request", requestID(ctx), r.Method, r.Path, r.SourceIP, r.RequestID, r.Header.Get("X-Fc-Request-Id"), string(data),
	}, " "))}
}

// call puts a call of the platform to h; control is its control path, "" for none.
func call(t *testing.T, h Handler, control string, r *http.Request) (w *httptest.ResponseRecorder, stdout string) {
	t.Helper()
	if control != "" {
		r.Header.Set("x-fc-control-path", control)
	}
	r.Header.Set("x-fc-request-id", "7")
	var out bytes.Buffer
	w = httptest.NewRecorder()
	newCustom(h, newHand(h, slog.New(slog.DiscardHandler)), &out, slog.New(slog.DiscardHandler)).ServeHTTP(w, r)
	return w, out.String()
}

func request(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	return httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
}

// What a call is, its header says, and never its path.
func TestCustomRuntimeTellsCallsApart(t *testing.T) {
	t.Parallel()
	const lines = "FC Invoke Start RequestId: 7\nFC Invoke End RequestId: 7\n"
	echo := events(func(_ context.Context, payload []byte) ([]byte, error) { return payload, nil })
	for _, tc := range []struct {
		name          string
		h             Handler
		control       string
		method, path  string
		status        int
		functionState string // the header x-fc-status
		body          string // a part of it
		stdout        string
	}{
		{name: "event", h: echo, control: "/invoke", status: 200, functionState: "200", body: "hello", stdout: lines},
		{name: "event on another path", h: web{}, control: "/invoke", path: "/vod", status: 200, functionState: "200", body: "event hello", stdout: lines},
		{name: "request", h: web{}, control: "/http-invoke", path: "/vod", status: 418, body: "request 7 POST /vod 192.0.2.1 7  hello", stdout: lines},
		{name: "request for the path of events", h: web{}, control: "/http-invoke", path: "/invoke", status: 418, body: "request 7 POST /invoke", stdout: lines},
		{name: "request for the path of the hook", h: web{}, control: "/http-invoke", path: "/pre-stop", method: "GET", status: 418, body: "request 7 GET /pre-stop", stdout: lines},
		{name: "request to a function of events", h: echo, control: "/http-invoke", path: "/invoke", status: 404, body: "takes events", stdout: lines},
		{name: "initializer", h: echo, control: "/initialize", status: 200, stdout: "FC Initialize Start RequestId: 7\nFC Initialize End RequestId: 7\n"},
		{name: "PreStop", h: echo, control: "/pre-stop", method: "GET", status: 200, stdout: "FC PreStop Start RequestId: 7\nFC PreStop End RequestId: 7\n"},
		{name: "nothing said", h: web{}, path: "/invoke", status: 404, functionState: "404", body: "Control-Path"},
		{name: "something else said", h: web{}, control: "/warm-up", path: "/invoke", status: 404, functionState: "404", body: "Control-Path"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if tc.method == "" {
				tc.method = http.MethodPost
			}
			w, stdout := call(t, tc.h, tc.control, request(t, tc.method, "http://vod.example"+tc.path, "hello"))
			require.Equal(t, tc.status, w.Code)
			require.Equal(t, tc.functionState, w.Header().Get("x-fc-status"))
			require.Contains(t, w.Body.String(), tc.body)
			require.Equal(t, tc.stdout, stdout)
		})
	}
	t.Run("two things said", func(t *testing.T) {
		t.Parallel()
		r := request(t, http.MethodPost, "/", "hello")
		r.Header.Add("x-fc-control-path", "/invoke")
		r.Header.Add("x-fc-control-path", "/http-invoke")
		w, _ := call(t, web{}, "", r)
		require.Equal(t, http.StatusNotFound, w.Code)
	})
}

// A failure of an event is said twice, since a status alone counts for nothing.
func TestCustomRuntimeSaysFailures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		f    events
		body string
	}{
		{name: "error", f: func(context.Context, []byte) ([]byte, error) { return nil, errors.New("no <table>") }, body: `{"errorMessage":"no <table>","errorType":"errors.errorString"}`},
		{name: "panic", f: func(context.Context, []byte) ([]byte, error) { panic("no") }, body: `{"errorMessage":"serve: panic: no","errorType":"errors.errorString"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w, stdout := call(t, tc.f, "/invoke", request(t, http.MethodPost, "/invoke", "{}"))
			require.Equal(t, http.StatusNotFound, w.Code)
			require.Equal(t, "404", w.Header().Get("x-fc-status"))
			require.JSONEq(t, tc.body, w.Body.String())
			require.Equal(t, "FC Invoke Start RequestId: 7\nFC Invoke End RequestId: 7, Error: Unhandled function error\n", stdout)
		})
	}
	t.Run("too large", func(t *testing.T) {
		t.Parallel()
		never := events(func(context.Context, []byte) ([]byte, error) {
			t.Error("invoked")
			return nil, nil
		})
		w, _ := call(t, never, "/invoke", httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/invoke", io.LimitReader(zeros{}, maxPayload+1)))
		require.Equal(t, "404", w.Header().Get("x-fc-status"))
		w, _ = call(t, web{}, "/http-invoke", httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/invoke", io.LimitReader(zeros{}, maxPayload+1)))
		require.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestContextOfACustomRuntimesCall(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		headers  map[string]string
		want     string // the id of the AccessKey
		deadline bool
	}{
		{name: "nothing said", want: "environment"},
		{name: "empty, as since Debian 11", headers: map[string]string{"x-fc-access-key-id": "", "x-fc-access-key-secret": "", "x-fc-security-token": "", "x-fc-function-timeout": ""}, want: "environment"},
		{name: "a key that nothing goes with", headers: map[string]string{"x-fc-access-key-id": "role", "x-fc-access-key-secret": "s"}, want: "environment"},
		{name: "a role", headers: map[string]string{"x-fc-access-key-id": "role", "x-fc-access-key-secret": "s", "x-fc-security-token": "t"}, want: "role"},
		{name: "a timeout", headers: map[string]string{"x-fc-function-timeout": "60"}, want: "environment", deadline: true},
		{name: "a timeout of nothing", headers: map[string]string{"x-fc-function-timeout": "0"}, want: "environment"},
		{name: "a timeout that is none", headers: map[string]string{"x-fc-function-timeout": "soon"}, want: "environment"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			gone, hangUp := context.WithCancel(alicloud.With(t.Context(), alicloud.Credentials{AccessKeyID: "environment", AccessKeySecret: "s"}))
			hangUp()
			r := request(t, http.MethodPost, "/invoke", "").WithContext(gone)
			for name, value := range tc.headers {
				r.Header.Set(name, value)
			}
			w, _ := call(t, events(func(ctx context.Context, _ []byte) ([]byte, error) {
				deadline, ok := ctx.Deadline()
				require.Equal(t, tc.deadline, ok)
				if ok {
					require.WithinDuration(t, time.Now().Add(time.Minute), deadline, 30*time.Second)
				}
				require.Equal(t, "7", requestID(ctx))
				c, err := alicloud.From(ctx, alicloud.Credentials{})
				return []byte(c.AccessKeyID), errors.Join(err, ctx.Err())
			}), "/invoke", r)
			require.Equal(t, tc.want, w.Body.String(), "whoever hangs up calls nothing off")
		})
	}
}

func TestForwardedFor(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"": "192.0.2.1", "203.0.113.9": "203.0.113.9", "203.0.113.9, 100.64.0.1": "203.0.113.9", "2001:db8::1": "2001:db8::1", "no address": "192.0.2.1",
	} {
		r := request(t, http.MethodPost, "/vod", "")
		r.Header.Set("X-Forwarded-For", header)
		w, _ := call(t, web{}, "/http-invoke", r)
		require.Contains(t, w.Body.String(), " /vod "+want+" ")
	}
}

// The hook waits for what is in hand, and the function knows that its end is near.
func TestPreStopOfACustomRuntime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &worker{release: make(chan struct{})}
		c := newCustom(f, newHand(f, slog.New(slog.DiscardHandler)), io.Discard, slog.New(slog.DiscardHandler))
		send := func(control string) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.Header.Set("x-fc-control-path", control)
			w := httptest.NewRecorder()
			c.ServeHTTP(w, r)
			require.Equal(t, http.StatusOK, w.Code)
		}
		start := time.Now()
		go send("/invoke")
		go func() {
			time.Sleep(3 * time.Second)
			close(f.release)
		}()
		synctest.Wait()
		send("/pre-stop")
		require.Equal(t, 1, f.stops)
		require.Equal(t, 3*time.Second+sending, time.Since(start), "and until the answer is sent")

		start = time.Now()
		f.release = make(chan struct{})
		go func() {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.Header.Set("x-fc-control-path", "/invoke")
			c.ServeHTTP(httptest.NewRecorder(), r)
		}()
		synctest.Wait()
		send("/pre-stop")
		require.ErrorIs(t, f.cause, errStop, "what takes too long is called off")
		require.LessOrEqual(t, time.Since(start), grace)
	})
}

func TestWhatACustomRuntimeIs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		env  map[string]string
		want bool
	}{
		{env: nil},
		{env: map[string]string{"FC_CUSTOM_LISTEN_PORT": "9000"}},
		{env: map[string]string{"FC_FUNCTION_NAME": "vod-events-http"}, want: true},
		{env: map[string]string{"FC_FUNC_CODE_PATH": "/code"}, want: true},
		{env: map[string]string{"FC_FUNCTION_NAME": "vod-events-http", "FC_RUNTIME_API": "127.0.0.1:9001"}},
	} {
		require.Equal(t, tc.want, isCustom(func(name string) string { return tc.env[name] }), tc.env)
		if tc.want {
			_, err := config.Load(func(name string) string {
				return cmp.Or(tc.env[name], map[string]string{"VOD_STORE": "sqlite:vod.db"}[name])
			})
			require.ErrorContains(t, err, "VOD_STORE is SQLite", "what is a custom runtime has no disk that stays: %v", tc.env)
		}
	}
}
