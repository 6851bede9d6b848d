package serve

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/httpevent"
)

// These tests are inside the package because hours pass in them, and much memory would
// have to be held.

// slow is a function that takes its time over events and requests once it has read them.
type slow time.Duration

func (s slow) Invoke(context.Context, []byte) ([]byte, error) {
	time.Sleep(time.Duration(s))
	return []byte("{}"), nil
}

func (s slow) Handle(_ context.Context, _ httpevent.Request, body func() ([]byte, error)) httpevent.Response {
	if _, err := body(); err != nil {
		return httpevent.Response{Status: http.StatusBadRequest}
	}
	time.Sleep(time.Duration(s))
	return httpevent.Response{Status: http.StatusOK}
}

// pipes is a listener whose one connection is a pipe: in a bubble of synctest there can be
// no other.
type pipes struct {
	conn   chan net.Conn
	closed chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conn:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error   { close(p.closed); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// connect serves h as a custom runtime does and returns a connection to it, and what it
// has in hand.
func connect(t *testing.T, h Handler) (*clientConn, *hand) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	w := newHand(h, log)
	client, server := net.Pipe()
	p := pipes{conn: make(chan net.Conn, 1), closed: make(chan struct{})}
	p.conn <- server
	s := newCustomServer(t.Context(), newCustom(h, w, io.Discard, log))
	var serving sync.WaitGroup
	serving.Go(func() { _ = s.Serve(p) })
	t.Cleanup(func() {
		_ = s.Close()
		serving.Wait()
	})
	return &clientConn{Conn: client, reader: bufio.NewReader(client)}, w
}

// clientConn is the platform's end of a connection.
type clientConn struct {
	net.Conn

	reader *bufio.Reader
}

func (c *clientConn) send(t *testing.T, text string) {
	t.Helper()
	_, err := io.WriteString(c, text)
	require.NoError(t, err)
}

// status returns the status of the next answer.
func (c *clientConn) status(t *testing.T) int {
	t.Helper()
	resp, err := http.ReadResponse(c.reader, nil)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

const requestHead = "POST /vod HTTP/1.1\r\nHost: vod.example\r\nX-Fc-Control-Path: /http-invoke\r\nContent-Length: 10\r\n\r\n"

// A connection is the platform's to close, however long it has none of its requests.
func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		conn, _ := connect(t, slow(2*slowest)) // what limits the body does not limit the answer
		for range 3 {
			time.Sleep(12 * time.Hour)
			conn.send(t, requestHead+"0123456789")
			require.Equal(t, http.StatusOK, conn.status(t))
		}
	})
}

// A body may take its time, but not for ever: it has a place among the requests at once,
// and perhaps one of the few for large bodies.
func TestABodyComesInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		conn, w := connect(t, slow(0))
		start := time.Now()
		conn.send(t, requestHead)
		time.Sleep(slowest - time.Millisecond)
		conn.send(t, "012345678") // and there it stops
		require.Equal(t, http.StatusBadRequest, conn.status(t))
		require.Equal(t, slowest, time.Since(start))
		_, err := conn.reader.ReadByte()
		require.ErrorIs(t, err, io.EOF, "what comes after half a body is no request")
		require.Zero(t, w.size())
	})
}

// Large bodies wait for each other: those of events as long as the platform does, those of
// requests, whose sender does not wait, for a short time.
func TestLargeBodiesOfACustomRuntime(t *testing.T) {
	t.Parallel()
	const takes = 4 * slowest
	for _, tc := range []struct {
		name, control string
		timeout       string        // of the function, in seconds
		refused       time.Duration // after how long the third is; 0 if it is not
		lasts         time.Duration // until all are answered
	}{
		{name: "events", control: "/invoke", timeout: "60", lasts: 2 * takes},
		{name: "events, and little time", control: "/invoke", timeout: "10", refused: 10 * time.Second, lasts: takes},
		{name: "events, and no time said", control: "/invoke", refused: slowest, lasts: takes},
		{name: "requests", control: "/http-invoke", timeout: "60", refused: slowest, lasts: takes},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := slow(takes)
				log := slog.New(slog.DiscardHandler)
				c := newCustom(h, newHand(h, log), io.Discard, log)
				start := time.Now()
				answers := make(chan int, largeAtOnce+1)
				for range largeAtOnce + 1 {
					go func() {
						body := strings.NewReader(strings.Repeat("x", 2*largeBody))
						r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", body)
						r.Header.Set("x-fc-control-path", tc.control)
						r.Header.Set("x-fc-function-timeout", tc.timeout)
						w := httptest.NewRecorder()
						c.ServeHTTP(w, r)
						answers <- w.Code
					}()
				}
				var refused []time.Duration
				for range largeAtOnce + 1 {
					if <-answers != http.StatusOK {
						refused = append(refused, time.Since(start))
					}
				}
				var want []time.Duration
				if tc.refused > 0 {
					want = append(want, tc.refused)
				}
				require.Equal(t, want, refused)
				require.Equal(t, tc.lasts, time.Since(start))
				require.Empty(t, c.large, "nobody keeps a place")
			})
		})
	}
}
