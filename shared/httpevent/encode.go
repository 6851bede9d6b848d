package httpevent

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// EncodeFC returns the payload with which an HTTP trigger of Function Compute
// would hand over r, for emulators and tests. [Parse] gives back r if Path is
// RawPath decoded, Query and Header hold one value for each name, the names of
// headers are canonical, Time is in UTC and in whole milliseconds, all text but
// the body is valid UTF-8, Query and Header are not nil, and an empty body is.
func (r Request) EncodeFC() []byte {
	type contextPart struct {
		AccountID    string      `json:"accountId"`
		DomainName   string      `json:"domainName"`
		DomainPrefix string      `json:"domainPrefix"`
		HTTP         encodedHTTP `json:"http"`
		RequestID    string      `json:"requestId"`
		Time         string      `json:"time,omitempty"`
		TimeEpoch    string      `json:"timeEpoch,omitempty"`
	}
	body, isBase64 := encodeBody(r.Body)
	prefix, _, _ := strings.Cut(r.Domain, ".")
	out := struct {
		Version         string            `json:"version"`
		RawPath         string            `json:"rawPath"`
		Body            string            `json:"body"`
		IsBase64Encoded bool              `json:"isBase64Encoded"`
		Headers         map[string]string `json:"headers"`
		QueryParameters map[string]string `json:"queryParameters"`
		RequestContext  contextPart       `json:"requestContext"`
	}{
		Version: "v1", RawPath: r.rawPath(), Body: body, IsBase64Encoded: isBase64,
		Headers: joined(r.Header), QueryParameters: joined(r.Query),
		RequestContext: contextPart{
			DomainName: r.Domain, DomainPrefix: prefix, RequestID: r.RequestID, HTTP: r.encodeHTTP(),
		},
	}
	if !r.Time.IsZero() {
		out.RequestContext.Time = r.Time.UTC().Format(time.RFC3339)
		out.RequestContext.TimeEpoch = strconv.FormatInt(r.Time.UnixMilli(), 10)
	}
	payload, _ := json.Marshal(out) // strings and flags only: it cannot fail
	return payload
}

// EncodeLambda returns the payload with which a Lambda function URL would hand
// over r, for emulators and tests: names of headers in lower case, cookies in an
// array. [Parse] gives back r under the conditions of [Request.EncodeFC], but
// Query may hold several values for a name, of any bytes.
func (r Request) EncodeLambda() []byte {
	type contextPart struct {
		AccountID    string      `json:"accountId"`
		DomainName   string      `json:"domainName"`
		DomainPrefix string      `json:"domainPrefix"`
		HTTP         encodedHTTP `json:"http"`
		RequestID    string      `json:"requestId"`
		Stage        string      `json:"stage"`
		Time         string      `json:"time,omitempty"`
		TimeEpoch    int64       `json:"timeEpoch,omitempty"`
	}
	body, isBase64 := encodeBody(r.Body)
	prefix, _, _ := strings.Cut(r.Domain, ".")
	out := struct {
		Version               string            `json:"version"`
		RouteKey              string            `json:"routeKey"`
		RawPath               string            `json:"rawPath"`
		RawQueryString        string            `json:"rawQueryString"`
		Cookies               []string          `json:"cookies,omitempty"`
		Headers               map[string]string `json:"headers"`
		QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
		RequestContext        contextPart       `json:"requestContext"`
		Body                  string            `json:"body,omitempty"`
		IsBase64Encoded       bool              `json:"isBase64Encoded"`
	}{
		Version: "2.0", RouteKey: "$default", RawPath: r.rawPath(), RawQueryString: r.Query.Encode(),
		Headers: map[string]string{}, QueryStringParameters: joined(r.Query),
		RequestContext: contextPart{
			AccountID: "anonymous", DomainName: r.Domain, DomainPrefix: prefix, RequestID: r.RequestID, Stage: "$default",
			HTTP: r.encodeHTTP(),
		},
		Body: body, IsBase64Encoded: isBase64,
	}
	for name, value := range joined(r.Header) {
		if name == "Cookie" {
			out.Cookies = strings.Split(value, "; ")
			continue
		}
		out.Headers[strings.ToLower(name)] = value
	}
	if !r.Time.IsZero() {
		out.RequestContext.Time = r.Time.UTC().Format("02/Jan/2006:15:04:05 -0700")
		out.RequestContext.TimeEpoch = r.Time.UnixMilli()
	}
	payload, _ := json.Marshal(out) // strings, flags and one number: it cannot fail
	return payload
}

// encodedHTTP is the member requestContext.http, the same on both platforms.
type encodedHTTP struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

func (r Request) encodeHTTP() encodedHTTP {
	return encodedHTTP{
		Method: r.Method, Path: r.Path, Protocol: "HTTP/1.1",
		SourceIP: r.SourceIP, UserAgent: r.Header.Get("User-Agent"),
	}
}

func (r Request) rawPath() string {
	if r.RawPath != "" {
		return r.RawPath
	}
	return (&url.URL{Path: r.Path}).EscapedPath()
}

// encodeBody returns a body as both platforms carry it: as text where that keeps
// every byte, else as Base64.
func encodeBody(body []byte) (encoded string, isBase64 bool) {
	if utf8.Valid(body) {
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}
