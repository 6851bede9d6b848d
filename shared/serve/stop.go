package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Stopper is a Handler that wants to know that the end of its process is near. After
// Stop it begins nothing that can wait for another process; what it has in hand it
// finishes, and it goes on answering. Stop returns at once and may be called again.
type Stopper interface {
	Stop()
}

const (
	// grace is how long work in hand may take after a signal to stop.
	grace = 10 * time.Second
	// lambdaGrace is the same on Lambda, which kills the process about 500 ms after the
	// signal (aws-lambda-go, WithEnableSIGTERM).
	lambdaGrace = 450 * time.Millisecond
	// calledOff is how much of such a time is left to work that is called off, for
	// giving back what it has not done; half of it, if there is little.
	calledOff = time.Second
	// sending is how long an SDK may take to send an answer: it does not say when it has.
	sending = 2 * time.Second
)

// errStop is the cause for which work is called off.
var errStop = errors.New("serve: the process is about to end")

// hand holds the work in hand: invocations, requests and ticks.
type hand struct {
	log  *slog.Logger
	stop func() // nil if nobody wants to know

	mu    sync.Mutex
	work  map[int]context.CancelCauseFunc
	taken int           // how much work was taken so far
	done  time.Time     // when the last of it was
	empty chan struct{} // closed when nothing is in hand; nil unless somebody waits
}

func newHand(h Handler, log *slog.Logger) *hand {
	w := &hand{log: log, work: map[int]context.CancelCauseFunc{}}
	if s, ok := h.(Stopper); ok {
		w.stop = s.Stop
	}
	return w
}

// take takes work in hand until done is called. Its context ends when it is called off.
func (w *hand) take(ctx context.Context) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken++
	number := w.taken
	w.work[number] = cancel
	return ctx, func() {
		cancel(nil)
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.work, number)
		w.done = time.Now()
		if len(w.work) == 0 && w.empty != nil {
			close(w.empty)
			w.empty = nil
		}
	}
}

// finish sees to it that nothing begins that can wait, and waits until nothing is in
// hand. Shortly before the deadline of ctx, which has one, it calls off what still is,
// so that leases are given back instead of running out. What is taken in hand after
// that is let be: who knows how long a platform takes to end a process.
func (w *hand) finish(ctx context.Context) error {
	if w.stop != nil {
		w.stop()
	}
	w.log.InfoContext(ctx, "stopping", "in_hand", w.size())
	deadline, _ := ctx.Deadline()
	left := time.Until(deadline)
	patient, cancel := context.WithTimeout(ctx, left-min(calledOff, left/2))
	defer cancel()
	if w.wait(patient) == nil {
		return nil
	}
	w.log.WarnContext(ctx, "called off", "in_hand", w.size())
	w.callOff()
	if err := w.wait(ctx); err != nil {
		return fmt.Errorf("serve: stop: called off, and not done: %w", err)
	}
	return nil
}

func (w *hand) size() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.work)
}

// wait returns when nothing is in hand, or with the cause of ctx's end.
func (w *hand) wait(ctx context.Context) error {
	w.mu.Lock()
	if len(w.work) == 0 {
		w.mu.Unlock()
		return nil
	}
	if w.empty == nil {
		w.empty = make(chan struct{})
	}
	empty := w.empty
	w.mu.Unlock()

	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (w *hand) callOff() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, cancel := range w.work {
		cancel(errStop)
	}
}

// sent waits until an SDK has had the time to send the last answer, or until ctx ends.
func (w *hand) sent(ctx context.Context) {
	w.mu.Lock()
	left := time.Until(w.done.Add(sending))
	w.mu.Unlock()
	select {
	case <-time.After(left):
	case <-ctx.Done():
	}
}

// handler is a Handler whose invocations are in hand.
func (w *hand) handler(h Handler) Handler { return inHand{h, w} }

type inHand struct {
	Handler
	hand *hand
}

// Invoke implements Handler.
func (h inHand) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	ctx, done := h.hand.take(ctx)
	defer done()
	return h.Handler.Invoke(ctx, payload)
}

// requests is an http.Handler whose requests are in hand. That whoever sent one has hung
// up calls nothing off: what he sent may be the last of three attempts.
func (w *hand) requests(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		ctx, done := w.take(context.WithoutCancel(r.Context()))
		defer done()
		h.ServeHTTP(rw, r.WithContext(ctx))
	})
}
