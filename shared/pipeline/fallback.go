package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/cenkalti/backoff/v5"

	"github.com/vodevents/vodevents/shared/fallback"
)

// ErrNoFallback means that there is no second landing place.
var ErrNoFallback = errors.New("pipeline: no fallback: set VOD_FALLBACK")

// FallBack puts a message aside that the store does not take, for whoever drains the
// fallback; cause says why. What the fallback does not take it offers again until
// ctx ends, unless it says that there is no use in that. The Outcome is FellBack or
// Failed.
func (p *Pipeline) FallBack(ctx context.Context, m Message, cause error) Result {
	r := Result{ID: identify(m.Body), Outcome: FellBack}
	if err := p.putAside(ctx, m.Body); err != nil {
		if !errors.Is(ctx.Err(), context.Canceled) { // then it is needed no more
			p.Log.WarnContext(ctx, "fallback failed", "event_id", r.ID.String(), "error", err)
		}
		return Result{ID: r.ID, Outcome: Failed, Err: err}
	}
	p.Log.WarnContext(ctx, "fallback used", "event_id", r.ID.String(), "source", string(m.Source), "source_id", m.SourceID,
		"size", len(m.Body), "error", cause)
	return r
}

// putAside offers a body to the fallback.
func (p *Pipeline) putAside(ctx context.Context, body []byte) error {
	if p.Fallback == nil {
		return ErrNoFallback
	}
	var last error // says more than that the time is over
	put := func() (_ struct{}, err error) {
		defer func() { last = err }()
		defer p.recovered(ctx, "fallback", &err)
		if err = p.Fallback.Put(ctx, body); errors.Is(err, fallback.ErrRefused) {
			return struct{}{}, backoff.Permanent(err)
		}
		return struct{}{}, err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	_, err := backoff.Retry(ctx, put, backoff.WithBackOff(pauses()), backoff.WithMaxElapsedTime(0))
	if err != nil {
		return last
	}
	return nil
}

// recovered makes an error of a panic: one defect, or one message that brings it out,
// must not cost others their answer. The log has what happened; the error does not,
// since nobody knows what is in it.
func (p *Pipeline) recovered(ctx context.Context, where string, err *error) {
	if v := recover(); v != nil {
		p.Log.ErrorContext(ctx, "panic", "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		*err = fmt.Errorf("pipeline: %s panicked: see the function's log", where)
	}
}
