package webhook_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
)

// TestFailures holds what is no proper answer against a server that speaks bytes.
func TestFailures(t *testing.T) {
	t.Parallel()
	say := func(text string) func(*net.TCPConn) {
		return func(c *net.TCPConn) { _, _ = io.WriteString(c, text) }
	}
	reset := func(text string) func(*net.TCPConn) {
		return func(c *net.TCPConn) {
			say(text)(c)
			_ = c.SetLinger(0)
		}
	}
	hang := func(text string) func(*net.TCPConn) {
		return func(c *net.TCPConn) {
			say(text)(c)
			_, _ = io.Copy(io.Discard, c) // until the sink gives up
		}
	}
	const long = 10 * time.Second
	for _, tc := range []struct {
		name    string
		answer  func(*net.TCPConn)
		timeout time.Duration
		err     string // empty: delivered
	}{
		{name: "closed at once", answer: say(""), err: "closed without an answer"},
		{name: "reset at once", answer: reset(""), err: "reset by peer"},
		{name: "closed in the status", answer: say("HTTP/1.1 2"), err: "no answer that can be read"},
		{name: "closed in the header", answer: say("HTTP/1.1 200 OK\r\nContent-Le"), err: "no answer that can be read"},
		{name: "silence", answer: hang(""), timeout: 150 * time.Millisecond, err: "no answer within 150ms"},
		{name: "silence in the header", answer: hang("HTTP/1.1 200 OK\r\nA: b"), timeout: 150 * time.Millisecond, err: "no answer within 150ms"},
		{name: "interim answers for ever", answer: hang(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 3)), timeout: 150 * time.Millisecond, err: "no answer within"},
		{name: "another protocol", answer: say("SSH-2.0-confidential\r\n"), err: "no answer that can be read"},
		{name: "echo", answer: say(`{"Title":"confidential"}` + "\r\n\r\n"), err: "no answer that can be read"},
		{name: "status that is none", answer: say("HTTP/1.1 confidential\r\n\r\n"), err: "no answer that can be read"},
		{name: "header line that is none", answer: say("HTTP/1.1 200 OK\r\nconfidential\r\n\r\n"), err: "no answer that can be read"},
		{name: "header without end", answer: say("HTTP/1.1 200 OK\r\nA: " + strings.Repeat("a", 1<<20) + "\r\n\r\n"), err: "no answer that can be read"},

		{name: "interim answer, then a status", answer: say("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")},
		{name: "2xx, closed in the body", answer: say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthanks")},
		{name: "2xx, reset in the body", answer: reset("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthanks")},
		{name: "2xx, silence in the body", answer: hang("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthanks"), timeout: 150 * time.Millisecond},
		{name: "2xx, chunks that are none", answer: say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nconfidential")},
		{name: "2xx, compressed and cut off", answer: say("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n\x1f\x8b")},
		{name: "500, closed in the body", answer: say("HTTP/1.1 500 confidential\r\nContent-Length: 100\r\n\r\nconfidential"), err: "answered 500 Internal Server Error"},
		{name: "503, reset in the body", answer: reset("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\n"), err: "answered 503"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			url, requests := speak(t, func(c *net.TCPConn, _ int32) { tc.answer(c) })
			s := spec(t, url)
			if s.Timeout = long; tc.timeout > 0 {
				s.Timeout = tc.timeout
			}
			err := deliver(t, open(t, s))
			require.EqualValues(t, 1, requests.Load(), "one attempt is one request")
			if tc.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.err)
			require.NotContains(t, err.Error(), "confidential")
			require.NotErrorIs(t, err, sink.ErrRejected, "it may heal")
			_, later := errors.AsType[*sink.LaterError](err)
			require.False(t, later)
		})
	}
}

