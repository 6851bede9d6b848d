package oracle_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	official "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	officialutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/stretchr/testify/require"

	platform "github.com/vodevents/vodevents/scripts/emulator"
	emulator "github.com/vodevents/vodevents/scripts/emulator/openapi"
	"github.com/vodevents/vodevents/scripts/vodctl/openapi"
	"github.com/vodevents/vodevents/shared/alicloud"
)

// apis is the local server of the APIs, and the requests that it got.
type apis struct {
	*emulator.Server

	url string

	mu       sync.Mutex
	requests []*http.Request
}

func startAPIs(t *testing.T, key emulator.AccessKey) *apis {
	t.Helper()
	s := &apis{Server: emulator.New("cn-shanghai")}
	s.AddKey(key)
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Clone(context.WithoutCancel(r.Context())))
		s.mu.Unlock()
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(listening.Close)
	s.url = listening.URL
	return s
}

// last returns the last request.
func (s *apis) last() *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[len(s.requests)-1]
}

// official returns the official client of all APIs.
func (s *apis) official(t *testing.T, key emulator.AccessKey) *official.Client {
	t.Helper()
	c := &officialutil.Config{
		AccessKeyId: new(key.ID), AccessKeySecret: new(key.Secret), Endpoint: new(strings.TrimPrefix(s.url, "http://")), Protocol: new("HTTP"),
	}
	if key.Token != "" {
		c.SecurityToken = new(key.Token)
	}
	client, err := official.NewClient(c)
	require.NoError(t, err)
	return client
}

// call is one request, by both clients.
type call struct {
	name   string
	ours   func(context.Context, *openapi.Client) error
	params officialutil.Params
	asked  officialutil.OpenApiRequest
}

// vodCall is how the generated client of VOD calls an operation.
func vodCall(action string) officialutil.Params {
	return officialutil.Params{
		Action: new(action), Version: new("2017-03-21"), Pathname: new("/"), Method: new("POST"), Style: new("RPC"),
		AuthType: new("AK"), ReqBodyType: new("formData"), BodyType: new("json"), Protocol: new("HTTP"),
	}
}

// fcCall is how the generated client of Function Compute calls an operation.
func fcCall(action, method, path, answer string) officialutil.Params {
	return officialutil.Params{
		Action: new(action), Version: new("2023-03-30"), Pathname: new("/2023-03-30/functions/" + path), Method: new(method), Style: new("ROA"),
		AuthType: new("AK"), ReqBodyType: new("json"), BodyType: new(answer), Protocol: new("HTTP"),
	}
}

func query(pairs ...string) map[string]*string {
	q := map[string]*string{}
	for i := 0; i < len(pairs); i += 2 {
		q[pairs[i]] = new(pairs[i+1])
	}
	return q
}

// calls are requests of every kind that our client sends.
func calls() []call {
	hook := openapi.Callback{Type: openapi.HTTP, URL: "https://hooks.example.com/视频?a=b%20c&d=*~+'()!", AuthKey: "Nk7rTq2Zb9", EventTypes: []string{"FileUploadComplete", "AIComplete"}}
	queue := openapi.Callback{AppID: "app-2", Type: openapi.MNS, Endpoint: "http://1234.mns.cn-shanghai.aliyuncs.com/", Queue: "q", EventTypes: []string{"ALL"}}
	return []call{
		{
			name: "set HTTP", ours: func(ctx context.Context, c *openapi.Client) error { return c.SetMessageCallback(ctx, hook) },
			params: vodCall("SetMessageCallback"), asked: officialutil.OpenApiRequest{Query: query(
				"AppId", "app-1000000", "AuthKey", hook.AuthKey, "AuthSwitch", "on", "CallbackType", "HTTP", "CallbackURL", hook.URL, "EventTypeList", "FileUploadComplete,AIComplete",
			)},
		},
		{
			name: "set MNS", ours: func(ctx context.Context, c *openapi.Client) error { return c.SetMessageCallback(ctx, queue) },
			params: vodCall("SetMessageCallback"), asked: officialutil.OpenApiRequest{Query: query(
				"AppId", "app-2", "CallbackType", "MNS", "EventTypeList", "ALL", "MnsEndpoint", queue.Endpoint, "MnsQueueName", "q",
			)},
		},
		{
			name: "get", ours: func(ctx context.Context, c *openapi.Client) error { _, err := c.MessageCallback(ctx, ""); return err },
			params: vodCall("GetMessageCallback"), asked: officialutil.OpenApiRequest{Query: query("AppId", "app-1000000")},
		},
		{
			name: "function", ours: func(ctx context.Context, c *openapi.Client) error { _, err := c.Function(ctx, "f"); return err },
			params: fcCall("GetFunction", "GET", "f", "json"),
		},
		{
			name: "triggers", ours: func(ctx context.Context, c *openapi.Client) error { _, err := c.Triggers(ctx, "f"); return err },
			params: fcCall("ListTriggers", "GET", "f/triggers", "json"), asked: officialutil.OpenApiRequest{Query: query("limit", "100")},
		},
		{
			name: "invoke", ours: func(ctx context.Context, c *openapi.Client) error {
				_, err := c.Invoke(ctx, "f", []byte(`{"operation":"migrate"}`))
				return err
			},
			params: fcCall("InvokeFunction", "POST", "f/invocations", "binary"),
			asked:  officialutil.OpenApiRequest{Stream: strings.NewReader(`{"operation":"migrate"}`)},
		},
	}
}

