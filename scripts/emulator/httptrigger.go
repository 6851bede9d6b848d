package emulator

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Limits of the HTTP trigger (Function Compute, "Limits", page of February 2026).
const (
	maxHeader = 8 << 10 // bytes of the header, of requests and of responses
	maxTarget = 4 << 10 // bytes of path and query
)

// httpEvent is the event of the HTTP trigger, version v1 (Function Compute,
// "Use an HTTP trigger to invoke a function", page of April 2026).
type httpEvent struct {
	Version         string            `json:"version"`
	RawPath         string            `json:"rawPath"` // as sent, still escaped
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	Headers         map[string]string `json:"headers"`
	QueryParameters map[string]string `json:"queryParameters"`
	RequestContext  httpEventContext  `json:"requestContext"`
}

type httpEventContext struct {
	AccountID    string        `json:"accountId"`
	DomainName   string        `json:"domainName"`
	DomainPrefix string        `json:"domainPrefix"`
	HTTP         httpEventLine `json:"http"`
	RequestID    string        `json:"requestId"`
	Time         string        `json:"time"`
	TimeEpoch    string        `json:"timeEpoch"` // milliseconds since 1970, as text
}

type httpEventLine struct {
	Method    string `json:"method"`
	Path      string `json:"path"` // unescaped
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// httpReply is what the function returns to the HTTP trigger.
type httpReply struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	Body            string            `json:"body"`
}

// HTTPTrigger returns the HTTP trigger in front of the function, with
// anonymous access. A request that the function fails on is answered with
// status 200 and the header X-Fc-Error-Type, or 502 if it is a [CustomRuntime] that
// did not answer; one that finds all instances busy with 429. A caller may ask for an asynchronous invocation, which is answered
// with 202, by sending X-Fc-Invocation-Type: Async.
func (p *Pool) HTTPTrigger() http.Handler { return http.HandlerFunc(p.serveHTTPTrigger) }

func (p *Pool) serveHTTPTrigger(w http.ResponseWriter, r *http.Request) {
	id := p.protocol.requestID()
	w.Header().Set("X-Fc-Request-Id", id)
	if len(r.URL.RequestURI()) > maxTarget || headerSize(r.Header) > maxHeader {
		p.refuse(w, http.StatusBadRequest, "InvalidArgument", "path, query or header too large")
		return
	}
	body, ok := p.readBody(w, r)
	if !ok {
		return
	}
	c := call{id: id}
	if p.function.Runtime == CustomRuntime {
		c.request, c.payload = r.Clone(context.WithoutCancel(r.Context())), body
	} else {
		c.payload = encode(newHTTPEvent(r, body, id))
	}
	if strings.EqualFold(r.Header.Get("X-Fc-Invocation-Type"), "Async") {
		if err := p.accept(r.Context(), c); err != nil {
			p.unavailable(w, err)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		return
	}
	result, err := p.invoke(r.Context(), c, p.acquire)
	if err != nil {
		p.unavailable(w, err)
		return
	}
	if p.function.Runtime == CustomRuntime {
		p.passReply(w, result)
		return
	}
	p.writeReply(w, result)
}

// newHTTPEvent wraps a request. The maps hold one text for each name, so that
// a repeated header or parameter cannot be told from one with commas.
func newHTTPEvent(r *http.Request, body []byte, id string) httpEvent {
	now := time.Now().UTC()
	text, isBase64 := eventBody(r, body)
	headers := map[string]string{"Host": r.Host}
	for name, values := range r.Header {
		if !withheld(name) {
			headers[name] = strings.Join(values, ",")
		}
	}
	prefix, _, _ := strings.Cut(domain(r), ".")
	return httpEvent{
		Version:         "v1",
		RawPath:         r.URL.EscapedPath(),
		Body:            text,
		IsBase64Encoded: isBase64,
		Headers:         headers,
		QueryParameters: joinedQuery(r.URL),
		RequestContext: httpEventContext{
			AccountID:    AccountID,
			DomainName:   domain(r),
			DomainPrefix: prefix,
			HTTP: httpEventLine{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto,
				SourceIP: sourceIP(r), UserAgent: r.UserAgent(),
			},
			RequestID: id,
			Time:      now.Format(time.RFC3339),
			TimeEpoch: strconv.FormatInt(now.UnixMilli(), 10),
		},
	}
}

// withheld says whether the trigger keeps a request header from the function.
func withheld(name string) bool {
	name = strings.ToLower(name)
	return name == "connection" || name == "keep-alive" || strings.HasPrefix(name, "x-fc-")
}

// reserved says whether a function may not set a response header.
func reserved(name string) bool {
	switch name = strings.ToLower(name); name {
	case "connection", "content-length", "date", "keep-alive", "server", "upgrade":
		return true
	default:
		return strings.HasPrefix(name, "x-fc-")
	}
}

// writeReply turns what the function returned into the response.
func (p *Pool) writeReply(w http.ResponseWriter, result Result) {
	if result.ErrorType != "" {
		writeFailure(w, http.StatusOK, result.ErrorType, result.Payload)
		return
	}
	reply, body, err := decodeReply(result.Payload)
	if err != nil {
		p.count(func(c *Counts) { c.Errors++ })
		writeFailure(w, http.StatusOK, BadResponse, encode(functionError{Message: err.Error(), Type: BadResponse}))
		return
	}
	size := 0
	for name, value := range reply.Headers {
		size += len(name) + len(value)
		if !reserved(name) {
			w.Header().Set(name, value)
		}
	}
	if size > maxHeader {
		clear(w.Header())
		p.count(func(c *Counts) { c.Errors++ })
		p.refuse(w, http.StatusBadGateway, BadResponse, "the header of the function's reply is too large")
		return
	}
	w.WriteHeader(reply.StatusCode)
	_, _ = w.Write(body) // the caller may have left
}

// writeFailure answers for a function that failed. The status of a built-in runtime is
// 200 all the same: the platform did its part.
func writeFailure(w http.ResponseWriter, status int, errorType string, body []byte) {
	w.Header().Set("X-Fc-Error-Type", errorType)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller may have left
}

// decodeReply reads a function's reply and its body.
func decodeReply(payload []byte) (httpReply, []byte, error) {
	var reply httpReply
	if err := json.Unmarshal(payload, &reply); err != nil {
		return reply, nil, errors.New("the reply is no HTTP response: " + err.Error())
	}
	if reply.StatusCode < 200 || reply.StatusCode > 599 {
		return reply, nil, errors.New("the reply has no valid statusCode: " + strconv.Itoa(reply.StatusCode))
	}
	if !reply.IsBase64Encoded {
		return reply, []byte(reply.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(reply.Body)
	if err != nil {
		return reply, nil, errors.New("the reply's body is not base64: " + err.Error())
	}
	return reply, body, nil
}

func headerSize(h http.Header) int {
	size := 0
	for name, values := range h {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return size
}
