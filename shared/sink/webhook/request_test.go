package webhook_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
)

// seen is a request as the receiver saw it.
type seen struct {
	*http.Request
	body []byte
}

// record returns the URL of a receiver that hands on what it sees.
func record(t *testing.T) (url string, requests <-chan seen) {
	t.Helper()
	all := make(chan seen, sink.MaxBatch)
	return serve(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		all <- seen{r, body}
	}), all
}

func TestRequest(t *testing.T) {
	t.Parallel()
	url, requests := record(t)
	w := open(t, spec(t, url+"/a%2Fb//?token=x%20y&&z;=%zz"))
	e := events(1)[0]
	before := time.Now().Truncate(time.Second)
	require.NoError(t, w.Deliver(t.Context(), []sink.Event{e})[0])

	r := <-requests
	require.Equal(t, http.MethodPost, r.Method)
	require.Equal(t, "/vod/a%2Fb//?token=x%20y&&z;=%zz", r.RequestURI, "the receiver's own, as it was written")
	require.Equal(t, string(e.JSON()), string(r.body))
	require.EqualValues(t, len(r.body), r.ContentLength)
	require.Equal(t, "application/cloudevents+json; charset=utf-8", r.Header.Get("Content-Type"))
	require.Equal(t, e.ID.String(), r.Header.Get("webhook-id"))
	seconds, err := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
	require.NoError(t, err)
	require.False(t, time.Unix(seconds, 0).Before(before) || time.Unix(seconds, 0).After(time.Now()))
	require.True(t, strings.HasPrefix(r.Header.Get("User-Agent"), "vodevents "))
	for _, absent := range []string{"Authorization", "Vod-Replay", "Idempotency-Key", "Accept-Encoding", "Cookie"} {
		require.NotContains(t, r.Header, absent)
	}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	url, requests := record(t)
	w := open(t, spec(t, url))
	e := events(1)[0]
	e.Replay = "r-20260401-1"
	require.NoError(t, w.Deliver(t.Context(), []sink.Event{e})[0])
	r := <-requests
	require.Equal(t, "r-20260401-1", r.Header.Get("vod-replay"))
	require.Equal(t, e.ID.String(), r.Header.Get("webhook-id"), "the same as ever")
	require.NoError(t, receive(secret, &http.Request{Header: r.Header, Body: io.NopCloser(strings.NewReader(string(r.body)))}))
}

func TestUnsigned(t *testing.T) {
	t.Parallel()
	url, requests := record(t)
	s := spec(t, url)
	s.Settings["unsigned"] = "allow"
	require.NoError(t, deliver(t, open(t, s)))
	r := <-requests
	require.NotContains(t, r.Header, "Webhook-Signature")
	require.NotEmpty(t, r.Header.Get("webhook-id"))
	require.NotEmpty(t, r.Header.Get("webhook-timestamp"))
}

func TestBasicAuthentication(t *testing.T) {
	t.Parallel()
	for userinfo, want := range map[string][2]string{
		"vod:p%40ss%3Aword": {"vod", "p@ss:word"},
		"token":             {"token", ""},
		":password":         {"", "password"},
	} {
		t.Run(userinfo, func(t *testing.T) {
			t.Parallel()
			url, requests := record(t)
			require.NoError(t, deliver(t, open(t, spec(t, strings.Replace(url, "//", "//"+userinfo+"@", 1)))))
			user, password, ok := (<-requests).BasicAuth()
			require.True(t, ok)
			require.Equal(t, want, [2]string{user, password})
		})
	}
}

func TestEveryAttemptHasItsOwnTimestamp(t *testing.T) {
	t.Parallel()
	url, requests := record(t)
	w := open(t, spec(t, url))
	for range 2 {
		require.NoError(t, deliver(t, w))
	}
	first, second := <-requests, <-requests
	require.Equal(t, first.Header.Get("webhook-id"), second.Header.Get("webhook-id"))
	for _, r := range []seen{first, second} {
		require.NoError(t, receive(secret, &http.Request{Header: r.Header, Body: io.NopCloser(strings.NewReader(string(r.body)))}))
	}
}

func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		answer string // the body
		http2  bool
		kept   bool
	}{
		{name: "no body", kept: true},
		{name: "some body", answer: strings.Repeat("a", 60<<10), kept: true},
		{name: "more than is read", answer: strings.Repeat("a", 4<<20)},
		{name: "HTTP/2", answer: strings.Repeat("a", 60<<10), http2: true, kept: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var connections atomic.Int32
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if tc.http2 && r.ProtoMajor != 2 {
					w.WriteHeader(http.StatusHTTPVersionNotSupported)
				}
				_, _ = io.WriteString(w, tc.answer)
			}))
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					connections.Add(1)
				}
			}
			if s.EnableHTTP2 = tc.http2; tc.http2 {
				s.StartTLS()
			} else {
				s.Start()
			}
			t.Cleanup(s.Close)
			w := open(t, spec(t, s.URL))
			if tc.http2 {
				w.Trust(s.Certificate())
			}
			const batches = 5
			for range batches {
				require.NoError(t, deliver(t, w))
			}
			if tc.kept {
				require.EqualValues(t, 1, connections.Load())
				return
			}
			require.EqualValues(t, batches, connections.Load(), "a body that is not read to its end costs its connection")
		})
	}
}

// TestNoProxy is not parallel: it changes the environment.
func TestNoProxy(t *testing.T) {
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was called") })
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, strings.TrimSuffix(proxy, "/vod"))
	}
	// Go never uses a proxy for loopback addresses, so this one is dialled and refused.
	s := spec(t, "http://vod.test/")
	w := open(t, s)
	w.Resolve(&net.Resolver{PreferGo: true, Dial: nameServer(t, "192.0.2.1")})
	require.ErrorContains(t, deliver(t, w), "refused to call 192.0.2.1")
}
