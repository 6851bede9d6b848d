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
	// reserve is kept of the runtime's own deadline for the way back; half of it is for
	// whoever is called off to end.
	reserve = 500 * time.Millisecond
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

// attempt tries to make the message durable in one place.
type attempt func(context.Context) pipeline.Result

// land makes a message durable: in the store, or, when that has used up its head start,
// in whichever of store and fallback takes it first. While the store is away it is the
// other way round. A copy in both is one row in the end.
func (h *HTTP) land(ctx context.Context, m pipeline.Message) pipeline.Result {
	began, start := h.now(), headStart
	if deadline, ok := ctx.Deadline(); ok {
		start = min(start, time.Until(deadline)/2)
	}
	store := func(ctx context.Context) pipeline.Result {
		r := h.Pipeline.Process(ctx, []pipeline.Message{m})[0]
		if r.Outcome != pipeline.Failed {
			h.absence.end()
		}
		return r
	}
	aside := func(cause error) attempt {
		return func(ctx context.Context) pipeline.Result { return h.Pipeline.FallBack(ctx, m, cause) }
	}
	switch {
	case h.Broken != nil:
		h.Log.ErrorContext(ctx, "not configured", "error", h.Broken)
		return h.race(ctx, start, aside(errBroken), nil)
	case h.Pipeline.Fallback == nil:
		return h.race(ctx, start, store, nil)
	case h.absence.lasts(began):
		return h.race(ctx, start, aside(errStoreLate), store)
	}
	return h.race(ctx, start, store, func(ctx context.Context) pipeline.Result {
		if now := h.now(); now.Sub(began) >= start { // and it has not refused the event, say
			h.absence.begin(now)
		}
		return aside(errStoreLate)(ctx)
	})
}

// race returns the first result that is no failure. The second attempt, if there is one,
// begins when the head start is over, or the first attempt has failed. Whoever is too
// late is called off and waited for: an instance that is frozen at its answer must not
// be in the middle of a commit, with locks that others wait for. But nobody is waited for
// after the end of the time, when the answer has to go.
func (h *HTTP) race(ctx context.Context, start time.Duration, first, second attempt) pipeline.Result {
	racing, callOff := context.WithCancelCause(ctx)
	defer callOff(nil)
	ended := make(chan pipeline.Result, 2) // nobody who is left behind waits
	running := 0
	begin := func(a *attempt) {
		if begun := *a; begun != nil {
			running, *a = running+1, nil
			go func() { ended <- h.safely(racing, begun) }()
		}
	}
	begin(&first)
	joins, over := time.After(start), after(ctx)
	landed := pipeline.Result{Outcome: pipeline.Failed}
	for running > 0 {
		select {
		case r := <-ended:
			running--
			switch {
			case landed.Outcome != pipeline.Failed: // it is the one who was called off
			case r.Outcome != pipeline.Failed:
				landed, second = r, nil
				callOff(errLanded)
			default:
				landed.ID, landed.Err = r.ID, errors.Join(landed.Err, r.Err)
				begin(&second)
			}
		case <-joins:
			begin(&second)
		case <-over:
			if landed.Outcome == pipeline.Failed && landed.Err == nil {
				landed.Err = context.Cause(ctx)
			}
			return landed
		}
	}
	return landed
}

// after returns a channel on which something comes a little after the deadline of ctx.
func after(ctx context.Context) <-chan time.Time {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	return time.After(time.Until(deadline) + reserve/2)
}

// safely makes a failure of a panic, which would end the process.
func (h *HTTP) safely(ctx context.Context, a attempt) (r pipeline.Result) {
	defer func() {
		if p := recover(); p != nil {
			h.logPanic(ctx, p)
			r = pipeline.Result{Outcome: pipeline.Failed, Err: errPanicked}
		}
	}()
	return a(ctx)
}

var (
	errStoreLate = errors.New("trigger: the store has not taken it in time")
	errLanded    = errors.New("trigger: it has landed already")
	errPanicked  = errors.New("trigger: panic")
)
