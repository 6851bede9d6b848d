package httpevent

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// ErrTooLarge means that the body of a request is larger than the limit.
var ErrTooLarge = errors.New("httpevent: body is too large")

// ReadBody reads the body of a request to a net/http server, which may have maxBody
// bytes at most ([ErrTooLarge]).
func ReadBody(r *http.Request, maxBody int64) ([]byte, error) {
	if r.Body == nil { // a server's never is
		return nil, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, ErrTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("httpevent: read body: %w", err)
	}
	return body, nil
}

// FromHTTP makes a [Request] of a request to a net/http server, without its body:
// see [ReadBody]. As with a platform's trigger, headers that concern the connection
// only are left out, and so are those named X-Fc-*, in which a custom runtime of
// Function Compute is handed credentials. RequestID and Time stay zero: nobody has
// given them.
func FromHTTP(r *http.Request) Request {
	out := Request{
		Method: r.Method,
		Query:  r.URL.Query(),
		Header: make(http.Header, len(r.Header)),
		Domain: r.Host,
	}
	out.RawPath, out.Path = parsePath(r.URL.EscapedPath(), r.URL.Path)
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		out.Domain = host
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		out.SourceIP = host
	}
	for name, values := range r.Header {
		if name != "Connection" && name != "Keep-Alive" && !strings.HasPrefix(name, "X-Fc-") {
			addHeader(out.Header, name, values)
		}
	}
	return out
}
