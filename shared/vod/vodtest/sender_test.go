package vodtest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

const (
	hook = "http://hooks.example.com/vod?tenant=blue"
	key  = "Rk4mWs9Qx2"
)

// receiver answers the n-th request with the n-th handler, later ones with the
// last.
type receiver struct {
	start    time.Time
	handlers []http.HandlerFunc
	mu       sync.Mutex
	got      []received
}

type received struct {
	after  time.Duration // since the start
	method string
	header http.Header
	body   string
}

func (rc *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	after := time.Since(rc.start)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	rc.mu.Lock()
	handler := rc.handlers[min(len(rc.got), len(rc.handlers)-1)]
	rc.got = append(rc.got, received{after, r.Method, r.Header.Clone(), string(body)})
	rc.mu.Unlock()
	handler(w, r)
}

func (rc *receiver) requests() []received {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	return slices.Clone(rc.got)
}

func (rc *receiver) times() []time.Duration {
	var times []time.Duration
	for _, r := range rc.requests() {
		times = append(times, r.after)
	}
	return times
}

// pipes is a listener whose connections stay in memory, so that a real server
// and client can run on the fake clock of synctest.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (*pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serve starts a receiver and returns a client that reaches it under any name.
func serve(t *testing.T, handlers ...http.HandlerFunc) (*receiver, *http.Client) {
	t.Helper()
	rc := &receiver{start: time.Now(), handlers: handlers}
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: rc, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(p)
	}()
	transport := &http.Transport{DialContext: p.dial, DisableCompression: true}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		<-done
	})
	return rc, &http.Client{Transport: transport}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// hang answers after d, or not if the client is gone by then.
func hang(d time.Duration) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(d):
		case <-r.Context().Done():
		}
	}
}

func reset(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func TestSenderFollowsTheRule(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for _, tc := range []struct {
		name         string
		handlers     []http.HandlerFunc
		statuses     []int
		times        []time.Duration
		acknowledged bool
	}{
		{"at once", []http.HandlerFunc{status(200)}, []int{200}, []time.Duration{0}, true},
		{"just in time", []http.HandlerFunc{hang(5*s - 1)}, []int{200}, []time.Duration{0}, true},
		{"second attempt", []http.HandlerFunc{status(503), status(200)}, []int{503, 200}, []time.Duration{0, s}, true},
		{"third attempt", []http.HandlerFunc{reset, hang(time.Hour), status(200)}, []int{0, 0, 200}, []time.Duration{0, s, 7 * s}, true},
		{"never", []http.HandlerFunc{hang(5*s + 1)}, []int{0, 0, 0}, []time.Duration{0, 6 * s, 12 * s}, false},
		{"created", []http.HandlerFunc{status(201)}, []int{201, 201, 201}, []time.Duration{0, s, 2 * s}, false},
		{"no content", []http.HandlerFunc{status(204)}, []int{204, 204, 204}, []time.Duration{0, s, 2 * s}, false},
		{"refused", []http.HandlerFunc{status(401)}, []int{401, 401, 401}, []time.Duration{0, s, 2 * s}, false},
		{"connection reset", []http.HandlerFunc{reset}, []int{0, 0, 0}, []time.Duration{0, s, 2 * s}, false},
		{
			"redirect to a place that would take it",
			[]http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/new" {
					return
				}
				http.Redirect(w, r, "/new", http.StatusMovedPermanently)
			}},
			[]int{301, 301, 301},
			[]time.Duration{0, s, 2 * s},
			false,
		},
		{
			"redirect of method and body",
			[]http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/new", http.StatusPermanentRedirect)
			}, status(200)},
			[]int{308, 200},
			[]time.Duration{0, s},
			true,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rc, client := serve(t, tc.handlers...)
				var seen []vodtest.Attempt
				sender := vodtest.Sender{URL: hook, Key: key, Client: client, OnAttempt: func(a vodtest.Attempt) { seen = append(seen, a) }}
				body := vodtest.NewEvent(vod.TypeFileUploadComplete)
				r, err := sender.Send(t.Context(), body)
				require.NoError(t, err)
				require.Equal(t, tc.acknowledged, r.Acknowledged)
				require.Equal(t, !tc.acknowledged, r.Discarded())
				require.Equal(t, seen, r.Attempts)

				var statuses []int
				for i, a := range r.Attempts {
					require.Equal(t, i+1, a.Number)
					require.Equal(t, a.Status == 0, a.Err != nil)
					require.LessOrEqual(t, a.Duration, 5*s)
					statuses = append(statuses, a.Status)
				}
				require.Equal(t, tc.statuses, statuses)
				require.Equal(t, tc.times, rc.times())
				for i, req := range rc.requests() {
					require.Equal(t, string(body), req.body)
					require.Equal(t, http.MethodPost, req.method)
					require.Equal(t, vod.Sign(hook, key, r.Attempts[i].Started).Get(vod.HeaderSignature), req.header.Get(vod.HeaderSignature))
				}
			})
		})
	}
}

func TestSenderSaysWhyThereWasNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, client := serve(t, hang(time.Hour), reset)
		sender := vodtest.Sender{URL: "http://user:geheim@hooks.example.com/?token=geheim", Client: client}
		r, err := sender.Send(t.Context(), nil)
		require.NoError(t, err)
		require.ErrorIs(t, r.Attempts[0].Err, context.DeadlineExceeded)
		require.ErrorIs(t, r.Attempts[1].Err, io.EOF)
		for _, a := range r.Attempts {
			require.NotContains(t, a.Err.Error(), "geheim")
		}
	})
}

func TestSenderSignsEachAttemptAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rc, client := serve(t, status(500))
		skew := -10 * time.Minute
		sender := vodtest.Sender{
			URL: "http://127.0.0.1:9000/", SignedURL: hook, Key: key, Client: client,
			Now: func() time.Time { return time.Now().Add(skew) },
		}
		_, err := sender.Send(t.Context(), []byte("{}"))
		require.NoError(t, err)
		var stamps []string
		for _, req := range rc.requests() {
			stamps = append(stamps, req.header.Get(vod.HeaderTimestamp))
			require.NoError(t, (&vod.Verifier{URLs: []string{hook}, Keys: []string{key}, Tolerance: -1}).Verify(req.header))
		}
		require.Len(t, stamps, 3)
		require.Len(t, slices.Compact(stamps), 3)
		late := vod.Verifier{URLs: []string{hook}, Keys: []string{key}}
		require.ErrorIs(t, late.Verify(rc.requests()[2].header), vod.ErrExpired)
	})
}

func TestSenderTellsThePlatformFromTheFunction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Fc-Error-Type", "UnhandledInvocationError")
			_, _ = io.WriteString(w, `{"errorMessage":"process exited"}`)
		})
		sender := vodtest.Sender{URL: hook, Client: client}
		r, err := sender.Send(t.Context(), []byte("{}"))
		require.NoError(t, err)
		require.True(t, r.Acknowledged)
		require.Equal(t, "UnhandledInvocationError", r.PlatformError)
		require.JSONEq(t, `{"errorMessage":"process exited"}`, string(r.Attempts[0].Body))
	})
}

func TestSenderIgnoresTheBody(t *testing.T) {
	t.Parallel()
	head := func(w http.ResponseWriter) {
		_, _ = io.WriteString(w, "begun")
		_ = http.NewResponseController(w).Flush()
	}
	for _, tc := range []struct {
		name    string
		handler http.HandlerFunc
		body    string
		took    time.Duration
	}{
		{
			"without end",
			func(w http.ResponseWriter, _ *http.Request) {
				for {
					if _, err := w.Write(bytes.Repeat([]byte{'x'}, 4096)); err != nil {
						return
					}
				}
			},
			string(bytes.Repeat([]byte{'x'}, 64<<10)), 0,
		},
		{"too slow", func(w http.ResponseWriter, r *http.Request) { head(w); hang(time.Hour)(w, r) }, "begun", 5 * time.Second},
		{"broken off", func(w http.ResponseWriter, r *http.Request) { head(w); reset(w, r) }, "begun", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, client := serve(t, tc.handler)
				sender := vodtest.Sender{URL: hook, Client: client}
				r, err := sender.Send(t.Context(), []byte("{}"))
				require.NoError(t, err)
				require.True(t, r.Acknowledged)
				require.Len(t, r.Attempts, 1)
				require.Equal(t, tc.body, string(r.Attempts[0].Body))
				require.Equal(t, tc.took, r.Attempts[0].Duration)
			})
		})
	}
}

