package httpevent_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	fcevents "github.com/aliyun/fc-runtime-go-sdk/events"
	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/vodevents/vodevents/shared/httpevent"
)

func TestResponseEncode(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		r    httpevent.Response
		want string
	}{
		{
			name: "usual", r: httpevent.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"id":1}`)},
			want: `{"statusCode":200,"headers":{"Content-Type":"application/json"},"isBase64Encoded":false,"body":"{\"id\":1}"}`,
		},
		{name: "filled in by nobody", want: `{"statusCode":500,"headers":{},"isBase64Encoded":false,"body":""}`},
		{name: "no final status", r: httpevent.Response{Status: 101}, want: `{"statusCode":500,"headers":{},"isBase64Encoded":false,"body":""}`},
		{name: "no status at all", r: httpevent.Response{Status: 600}, want: `{"statusCode":500,"headers":{},"isBase64Encoded":false,"body":""}`},
		{name: "highest status", r: httpevent.Response{Status: 599}, want: `{"statusCode":599,"headers":{},"isBase64Encoded":false,"body":""}`},
		{
			name: "body that is no text", r: httpevent.Response{Status: 503, Body: []byte{0xff, 0}},
			want: `{"statusCode":503,"headers":{},"isBase64Encoded":true,"body":"/wA="}`,
		},
		{
			name: "several values", r: httpevent.Response{Status: 405, Header: http.Header{"allow": {"POST", "HEAD"}, "X-None": nil}},
			want: `{"statusCode":405,"headers":{"Allow":"POST,HEAD"},"isBase64Encoded":false,"body":""}`,
		},
		{
			name: "headers of the platform", r: httpevent.Response{Status: 200, Header: http.Header{
				"Connection": {"close"}, "content-length": {"7"}, "Date": {"x"}, "Keep-Alive": {"x"}, "Server": {"x"}, "Upgrade": {"x"},
				"X-Fc-Error-Type": {"x"}, "X-Kept": {"1"},
			}},
			want: `{"statusCode":200,"headers":{"X-Kept":"1"},"isBase64Encoded":false,"body":""}`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			payload := tc.r.Encode()
			require.JSONEq(t, tc.want, string(payload))
			var fc fcevents.HTTPTriggerResponse
			strict(t, payload, &fc)
			var lambda events.LambdaFunctionURLResponse
			strict(t, payload, &lambda)
			require.Equal(t, fc.StatusCode, lambda.StatusCode)
		})
	}
}

func TestResponseRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := httpevent.Response{
			Status: rapid.IntRange(200, 599).Draw(t, "status"),
			Header: http.Header{"X-A": {rapid.String().Draw(t, "header")}},
			Body:   rapid.SliceOf(rapid.Byte()).Draw(t, "body"),
		}
		got, err := httpevent.ParseResponse(r.Encode())
		require.NoError(t, err)
		require.Equal(t, r.Status, got.Status)
		require.Equal(t, r.Header, got.Header)
		require.Equal(t, string(r.Body), string(got.Body))
	})
}

func TestParseResponseRefuses(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{
		"nothing":            ``,
		"null":               `null`,
		"text":               `"ok"`,
		"no status":          `{"headers":{},"isBase64Encoded":false,"body":"ok"}`,
		"status as text":     `{"statusCode":"200","body":"ok"}`,
		"status of no reply": `{"statusCode":100,"body":"ok"}`,
		"no body":            `{"statusCode":200,"headers":{},"isBase64Encoded":false}`,
		"body as an object":  `{"statusCode":200,"body":{}}`,
		"headers as lists":   `{"statusCode":200,"headers":{"a":["b"]},"body":""}`,
		"broken Base64":      `{"statusCode":200,"isBase64Encoded":true,"body":"?"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := httpevent.ParseResponse([]byte(payload))
			require.ErrorIs(t, err, httpevent.ErrNotResponse)
		})
	}
}

func FuzzParseResponse(f *testing.F) {
	f.Add([]byte(`{"statusCode":200,"headers":{"content-type":"text/plain"},"isBase64Encoded":false,"body":"ok"}`))
	f.Add([]byte(`{"statusCode":503,"headers":null,"isBase64Encoded":true,"body":"/wA="}`))
	f.Add([]byte(`{"statusCode":200,"headers":{"Date":"x","x-fc-a":""},"body":""}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		r, err := httpevent.ParseResponse(payload)
		if err != nil {
			require.ErrorIs(t, err, httpevent.ErrNotResponse)
			return
		}
		again, err := httpevent.ParseResponse(r.Encode())
		require.NoError(t, err)
		require.Equal(t, r.Status, again.Status)
		require.Equal(t, string(r.Body), string(again.Body))
		require.Subset(t, r.Header, again.Header)
	})
}

func TestResponseServeTo(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	httpevent.Response{
		Status: http.StatusServiceUnavailable,
		Header: http.Header{"Content-Type": {"application/json"}, "Allow": {"POST", "HEAD"}, "Connection": {"close"}},
		Body:   []byte(`{"error":"store is away"}`),
	}.ServeTo(w)
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.JSONEq(t, `{"error":"store is away"}`, w.Body.String())
	require.Equal(t, http.Header{"Content-Type": {"application/json"}, "Allow": {"POST,HEAD"}}, w.Header())

	w = httptest.NewRecorder()
	httpevent.Response{}.ServeTo(w)
	require.Equal(t, http.StatusInternalServerError, w.Code)
}

func TestJSON(t *testing.T) {
	t.Parallel()
	require.Equal(t, httpevent.Response{
		Status: http.StatusTeapot,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   []byte(`{"a":1}` + "\n"),
	}, httpevent.JSON(http.StatusTeapot, map[string]int{"a": 1}))
	require.Equal(t, httpevent.Response{Status: http.StatusInternalServerError}, httpevent.JSON(http.StatusOK, func() {}),
		"what cannot be said is never 200")
}
