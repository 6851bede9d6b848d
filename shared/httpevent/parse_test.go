package httpevent_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/httpevent"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	payload, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return payload
}

func TestParseFC(t *testing.T) {
	t.Parallel()
	r, err := httpevent.Parse(sample(t, "fc.json"))
	require.NoError(t, err)
	require.Equal(t, httpevent.Request{
		Method:  http.MethodPost,
		Path:    "/vod/callback two",
		RawPath: "/vod/callback%20two",
		Query:   url.Values{"tenant": {"green"}, "tag": {"a,b"}},
		Header: http.Header{
			"Accept-Encoding": {"gzip,deflate"},
			"Content-Type":    {"application/json"},
			"User-Agent":      {"Apache-HttpClient/4.5.14 (Java/11.0.22)"},
			"X-Forwarded-For": {"203.0.113.7,198.51.100.20"},
			"X-Vod-Signature": {"0a1b2c3d4e5f60718293a4b5c6d7e8f9"},
			"X-Vod-Timestamp": {"1772874932"},
		},
		Body: []byte(`{"EventType":"FileUploadComplete","VideoId":"5f0c1b7ad03c71ef8e2b0764a0fd0102",` +
			`"EventTime":"2026-03-07T09:15:31Z","Size":48213944}`),
		RequestID: "1-69ac0e34-15a8c1d2-7e94a1b3c0de",
		SourceIP:  "203.0.113.7",
		Domain:    "hooks.meadow-tv.example",
		Time:      time.Date(2026, 3, 7, 9, 15, 32, 417e6, time.UTC),
	}, r)
	require.Equal(t, "1772874932", r.Header.Get("X-VOD-TIMESTAMP"))
}

func TestParseLambda(t *testing.T) {
	t.Parallel()
	r, err := httpevent.Parse(sample(t, "lambda.json"))
	require.NoError(t, err)
	require.Equal(t, httpevent.Request{
		Method:  http.MethodPost,
		Path:    "/vod/callback two",
		RawPath: "/vod/callback%20two",
		Query:   url.Values{"tenant": {"green"}, "tag": {"a", "b,c"}},
		Header: http.Header{
			"Content-Type":    {"application/json"},
			"Cookie":          {"session=91; theme=dark"},
			"Host":            {"k3hzy5.lambda-url.eu-central-1.on.aws"},
			"X-Forwarded-For": {"203.0.113.7"},
			"X-Vod-Signature": {"0a1b2c3d4e5f60718293a4b5c6d7e8f9"},
			"X-Vod-Timestamp": {"1772874932"},
		},
		Body:      []byte(`{"EventType":"TranscodeComplete"}`),
		RequestID: "b06a1c55-72bc-4f54-9d53-9be4b4cfa1b0",
		SourceIP:  "203.0.113.7",
		Domain:    "k3hzy5.lambda-url.eu-central-1.on.aws",
		Time:      time.Date(2026, 3, 7, 9, 15, 32, 417e6, time.UTC),
	}, r)
}