func TestSenderSettings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rc, client := serve(t, hang(time.Hour))
		sender := vodtest.Sender{URL: hook, Client: client, Timeout: 100 * time.Millisecond, Attempts: 4, Interval: -1}
		r, err := sender.Send(t.Context(), []byte("{}"))
		require.NoError(t, err)
		require.True(t, r.Discarded())
		const ms = time.Millisecond
		require.Equal(t, []time.Duration{0, 100 * ms, 200 * ms, 300 * ms}, rc.times())
		require.Nil(t, client.CheckRedirect, "the caller's client is not changed")
	})
}

func TestSenderSettingsBelowZero(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rc, client := serve(t, hang(time.Hour))
		sender := vodtest.Sender{URL: hook, Client: client, Timeout: -1, Attempts: -1}
		r, err := sender.Send(t.Context(), []byte("{}"))
		require.NoError(t, err)
		require.True(t, r.Discarded())
		require.Equal(t, []time.Duration{0, 6 * time.Second, 12 * time.Second}, rc.times(), "VOD's rule")
	})
}

func TestSenderStopsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		handler  http.HandlerFunc
		after    time.Duration
		attempts int
	}{
		{"during an attempt", hang(time.Hour), 2 * time.Second, 1},
		{"between attempts", status(500), 1500 * time.Millisecond, 2},
		{"during the last attempt", hang(time.Hour), 13 * time.Second, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, client := serve(t, tc.handler)
				stop := errors.New("the test is over")
				ctx, cancel := context.WithTimeoutCause(t.Context(), tc.after, stop)
				defer cancel()
				start := time.Now()
				sender := vodtest.Sender{URL: hook, Client: client}
				r, err := sender.Send(ctx, []byte("{}"))
				require.ErrorIs(t, err, stop)
				require.Equal(t, tc.after, time.Since(start))
				require.Len(t, r.Attempts, tc.attempts)
				require.False(t, r.Acknowledged)
				require.False(t, r.Discarded(), "VOD would have gone on")
			})
		})
	}
}

func TestSenderNeedsAURL(t *testing.T) {
	t.Parallel()
	sender := vodtest.Sender{URL: "http://geheim@[::1"}
	r, err := sender.Send(t.Context(), []byte("{}"))
	require.Error(t, err)
	require.NotContains(t, err.Error(), "geheim")
	require.Empty(t, r.Attempts)
}

func TestNewRequest(t *testing.T) {
	t.Parallel()
	at := time.Unix(1770091912, 0)
	body := []byte(`{"EventType":"FileUploadComplete"}`)

	req, err := vodtest.NewRequest(t.Context(), hook, key, body, at)
	require.NoError(t, err)
	require.Equal(t, http.MethodPost, req.Method)
	require.Equal(t, hook, req.URL.String())
	require.Equal(t, "application/json", req.Header.Get("Content-Type"))
	require.Contains(t, req.Header.Get("User-Agent"), "Apache-HttpClient/4.4.1")
	require.Equal(t, "1770091912", req.Header.Get(vod.HeaderTimestamp))
	require.Regexp(t, `^[0-9a-f]{32}$`, req.Header.Get(vod.HeaderSignature))
	got, err := io.ReadAll(req.Body)
	require.NoError(t, err)
	require.Equal(t, body, got)

	req, err = vodtest.NewRequest(t.Context(), hook, "", body, at)
	require.NoError(t, err)
	require.Empty(t, req.Header.Get(vod.HeaderTimestamp))
	require.Empty(t, req.Header.Get(vod.HeaderSignature))
}