// TestOpenAPIRequests: the server takes the signatures of both clients, and both ask alike.
func TestOpenAPIRequests(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]emulator.AccessKey{
		"user": {ID: "id", Secret: "a secret"}, "role": {ID: "STS.id", Secret: "a secret", Token: "a+token/with=signs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startAPIs(t, key)
			s.SetCallback(emulator.Callback{CallbackType: "HTTP", CallbackURL: "https://hooks.example.com/"})
			s.AddFunction(emulator.Function{Name: "f", Invoke: func(_ context.Context, payload []byte) (platform.Result, error) {
				return platform.Result{Payload: payload}, nil
			}})
			ours := &openapi.Client{
				Region: "cn-shanghai", VODEndpoint: s.url, FCEndpoint: s.url,
				Credentials: alicloud.Credentials{AccessKeyID: key.ID, AccessKeySecret: key.Secret, SecurityToken: key.Token},
			}
			theirs := s.official(t, key)
			for _, tc := range calls() {
				require.NoError(t, tc.ours(t.Context(), ours), tc.name)
				mine := s.last()
				_, err := theirs.CallApi(&tc.params, &tc.asked, &dara.RuntimeOptions{})
				require.NoError(t, err, tc.name)
				official := s.last()

				require.Equal(t, official.Method, mine.Method, tc.name)
				require.Equal(t, official.URL.EscapedPath(), mine.URL.EscapedPath(), tc.name)
				require.Equal(t, official.URL.Query(), mine.URL.Query(), tc.name)
				for _, header := range []string{"Host", "Content-Type", "X-Acs-Action", "X-Acs-Version", "X-Acs-Content-Sha256", "X-Acs-Security-Token", "Accept"} {
					require.Equal(t, official.Header.Values(header), mine.Header.Values(header), "%s: %s", tc.name, header)
				}
				made := s.Calls()
				require.Equal(t, made[len(made)-1], made[len(made)-2], tc.name)
			}
		})
	}
}

// TestOpenAPISignature: Sign makes the very signature of the official client's requests.
func TestOpenAPISignature(t *testing.T) {
	t.Parallel()
	key := emulator.AccessKey{ID: "id", Secret: "a secret"}
	s := startAPIs(t, key)
	for _, tc := range calls() {
		_, _ = s.official(t, key).CallApi(&tc.params, &tc.asked, &dara.RuntimeOptions{}) // what it finds does not matter
		r := s.last()
		want := r.Header.Get("Authorization")
		at, err := dateOf(r)
		require.NoError(t, err)
		var body []byte
		if tc.asked.Stream != nil {
			body = []byte(`{"operation":"migrate"}`)
		}
		// Sent is a query with + for blanks and others unescaped, signed its strict form.
		r.URL.RawQuery = strict(r.URL.Query().Encode())
		r.URL.Host = r.Host
		openapi.Sign(r, body, alicloud.Credentials{AccessKeyID: key.ID, AccessKeySecret: key.Secret}, at, r.Header.Get("X-Acs-Signature-Nonce"))
		require.Equal(t, want, r.Header.Get("Authorization"), tc.name)
	}
}

// TestOpenAPIErrors: the official client reads the server's errors as those of the APIs.
func TestOpenAPIErrors(t *testing.T) {
	t.Parallel()
	s := startAPIs(t, emulator.AccessKey{ID: "id", Secret: "another secret"})
	for name, tc := range map[string]struct {
		key  emulator.AccessKey
		want string
	}{
		"secret": {emulator.AccessKey{ID: "id", Secret: "a secret"}, "SignatureDoesNotMatch"},
		"key":    {emulator.AccessKey{ID: "x", Secret: "a secret"}, "InvalidAccessKeyId.NotFound"},
		"none":   {emulator.AccessKey{ID: "id", Secret: "another secret"}, "MessageCallback.NotFound"},
	} {
		params := vodCall("GetMessageCallback")
		_, err := s.official(t, tc.key).CallApi(&params, &officialutil.OpenApiRequest{}, &dara.RuntimeOptions{})
		require.Error(t, err, name)
		text, jsonErr := json.Marshal(err)
		require.NoError(t, jsonErr)
		require.Contains(t, string(text)+err.Error(), tc.want, name)
	}
}

// dateOf returns when a request was signed.
func dateOf(r *http.Request) (time.Time, error) {
	return time.Parse(time.RFC3339, r.Header.Get("X-Acs-Date"))
}

// strict escapes what the standard library leaves as it is, or writes otherwise.
func strict(query string) string { return strings.ReplaceAll(query, "+", "%20") }
