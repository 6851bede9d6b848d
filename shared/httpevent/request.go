package httpevent

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ErrNotHTTP means that a payload is no HTTP request, or one that cannot be read:
// the error that wraps it says what is missing. Trying again would not help.
var ErrNotHTTP = errors.New("httpevent: not an HTTP request")

// Request is an HTTP request, the same whichever platform handed it over. It
// shares no memory with the payload that it was read from.
type Request struct {
	// Method is never empty after [Parse]: GET, POST, …
	Method string
	// Path is the decoded path, such as "/a b"; at least "/".
	Path string
	// RawPath is the path as sent, such as "/a%20b".
	RawPath string
	// Query holds the decoded query. On Function Compute each name has one value,
	// in which several are joined by commas. It is never nil after [Parse].
	Query url.Values
	// Header has canonical names, so that Get finds a header in whatever case it was
	// sent, and one value for each name: repeated headers are joined by a comma,
	// cookies by a semicolon. It is never nil after [Parse].
	Header http.Header
	// Body is the body as the client sent it; nil if it is empty.
	Body []byte
	// RequestID is the platform's id of the request; empty if it gave none.
	RequestID string
	// SourceIP is the address of the client as the platform saw it.
	SourceIP string
	// Domain is the host name that was asked.
	Domain string
	// Time is when the platform took the request, in UTC, to the millisecond. It is
	// the zero time if the platform did not say so in a way that can be read.
	Time time.Time
}

// addHeader adds a header to h and keeps one value for each name, as RFC 9110,
// section 5.3, and for cookies RFC 6265, section 5.4, allow.
func addHeader(h http.Header, name string, values []string) {
	if len(values) == 0 {
		return
	}
	name = http.CanonicalHeaderKey(name)
	separator := ","
	if name == "Cookie" {
		separator = "; "
	}
	h[name] = []string{strings.Join(append(h[name], values...), separator)}
}
