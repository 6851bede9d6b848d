package serve

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// worker is a function whose work ends when it is released or called off, and then
// takes a little longer. What it is told it tells in turn.
type worker struct {
	release chan struct{}
	after   time.Duration // from the end of its context to its own
	stops   int
	cause   error // for which its last context ended
}

func (w *worker) Stop() { w.stops++ }

func (w *worker) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	select {
	case <-w.release:
		return []byte("done"), nil
	case <-ctx.Done():
		w.cause = context.Cause(ctx)
		<-time.After(w.after)
		return nil, w.cause
	}
}

// Internal, since from outside only real seconds would do.
func TestWorkInHandIsFinishedOrCalledOff(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		limit   time.Duration
		takes   time.Duration // 0 means that it hangs
		after   time.Duration
		lasts   time.Duration // until finish returns
		cause   error
		failure error
	}{
		{name: "in time", limit: 10 * time.Second, takes: 8 * time.Second, lasts: 8 * time.Second},
		{name: "it hangs", limit: 10 * time.Second, after: 500 * time.Millisecond, lasts: 9500 * time.Millisecond, cause: errStop},
		{name: "it hangs, and there is little time", limit: 400 * time.Millisecond, after: 100 * time.Millisecond, lasts: 300 * time.Millisecond, cause: errStop},
		{name: "it hangs and does not listen", limit: 10 * time.Second, after: time.Hour, lasts: 10 * time.Second, cause: errStop, failure: context.DeadlineExceeded},
		{name: "there is no time", limit: -time.Second, cause: errStop, failure: context.DeadlineExceeded, after: time.Minute},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &worker{release: make(chan struct{}), after: tc.after}
				w := newHand(f, slog.New(slog.DiscardHandler))
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					_, _ = w.handler(f).Invoke(t.Context(), nil)
				}()
				synctest.Wait()
				if tc.takes > 0 {
					time.AfterFunc(tc.takes, func() { close(f.release) })
				}
				ctx, cancel := context.WithTimeout(t.Context(), tc.limit)
				defer cancel()
				began := time.Now()
				require.ErrorIs(t, w.finish(ctx), tc.failure)
				require.Equal(t, tc.lasts, time.Since(began))
				<-ended
				require.ErrorIs(t, f.cause, tc.cause)
				require.Equal(t, 1, f.stops)
			})
		})
	}
}

// An instance that was told of its end may live on, and be invoked: it answers as ever.
func TestWorkThatComesInAfterwardsIsLetBe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &worker{release: make(chan struct{})}
		w := newHand(f, slog.New(slog.DiscardHandler))
		stop := func() error {
			ctx, cancel := context.WithTimeout(t.Context(), grace)
			defer cancel()
			return w.finish(ctx)
		}
		go func() { _, _ = w.handler(f).Invoke(t.Context(), nil) }()
		synctest.Wait()
		require.NoError(t, stop())
		require.ErrorIs(t, f.cause, errStop)

		time.AfterFunc(time.Minute, func() { close(f.release) })
		out, err := w.handler(f).Invoke(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, "done", string(out))
		require.NoError(t, stop(), "a second time")
		require.Equal(t, 2, f.stops)
	})
}

// The answer is the SDK's to send after the function has returned it.
func TestTheLastAnswerHasTimeToGoOut(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name              string
		idle, limit, last time.Duration
	}{
		{name: "just done", limit: grace, last: sending},
		{name: "done a second ago", idle: time.Second, limit: grace, last: sending - time.Second},
		{name: "done long ago", idle: time.Hour, limit: grace},
		{name: "no time", limit: lambdaGrace, last: lambdaGrace},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newHand(nil, slog.New(slog.DiscardHandler))
				_, done := w.take(t.Context())
				done()
				time.Sleep(tc.idle)
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				began := time.Now()
				require.NoError(t, untilSignal(ctx, w, tc.limit))
				require.Equal(t, tc.last, time.Since(began))
			})
		})
	}
}

// slowTicker is a worker that ticks.
type slowTicker struct {
	*worker
	began chan struct{}
}

func (s slowTicker) Tick(ctx context.Context) {
	close(s.began)
	_, _ = s.Invoke(ctx, nil)
}

// A server that is told to stop lets nobody in, begins no other tick, and finishes the
// one in hand.
func TestATickIsInHand(t *testing.T) {
	t.Parallel()
	f := slowTicker{worker: &worker{release: make(chan struct{})}, began: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	served := make(chan error, 1)
	address := make(chan string, 1)
	log := slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		if _, found, ok := strings.Cut(string(p), "address="); ok {
			address <- strings.TrimSpace(found)
		}
		return len(p), nil
	}), nil))
	go func() { served <- runHTTP(ctx, f, newHand(f, log), "127.0.0.1:0", log) }()
	<-f.began
	at := <-address
	cancel()
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", at)
		if err == nil {
			err = conn.Close()
		}
		return err != nil
	}, 20*time.Second, time.Millisecond, "it still listens")
	require.Empty(t, served)
	close(f.release)
	require.NoError(t, <-served)
	require.Equal(t, 1, f.stops)
	require.NoError(t, f.cause, "it was not called off")
	_, err := http.Get("http://" + at)
	require.Error(t, err)
}

// writerFunc is a writer.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
