package httpevent_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	fcevents "github.com/aliyun/fc-runtime-go-sdk/events"
	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/vodevents/vodevents/shared/httpevent"
)

func TestEncodeFCAsTheSDKReadsIt(t *testing.T) {
	t.Parallel()
	r, err := httpevent.Parse(sample(t, "fc.json"))
	require.NoError(t, err)
	var got fcevents.HTTPTriggerEvent
	strict(t, r.EncodeFC(), &got)
	require.Equal(t, "v1", *got.Version)
	require.Equal(t, "/vod/callback%20two", *got.RawPath)
	require.Equal(t, string(r.Body), *got.Body)
	require.False(t, *got.IsBase64Encoded)
	require.Equal(t, map[string]string{"tenant": "green", "tag": "a,b"}, *got.QueryParameters)
	require.Equal(t, "1772874932", (*got.Headers)["X-Vod-Timestamp"])
	require.Equal(t, "hooks", *got.TriggerContext.DomainPrefix)
	require.Equal(t, "/vod/callback two", *got.TriggerContext.Http.Path)
	require.Equal(t, "Apache-HttpClient/4.5.14 (Java/11.0.22)", *got.TriggerContext.Http.UserAgent)
	require.Equal(t, "2026-03-07T09:15:32Z", *got.TriggerContext.Time)
	require.Equal(t, "1772874932417", *got.TriggerContext.TimeEpoch)
}

func TestEncodeLambdaAsTheSDKReadsIt(t *testing.T) {
	t.Parallel()
	r, err := httpevent.Parse(sample(t, "lambda.json"))
	require.NoError(t, err)
	r.Body = []byte{0xff}
	var got events.LambdaFunctionURLRequest
	require.NoError(t, json.Unmarshal(r.EncodeLambda(), &got))
	require.Equal(t, "2.0", got.Version)
	require.Equal(t, "/vod/callback%20two", got.RawPath)
	require.Equal(t, "tag=a&tag=b%2Cc&tenant=green", got.RawQueryString)
	require.Equal(t, map[string]string{"tenant": "green", "tag": "a,b,c"}, got.QueryStringParameters)
	require.Equal(t, []string{"session=91", "theme=dark"}, got.Cookies)
	require.Equal(t, "1772874932", got.Headers["x-vod-timestamp"])
	require.NotContains(t, got.Headers, "cookie")
	require.Equal(t, "/w==", got.Body)
	require.True(t, got.IsBase64Encoded)
	require.Equal(t, int64(1772874932417), got.RequestContext.TimeEpoch)
	require.Equal(t, "07/Mar/2026:09:15:32 +0000", got.RequestContext.Time)
	require.Equal(t, "POST", got.RequestContext.HTTP.Method)
}

func TestEncodeRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		path := "/" + rapid.String().Draw(t, "path")
		r := httpevent.Request{
			Method:    rapid.StringMatching(`[A-Z]{1,7}`).Draw(t, "method"),
			Path:      path,
			RawPath:   (&url.URL{Path: path}).EscapedPath(),
			Query:     url.Values{},
			Header:    http.Header{},
			RequestID: rapid.String().Draw(t, "request id"),
			SourceIP:  rapid.StringMatching(`[0-9.]{0,15}`).Draw(t, "source"),
			Domain:    rapid.StringMatching(`[a-z0-9.-]{0,20}`).Draw(t, "domain"),
		}
		for range rapid.IntRange(0, 4).Draw(t, "headers") {
			r.Header.Set(rapid.StringMatching(`[A-Za-z][A-Za-z0-9-]{0,9}`).Draw(t, "name"), rapid.String().Draw(t, "value"))
		}
		for range rapid.IntRange(0, 4).Draw(t, "query") {
			r.Query.Set(rapid.String().Draw(t, "name"), rapid.String().Draw(t, "value"))
		}
		if body := rapid.SliceOf(rapid.Byte()).Draw(t, "body"); len(body) > 0 {
			r.Body = body
		}
		if rapid.Bool().Draw(t, "timed") {
			r.Time = time.UnixMilli(rapid.Int64Range(1, 1<<45).Draw(t, "time")).UTC()
		}
		for _, payload := range [][]byte{r.EncodeFC(), r.EncodeLambda()} {
			got, err := httpevent.Parse(payload)
			require.NoError(t, err)
			require.Equal(t, r, got)
		}
	})
}

func TestEncodeLambdaKeepsTheQuery(t *testing.T) {
	t.Parallel()
	r := httpevent.Request{Method: "GET", Path: "/", RawPath: "/", Header: http.Header{}, Query: url.Values{"k": {"1", "2,3", "\xff"}, "": {""}}}
	got, err := httpevent.Parse(r.EncodeLambda())
	require.NoError(t, err)
	require.Equal(t, r, got)
}

func TestEncodeWithoutRawPath(t *testing.T) {
	t.Parallel()
	got, err := httpevent.Parse(httpevent.Request{Method: "GET", Path: "/a b"}.EncodeFC())
	require.NoError(t, err)
	require.Equal(t, "/a%20b", got.RawPath)
	require.Equal(t, "/a b", got.Path)
}

// strict decodes payload and fails on a member that v does not know.
func strict(t *testing.T, payload []byte, v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(v))
}
