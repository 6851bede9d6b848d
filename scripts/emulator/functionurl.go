package emulator

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// FunctionURL returns the function URL in front of a [Lambda] function: events
// in the payload format 2.0. A request that the function fails on is answered
// with 502, one that finds all instances busy with 429. A reply without
// statusCode becomes the body of a 200, as Lambda has it.
func (p *Pool) FunctionURL() http.Handler { return http.HandlerFunc(p.serveFunctionURL) }

func (p *Pool) serveFunctionURL(w http.ResponseWriter, r *http.Request) {
	id := p.protocol.requestID()
	w.Header().Set("X-Amzn-Requestid", id)
	body, ok := p.readBody(w, r)
	if !ok {
		return
	}
	result, err := p.invoke(r.Context(), call{id: id, payload: encode(newURLRequest(r, body, id))}, p.acquire)
	if err != nil {
		p.unavailable(w, err)
		return
	}
	if result.ErrorType != "" {
		p.refuse(w, http.StatusBadGateway, "", "Internal Server Error")
		return
	}
	reply, replyBody, err := decodeURLResponse(result.Payload)
	if err != nil {
		p.count(func(c *Counts) { c.Errors++ })
		p.refuse(w, http.StatusBadGateway, "", "Internal Server Error")
		return
	}
	for name, value := range reply.Headers {
		w.Header().Set(name, value)
	}
	w.Header().Del("Content-Length") // net/http knows better
	for _, cookie := range reply.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	w.WriteHeader(reply.StatusCode)
	_, _ = w.Write(replyBody) // the caller may have left
}

// newURLRequest wraps a request: header names in lower case, repeated values
// joined by commas, cookies in a list of their own.
func newURLRequest(r *http.Request, body []byte, id string) events.LambdaFunctionURLRequest {
	now := time.Now().UTC()
	text, isBase64 := eventBody(r, body)
	headers := map[string]string{"host": r.Host, "x-forwarded-for": sourceIP(r)}
	for name, values := range r.Header {
		if name != "Cookie" {
			headers[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	var cookies []string
	for _, cookie := range r.Cookies() {
		cookies = append(cookies, cookie.Name+"="+cookie.Value)
	}
	prefix, _, _ := strings.Cut(domain(r), ".")
	return events.LambdaFunctionURLRequest{
		Version:               "2.0",
		RawPath:               r.URL.EscapedPath(),
		RawQueryString:        r.URL.RawQuery,
		Cookies:               cookies,
		Headers:               headers,
		QueryStringParameters: joinedQuery(r.URL),
		RequestContext: events.LambdaFunctionURLRequestContext{
			AccountID:    "anonymous",
			RequestID:    id,
			APIID:        prefix,
			DomainName:   domain(r),
			DomainPrefix: prefix,
			Time:         now.Format("02/Jan/2006:15:04:05 -0700"),
			TimeEpoch:    now.UnixMilli(),
			HTTP: events.LambdaFunctionURLRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto,
				SourceIP: sourceIP(r), UserAgent: r.UserAgent(),
			},
		},
		Body:            text,
		IsBase64Encoded: isBase64,
	}
}

// decodeURLResponse reads a function's reply and its body.
func decodeURLResponse(payload []byte) (events.LambdaFunctionURLResponse, []byte, error) {
	if !hasStatusCode(payload) {
		return events.LambdaFunctionURLResponse{
			StatusCode: http.StatusOK,
			Headers:    map[string]string{"Content-Type": "application/json"},
		}, bytes.TrimSpace(payload), nil
	}
	var reply events.LambdaFunctionURLResponse
	if err := json.Unmarshal(payload, &reply); err != nil {
		return reply, nil, err
	}
	if reply.StatusCode < 200 || reply.StatusCode > 599 {
		return reply, nil, errors.New("no valid status code")
	}
	if !reply.IsBase64Encoded {
		return reply, []byte(reply.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(reply.Body)
	return reply, body, err
}

// hasStatusCode says whether a reply means to be a response.
func hasStatusCode(payload []byte) bool {
	var shape struct {
		StatusCode json.RawMessage `json:"statusCode"`
	}
	return json.Unmarshal(payload, &shape) == nil && shape.StatusCode != nil
}
