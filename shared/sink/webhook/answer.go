package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/vodevents/vodevents/shared/sink"
)

// longestWait bounds what a receiver can ask for with Retry-After.
const longestWait = time.Hour

// answer is what became of one request.
type answer struct {
	err      error // nil: delivered
	answered bool  // there was a status
	busy     bool  // the receiver wants nothing more for now
}

// judge says what a status means, see the table at the package.
func judge(resp *http.Response, now time.Time) answer {
	code := resp.StatusCode
	if code >= 200 && code <= 299 {
		return answer{answered: true}
	}
	err := fmt.Errorf("webhook: answered %d %s", code, http.StatusText(code))
	switch {
	case slices.Contains([]int{http.StatusGone, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity}, code):
		return answer{err: fmt.Errorf("%w (%w)", err, sink.ErrRejected), answered: true}
	case code >= 300 && code <= 399:
		err = fmt.Errorf("%w: redirects are not followed; this one is to %s", err, hostOf(resp))
	}
	a := answer{err: err, answered: true}
	if after := retryAfter(resp.Header.Get("Retry-After"), now); after > 0 {
		a.err, a.busy = &sink.LaterError{After: after, Err: err}, true
	}
	if slices.Contains([]int{
		http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	}, code) {
		a.busy = true
	}
	return a
}

// hostOf returns where a redirect points to: the host alone, since path and query
// may hold a secret.
func hostOf(resp *http.Response) string {
	u, err := resp.Location()
	switch {
	case errors.Is(err, http.ErrNoLocation):
		return "nowhere"
	case err != nil || u.Host == "":
		return "what is no address"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
}

// retryAfter reads the header of that name: seconds, or a date. Zero means that it
// says nothing that counts.
//
// Source: RFC 9110, section 10.2.3.
func retryAfter(value string, now time.Time) time.Duration {
	var after time.Duration
	seconds, err := strconv.ParseUint(value, 10, 31)
	switch {
	case err == nil:
		after = time.Duration(seconds) * time.Second
	case errors.Is(err, strconv.ErrRange):
		after = longestWait
	default:
		at, err := http.ParseTime(value)
		if err != nil {
			return 0
		}
		after = at.Sub(now)
	}
	return min(max(after, 0), longestWait)
}
