package vod

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// MaxBody is how much [Receive] reads, in bytes. Events of VOD have a few thousand;
// an MNS queue takes 65,536.
const MaxBody = 1 << 20

// Errors of [Receive].
var (
	// ErrMethod means that the request is no POST, so not a callback.
	ErrMethod = errors.New("vod: method is not POST")
	// ErrTooLarge means that the body is over [MaxBody].
	ErrTooLarge = errors.New("vod: body is too large")
)

// Received is an authentic callback.
type Received struct {
	// Event is what the body says; nil if it is no event that this package can read.
	Event Event
	// ID identifies Body by its content, see [IDOf].
	ID ID
	// Body is the body as it came.
	Body []byte
}

// Receive verifies and decodes an HTTP callback. It reads the body only if the
// headers are right.
//
// If the error is nil, [ErrMalformed] or [ErrForeign], the callback is authentic and
// here as a whole: Body and ID are set, and Event is nil with these two. VOD will not
// send it better: keep the body whatever it says, under the ID, which is the same
// when it comes again; then answer with status 200. VOD takes that as done, and
// anything else, or no answer within five seconds, as failed; it tries three times in
// all, one second apart, and forgets the event then. So answer 503 if the body cannot
// be kept.
//
// All other errors are reasons to refuse, with the status that [StatusOf] gives:
// [ErrMethod], those of [Verifier.Verify], [ErrTooLarge], and those of reading a body
// that broke off. The Received is the zero one then.
//
// Source: https://help.aliyun.com/en/vod/user-guide/faq-about-event-notifications
// (read 2026-11-23).
func Receive(r *http.Request, v *Verifier) (Received, error) {
	if r.Method != http.MethodPost {
		return Received{}, ErrMethod
	}
	if err := v.Verify(r.Header); err != nil {
		return Received{}, err
	}
	if r.ContentLength > MaxBody {
		return Received{}, fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, r.ContentLength, MaxBody)
	}
	body := []byte{}
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, MaxBody+1)); err != nil {
			return Received{}, fmt.Errorf("vod: read body: %w", err)
		}
	}
	if len(body) > MaxBody {
		return Received{}, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, MaxBody)
	}
	e, id, err := Decode(body)
	return Received{Event: e, ID: id, Body: body}, err
}

// StatusOf returns the HTTP status with which to answer an error of [Receive]: 405
// for [ErrMethod]; 401 for [ErrUnsigned], [ErrSignature] and [ErrExpired]; 413 for
// [ErrTooLarge]; 400 for a body that broke off, and any other error.
//
// It is 200 for nil, and for [ErrMalformed] and [ErrForeign] too: these are
// authentic, and VOD would only repeat them. KEEP THE BODY FIRST, as that of any
// event: after a 200 it comes no more.
func StatusOf(err error) int {
	switch {
	case err == nil, errors.Is(err, ErrMalformed), errors.Is(err, ErrForeign):
		return http.StatusOK
	case errors.Is(err, ErrMethod):
		return http.StatusMethodNotAllowed
	case errors.Is(err, ErrUnsigned), errors.Is(err, ErrSignature), errors.Is(err, ErrExpired):
		return http.StatusUnauthorized
	case errors.Is(err, ErrTooLarge):
		return http.StatusRequestEntityTooLarge
	default:
		return http.StatusBadRequest
	}
}
