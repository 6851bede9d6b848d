package emulator

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// statusHungUp is what Function Compute logs for a caller that left before the
// answer. Nobody receives it.
const statusHungUp = 499

// readBody reads the body of r, up to the limit of the platform. It returns
// false when it has answered the request itself.
func (p *Pool) readBody(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, p.protocol.maxSync))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		p.refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "the request is too large")
		return nil, false
	}
	if err != nil {
		p.count(func(c *Counts) { c.HungUp++ })
		w.WriteHeader(statusHungUp)
		return nil, false
	}
	return body, true
}

// unavailable answers a request whose function was not run, or not to the end.
func (p *Pool) unavailable(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, ErrThrottled):
		p.refuse(w, http.StatusTooManyRequests, "ResourceThrottled", "all instances are busy")
	case errors.Is(err, ErrTooLarge):
		p.refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "the request is too large")
	case errors.Is(err, ErrClosed):
		p.refuse(w, http.StatusServiceUnavailable, "ServiceUnavailable", "the emulator is shutting down")
	default:
		w.WriteHeader(statusHungUp)
	}
}

// refuse answers in the platform's own name.
func (p *Pool) refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if p.function.Runtime == Lambda {
		_, _ = w.Write(encode(map[string]string{"Message": message}))
		return
	}
	_, _ = w.Write(encode(map[string]string{
		"RequestId": w.Header().Get("X-Fc-Request-Id"), "Code": code, "Message": message,
	}))
}

// isText says whether a body goes into the event as it is, and not as base64.
// Which content types the platforms take for text is not documented.
func isText(contentType string, body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return contentType == ""
	}
	return strings.HasPrefix(media, "text/") ||
		strings.HasSuffix(media, "json") || strings.HasSuffix(media, "xml") ||
		media == "application/javascript" || media == "application/x-www-form-urlencoded"
}

// eventBody returns a body as it stands in an event.
func eventBody(r *http.Request, body []byte) (text string, isBase64 bool) {
	if isText(r.Header.Get("Content-Type"), body) {
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}

// joinedQuery is the query with the values of each key joined by commas.
func joinedQuery(u *url.URL) map[string]string {
	joined := map[string]string{}
	for key, values := range u.Query() {
		joined[key] = strings.Join(values, ",")
	}
	return joined
}

// sourceIP is the address of the caller, without the port.
func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// domain is the host that was asked for, without the port.
func domain(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		return r.Host
	}
	return host
}
