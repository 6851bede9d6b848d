package oss_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/oss"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/sink"
)

// TestFaults: what goes wrong on the server, how often, and what that means.
func TestFaults(t *testing.T) {
	t.Parallel()
	unavailable := emulator.Fault{Status: 503, Code: "ServiceUnavailable"}
	for _, tc := range []struct {
		name    string
		fault   emulator.Fault
		times   int
		timeout time.Duration
		puts    int
		err     string // empty: delivered
	}{
		{name: "error once", fault: unavailable, times: 1, puts: 2},
		{name: "error twice", fault: unavailable, times: 2, puts: 3},
		{name: "error for ever", fault: unavailable, times: 99, puts: 3, err: "answered 503 ServiceUnavailable: "},
		{name: "error that is final", fault: emulator.Fault{Status: 404, Code: "NoSuchBucket"}, times: 99, puts: 1, err: "answered 404 NoSuchBucket: "},
		{name: "request lost", fault: emulator.Fault{Drop: true}, times: 1, puts: 2},
		{name: "answer lost", fault: emulator.Fault{Drop: true, Applied: true}, times: 1, puts: 2},
		{name: "error although put", fault: emulator.Fault{Status: 500, Code: "InternalError", Applied: true}, times: 1, puts: 2},
		{name: "silence", fault: emulator.Fault{Hang: true}, times: 99, timeout: 300 * time.Millisecond, puts: 1, err: "put: no answer within 300ms"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			var mu sync.Mutex
			left := tc.times
			p.SetFault(func(c emulator.Call) emulator.Fault {
				mu.Lock()
				defer mu.Unlock()
				if c.Operation != "PutObject" || left == 0 {
					return emulator.Fault{}
				}
				left--
				return tc.fault
			})
			timeout := 10 * time.Second
			if tc.timeout > 0 {
				timeout = tc.timeout
			}
			s := open(t, "oss://"+bucket+"?region="+region+"&endpoint="+p.url, timeout)
			err := deliver(t, s)
			require.Equal(t, tc.puts, p.operations("PutObject"))
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				require.NotErrorIs(t, err, sink.ErrRejected)
				p.SetFault(nil)
				err = deliver(t, s)
			}
			require.NoError(t, err)
			require.Len(t, p.Objects(bucket), 1, "once")
		})
	}
}

// TestDeadServer: once OSS is away, a batch costs a few requests and not a hundred.
func TestDeadServer(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.open(t)
	require.NoError(t, deliver(t, s))
	p.SetFault(func(emulator.Call) emulator.Fault { return emulator.Fault{Status: 500, Code: "InternalError"} })
	before := p.operations("PutObject")
	errs := s.Deliver(with(t.Context(), role), events(sink.MaxBatch))
	for _, err := range errs {
		require.ErrorContains(t, err, "answered 500 InternalError")
		require.NotContains(t, err.Error(), "confidential")
	}
	require.ErrorIs(t, errs[sink.MaxBatch-1], sink.ErrNotSent)
	require.ErrorContains(t, errs[sink.MaxBatch-1], "this one was not sent")
	require.LessOrEqual(t, sink.MaxBatch-notSent(errs), 8, "those that were tried")
	require.LessOrEqual(t, p.operations("PutObject")-before, 8*3)
}

// notSent counts the events that were not tried.
func notSent(errs []error) int {
	n := 0
	for _, err := range errs {
		if errors.Is(err, sink.ErrNotSent) {
			n++
		}
	}
	return n
}

func TestTimeEndsInMidBatch(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.open(t)
	ctx, cancel := context.WithCancelCause(with(t.Context(), role))
	var mu sync.Mutex
	hanging := 0
	p.SetFault(func(c emulator.Call) emulator.Fault {
		if c.Operation != "PutObject" {
			return emulator.Fault{}
		}
		mu.Lock()
		defer mu.Unlock()
		if hanging++; hanging == 8 { // all that are sent at once
			cancel(errors.New("the invocation ends"))
		}
		return emulator.Fault{Hang: true}
	})
	errs := s.Deliver(ctx, events(20))
	for i, err := range errs {
		require.ErrorContains(t, err, "the invocation ends", "event %d", i)
	}
	require.Equal(t, 20-8, notSent(errs))
	require.Equal(t, 8, p.operations("PutObject"))
}

