package openapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	platform "github.com/vodevents/vodevents/scripts/emulator"
	emulator "github.com/vodevents/vodevents/scripts/emulator/openapi"
	"github.com/vodevents/vodevents/scripts/vodctl/openapi"
	"github.com/vodevents/vodevents/shared/alicloud"
)

// key is what requests are signed with. None of it, nor authKey, may be in an error.
var key = emulator.AccessKey{ID: "id", Secret: "s3cretOfTheKey", Token: "t0kenOfTheKey"}

const authKey = "AuthK3yOfTheCallback"

// start starts the local service and returns a client for it.
func start(t *testing.T) (*emulator.Server, *openapi.Client) {
	t.Helper()
	s := emulator.New("cn-shanghai")
	s.AddKey(key)
	return s, serve(t, s)
}

// serve returns a client for a service on loopback.
func serve(t *testing.T, h http.Handler) *openapi.Client {
	t.Helper()
	listening := httptest.NewServer(h)
	t.Cleanup(listening.Close)
	return &openapi.Client{
		Region: "cn-shanghai", AccountID: "1234567890",
		Credentials: alicloud.Credentials{AccessKeyID: key.ID, AccessKeySecret: key.Secret, SecurityToken: key.Token},
		VODEndpoint: listening.URL, FCEndpoint: listening.URL + "/",
	}
}

func requireNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{key.Secret, key.Token, authKey} {
		require.NotContains(t, text, secret)
	}
}

func TestCallback(t *testing.T) {
	t.Parallel()
	_, c := start(t)
	_, err := c.MessageCallback(t.Context(), "")
	require.ErrorIs(t, err, openapi.ErrNoCallback)
	for _, cb := range []openapi.Callback{
		{AppID: "app-1000000", Type: openapi.HTTP, URL: "https://hooks.example.com/vod?a=b%20c&d=*~+é", AuthKey: authKey, EventTypes: []string{"FileUploadComplete", "AIComplete"}},
		{AppID: "app-1000000", Type: openapi.HTTP, URL: "http://hooks.example.com/", EventTypes: []string{"ALL"}},
		{AppID: "app 2", Type: openapi.MNS, Endpoint: "http://1234567890.mns.cn-shanghai.aliyuncs.com/", Queue: "vod-events-callback", EventTypes: []string{}},
	} {
		require.NoError(t, c.SetMessageCallback(t.Context(), cb))
		got, err := c.MessageCallback(t.Context(), cb.AppID)
		require.NoError(t, err)
		require.Equal(t, cb, got)
	}
	require.NoError(t, c.DeleteMessageCallback(t.Context(), ""))
	_, err = c.MessageCallback(t.Context(), "app-1000000")
	require.ErrorIs(t, err, openapi.ErrNoCallback)
	_, err = c.MessageCallback(t.Context(), "app 2")
	require.NoError(t, err, "each application has its own")
}

// TestNoCallback: it is not documented how VOD says that there is none.
func TestNoCallback(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		status int
		body   string
		want   bool // whether there is none
	}{
		{name: "empty object", status: 200, body: `{"RequestId":"1","MessageCallback":{}}`, want: true},
		{name: "no object", status: 200, body: `{"RequestId":"1"}`, want: true},
		{name: "null", status: 200, body: `{"MessageCallback":null}`, want: true},
		{name: "404", status: 404, body: `{"Code":"MessageCallback.NotFound"}`, want: true},
		{name: "another 404 of VOD", status: 404, body: `{"Code":"NoSuchResource"}`, want: true},
		{name: "400", status: 400, body: `{"Code":"CallbackNotExist"}`, want: true},
		{name: "unknown application", status: 404, body: `{"Code":"InvalidAppId.NotFound"}`},
		{name: "unknown application, in other words", status: 400, body: `{"Code":"AppNotExist"}`},
		{name: "unknown key", status: 404, body: `{"Code":"InvalidAccessKeyId.NotFound"}`},
		{name: "unknown operation", status: 404, body: `{"Code":"InvalidAction.NotFound"}`},
		{name: "not of Alibaba Cloud", status: 404, body: `404 page not found`},
		{name: "forbidden", status: 403, body: `{"Code":"NoPermission"}`},
		{name: "no JSON", status: 200, body: `<html>`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = fmt.Fprint(w, tc.body)
			}))
			_, err := c.MessageCallback(t.Context(), "")
			require.Error(t, err)
			require.Equal(t, tc.want, errors.Is(err, openapi.ErrNoCallback), err)
			err = c.DeleteMessageCallback(t.Context(), "")
			require.NotErrorIs(t, err, openapi.ErrNoCallback, "only whoever asked for it has not found it")
		})
	}
}

