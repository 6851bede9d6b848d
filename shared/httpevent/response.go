package httpevent

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// ErrNotResponse means that a payload is not the JSON of a [Response].
var ErrNotResponse = errors.New("httpevent: not an HTTP response")

// Response is the reply to a [Request].
type Response struct {
	// Status is the HTTP status, 200 to 599. Anything else, 0 included, is answered
	// as 500: a reply that nobody filled in must not tell VOD that its event is safe.
	Status int
	// Header holds the headers; several values for a name are joined by a comma, so
	// that Set-Cookie can be used once at most. Headers that belong to the platform
	// (Connection, Content-Length, Date, Keep-Alive, Server, Upgrade and X-Fc-*) are
	// left out, because Function Compute refuses replies that set them.
	Header http.Header
	// Body is the body, of any bytes.
	Body []byte
}

// JSON returns a reply whose body is v as JSON, on a line of its own. If v cannot be
// written as JSON, which is a programmer's mistake, the reply is 500 and empty.
func JSON(status int, v any) Response {
	body, err := json.Marshal(v)
	if err != nil {
		return Response{Status: http.StatusInternalServerError}
	}
	return Response{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: append(body, '\n')}
}

// wireResponse is the form that Function Compute and Lambda share.
type wireResponse struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	Body            string            `json:"body"`
}

// Encode returns the reply as Function Compute and Lambda expect it from a
// function. It is always the full object, since both platforms guess what a
// partial one means; a body that is not valid UTF-8 goes as Base64.
func (r Response) Encode() []byte {
	out := wireResponse{StatusCode: r.status(), Headers: r.headers()}
	out.Body, out.IsBase64Encoded = encodeBody(r.Body)
	payload, _ := json.Marshal(out) // strings, a flag and a number: it cannot fail
	return payload
}

// ServeTo writes the reply to a client of net/http. A client that has gone does
// not get it, which is no error here: whoever asked will ask again.
func (r Response) ServeTo(w http.ResponseWriter) {
	for name, value := range r.headers() {
		w.Header().Set(name, value)
	}
	w.WriteHeader(r.status())
	_, _ = w.Write(r.Body)
}

// ParseResponse reads what [Response.Encode] wrote, for emulators and tests. It
// wants the full object and a status from 200 to 599; errors wrap
// [ErrNotResponse].
func ParseResponse(payload []byte) (Response, error) {
	var in struct {
		wireResponse
		Body *string `json:"body"`
	}
	if err := json.Unmarshal(payload, &in); err != nil {
		return Response{}, fmt.Errorf("%w: payload is not a JSON object of the right types", ErrNotResponse)
	}
	r := Response{Status: in.StatusCode, Header: make(http.Header, len(in.Headers))}
	switch {
	case r.status() != in.StatusCode:
		return Response{}, fmt.Errorf("%w: statusCode is missing or out of range", ErrNotResponse)
	case in.Body == nil:
		return Response{}, fmt.Errorf("%w: body is missing", ErrNotResponse)
	}
	for name, value := range in.Headers {
		r.Header.Set(name, value)
	}
	r.Body = []byte(*in.Body)
	if in.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(*in.Body)
		if err != nil {
			return Response{}, fmt.Errorf("%w: body is not Base64 although isBase64Encoded says so: %w", ErrNotResponse, err)
		}
		r.Body = body
	}
	return r, nil
}

func (r Response) status() int {
	if r.Status < http.StatusOK || r.Status > 599 {
		return http.StatusInternalServerError
	}
	return r.Status
}

// headers returns the headers that a function may set, by canonical name.
//
// Source: Function Compute, "Use an HTTP trigger to invoke a function"
// (help.aliyun.com/document_detail/2545977, read 2026-11-23).
func (r Response) headers() map[string]string {
	h := make(http.Header, len(r.Header))
	for _, key := range slices.Sorted(maps.Keys(r.Header)) { // sorted: keys may differ in case only
		switch name := http.CanonicalHeaderKey(key); name {
		case "Connection", "Content-Length", "Date", "Keep-Alive", "Server", "Upgrade":
		default:
			if !strings.HasPrefix(name, "X-Fc-") {
				addHeader(h, name, r.Header[key])
			}
		}
	}
	return joined(h)
}

// joined returns the values of each name as one text, as the platforms do.
func joined(m map[string][]string) map[string]string {
	out := make(map[string]string, len(m))
	for name, values := range m {
		if len(values) > 0 {
			out[name] = strings.Join(values, ",")
		}
	}
	return out
}
