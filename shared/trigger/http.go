// Package trigger answers invocations: it unwraps what the platform hands over,
// checks that it is authentic, puts it through the pipeline and says what became
// of it. [HTTP] takes VOD's callbacks, [MNS] takes messages; they are twins.
package trigger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/vodevents/vodevents/shared/httpevent"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// HTTP answers VOD's HTTP callbacks:
//
//	200  the event is durable, in the store or in the fallback; the body says its id
//	     and what became of it
//	400  the payload is not a request of an HTTP trigger, or its body broke off
//	401  not authentic; the body says which check failed
//	405  not a POST
//	413  the body is larger than a platform would let through
//	500  a defect of ours; the event is not durable
//	503  not durable in time, or not configured; VOD tries again
//
// No invocation ends in an error or a panic, since Function Compute answers those
// with 200, which VOD takes for delivered.
type HTTP struct {
	Pipeline *pipeline.Pipeline
	// Verifier checks signatures; nil takes whatever looks like an event.
	Verifier *vod.Verifier
	// Topic, if not nil, gets the body of each new event: whoever is subscribed to it
	// delivers what is owed. Without it that is tried here, before the answer.
	Topic Publisher
	// Budget is the time from the arrival of a request to its answer.
	Budget time.Duration
	// Broken is what is wrong with the configuration. Everything is answered 503 then,
	// unless the Pipeline has a fallback: what is authentic goes there, until the
	// configuration is mended. So whoever cannot trust the Verifier gives it none.
	Broken error
	Log    *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time

	absence absence // of the store
}

// answer is the body of a reply.
type answer struct {
	ID      *vod.ID          `json:"id,omitempty"`
	Outcome pipeline.Outcome `json:"outcome,omitempty"`
	Error   string           `json:"error,omitempty"`
}

// Invoke answers an invocation by an HTTP trigger of Function Compute or by a
// Lambda function URL. The error is always nil.
func (h *HTTP) Invoke(ctx context.Context, payload []byte) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = h.panicked(ctx, p).Encode(), nil
		}
	}()
	r, err := httpevent.Parse(payload)
	if err != nil {
		h.Log.WarnContext(ctx, "refused", "check", "payload", "error", err)
		return httpevent.JSON(http.StatusBadRequest, answer{Error: err.Error()}).Encode(), nil
	}
	return h.Handle(ctx, r, func() ([]byte, error) { return r.Body, nil }).Encode(), nil
}

// Handle answers one request, whose body is read only if the rest of it is in
// order: nobody without the key makes us hold megabytes. r.Body is not used.
func (h *HTTP) Handle(ctx context.Context, r httpevent.Request, body func() ([]byte, error)) (resp httpevent.Response) {
	defer func() {
		if p := recover(); p != nil {
			resp = h.panicked(ctx, p)
		}
	}()
	ctx, cancel := h.withinBudget(ctx, r)
	defer cancel()
	result, err := h.take(ctx, r, body)
	if err != nil {
		status, problem := refusal(err)
		resp = httpevent.JSON(status, answer{Error: problem})
		if status == http.StatusMethodNotAllowed {
			resp.Header.Set("Allow", http.MethodPost)
		}
		return resp
	}
	return httpevent.JSON(http.StatusOK, answer{ID: &result.ID, Outcome: result.Outcome})
}