// TestRefused: only of what the service itself has refused is it known that it was not done.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		status int
		code   string
		want   bool
	}{
		{status: 400, code: "Throttling.User", want: true},
		{status: 403, code: "NoPermission", want: true},
		{status: 400, code: "SignatureNonceUsed"},
		{status: 403},
		{status: 302, code: "Moved"},
		{status: 503, code: "ServiceUnavailable"},
		{status: 504},
	} {
		e := openapi.Error{Status: tc.status, Code: tc.code}
		require.Equal(t, tc.want, e.Refused(), "%d %s", tc.status, tc.code)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(*openapi.Client)
		key    emulator.AccessKey
		fault  emulator.Fault
		want   string
		is     error
	}{
		{name: "wrong secret", key: emulator.AccessKey{ID: key.ID, Secret: "other", Token: key.Token}, want: "SignatureDoesNotMatch, status 400, request "},
		{name: "what to do about it", key: emulator.AccessKey{ID: key.ID, Secret: "other", Token: key.Token}, want: "check ALIBABA_CLOUD_ACCESS_KEY_SECRET"},
		{name: "unknown key", change: func(c *openapi.Client) { c.Credentials.AccessKeyID = "other" }, want: "check ALIBABA_CLOUD_ACCESS_KEY_ID"},
		{name: "old token", change: func(c *openapi.Client) { c.Credentials.SecurityToken = "0ld" }, want: "get new credentials"},
		{name: "clock", change: func(c *openapi.Client) { c.Now = func() time.Time { return time.Now().Add(-time.Hour) } }, want: "the clock of this machine"},
		{name: "no right", key: emulator.AccessKey{ID: key.ID, Secret: key.Secret, Token: key.Token, Actions: []string{}}, want: "grant it the RAM action vod:SetMessageCallback", is: openapi.ErrForbidden},
		{name: "throttled", fault: emulator.Fault{Status: 400, Code: "Throttling.User"}, want: "try again later"},
		{name: "the service has failed", fault: emulator.Fault{Status: 503, Code: "ServiceUnavailable"}, want: "the service has failed: try again later"},
		{name: "refused for another reason", fault: emulator.Fault{Status: 400, Code: "SomethingElse"}, want: "SomethingElse, status 400, request "},
		{name: "in its words", fault: emulator.Fault{Status: 400, Code: "SomethingElse"}, want: ": The request processing has failed due to some unknown error"},
		{name: "no credentials", change: func(c *openapi.Client) { c.Credentials = alicloud.Credentials{} }, want: "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET", is: openapi.ErrNoCredentials},
		{name: "no secret", change: func(c *openapi.Client) { c.Credentials.AccessKeySecret = "" }, want: "no credentials", is: openapi.ErrNoCredentials},
		{name: "nobody there", change: func(c *openapi.Client) { c.VODEndpoint = "http://127.0.0.1:1" }, want: "openapi: SetMessageCallback: dial tcp"},
		{name: "connection closed", fault: emulator.Fault{Drop: true}, want: "no answer that can be read"},
		{name: "region", change: func(c *openapi.Client) { c.VODEndpoint, c.Region = "", "evil.example/?" }, want: "is no region"},
		{name: "endpoint with a path", change: func(c *openapi.Client) { c.VODEndpoint = "https://vod.example.com/x" }, want: "the endpoint is no URL such as"},
		{name: "endpoint in clear", change: func(c *openapi.Client) { c.VODEndpoint = "http://vod.cn-shanghai.aliyuncs.com" }, want: "http only on this machine"},
		{name: "endpoint with a password", change: func(c *openapi.Client) { c.VODEndpoint = "https://u:t0kenOfTheKey@vod.example.com" }, want: "the endpoint is no URL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, c := start(t)
			if tc.key.ID != "" {
				s.AddKey(tc.key)
			}
			if tc.change != nil {
				tc.change(c)
			}
			s.SetFault(func(emulator.Call) emulator.Fault { return tc.fault })
			err := c.SetMessageCallback(t.Context(), openapi.Callback{Type: openapi.HTTP, URL: "https://hooks.example.com/", AuthKey: authKey})
			require.ErrorContains(t, err, tc.want)
			requireNoSecret(t, err.Error())
			if tc.is != nil {
				require.ErrorIs(t, err, tc.is)
			}
			_, set := s.Callback("")
			require.False(t, set)
		})
	}
}

// TestHostileAnswers: whoever answers may repeat all that was sent.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	var asked int
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		echo := authKey + " " + key.Token + " " + r.RequestURI
		w.Header().Set("X-Acs-Request-Id", authKey)
		w.Header().Set("Location", "/elsewhere?"+r.URL.RawQuery)
		w.WriteHeader([]int{400, 302, 500}[asked-1])
		_, _ = fmt.Fprintf(w, `{"Code":%q,"Message":%q,"RequestId":%q,"AccessDeniedDetail":{"AuthAction":%q}}`, authKey, "AuthKey "+echo, key.Token, key.Token)
	}))
	for range 3 {
		err := c.SetMessageCallback(t.Context(), openapi.Callback{Type: openapi.HTTP, URL: "https://hooks.example.com/", AuthKey: authKey})
		require.Error(t, err)
		requireNoSecret(t, err.Error())
	}
	require.Equal(t, 3, asked, "no redirect is followed and nothing is repeated")
}