// TestStrangers: what answers is not OSS, and nothing of it is quoted.
func TestStrangers(t *testing.T) {
	t.Parallel()
	say := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet { // the state of the bucket
				_, _ = io.WriteString(w, "<VersioningConfiguration/>")
				return
			}
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, tc := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{name: "another server", answer: say(404, "text/html", "<html>confidential</html>"), want: "put: answered 404"},
		{name: "no body", answer: say(404, "", ""), want: "put: answered 404"},
		{name: "redirect", answer: say(307, "text/plain", "confidential"), want: "put: answered 307"},
		{name: "an echo", answer: func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.Copy(w, r.Body)
		}, want: "answered 400"},
		{name: "no versioning but something else", answer: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "confidential")
		}, want: "get versioning of the bucket: no answer that can be read"},
		{name: "a long message", answer: say(400, "application/xml",
			"<Error><Code>Odd</Code><Message>a\n b,"+strings.Repeat(" xxx", 1000)+"confidential</Message></Error>"), want: "put: answered 400 Odd: a b, xxx"},
		{name: "a message that quotes what was sent", answer: func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, "<Error><Code>Odd</Code><RequestId>%[1]s</RequestId><Message>Your token %[1]s is bad</Message></Error>", r.Header.Get("X-Oss-Security-Token"))
		}, want: "answered 403 Odd: Your token"},
		{name: "a code that quotes what was sent", answer: func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, "<Error><Code>%[1]s</Code><Message>%[1]s</Message></Error>", r.Header.Get("X-Oss-Security-Token"))
		}, want: "answered 403"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := httptest.NewServer(tc.answer)
			t.Cleanup(h.Close)
			s := open(t, "oss://"+bucket+"?region="+region+"&endpoint="+h.URL, 10*time.Second)
			token := "confidential/" + strings.Repeat("a+b/", 100)
			err := s.Deliver(alicloud.With(t.Context(), alicloud.Credentials{AccessKeyID: "id", AccessKeySecret: "s", SecurityToken: token}), events(1))[0]
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "confidential")
			require.Less(t, len(err.Error()), 400)
		})
	}
}

// TestDamagedBody: what was changed on the way is not kept, and comes again.
func TestDamagedBody(t *testing.T) {
	t.Parallel()
	s := emulator.New(region)
	s.AddBucket(bucket)
	s.AddKey(role)
	var damage atomic.Bool
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if damage.Load() && r.Method == http.MethodPut {
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), io.LimitReader(r.Body, r.ContentLength-1)))
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	w := open(t, "oss://"+bucket+"?region="+region+"&endpoint="+h.URL, 10*time.Second)
	damage.Store(true)
	require.ErrorContains(t, deliver(t, w), "answered 400 InvalidDigest")
	require.Empty(t, s.Objects(bucket))
	damage.Store(false)
	require.NoError(t, deliver(t, w))
	require.Equal(t, "{", string(s.Objects(bucket)[0].Body[:1]))
}

// TestSkewedClock: the error says what is wrong; the clock is not ours to set.
func TestSkewedClock(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.open(t)
	require.NoError(t, deliver(t, s))
	p.Now = func() time.Time { return time.Now().Add(time.Hour) }
	require.ErrorContains(t, deliver(t, s), "403 RequestTimeTooSkewed")
}

func TestTLSIsTheDefault(t *testing.T) {
	t.Parallel()
	h := httptest.NewUnstartedServer(http.NotFoundHandler())
	h.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	h.StartTLS()
	t.Cleanup(h.Close)
	host := strings.TrimPrefix(h.URL, "https://")
	err := deliver(t, open(t, "oss://"+bucket+"?region="+region+"&endpoint="+host, 10*time.Second))
	require.ErrorContains(t, err, "certificate")
}

func TestOneSlowEvent(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.open(t)
	batch := events(sink.MaxBatch)
	var others sync.WaitGroup
	others.Add(len(batch) - 1)
	p.SetFault(func(c emulator.Call) emulator.Fault {
		switch {
		case c.Operation != "PutObject":
		case strings.Contains(c.Key, batch[3].ID.String()):
			others.Wait()
		default:
			others.Done()
		}
		return emulator.Fault{}
	})
	require.NoError(t, errors.Join(s.Deliver(with(t.Context(), role), batch)...))
}

func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	s := emulator.New(region)
	s.AddBucket(bucket)
	s.AddKey(role)
	h := httptest.NewUnstartedServer(s)
	var connections atomic.Int32
	h.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	h.Start()
	t.Cleanup(h.Close)
	w := open(t, "oss://"+bucket+"?region="+region+"&endpoint="+h.URL, 10*time.Second)
	for _, e := range events(20) {
		require.NoError(t, w.Deliver(with(t.Context(), role), []sink.Event{e})[0])
	}
	require.EqualValues(t, 1, connections.Load())
}