// TestParseTolerates merges one change into a minimal request and looks at the
// part of the result that it concerns.
func TestParseTolerates(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change string // members of the payload, or of requestContext if that is what it names
		want   httpevent.Request
	}{
		{name: "nothing but a method"},
		{name: "null everywhere", change: `"headers":null,"queryParameters":null,"queryStringParameters":null,"cookies":null,` +
			`"rawQueryString":null,"body":null,"isBase64Encoded":null,"rawPath":null,"version":null`},
		{name: "unknown members", change: `"triggerId":"x","stageVariables":{"a":[1]}`},
		{name: "lists where maps belong", change: `"headers":[1],"queryParameters":"a=b"`},
		{
			name:   "header of several values",
			change: `"headers":{"x-many":["1","2"],"x-null":null,"x-none":[],"x-number":7,"x-flag":true}`,
			want:   httpevent.Request{Header: http.Header{"X-Many": {"1,2"}, "X-Number": {"7"}, "X-Flag": {"true"}}},
		},
		{
			name:   "header in two cases",
			change: `"headers":{"x-a":"2","X-A":"1"}`,
			want:   httpevent.Request{Header: http.Header{"X-A": {"1,2"}}},
		},
		{
			name:   "cookies twice",
			change: `"headers":{"cookie":"a=1; b=2"},"cookies":["a=1","b=2"]`,
			want:   httpevent.Request{Header: http.Header{"Cookie": {"a=1; b=2"}}},
		},
		{
			name:   "query of several values",
			change: `"queryParameters":{"k":["1","2"],"n":3,"gone":null}`,
			want:   httpevent.Request{Query: url.Values{"k": {"1", "2"}, "n": {"3"}}},
		},
		{
			name:   "query of Lambda without the raw one",
			change: `"rawQueryString":"","queryStringParameters":{"k":"1,2"}`,
			want:   httpevent.Request{Query: url.Values{"k": {"1,2"}}},
		},
		{
			name:   "raw query that is partly broken",
			change: `"rawQueryString":"a=1&b=%zz&c=3"`,
			want:   httpevent.Request{Query: url.Values{"a": {"1"}, "c": {"3"}}},
		},
		{name: "flag as text", change: `"body":"aGk=","isBase64Encoded":"true"`, want: httpevent.Request{Body: []byte("hi")}},
		{name: "flag as text, off", change: `"body":"aGk=","isBase64Encoded":"False"`, want: httpevent.Request{Body: []byte("aGk=")}},
		{name: "flag as nonsense", change: `"body":"aGk=","isBase64Encoded":{}`, want: httpevent.Request{Body: []byte("aGk=")}},
		{name: "empty body in Base64", change: `"body":"","isBase64Encoded":true`},
		{name: "line break in Base64", change: `"body":"aG\nk=\n","isBase64Encoded":true`, want: httpevent.Request{Body: []byte("hi")}},
		{name: "body that is no text", change: `"body":"/wD+","isBase64Encoded":true`, want: httpevent.Request{Body: []byte{0xff, 0, 0xfe}}},
		{name: "body as an object", change: `"body":{"EventType": "X"}`, want: httpevent.Request{Body: []byte(`{"EventType": "X"}`)}},
		{name: "escapes in the body", change: `"body":"\u00e9\ud83d\ude00\ud800\n"`, want: httpevent.Request{Body: []byte("é😀\uFFFD\n")}},
		{name: "raw path only", change: `"rawPath":"/a%2Fb%25"`, want: httpevent.Request{RawPath: "/a%2Fb%25", Path: "/a/b%"}},
		{name: "raw path of rubbish", change: `"rawPath":"/100%"`, want: httpevent.Request{RawPath: "/100%", Path: "/100%"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			payload := `{"requestContext":{"http":{"method":"GET"}}`
			if tc.change != "" {
				payload += "," + tc.change
			}
			r, err := httpevent.Parse([]byte(payload + "}"))
			require.NoError(t, err)
			want := tc.want
			want.Method = http.MethodGet
			if want.Path == "" {
				want.Path, want.RawPath = "/", "/"
			}
			if want.Query == nil {
				want.Query = url.Values{}
			}
			if want.Header == nil {
				want.Header = http.Header{}
			}
			require.Equal(t, want, r)
		})
	}
}

