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
	// ErrMethod means that the request is no POST, so not a callback; answer with
	// status 405.
	ErrMethod = errors.New("vod: method is not POST")
	// ErrTooLarge means that the body is over [MaxBody]; answer with status 413.
	ErrTooLarge = errors.New("vod: body is too large")
)

// Receive verifies and decodes an HTTP callback. It reads the body only if the
// headers are right. The errors are [ErrMethod], [ErrTooLarge], those of
// [Verifier.Verify], those of [Parse], and those of reading the body.
//
// Answer with status 200 only when the event is safe: VOD takes that as done, and
// anything else, or no answer within five seconds, as failed; it tries three times
// in all, one second apart, and forgets the event then.
//
// Source: https://help.aliyun.com/en/vod/user-guide/faq-about-event-notifications
// (read 2026-11-23).
func Receive(r *http.Request, v *Verifier) (Event, error) {
	if r.Method != http.MethodPost {
		return nil, ErrMethod
	}
	if err := v.Verify(r.Header); err != nil {
		return nil, err
	}
	if r.ContentLength > MaxBody {
		return nil, fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, r.ContentLength, MaxBody)
	}
	if r.Body == nil {
		return Parse(nil)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("vod: read body: %w", err)
	}
	if len(body) > MaxBody {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, MaxBody)
	}
	return Parse(body)
}