func (h *HTTP) logPanic(ctx context.Context, p any) {
	h.Log.ErrorContext(ctx, "panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
}

func (h *HTTP) panicked(ctx context.Context, p any) httpevent.Response {
	h.logPanic(ctx, p)
	return httpevent.JSON(http.StatusInternalServerError, answer{Error: "internal error: see the function's log"})
}

// The ends of a request that are no result.
var (
	errMethod    = errors.New("only POST is taken here")
	errNoEvent   = errors.New("not an event of ApsaraVideo VOD, and without signatures (VOD_AUTH=off) only those are taken")
	errBody      = errors.New("the body cannot be read")
	errBroken    = errors.New("not configured")
	errNotStored = errors.New("not stored")
)

// take checks the request and processes its body.
func (h *HTTP) take(ctx context.Context, r httpevent.Request, read func() ([]byte, error)) (pipeline.Result, error) {
	if err := h.admit(ctx, r); err != nil {
		return pipeline.Result{}, err
	}
	body, err := read()
	if err != nil {
		h.Log.WarnContext(ctx, "refused", "check", "body", "error", err, "source_ip", r.SourceIP)
		if errors.Is(err, httpevent.ErrTooLarge) {
			return pipeline.Result{}, err
		}
		return pipeline.Result{}, errBody
	}
	if h.Verifier == nil && !looksLikeEvent(body) {
		h.Log.WarnContext(ctx, "refused", "check", "authenticity", "error", errNoEvent, "source_ip", r.SourceIP)
		return pipeline.Result{}, errNoEvent
	}
	result := h.land(ctx, pipeline.Message{Body: body, Source: store.SourceHTTP, SourceID: r.RequestID})
	if result.Outcome == pipeline.Failed {
		h.Log.ErrorContext(ctx, "not stored", "event_id", result.ID.String(), "error", result.Err)
		return pipeline.Result{}, errNotStored
	}
	if result.Outcome == pipeline.New { // else it was passed on when it was, or waits for the timer
		h.passOn(ctx, body, result)
	}
	return result, nil
}

// Stop ends what a Tick is at, after what it has in hand.
func (h *HTTP) Stop() { h.Pipeline.Stop() }

// Tick does what the timer does, for servers that have none.
func (h *HTTP) Tick(ctx context.Context) {
	if h.Broken != nil { // said again and again: nothing is drained meanwhile
		h.Log.ErrorContext(ctx, "not configured", "error", h.Broken)
		return
	}
	_, _ = h.Pipeline.Tick(ctx) // it has logged what is wrong
}

// looksLikeEvent reports whether a body that nobody signed may pass for an event
// of VOD, or of a product that looks like it. One that is too large to be read
// does not.
func looksLikeEvent(body []byte) bool {
	if len(body) > pipeline.MaxBody {
		return false
	}
	_, err := vod.Parse(body)
	return !errors.Is(err, vod.ErrMalformed)
}

// admit checks all that can be checked without the body.
func (h *HTTP) admit(ctx context.Context, r httpevent.Request) error {
	switch {
	case h.Broken != nil && h.Pipeline.Fallback == nil:
		h.Log.ErrorContext(ctx, "not configured", "error", h.Broken)
		return errBroken
	case r.Method != http.MethodPost:
		h.Log.InfoContext(ctx, "refused", "check", "method", "method", r.Method)
		return errMethod
	case h.Verifier == nil:
		return nil
	}
	match, err := h.Verifier.Match(r.Header)
	if err != nil {
		h.Log.WarnContext(ctx, "refused", "check", "authenticity", "error", err, "source_ip", r.SourceIP)
		return err
	}
	if match.Key > 0 {
		h.Log.InfoContext(ctx, "old key in use", "key", match.Key+1) // its place in VOD_AUTH_KEY
	}
	return nil
}

// refusal is the one table from what went wrong to the answer. No answer quotes
// a cause that could hold a secret.
func refusal(err error) (status int, problem string) {
	switch {
	case errors.Is(err, errMethod):
		return http.StatusMethodNotAllowed, err.Error()
	case errors.Is(err, vod.ErrUnsigned), errors.Is(err, vod.ErrSignature), errors.Is(err, vod.ErrExpired), errors.Is(err, errNoEvent):
		return http.StatusUnauthorized, err.Error()
	case errors.Is(err, errBody):
		return http.StatusBadRequest, err.Error()
	case errors.Is(err, httpevent.ErrTooLarge):
		return http.StatusRequestEntityTooLarge, err.Error()
	case errors.Is(err, errBroken):
		return http.StatusServiceUnavailable, "not configured: the function's log names the setting"
	default:
		return http.StatusServiceUnavailable, "not stored: see the function's log"
	}
}