func TestParsePathOfContext(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, raw, decoded, wantRaw, wantPath string }{
		{name: "none", wantRaw: "/", wantPath: "/"},
		{name: "decoded only", decoded: "/a b?", wantRaw: "/a%20b%3F", wantPath: "/a b?"},
		{name: "both", raw: "/a%20b", decoded: "/a b", wantRaw: "/a%20b", wantPath: "/a b"},
		{name: "decoded is not decoded", raw: "/a%20b", decoded: "/a%20b", wantRaw: "/a%20b", wantPath: "/a b"},
		{name: "decoded once, and only once", raw: "/a%2520b", decoded: "/a%20b", wantRaw: "/a%2520b", wantPath: "/a%20b"},
		{name: "raw is broken", raw: "/%zz", decoded: "/zz", wantRaw: "/%zz", wantPath: "/zz"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r, err := httpevent.Parse(encode(t, map[string]any{
				"rawPath":        tc.raw,
				"requestContext": map[string]any{"http": map[string]any{"method": "GET", "path": tc.decoded}},
			}))
			require.NoError(t, err)
			require.Equal(t, tc.wantRaw, r.RawPath)
			require.Equal(t, tc.wantPath, r.Path)
		})
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 7, 9, 15, 32, 417e6, time.UTC)
	for _, tc := range []struct {
		name  string
		epoch any
		want  time.Time
	}{
		{name: "text", epoch: "1772874932417", want: at},
		{name: "text with blanks", epoch: " 1772874932417 ", want: at},
		{name: "number", epoch: 1772874932417, want: at},
		{name: "none"},
		{name: "empty", epoch: ""},
		{name: "zero", epoch: 0},
		{name: "negative", epoch: -5},
		{name: "fraction", epoch: "1772874932417.5"},
		{name: "after the year 9999", epoch: "253402300800000"},
		{name: "too large a number", epoch: json.RawMessage("99999999999999999999")},
		{name: "words", epoch: "today"},
		{name: "object", epoch: map[string]any{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r, err := httpevent.Parse(encode(t, map[string]any{
				"requestContext": map[string]any{"timeEpoch": tc.epoch, "http": map[string]any{"method": "GET"}},
			}))
			require.NoError(t, err)
			require.Equal(t, tc.want, r.Time)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, payload, want string }{
		{name: "nothing", want: "requestContext.http"},
		{name: "text", payload: "hello", want: "requestContext.http"},
		{name: "null", payload: "null", want: "method is missing"},
		{name: "array", payload: `[{"requestContext":{"http":{"method":"GET"}}}]`, want: "requestContext.http"},
		{name: "cut short", payload: `{"requestContext":{"http":{"method":"GET"`, want: "requestContext.http"},
		{name: "the console's test event", payload: `{"key1": "value1", "key2": "value2"}`, want: "method is missing"},
		{name: "VOD's event itself", payload: `{"EventType":"FileUploadComplete"}`, want: "method is missing"},
		{name: "context is text", payload: `{"requestContext":"GET /"}`, want: "requestContext.http"},
		{name: "http is text", payload: `{"requestContext":{"http":"GET /"}}`, want: "requestContext.http"},
		{name: "method is a number", payload: `{"requestContext":{"http":{"method":1}}}`, want: "requestContext.http"},
		{name: "method is empty", payload: `{"requestContext":{"http":{"method":""}}}`, want: "method is missing"},
		{name: "REST API of another age", payload: `{"httpMethod":"GET","requestContext":{"stage":"prod"}}`, want: "method is missing"},
		{
			name:    "failed asynchronous invocation",
			payload: `{"requestContext":{"requestId":"1","functionArn":"acs:fc"},"requestPayload":"x"}`, want: "method is missing",
		},
		{
			name:    "body is not the Base64 it is said to be",
			payload: `{"requestContext":{"http":{"method":"POST"}},"body":"{\"secret\":1}","isBase64Encoded":true}`, want: "not Base64",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := httpevent.Parse([]byte(tc.payload))
			require.ErrorIs(t, err, httpevent.ErrNotHTTP)
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

// The buffer of the payload belongs to the runtime, which uses it again.
func TestParseKeepsNothingOfThePayload(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"fc.json", "lambda.json"} {
		payload := sample(t, name)
		r, err := httpevent.Parse(payload)
		require.NoError(t, err)
		clear(payload)
		again, err := httpevent.Parse(sample(t, name))
		require.NoError(t, err)
		require.Equal(t, again, r, name)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample(f, "fc.json"))
	f.Add(sample(f, "lambda.json"))
	f.Add([]byte(`{"requestContext":{"http":{"method":"POST","path":"/a b"}},"body":"aGk=","isBase64Encoded":"true"}`))
	f.Add([]byte(`{"requestContext":{"timeEpoch":"1","http":{"method":"g"}},"headers":{"x a":["1",null],"COOKIE":""},"cookies":["a"]}`))
	f.Add([]byte(`{"requestContext":{"http":{"method":"GET"}},"rawPath":"/%zz","rawQueryString":"a=%ff&a=1&;"}`))
	f.Add([]byte(`{"requestContext":{"http":{"method":"GET"}},"queryParameters":{"a":{"b":1},"":""},"body":[1, 2]}`))
	f.Add([]byte(`{"requestContext":{"http":"GET"}}`))
	f.Add([]byte(`null`))
	f.Add([]byte("{\"cookies\":{\"\":\"\x88\"},\"requestContext\":{\"http\":{\"method\":\"0\"}}}"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		r, err := httpevent.Parse(payload)
		if err != nil {
			require.ErrorIs(t, err, httpevent.ErrNotHTTP)
			return
		}
		require.NotEmpty(t, r.Method)
		require.NotEmpty(t, r.Path)
		for name, values := range r.Header {
			require.Len(t, values, 1, name)
		}

		fc, err := httpevent.Parse(r.EncodeFC())
		require.NoError(t, err)
		again, err := httpevent.Parse(fc.EncodeFC())
		require.NoError(t, err)
		require.Equal(t, fc, again)
		if plainQuery(r.Query) {
			require.Equal(t, r, fc)
		}

		lambda, err := httpevent.Parse(r.EncodeLambda())
		require.NoError(t, err)
		if plainHeader(r.Header) {
			require.Equal(t, r, lambda)
		}
	})
}

// plainQuery says whether Function Compute can hand over q without loss.
func plainQuery(q url.Values) bool {
	for name, values := range q {
		if len(values) != 1 || !utf8.ValidString(name) || !utf8.ValidString(values[0]) {
			return false
		}
	}
	return true
}

// plainHeader says whether all names stay what they are in lower case and back.
func plainHeader(h http.Header) bool {
	for name := range h {
		if http.CanonicalHeaderKey(strings.ToLower(name)) != name {
			return false
		}
	}
	return true
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	payload, err := json.Marshal(v)
	require.NoError(t, err)
	return payload
}
