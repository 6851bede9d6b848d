package functions_test

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/store"
)

// destination is a receiver, and what becomes of what it is sent.
type destination struct {
	name    string
	url     func(t *testing.T, requests *atomic.Int32) string
	timeout string // the setting; 1m if empty
	state   store.DeliveryState
	says    string        // the error
	rests   time.Duration // it is not tried again before
}

// answers is a server whose handler says.
func answers(h http.HandlerFunc) func(*testing.T, *atomic.Int32) string {
	return func(t *testing.T, requests *atomic.Int32) string {
		t.Helper()
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			_, _ = io.Copy(io.Discard, r.Body)
			h(w, r)
		}))
		t.Cleanup(s.Close)
		t.Cleanup(s.CloseClientConnections)
		return s.URL
	}
}

// status is a server that answers with it, and with one header more.
func status(code int, header ...string) func(*testing.T, *atomic.Int32) string {
	return answers(func(w http.ResponseWriter, _ *http.Request) {
		if len(header) > 0 {
			w.Header().Set(header[0], header[1])
		}
		w.WriteHeader(code)
	})
}

// resets is a server that reads some of a request, says text and resets the connection.
func resets(read int, text string) func(*testing.T, *atomic.Int32) string {
	return func(t *testing.T, requests *atomic.Int32) string {
		t.Helper()
		l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, l.Close()) })
		go func() {
			for {
				c, err := l.AcceptTCP()
				if err != nil {
					return // closed
				}
				requests.Add(1)
				_, _ = io.ReadFull(c, make([]byte, read))
				_, _ = io.WriteString(c, text)
				_ = c.SetLinger(0)
				_ = c.Close()
			}
		}()
		return "http://" + l.Addr().String()
	}
}

// nowhere is a URL at which nobody is.
func nowhere(url string) func(*testing.T, *atomic.Int32) string {
	return func(*testing.T, *atomic.Int32) string { return url }
}

