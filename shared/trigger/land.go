package trigger

import (
	"context"
	"errors"
	"time"

	"github.com/vodevents/vodevents/shared/httpevent"
	"github.com/vodevents/vodevents/shared/pipeline"
)

const (
	// plausible is how far before our clock the platform may have stamped a request;
	// an older stamp says more about clocks than about the request.
	plausible = 5 * time.Second
	// leastTime is what the store gets even if the budget is already spent: trying
	// late beats refusing early.
	leastTime = time.Second
	// headStart is how long the store has to itself, or half of the time if that is
	// less; then the fallback is asked, too. It is far more than a store needs that is
	// well, and whoever waits holds an instance: of those there is no end when all
	// callbacks wait.
	headStart = time.Second
	// awayFor is how long the store is taken to be away after it has used up its head
	// start, and awayStart what it gets then.
	awayFor   = 10 * time.Second
	awayStart = 50 * time.Millisecond
	// reserve is kept of the runtime's own deadline for the way back.
	reserve = 200 * time.Millisecond
)

// withinBudget ends the context when the answer has to be on its way.
func (h *HTTP) withinBudget(ctx context.Context, r httpevent.Request) (context.Context, context.CancelFunc) {
	now := h.now()
	arrival := now
	if age := now.Sub(r.Time); !r.Time.IsZero() && age >= 0 && age <= plausible {
		arrival = r.Time
	}
	left := max(h.Budget-now.Sub(arrival), leastTime)
	if deadline, ok := ctx.Deadline(); ok {
		left = min(left, deadline.Sub(now)-reserve)
	}
	return context.WithTimeoutCause(ctx, left, errors.New("trigger: the time for the answer is used up"))
}

func (h *HTTP) now() time.Time {
	if h.Now != nil {
		return h.Now()
	}
	return time.Now()
}

// land makes a message durable: in the store, or, when that has used up its head start,
// in whichever of store and fallback takes it first. A copy in both
// is one row in the end.
func (h *HTTP) land(ctx context.Context, m pipeline.Message) pipeline.Result {
	if h.Broken != nil {
		h.Log.ErrorContext(ctx, "not configured", "error", h.Broken)
		return h.Pipeline.FallBack(ctx, m, errBroken)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(errLanded) // whoever is second need not go on
	landed := make(chan pipeline.Result, 2)
	go func() {
		landed <- h.safely(ctx, func() pipeline.Result { return h.Pipeline.Process(ctx, []pipeline.Message{m})[0] })
	}()
	if h.Pipeline.Fallback == nil {
		return await(ctx, landed)
	}
	select {
	case r := <-landed: // that it failed means that there is no time left for anything else
		h.away.Store(0)
		return r
	case <-time.After(h.headStart(ctx)):
		h.away.Store(h.now().Add(awayFor).UnixNano())
	}
	go func() {
		landed <- h.safely(ctx, func() pipeline.Result { return h.Pipeline.FallBack(ctx, m, errStoreLate) })
	}()
	first := await(ctx, landed)
	if first.Outcome != pipeline.Failed {
		return first
	}
	second := await(ctx, landed)
	if second.Outcome == pipeline.Failed {
		second.Err = errors.Join(first.Err, second.Err)
	}
	return second
}

// safely makes a failure of a panic, which would end the process.
func (h *HTTP) safely(ctx context.Context, f func() pipeline.Result) (r pipeline.Result) {
	defer func() {
		if p := recover(); p != nil {
			h.logPanic(ctx, p)
			r = pipeline.Result{Outcome: pipeline.Failed, Err: errPanicked}
		}
	}()
	return f()
}

// await returns what became of the message. Whoever goes on after the end of ctx, in
// spite of it, is left behind: no answer may be late.
func await(ctx context.Context, landed <-chan pipeline.Result) pipeline.Result {
	select {
	case r := <-landed:
		return r
	case <-ctx.Done():
	}
	select {
	case r := <-landed:
		return r
	case <-time.After(reserve / 2):
		return pipeline.Result{Outcome: pipeline.Failed, Err: context.Cause(ctx)}
	}
}

var (
	errStoreLate = errors.New("trigger: the store has not taken it in time")
	errLanded    = errors.New("trigger: it has landed already")
	errPanicked  = errors.New("trigger: panic")
)

// headStart returns how long the store has to itself.
func (h *HTTP) headStart(ctx context.Context) time.Duration {
	start := headStart
	if h.now().UnixNano() < h.away.Load() {
		start = awayStart
	}
	if deadline, ok := ctx.Deadline(); ok {
		start = min(start, time.Until(deadline)/2)
	}
	return start
}
