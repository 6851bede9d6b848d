package emulator

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Why a function failed: the values of X-Fc-Error-Type. Only the first one is
// documented by Function Compute ("Error handling"), for errors and panics.
const (
	UnhandledInvocationError = "UnhandledInvocationError" // the function reported an error or panicked
	ProcessExited            = "ProcessExited"            // the process ended in mid-invocation
	InvocationTimeout        = "InvocationTimeout"        // the function outlived its time
	InstanceStartFailed      = "InstanceStartFailed"      // the process never asked for its first event, or never listened
	ConnectionLost           = "ConnectionLost"           // the function broke the connection off without an answer
	ResponseTooLarge         = "ResponseTooLarge"         // the function's answer is over the limit
	BadResponse              = "BadResponse"              // the answer to an HTTP request is no HTTP response
)

// Result is how an invocation ended.
type Result struct {
	RequestID string
	// Payload is what the function returned; if it failed, the error as JSON:
	// {"errorMessage", "errorType", "stackTrace"}.
	Payload   []byte
	ErrorType string // why the function failed; empty: it did not
	ColdStart bool   // a process was started for it
	Duration  time.Duration

	reply *reply // to a request that was passed on as it came
}

// Err returns nil if the function succeeded, else its error.
func (r Result) Err() error {
	if r.ErrorType == "" {
		return nil
	}
	var e functionError
	if err := json.Unmarshal(r.Payload, &e); err != nil {
		e.Message = string(r.Payload)
	}
	return fmt.Errorf("emulator: invocation %s: %s: %s", r.RequestID, r.ErrorType, e.Message)
}

// functionError is a failure as the SDKs report it.
type functionError struct {
	Message    string          `json:"errorMessage"`
	Type       string          `json:"errorType,omitempty"`
	StackTrace json.RawMessage `json:"stackTrace,omitempty"`
}

// call is an event to be handed out.
type call struct {
	id      string
	hook    hook
	payload []byte
	request *http.Request // see invocation
	retry   int
}

// Invoke hands payload to the function and waits for its answer, as a direct
// call of the platform's API does. The function's own failure is no error but
// a [Result] with an ErrorType; the errors are [ErrThrottled], [ErrTooLarge],
// [ErrClosed] and the cause of ctx's end. When ctx ends, only the caller hangs
// up: the invocation goes on.
func (p *Pool) Invoke(ctx context.Context, payload []byte) (Result, error) {
	return p.invoke(ctx, call{id: p.protocol.requestID(), payload: payload}, p.acquire)
}

func (p *Pool) invoke(ctx context.Context, c call, acquire func() (*instance, bool, error)) (Result, error) {
	if int64(len(c.payload)) > p.protocol.maxSync {
		return Result{RequestID: c.id}, ErrTooLarge
	}
	if !p.begin() {
		return Result{RequestID: c.id}, ErrClosed
	}
	i, cold, err := acquire()
	if err != nil {
		p.work.add(-1)
		return Result{RequestID: c.id}, err
	}
	done := make(chan Result, 1)
	go func() { //nolint:contextcheck // It goes on when the caller hangs up.
		defer p.work.add(-1)
		done <- p.run(i, cold, c)
	}()
	select {
	case result := <-done:
		return result, nil
	case <-ctx.Done():
		p.count(func(c *Counts) { c.HungUp++ })
		return Result{RequestID: c.id}, context.Cause(ctx)
	}
}

func (p *Pool) invocation(c call) *invocation {
	timeout := p.function.Timeout
	if c.hook == preStopHook {
		timeout = p.function.PreStop
	}
	return &invocation{
		id: c.id, hook: c.hook, payload: c.payload, request: c.request, retry: c.retry, timeout: timeout,
		answer: make(chan answer, 1),
	}
}

// run takes an event through an instance that the caller holds.
func (p *Pool) run(i *instance, cold bool, c call) Result {
	p.count(func(counts *Counts) { counts.Invocations++ })
	began := time.Now()
	a := p.serve(i, cold, c)
	for a.outcome == notTaken && !cold {
		// It died while nobody was looking, and never saw the event.
		i, cold = p.replace(i)
		a = p.serve(i, cold, c)
	}
	p.release(i)
	result := p.conclude(a)
	result.RequestID, result.ColdStart, result.Duration = c.id, cold, time.Since(began)
	return result
}

func (p *Pool) serve(i *instance, cold bool, c call) answer {
	if cold {
		i.start()
	}
	return i.serve(p.invocation(c))
}

// conclude makes a result of an answer, and counts it.
func (p *Pool) conclude(a answer) Result {
	var e functionError
	var result Result
	p.mu.Lock()
	defer p.mu.Unlock()
	switch a.outcome {
	case answered:
		return Result{Payload: a.body, reply: a.reply}
	case failed:
		if err := json.Unmarshal(a.body, &e); err == nil && len(e.StackTrace) > 0 {
			p.counts.Panics++
		} else {
			p.counts.Errors++
		}
		return Result{Payload: a.body, ErrorType: UnhandledInvocationError}
	case tooLarge:
		p.counts.Errors++
		result.ErrorType = ResponseTooLarge
		e.Message = fmt.Sprintf("the answer is over the limit of %d bytes", p.protocol.maxSync)
	case exited:
		p.counts.Killed++
		result.ErrorType = ProcessExited
		e.Message = "Process exited unexpectedly before completing request"
	case timedOut:
		p.counts.Timeouts++
		result.ErrorType = InvocationTimeout
		e.Message = "Function timed out after " + p.function.Timeout.String()
	case brokenOff:
		p.counts.Errors++
		result.ErrorType = ConnectionLost
		e.Message = "the connection to the function broke before it completed the request: " + string(a.body)
	case notTaken, notStarted:
		p.counts.StartFailures++
		result.ErrorType = InstanceStartFailed
		e.Message = "the function did not start: " + cmp.Or(string(a.body), "no reason known")
	}
	e.Type = result.ErrorType
	result.Payload = encode(e)
	return result
}