// TestDestinations owes one event to receivers of every kind. Each gets one request
// in one attempt, and what becomes of the delivery is what the package of webhooks
// says; those that fail are due again, and hold up no other.
func TestDestinations(t *testing.T) {
	t.Parallel()
	gaveUp := make(chan struct{}) // when the one that hangs was given up
	untrusted := func(t *testing.T, requests *atomic.Int32) string {
		t.Helper()
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
		s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
		s.StartTLS()
		t.Cleanup(s.Close)
		return s.URL
	}
	all := []destination{
		{name: "ok", url: status(200), state: store.Delivered},
		{name: "no-content", url: status(204), state: store.Delivered},
		{name: "accepted", url: status(202, "Retry-After", "120"), state: store.Delivered},
		{name: "ok-then-reset", url: resets(200, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthanks"), state: store.Delivered},
		{name: "slow", state: store.Delivered, url: answers(func(_ http.ResponseWriter, r *http.Request) {
			select { // longer than others may take
			case <-gaveUp:
			case <-r.Context().Done():
			}
		})},
		{name: "hang", timeout: "200ms", state: store.Owed, says: "no answer within 200ms", url: answers(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			select {
			case <-gaveUp:
			default:
				close(gaveUp)
			}
		})},
		{name: "moved", url: status(301, "Location", "https://elsewhere.example/"), state: store.Owed, says: "redirects are not followed"},
		{name: "bad-request", url: status(400), state: store.Owed, says: "400"},
		{name: "unauthorized", url: status(401), state: store.Owed, says: "401"},
		{name: "not-found", url: status(404), state: store.Owed, says: "404"},
		{name: "gone", url: status(410), state: store.Parked, says: "410"},
		{name: "too-large", url: status(413), state: store.Parked, says: "413"},
		{name: "unprocessable", url: status(422), state: store.Parked, says: "422"},
		{name: "busy", url: status(429), state: store.Owed, says: "429"},
		{name: "busy-for-seconds", url: status(429, "Retry-After", "900"), state: store.Owed, says: "429", rests: 900 * time.Second},
		{
			name: "busy-until", state: store.Owed, says: "429", rests: 800 * time.Second,
			url: answers(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", time.Now().Add(900*time.Second).UTC().Format(http.TimeFormat))
				w.WriteHeader(http.StatusTooManyRequests)
			}),
		},
		{name: "error", url: status(500), state: store.Owed, says: "500"},
		{name: "unavailable", url: status(503, "Retry-After", "1800"), state: store.Owed, says: "503", rests: 1800 * time.Second},
		{name: "reset", url: resets(200, ""), state: store.Owed, says: "connection"},
		{name: "reset-in-header", url: resets(200, "HTTP/1.1 200 OK\r\nContent-"), state: store.Owed},
		{name: "another-protocol", url: resets(200, "SSH-2.0-OpenSSH_9.2\r\n"), state: store.Owed},
		{name: "refused", url: nowhere("http://127.0.0.1:1"), state: store.Owed, says: "connection refused"},
		{name: "no-such-host", url: nowhere("https://" + strings.Repeat("a", 64) + ".example"), state: store.Owed, says: "no such host"},
		{name: "not-trusted", url: untrusted, state: store.Owed, says: "certificate"},
		{name: "no-tls", state: store.Owed, says: "does not speak TLS", url: func(t *testing.T, _ *atomic.Int32) string {
			t.Helper()
			return strings.Replace(status(200)(t, new(atomic.Int32)), "http:", "https:", 1)
		}},
	}
	db := newDatabase(t)
	requests := make([]atomic.Int32, len(all))
	var urls []string
	for i, d := range all {
		timeout := "1m"
		if d.timeout != "" {
			timeout = d.timeout
		}
		urls = append(urls, d.url(t, &requests[i])+"/s3cret#private=allow&timeout="+timeout+"&name="+d.name)
	}
	pool := start(t, "mns", emulator.Function{Env: db.settings(sinks(urls...), secretSetting), Timeout: time.Minute})
	before := time.Now()
	res, err := pool.Invoke(t.Context(), upload(0))
	require.NoError(t, err)
	require.NoError(t, res.Err())
	check := func(again int) {
		t.Helper()
		deliveries, err := db.Deliveries(t.Context(), store.DeliveryQuery{Limit: 1000})
		require.NoError(t, err)
		bySink := map[string]store.Delivery{}
		for _, d := range deliveries {
			bySink[d.Sink] = d
		}
		require.Len(t, bySink, len(all))
		for i, d := range all {
			got, attempts := bySink[d.name], 1
			if d.state == store.Owed {
				attempts += again
			}
			require.Equal(t, d.state, got.State, "%s: %s", d.name, got.LastError)
			require.Equal(t, attempts, got.Attempts, d.name)
			if n := int(requests[i].Load()); n > 0 { // it can count
				require.Equal(t, attempts, n, "%s: one attempt is one request", d.name)
			}
			require.Contains(t, got.LastError, d.says, d.name)
			require.Equal(t, d.state == store.Delivered, got.LastError == "", d.name)
			require.NotContains(t, got.LastError, "s3cret", d.name)
			if d.state == store.Owed {
				require.False(t, got.Due.Before(before.Add(d.rests).Truncate(time.Millisecond)), "%s is due %s", d.name, got.Due)
				require.True(t, got.Due.Before(time.Now().Add(time.Hour)), d.name)
			}
		}
	}
	check(0)

	// An operator who does not want to wait has them tried once more.
	for i := range 2 {
		o, ok := db.Store.(store.Outbox)
		require.True(t, ok)
		for _, d := range all {
			n, err := o.Hasten(t.Context(), d.name, false)
			require.NoError(t, err)
			require.Equal(t, map[bool]int{true: 1}[d.state == store.Owed], n, d.name)
		}
		before = time.Now()
		res, err = pool.Invoke(t.Context(), []byte(`{"operation":"redrive"}`))
		require.NoError(t, err)
		require.NoError(t, res.Err())
		require.Contains(t, string(res.Payload), `"failed":`+strconv.Itoa(owedBy(all)))
		check(i + 1)
	}
}

func owedBy(all []destination) int {
	n := 0
	for _, d := range all {
		if d.state == store.Owed {
			n++
		}
	}
	return n
}