// TestBodyWithoutEnd: what is delivered is said to be so at once, whatever the receiver
// goes on to send or not to send.
func TestBodyWithoutEnd(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		http2 bool
		drip  bool
	}{
		{name: "silence"},
		{name: "silence over HTTP/2", http2: true},
		{name: "drop by drop", drip: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			left := make(chan struct{})
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(left)
				rc := http.NewResponseController(w)
				for every := time.NewTicker(10 * time.Millisecond); ; {
					_, _ = io.WriteString(w, ".")
					if rc.Flush() != nil {
						return
					}
					wait := every.C
					if !tc.drip {
						wait = nil
					}
					select {
					case <-r.Context().Done(): // the sink closed the connection
						return
					case <-wait:
					}
				}
			}))
			if s.EnableHTTP2 = tc.http2; tc.http2 {
				s.StartTLS()
			} else {
				s.Start()
			}
			t.Cleanup(s.Close)
			p := spec(t, s.URL)
			p.Timeout = time.Minute
			w := open(t, p)
			if tc.http2 {
				w.Trust(s.Certificate())
			}
			begin := time.Now()
			require.NoError(t, deliver(t, w))
			require.Less(t, time.Since(begin), p.Timeout/4)
			<-left
		})
	}
}

// speak starts a server that reads a request, and then does with the connection
// what answer says, and closes it. The number counts the requests, from 1.
func speak(t *testing.T, answer func(c *net.TCPConn, n int32)) (url string, requests *atomic.Int32) {
	t.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	requests = new(atomic.Int32)
	go func() {
		for {
			c, err := l.AcceptTCP()
			if err != nil {
				return // closed
			}
			go func() {
				defer c.Close()
				if readRequest(bufio.NewReader(c)) == nil {
					answer(c, requests.Add(1))
				}
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/vod", requests
}

func readRequest(r *bufio.Reader) error {
	req, err := http.ReadRequest(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, req.Body)
	return err
}

// TestKeptConnectionIsClosed is what a function sees that was frozen for so long
// that the receiver gave up its connection.
func TestKeptConnectionIsClosed(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	url, requests := speak(t, func(c *net.TCPConn, n int32) {
		_, _ = io.WriteString(c, ok)
		if n == 1 {
			_ = readRequest(bufio.NewReader(c)) // takes the next one as well, and closes
		}
	})
	w := open(t, spec(t, url))
	require.NoError(t, deliver(t, w))
	require.NoError(t, deliver(t, w))
	require.EqualValues(t, 2, requests.Load(), "two connections")
}

func TestTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)

	t.Run("trusted", func(t *testing.T) {
		t.Parallel()
		w := open(t, spec(t, s.URL))
		w.Trust(s.Certificate())
		require.NoError(t, deliver(t, w))
	})
	t.Run("not trusted", func(t *testing.T) {
		t.Parallel()
		err := deliver(t, open(t, spec(t, s.URL)))
		require.ErrorContains(t, err, "certificate")
		require.NotErrorIs(t, err, sink.ErrRejected)
	})
	t.Run("other name", func(t *testing.T) {
		t.Parallel()
		_, port, err := net.SplitHostPort(s.Listener.Addr().String())
		require.NoError(t, err)
		w := open(t, spec(t, "https://hooks.test:"+port))
		w.Trust(s.Certificate())
		w.Resolve(&net.Resolver{PreferGo: true, Dial: nameServer(t, "127.0.0.1")})
		require.ErrorContains(t, deliver(t, w), "not hooks.test")
	})
	t.Run("not spoken", func(t *testing.T) {
		t.Parallel()
		plain := serve(t, func(http.ResponseWriter, *http.Request) {})
		err := deliver(t, open(t, spec(t, strings.Replace(plain, "http:", "https:", 1))))
		require.ErrorContains(t, err, "does not speak TLS")
	})
}

func TestTimeEndsInMidBatch(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	url, _ := speak(t, func(c *net.TCPConn, n int32) {
		if n == 8 { // all that are sent at once
			cancel(errors.New("the invocation ends"))
		}
		_, _ = io.Copy(io.Discard, c)
	})
	errs := open(t, spec(t, url)).Deliver(ctx, events(20))
	require.Len(t, errs, 20)
	for i, err := range errs {
		require.ErrorContains(t, err, "the invocation ends", "event %d", i)
		require.NotErrorIs(t, err, sink.ErrRejected)
	}
	require.Equal(t, 20-8, notSent(errs))
	require.ErrorIs(t, errs[19], sink.ErrNotSent)
}
