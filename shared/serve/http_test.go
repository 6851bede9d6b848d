package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/httpevent"
	"github.com/vodevents/vodevents/shared/serve"
)

// payloads is a function that is invoked with payloads.
type payloads func(ctx context.Context, payload []byte) ([]byte, error)

func (f payloads) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return f(ctx, payload) }

// requests is a function that takes requests, too.
type requests struct{ payloads }

func (requests) Handle(_ context.Context, r httpevent.Request, body func() ([]byte, error)) httpevent.Response {
	data, err := body()
	if err != nil {
		return httpevent.Response{Status: http.StatusRequestEntityTooLarge}
	}
	return httpevent.Response{
		Status: http.StatusTeapot,
		Header: http.Header{"X-Seen": {r.Method + " " + r.Path + " " + r.Header.Get("X-Vod-Timestamp")}},
		Body:   append([]byte(r.RequestID+" "), data...),
	}
}

func do(t *testing.T, h serve.Handler, method, path, body string) (*http.Response, string) {
	t.Helper()
	server := httptest.NewServer(serve.NewHTTPHandler(h))
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("X-Vod-Timestamp", "17")
	resp, err := server.Client().Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(data)
}

func TestRequestsPassThrough(t *testing.T) {
	t.Parallel()
	resp, body := do(t, requests{}, http.MethodPut, "/a/b", "hello")
	require.Equal(t, http.StatusTeapot, resp.StatusCode)
	require.Equal(t, "PUT /a/b 17", resp.Header.Get("X-Seen"))
	id, rest, _ := strings.Cut(body, " ")
	require.NotEmpty(t, id, "a request has an id to find it by in the log")
	require.Equal(t, "hello", rest)
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		method string
		f      payloads
		status int
		body   string
	}{
		{name: "answer", f: func(_ context.Context, p []byte) ([]byte, error) { return p, nil }, status: 200, body: `{"a":1}`},
		{name: "error", f: func(context.Context, []byte) ([]byte, error) { return nil, errors.New("no") }, status: 500, body: `{"error":"no"}`},
		{name: "panic", f: func(context.Context, []byte) ([]byte, error) { panic("no") }, status: 500, body: `{"error":"serve: panic: no"}`},
		{name: "GET", method: http.MethodGet, status: 405, body: `{"error":"POST the payload of an invocation"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			method := tc.method
			if method == "" {
				method = http.MethodPost
			}
			resp, body := do(t, tc.f, method, "/", `{"a":1}`)
			require.Equal(t, tc.status, resp.StatusCode)
			require.JSONEq(t, tc.body, body)
			require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
		})
	}
}

func TestABodyThatIsTooLargeIsNotRead(t *testing.T) {
	t.Parallel()
	never := payloads(func(context.Context, []byte) ([]byte, error) {
		t.Error("invoked")
		return nil, nil
	})
	for _, h := range []serve.Handler{never, requests{}} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/", io.LimitReader(zeros{}, 33<<20))
		w := httptest.NewRecorder()
		serve.NewHTTPHandler(h).ServeHTTP(w, r)
		require.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
	}
}

// A function that believes whoever reaches it must not be reached by others.
func TestPayloadsComeFromThisMachineOnly(t *testing.T) {
	t.Parallel()
	never := payloads(func(context.Context, []byte) ([]byte, error) {
		t.Error("invoked")
		return nil, nil
	})
	for _, tc := range []struct{ host, origin string }{
		{"evil.example", ""},
		{"evil.example:8080", ""},
		{"10.0.0.1:8080", ""},
		{"localhost.evil.example", ""},
		{"localhost:8080", "https://evil.example"},
		{"127.0.0.1:8080", "null"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("{}"))
		r.Host = tc.host
		if tc.origin != "" {
			r.Header.Set("Origin", tc.origin)
		}
		w := httptest.NewRecorder()
		serve.NewHTTPHandler(never).ServeHTTP(w, r)
		require.Equal(t, http.StatusForbidden, w.Code, tc)
	}
	for _, host := range []string{"localhost", "localhost:8080", "127.0.0.1:80", "[::1]:80", "127.8.9.1"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("{}"))
		r.Host = host
		w := httptest.NewRecorder()
		serve.NewHTTPHandler(payloads(func(_ context.Context, p []byte) ([]byte, error) { return p, nil })).ServeHTTP(w, r)
		require.Equal(t, http.StatusOK, w.Code, host)
	}
	getenv := func(string) string { return "" }
	require.Equal(t, 1, serve.Run(never, getenv, "0.0.0.0:0", slog.New(slog.DiscardHandler)))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestLogLinesCarryTheRequestID(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := serve.NewLogger(&out, slog.LevelInfo).With("a", 1).WithGroup("g")
	log.DebugContext(t.Context(), "not this one")
	_, _ = do(t, payloads(func(ctx context.Context, p []byte) ([]byte, error) {
		log.InfoContext(ctx, "seen", "b", 2)
		return p, nil
	}), http.MethodPost, "/", "{}")
	var line struct {
		Msg string
		A   int
		G   struct {
			B         int
			RequestID string `json:"request_id"`
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &line), out.String())
	require.Equal(t, "seen", line.Msg)
	require.Equal(t, 1, line.A)
	require.Equal(t, 2, line.G.B)
	require.NotEmpty(t, line.G.RequestID)
}