// TestOneRequestForEachConnection: what stays open the transport might send twice over.
func TestOneRequestForEachConnection(t *testing.T) {
	t.Parallel()
	from := map[string]bool{}
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from[r.RemoteAddr] = true
		if !r.Close {
			t.Error("the connection is to be used again")
		}
		_, _ = fmt.Fprint(w, `{}`)
	}))
	for range 2 {
		require.NoError(t, c.DeleteMessageCallback(t.Context(), ""))
	}
	require.Len(t, from, 2)
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	called := make(chan struct{}, 10)
	s.SetFault(func(emulator.Call) emulator.Fault {
		called <- struct{}{}
		return emulator.Fault{Hang: true}
	})
	enough := errors.New("enough")
	for _, call := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := c.MessageCallback(ctx, ""); return err },
		func(ctx context.Context) error { _, err := c.Invoke(ctx, "f", nil); return err },
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			<-called
			cancel(enough)
		}()
		require.ErrorIs(t, call(ctx), enough)
	}
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	triggers := []emulator.Trigger{
		{Name: "http", Type: "http", Config: `{"authType":"anonymous"}`, HTTP: &emulator.TriggerAddress{Internet: "https://x.cn-shanghai.fcapp.run", Intranet: "https://y"}},
		{Name: "topic", Type: "mns_topic", SourceARN: "acs:mns:cn-shanghai:1:/topics/t"},
		{Name: "timer", Type: "timer"},
		{Name: "queue", Type: "eventbridge"},
		{Name: "last", Type: "oss"},
	}
	s.AddFunction(emulator.Function{
		Name: "vod-events-http", Runtime: "go1", Handler: "main", Role: "acs:ram::1:role/r", Timeout: 30 * time.Second, MemoryMB: 512,
		Concurrency: 1, Environment: map[string]string{"VOD_AUTH": "on"}, Triggers: triggers,
	})
	f, err := c.Function(t.Context(), "vod-events-http")
	require.NoError(t, err)
	require.Equal(t, openapi.Function{
		Name: "vod-events-http", Runtime: "go1", Handler: "main", Role: "acs:ram::1:role/r", Timeout: 30 * time.Second, MemoryMB: 512,
		Concurrency: 1, Environment: map[string]string{"VOD_AUTH": "on"}, State: "Active",
	}, f)
	got, err := c.Triggers(t.Context(), "vod-events-http")
	require.NoError(t, err)
	require.Len(t, got, len(triggers), "of all pages")
	for i, want := range triggers {
		require.Equal(t, []string{want.Name, want.Type, want.Config, want.SourceARN}, []string{got[i].Name, got[i].Type, got[i].Config, got[i].SourceARN})
	}
	require.Equal(t, "https://x.cn-shanghai.fcapp.run", got[0].HTTP.Internet)
	require.Equal(t, "https://y", got[0].HTTP.Intranet)

	for _, name := range []string{"none", "../x?y", "ü/1"} {
		_, err = c.Function(t.Context(), name)
		require.Error(t, err, name)
	}
	_, err = c.Triggers(t.Context(), "none")
	require.ErrorIs(t, err, openapi.ErrNotFound)
	require.ErrorContains(t, err, "deploy it, or correct name, account or region")
	c.FCEndpoint, c.AccountID = "", ""
	_, err = c.Triggers(t.Context(), "none")
	require.ErrorContains(t, err, "ALIBABA_CLOUD_ACCOUNT_ID")
}

func TestInvoke(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	for name, result := range map[string]platform.Result{
		"well":   {Payload: []byte(`{"n":1}`)},
		"failed": {RequestID: "1-2", ErrorType: platform.UnhandledInvocationError, Payload: []byte(`{"errorMessage":"no tables","errorType":"x"}`)},
		"dumb":   {ErrorType: platform.InvocationTimeout, Payload: []byte("\x00")},
	} {
		s.AddFunction(emulator.Function{Name: name, Invoke: func(_ context.Context, payload []byte) (platform.Result, error) {
			if string(payload) != "payload" {
				return platform.Result{}, errors.New("wrong payload")
			}
			return result, nil
		}})
	}
	s.AddFunction(emulator.Function{Name: "busy", Invoke: func(context.Context, []byte) (platform.Result, error) {
		return platform.Result{}, platform.ErrThrottled
	}})
	out, err := c.Invoke(t.Context(), "well", []byte("payload"))
	require.NoError(t, err)
	require.Equal(t, `{"n":1}`, string(out))

	_, err = c.Invoke(t.Context(), "failed", []byte("payload"))
	require.EqualError(t, err, "openapi: the function failed has failed (UnhandledInvocationError, request 1-2): no tables")
	_, err = c.Invoke(t.Context(), "dumb", []byte("payload"))
	require.ErrorContains(t, err, "it does not say why: see its log")
	_, err = c.Invoke(t.Context(), "busy", []byte("payload"))
	require.ErrorContains(t, err, "ResourceExhausted, status 429")
	_, err = c.Invoke(t.Context(), "none", []byte("payload"))
	require.ErrorIs(t, err, openapi.ErrNotFound)
}
