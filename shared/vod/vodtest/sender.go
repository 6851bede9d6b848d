package vodtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// VOD's rule for HTTP callbacks (ApsaraVideo VOD, FAQ about event notifications,
// read 2026-11-23).
const (
	vodTimeout  = 5 * time.Second
	vodAttempts = 3
	vodInterval = time.Second
)

// maxAnswer is how much of an answer a Sender reads, in bytes.
const maxAnswer = 64 << 10

// Sender delivers events as VOD does. Its zero values are VOD's rule: three
// attempts of five seconds, one second apart; only status 200 counts, redirects
// are not followed, and the body of the answer is ignored. Each attempt sends
// the same bytes with a timestamp and signature of its own.
//
// A Sender may be used by several goroutines at once.
type Sender struct {
	// URL is where the events go.
	URL string
	// SignedURL is what is signed, if the receiver knows another URL than the one
	// that is dialled, as it does behind a gateway; "" means URL.
	SignedURL string
	// Key signs; "" means no signature.
	Key string
	// Client makes the requests; nil means one of its own on
	// [http.DefaultTransport]. It is never made to follow redirects.
	Client *http.Client
	// Timeout is how long one attempt may take; 0 or less means 5 s.
	Timeout time.Duration
	// Attempts is how many there are in all; 0 or less means 3.
	Attempts int
	// Interval is the pause after a failed attempt; 0 means 1 s, less means none.
	Interval time.Duration
	// Now tells the time that is signed; nil means [time.Now].
	Now func() time.Time
	// OnAttempt, if not nil, is called after each attempt.
	OnAttempt func(Attempt)

	dropReply func() bool // whether the next answer is lost, see [Faults]
}

// Attempt is one try to deliver an event.
type Attempt struct {
	Number int // from 1
	// Status is the status of the answer; 0 if there was none.
	Status int
	// Dropped is the status of an answer that was lost on the way, see
	// [Faults.DropReply]; Status is 0 then.
	Dropped int
	Header  http.Header
	// Body is the beginning of the answer's body, up to 64 KiB, as it came: a
	// receiver may compress it. VOD ignores it.
	Body []byte
	// Err says why there was no answer. It wraps [context.DeadlineExceeded] if the
	// time was up. It does not quote the URL.
	Err error
	// Started is the time that was signed.
	Started time.Time
	// Duration includes reading the body.
	Duration time.Duration
}

// Result is what became of one event.
type Result struct {
	// Acknowledged says that an attempt was answered with 200.
	Acknowledged bool
	// PlatformError is the X-Fc-Error-Type of the answer that acknowledged the
	// event: Function Compute answers 200 for a function that failed, and VOD takes
	// the event as delivered although no function accepted it.
	PlatformError string
	// Attempts are the tries in order.
	Attempts []Attempt

	gaveUp bool
}

// Discarded says that every attempt failed: VOD would never send the event again.
func (r Result) Discarded() bool { return r.gaveUp }

// PlatformError returns the X-Fc-Error-Type of an answer, dropped or not, in which
// Function Compute says that it answers in place of the function; "" if it does not.
func (a Attempt) PlatformError() string { return a.Header.Get("X-Fc-Error-Type") }

// Send delivers body. It returns an error only if it could not go on: ctx ended
// or URL is no URL. That nobody acknowledged the event is a [Result].
func (s *Sender) Send(ctx context.Context, body []byte) (Result, error) {
	var r Result
	client := s.client()
	attempts := cmp.Or(max(0, s.Attempts), vodAttempts)
	for n := 1; n <= attempts; n++ {
		if n > 1 {
			if !wait(ctx, cmp.Or(s.Interval, vodInterval)) {
				return r, stopped(ctx)
			}
		}
		a, err := s.attempt(ctx, client, body)
		if err != nil {
			return r, err
		}
		a.Number = n
		r.Attempts = append(r.Attempts, a)
		if s.OnAttempt != nil {
			s.OnAttempt(a)
		}
		if a.Status == http.StatusOK {
			r.Acknowledged = true
			r.PlatformError = a.PlatformError()
			return r, nil
		}
		if ctx.Err() != nil {
			return r, stopped(ctx)
		}
	}
	r.gaveUp = true
	return r, nil
}

// client returns a client that does not follow redirects.
func (s *Sender) client() *http.Client {
	var c http.Client
	if s.Client != nil {
		c = *s.Client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// attempt tries once. Its error means that there was nothing to try.
func (s *Sender) attempt(ctx context.Context, client *http.Client, body []byte) (Attempt, error) {
	now := s.Now
	if now == nil {
		now = time.Now
	}
	timeout := cmp.Or(max(0, s.Timeout), vodTimeout)
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	a := Attempt{Started: now()}
	req, err := newRequest(limited, s.URL, cmp.Or(s.SignedURL, s.URL), s.Key, body, a.Started)
	if err != nil {
		return a, err
	}
	start := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		a.Duration = time.Since(start)
		a.Err = fmt.Errorf("vodtest: post: %w", withoutURL(err))
		if limited.Err() != nil && ctx.Err() == nil {
			a.Err = fmt.Errorf("vodtest: post: no answer within %v: %w", timeout, context.DeadlineExceeded)
		}
		return a, nil
	}
	defer resp.Body.Close()
	a.Header = resp.Header
	if s.dropReply != nil && s.dropReply() {
		cancel() // cuts the connection
		a.Dropped, a.Err, a.Duration = resp.StatusCode, errReplyDropped, time.Since(start)
		return a, nil
	}
	a.Status = resp.StatusCode
	// The status is the answer: a body that breaks off or does not end in time
	// changes nothing.
	a.Body, _ = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	a.Duration = time.Since(start)
	return a, nil
}

// errReplyDropped is the Err of an attempt whose answer was lost on purpose.
var errReplyDropped = errors.New("vodtest: post: the reply was dropped")

// wait waits for d, and reports whether ctx let it.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func stopped(ctx context.Context) error {
	return fmt.Errorf("vodtest: send: %w", context.Cause(ctx))
}
