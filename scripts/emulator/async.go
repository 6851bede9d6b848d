package emulator

import (
	"context"
	"sync/atomic"
	"time"
)

// maxAsync is how many bytes the event of an asynchronous invocation may have
// (Function Compute, "Limits", page of February 2026).
const maxAsync = 128 << 10

// failureRecord is what Function Compute sends to the failure destination of
// asynchronous invocations ("Destinations for asynchronous invocations").
type failureRecord struct {
	Timestamp       int64           `json:"timestamp"` // milliseconds since 1970
	RequestContext  requestContext  `json:"requestContext"`
	RequestPayload  string          `json:"requestPayload"`
	ResponseContext responseContext `json:"responseContext"`
	ResponsePayload string          `json:"responsePayload"`
}

type requestContext struct {
	RequestID   string `json:"requestId"`
	FunctionArn string `json:"functionArn"`
	Condition   string `json:"condition"`
	InvokeCount int    `json:"approximateInvokeCount"`
}

type responseContext struct {
	StatusCode    int    `json:"statusCode"`
	FunctionError string `json:"functionError"`
}

// InvokeAsync accepts payload for an asynchronous invocation and returns its
// request id. What happens then follows [Function].Async; no answer ever comes
// back. The errors are [ErrTooLarge] (over 128 KiB) and [ErrClosed].
func (p *Pool) InvokeAsync(ctx context.Context, payload []byte) (requestID string, err error) {
	id := p.protocol.requestID()
	return id, p.accept(ctx, call{id: id, payload: payload})
}

func (p *Pool) accept(ctx context.Context, c call) error {
	if len(c.payload) > maxAsync {
		return ErrTooLarge
	}
	if !p.begin() {
		return ErrClosed
	}
	p.async.add(1)
	go func() {
		defer p.work.add(-1)
		defer p.async.add(-1)
		p.persist(context.WithoutCancel(ctx), c)
	}()
	return nil
}

// Drain waits until every asynchronous invocation accepted so far has
// succeeded or been given up, those included that messages lead to which were
// published to a topic in front of the function.
func (p *Pool) Drain(ctx context.Context) error {
	for _, s := range p.servers(&p.topics) {
		if err := s.Drain(ctx); err != nil {
			return err
		}
	}
	return p.async.wait(ctx)
}

// every picks each n-th of those that pass it, and none if n is 0.
type every struct {
	n      int
	passed atomic.Int64
}

func (e *every) pick() bool { return e.n > 0 && e.passed.Add(1)%int64(e.n) == 0 }

// persist invokes the function until it succeeds or the retries are used up.
func (p *Pool) persist(ctx context.Context, c call) {
	policy := p.function.Async
	again := func(retry int) call {
		c.retry = retry
		return c
	}
	pause := func(retry int) time.Duration { return policy.RetryDelay << (retry - 1) }
	result, attempts, err := p.retry(ctx, policy.Retries, again, pause)
	if err == nil && result.ErrorType == "" && p.duplicate.pick() {
		p.count(func(c *Counts) { c.Duplicates++ })
		result, attempts, err = p.retry(ctx, policy.Retries, again, pause)
	}
	if err != nil || result.ErrorType == "" {
		return
	}
	p.count(func(c *Counts) { c.DeadLetters++ })
	if policy.OnFailure != nil {
		policy.OnFailure(p.record(result, c.payload, attempts))
	}
}

// retry invokes the function until it succeeds, at most 1 + retries times, and
// returns the last result and the number of attempts. The call and the pause
// before it are asked for each time. The error is not the function's but the
// platform's.
func (p *Pool) retry(ctx context.Context, retries int, again func(retry int) call, pause func(retry int) time.Duration) (Result, int, error) {
	for retry := 0; ; {
		result, err := p.invoke(ctx, again(retry), p.await)
		if err != nil || result.ErrorType == "" || retry == retries {
			return result, retry + 1, err
		}
		retry++
		if err := p.wait(pause(retry)); err != nil {
			return result, retry, err
		}
		p.count(func(c *Counts) { c.Retries++ })
	}
}

// wait pauses for d, or until the pool is closed.
func (p *Pool) wait(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-p.closing:
		return ErrClosed
	}
}

func (p *Pool) record(result Result, payload []byte, attempts int) []byte {
	return encode(failureRecord{
		Timestamp: time.Now().UnixMilli(),
		RequestContext: requestContext{
			RequestID:   result.RequestID,
			FunctionArn: "acs:fc:" + Region + ":" + AccountID + ":functions/" + p.function.Name + "/LATEST",
			Condition:   result.ErrorType,
			InvokeCount: attempts,
		},
		RequestPayload:  string(payload),
		ResponseContext: responseContext{StatusCode: 200, FunctionError: result.ErrorType},
		ResponsePayload: string(result.Payload),
	})
}
