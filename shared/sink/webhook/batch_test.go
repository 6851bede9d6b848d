package webhook_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
)

// TestOneSlowEvent has a receiver that does not answer one event before it has seen
// all the others.
func TestOneSlowEvent(t *testing.T) {
	t.Parallel()
	batch := events(sink.MaxBatch)
	slow := batch[3].ID.String()
	var others sync.WaitGroup
	others.Add(len(batch) - 1)
	w := open(t, spec(t, serve(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("webhook-id") == slow {
			others.Wait()
			return
		}
		others.Done()
	})))
	require.NoError(t, errors.Join(w.Deliver(t.Context(), batch)...))
}

func TestRequestsAtOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now, most := 0, 0
	full := make(chan struct{})
	fill := sync.OnceFunc(func() { close(full) })
	count := func(by int) int {
		mu.Lock()
		defer mu.Unlock()
		now += by
		most = max(most, now)
		return now
	}
	w := open(t, spec(t, serve(t, func(http.ResponseWriter, *http.Request) {
		if count(+1) == 8 {
			fill()
		}
		<-full
		count(-1)
	})))
	var wg sync.WaitGroup
	for range 3 { // batches share the limit
		wg.Go(func() { w.Deliver(t.Context(), events(8)) })
	}
	wg.Wait()
	require.Equal(t, 8, most)
}

// TestBusyReceiver: once it says that it wants no more, it gets no more than is
// under way already.
func TestBusyReceiver(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		status int
		after  string
		halts  bool
	}{
		{name: "429", status: 429, halts: true},
		{name: "429 with Retry-After", status: 429, after: "120", halts: true},
		{name: "502", status: 502, halts: true},
		{name: "503", status: 503, halts: true},
		{name: "504", status: 504, halts: true},
		{name: "500 with Retry-After", status: 500, after: "120", halts: true},
		{name: "500", status: 500},
		{name: "404", status: 404},
		{name: "410", status: 410},
		{name: "422", status: 422},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			w := open(t, spec(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				if tc.after != "" {
					w.Header().Set("Retry-After", tc.after)
				}
				w.WriteHeader(tc.status)
			})))
			errs := w.Deliver(t.Context(), events(sink.MaxBatch))
			for _, err := range errs {
				require.Error(t, err)
				_, later := errors.AsType[*sink.LaterError](err)
				require.Equal(t, tc.after != "", later, err)
			}
			require.EqualValues(t, sink.MaxBatch-requests.Load(), notSent(errs))
			if tc.halts {
				require.LessOrEqual(t, requests.Load(), int32(2*8))
				require.ErrorContains(t, errs[sink.MaxBatch-1], "this one was not sent")
				return
			}
			require.EqualValues(t, sink.MaxBatch, requests.Load())
		})
	}
}

// TestSilentReceiver: a batch to a receiver that hangs costs two timeouts at most,
// not one for every eight events.
func TestSilentReceiver(t *testing.T) {
	t.Parallel()
	url, requests := speak(t, func(c *net.TCPConn, _ int32) { _, _ = io.Copy(io.Discard, c) })
	s := spec(t, url)
	s.Timeout = 200 * time.Millisecond
	w := open(t, s)
	errs := w.Deliver(t.Context(), events(sink.MaxBatch))
	for _, err := range errs {
		require.ErrorContains(t, err, "no answer within 200ms")
	}
	require.LessOrEqual(t, requests.Load(), int32(2*8))
	require.EqualValues(t, sink.MaxBatch-requests.Load(), notSent(errs))
	require.ErrorContains(t, errs[sink.MaxBatch-1], "this one was not sent")
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

// TestSomeSilence: requests without an answer between others stop nothing. Of any
// eight in a row there are more answered ones between than are under way at a time.
func TestSomeSilence(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	w := open(t, spec(t, serve(t, func(http.ResponseWriter, *http.Request) {
		if n.Add(1)%3 == 0 {
			panic(http.ErrAbortHandler)
		}
	})))
	for _, err := range w.Deliver(t.Context(), events(sink.MaxBatch)) {
		if err != nil {
			require.NotContains(t, err.Error(), "not sent")
		}
	}
	require.GreaterOrEqual(t, n.Load(), int32(sink.MaxBatch))
}

// TestConnectionsOfABatch has eight requests meet, time and again: they take the
// same eight connections.
func TestConnectionsOfABatch(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	arrived, leave := make(chan struct{}), make(chan struct{})
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-leave
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	w := open(t, spec(t, s.URL))
	for range 3 {
		go func() {
			for range 8 {
				<-arrived
			}
			for range 8 {
				leave <- struct{}{}
			}
		}()
		require.NoError(t, errors.Join(w.Deliver(t.Context(), events(8))...))
	}
	require.EqualValues(t, 8, connections.Load())
}
