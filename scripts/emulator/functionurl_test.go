package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

func TestFunctionURLEvent(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{Runtime: emulator.Lambda})
	r := httptest.NewRequest(http.MethodPost, "http://abc.lambda-url.example.com/a%20b?k=v1&k=v2", strings.NewReader("\xff"))
	r.Header.Add("X-Many", "1")
	r.Header.Add("X-Many", "2")
	r.Header.Set("User-Agent", "vod")
	r.AddCookie(&http.Cookie{Name: "c", Value: "1"})
	r.AddCookie(&http.Cookie{Name: "d", Value: "2"})
	response, body := send(t, pool.FunctionURL(), r)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "application/json", response.Header.Get("Content-Type"))

	var answer reply
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	var event events.LambdaFunctionURLRequest
	require.NoError(t, json.Unmarshal([]byte(answer.Event), &event))
	require.Equal(t, "2.0", event.Version)
	require.Equal(t, "/a%20b", event.RawPath)
	require.Equal(t, "k=v1&k=v2", event.RawQueryString)
	require.Equal(t, []string{"c=1", "d=2"}, event.Cookies)
	require.Equal(t, map[string]string{"k": "v1,v2"}, event.QueryStringParameters)
	require.Equal(t, map[string]string{
		"x-many": "1,2", "user-agent": "vod", "host": "abc.lambda-url.example.com", "x-forwarded-for": "192.0.2.1",
	}, event.Headers)
	require.Equal(t, "/w==", event.Body)
	require.True(t, event.IsBase64Encoded)
	c := event.RequestContext
	require.Equal(t, "abc.lambda-url.example.com", c.DomainName)
	require.Equal(t, "abc", c.DomainPrefix)
	require.Equal(t, response.Header.Get("X-Amzn-Requestid"), c.RequestID)
	require.WithinDuration(t, time.Now(), time.UnixMilli(c.TimeEpoch), time.Minute)
	require.Equal(t, events.LambdaFunctionURLRequestContextHTTPDescription{
		Method: "POST", Path: "/a b", Protocol: "HTTP/1.1", SourceIP: "192.0.2.1", UserAgent: "vod",
	}, c.HTTP)
}

func TestFunctionURLReplies(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{Runtime: emulator.Lambda})
	for _, tc := range []struct {
		do     string
		status int
		body   string
	}{
		{do: "base64", status: http.StatusTeapot, body: "\x00\x01\xff"},
		{do: "text", status: http.StatusOK, body: `"no object"`},
		{do: "nostatus", status: http.StatusOK, body: `{"body":"x"}`},
		{do: "badbase64", status: http.StatusBadGateway, body: `{"Message":"Internal Server Error"}`},
		{do: "error", status: http.StatusBadGateway, body: `{"Message":"Internal Server Error"}`},
		{do: "panic", status: http.StatusBadGateway, body: `{"Message":"Internal Server Error"}`},
		{do: "exit", status: http.StatusBadGateway, body: `{"Message":"Internal Server Error"}`},
		{do: "big", status: http.StatusBadGateway, body: `{"Message":"Internal Server Error"}`},
	} {
		response, body := send(t, pool.FunctionURL(), httptest.NewRequest(http.MethodPost, "/do="+tc.do, nil))
		require.Equal(t, tc.status, response.StatusCode, tc.do)
		require.Equal(t, tc.body, body, tc.do)
		if tc.do == "base64" {
			require.Equal(t, "1", response.Header.Get("X-Own"))
			require.Equal(t, []string{"a=1", "b=2"}, response.Header["Set-Cookie"])
		}
	}
	require.Equal(t, 3, pool.Counts().Errors, "error, answer too large, no base64")
	require.Equal(t, 1, pool.Counts().Panics)
	require.Equal(t, 1, pool.Counts().Killed)
}

func TestFunctionURLTimeout(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{Runtime: emulator.Lambda, Timeout: 200 * time.Millisecond})
	response, _ := send(t, pool.FunctionURL(), httptest.NewRequest(http.MethodPost, "/do=hang", nil))
	require.Equal(t, http.StatusBadGateway, response.StatusCode)
	require.Equal(t, emulator.Counts{Invocations: 1, ColdStarts: 1, Timeouts: 1}, pool.Counts())
}

func TestFunctionURLLimits(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{Runtime: emulator.Lambda})
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 6<<20+1)))
	response, _ := send(t, pool.FunctionURL(), r)
	require.Equal(t, http.StatusRequestEntityTooLarge, response.StatusCode)
	require.NoError(t, pool.Shutdown(t.Context()))
	response, _ = send(t, pool.FunctionURL(), httptest.NewRequest(http.MethodPost, "/", nil))
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
}
