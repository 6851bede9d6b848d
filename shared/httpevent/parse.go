package httpevent

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Parse reads the payload with which an HTTP trigger of Function Compute or a
// Lambda function URL invokes a function. It is lenient about everything but the
// method and the encoding of the body, and copies what it keeps. Every error
// wraps [ErrNotHTTP].
//
// Text that is not valid UTF-8 or holds unpaired surrogates is read as
// encoding/json reads it, with U+FFFD for what cannot be said; a platform sends a
// body that is no text as Base64.
func Parse(payload []byte) (Request, error) {
	var in struct {
		RawPath               json.RawMessage `json:"rawPath"`
		RawQueryString        json.RawMessage `json:"rawQueryString"`
		QueryParameters       json.RawMessage `json:"queryParameters"`
		QueryStringParameters json.RawMessage `json:"queryStringParameters"`
		Headers               json.RawMessage `json:"headers"`
		Cookies               json.RawMessage `json:"cookies"`
		Body                  json.RawMessage `json:"body"`
		IsBase64Encoded       json.RawMessage `json:"isBase64Encoded"`
		RequestContext        struct {
			DomainName json.RawMessage `json:"domainName"`
			RequestID  json.RawMessage `json:"requestId"`
			TimeEpoch  json.RawMessage `json:"timeEpoch"`
			HTTP       struct {
				Method   string          `json:"method"`
				Path     json.RawMessage `json:"path"`
				SourceIP json.RawMessage `json:"sourceIp"`
			} `json:"http"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal(payload, &in); err != nil {
		// The error of encoding/json may quote the payload, so it is not passed on.
		return Request{}, fmt.Errorf("%w: payload is not a JSON object with requestContext.http", ErrNotHTTP)
	}
	if in.RequestContext.HTTP.Method == "" {
		return Request{}, fmt.Errorf("%w: requestContext.http.method is missing", ErrNotHTTP)
	}
	body, err := decodeBody(text(in.Body), text(in.IsBase64Encoded))
	if err != nil {
		return Request{}, err
	}
	r := Request{
		Method:    in.RequestContext.HTTP.Method,
		Query:     parseQuery(text(in.RawQueryString), in.QueryParameters, in.QueryStringParameters),
		Header:    parseHeader(in.Headers, in.Cookies),
		Body:      body,
		RequestID: text(in.RequestContext.RequestID),
		SourceIP:  text(in.RequestContext.HTTP.SourceIP),
		Domain:    text(in.RequestContext.DomainName),
		Time:      parseEpoch(text(in.RequestContext.TimeEpoch)),
	}
	r.RawPath, r.Path = parsePath(text(in.RawPath), text(in.RequestContext.HTTP.Path))
	return r, nil
}

func decodeBody(body, isBase64 string) ([]byte, error) {
	if body == "" {
		return nil, nil
	}
	if encoded, _ := strconv.ParseBool(isBase64); !encoded { // nonsense means no
		return []byte(body), nil
	}
	decoded, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return nil, fmt.Errorf("%w: body is not Base64 although isBase64Encoded says so: %w", ErrNotHTTP, err)
	}
	if len(decoded) == 0 {
		return nil, nil
	}
	return decoded, nil
}

// parsePath trusts the raw path, because only that is encoded once for certain.
func parsePath(raw, decoded string) (rawPath, path string) {
	if raw == "" {
		if decoded == "" {
			decoded = "/"
		}
		return (&url.URL{Path: decoded}).EscapedPath(), decoded
	}
	if p, err := url.PathUnescape(raw); err == nil {
		return raw, p
	}
	if decoded == "" {
		decoded = raw
	}
	return raw, decoded
}

// parseQuery prefers the raw query, which is exact, to the maps, in which several
// values are joined.
func parseQuery(raw string, joined ...json.RawMessage) url.Values {
	if raw != "" {
		query, _ := url.ParseQuery(raw) // what can be read of it
		return query
	}
	query := url.Values{}
	for _, m := range joined {
		for name, value := range members(m) {
			if v := values(value); len(v) > 0 {
				query[name] = v
			}
		}
	}
	return query
}

func parseHeader(headers, cookies json.RawMessage) http.Header {
	in := members(headers)
	h := make(http.Header, len(in))
	for _, name := range slices.Sorted(maps.Keys(in)) { // sorted: names may differ in case only
		addHeader(h, name, values(in[name]))
	}
	if _, ok := h["Cookie"]; !ok {
		addHeader(h, "Cookie", values(cookies))
	}
	return h
}

// maxEpoch is the last millisecond of the year 9999.
const maxEpoch = 253402300799999

func parseEpoch(ms string) time.Time {
	n, err := strconv.ParseInt(strings.TrimSpace(ms), 10, 64)
	if err != nil || n <= 0 || n > maxEpoch {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// members returns the members of a JSON object; none if raw is anything else.
func members(raw json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}

// values returns the elements of a JSON array as text, or the one value that raw is.
func values(raw json.RawMessage) []string {
	if isNull(raw) {
		return nil
	}
	var elements []json.RawMessage
	if json.Unmarshal(raw, &elements) != nil {
		return []string{text(raw)}
	}
	texts := make([]string, len(elements))
	for i, e := range elements {
		texts[i] = text(e)
	}
	return texts
}

// text returns a JSON string unescaped, "" for null and for what is missing, and
// any other value as its JSON; in all of them what is no UTF-8 is replaced.
func text(raw json.RawMessage) string {
	if isNull(raw) {
		return ""
	}
	var s string
	if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return s
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }
