package openapi_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/openapi"
	client "github.com/vodevents/vodevents/scripts/vodctl/openapi"
	"github.com/vodevents/vodevents/shared/alicloud"
)

// start starts a server and returns a client for it.
func start(t *testing.T, key openapi.AccessKey) (*openapi.Server, *client.Client) {
	t.Helper()
	s := openapi.New("cn-shanghai")
	s.AddKey(key)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, &client.Client{
		Region:      "cn-shanghai",
		Credentials: alicloud.Credentials{AccessKeyID: key.ID, AccessKeySecret: key.Secret, SecurityToken: key.Token},
		VODEndpoint: h.URL, FCEndpoint: h.URL,
	}
}

// requireCode holds that err is an answer with the code.
func requireCode(t *testing.T, err error, code string, status int) {
	t.Helper()
	e, ok := errors.AsType[*client.Error](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, e.Code)
	require.Equal(t, status, e.Status)
	require.NotEmpty(t, e.RequestID)
}

func TestCallbackRules(t *testing.T) {
	t.Parallel()
	const url, key = "https://hooks.example.com/vod", "Nk7rTq2Zb9"
	const endpoint = "http://1234567890.mns.cn-shanghai.aliyuncs.com/"
	for _, tc := range []struct {
		name  string
		cb    client.Callback
		wrong bool
	}{
		{name: "HTTP", cb: client.Callback{Type: client.HTTP, URL: url}},
		{name: "with a key", cb: client.Callback{Type: client.HTTP, URL: url, AuthKey: key}},
		{name: "as long as may be", cb: client.Callback{Type: client.HTTP, URL: url + strings.Repeat("u", 256-len(url)), AuthKey: key + strings.Repeat("k", 32-len(key))}},
		{name: "MNS", cb: client.Callback{Type: client.MNS, Endpoint: endpoint, Queue: "q"}},
		{name: "type", cb: client.Callback{Type: "SMS", URL: url}, wrong: true},
		{name: "no URL", cb: client.Callback{Type: client.HTTP}, wrong: true},
		{name: "two URLs", cb: client.Callback{Type: client.HTTP, URL: url + "," + url}, wrong: true},
		{name: "URL too long", cb: client.Callback{Type: client.HTTP, URL: url + strings.Repeat("u", 257-len(url))}, wrong: true},
		{name: "key too long", cb: client.Callback{Type: client.HTTP, URL: url, AuthKey: key + strings.Repeat("k", 33-len(key))}, wrong: true},
		{name: "key without upper case", cb: client.Callback{Type: client.HTTP, URL: url, AuthKey: "nk7rtq2zb9"}, wrong: true},
		{name: "no endpoint", cb: client.Callback{Type: client.MNS, Queue: "q"}, wrong: true},
		{name: "no queue", cb: client.Callback{Type: client.MNS, Endpoint: endpoint}, wrong: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, c := start(t, openapi.AccessKey{ID: "id", Secret: "secret"})
			err := c.SetMessageCallback(t.Context(), tc.cb)
			_, set := s.Callback("")
			require.Equal(t, !tc.wrong, set)
			if tc.wrong {
				requireCode(t, err, "InvalidParameter", http.StatusBadRequest)
				return
			}
			require.NoError(t, err)
		})
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	s, c := start(t, openapi.AccessKey{ID: "id", Secret: "secret", Token: "token", Actions: []string{"fc:GetFunction"}})
	s.AddFunction(openapi.Function{Name: "f"})
	f, err := c.Function(t.Context(), "f")
	require.NoError(t, err)
	require.Equal(t, "f", f.Name)
	_, err = c.Invoke(t.Context(), "f", nil)
	requireCode(t, err, "AccessDenied", http.StatusForbidden)
	_, err = c.MessageCallback(t.Context(), "")
	requireCode(t, err, "NoPermission", http.StatusForbidden)
	var operations []string
	for _, call := range s.Calls() {
		operations = append(operations, call.Operation+" "+call.Function+" "+call.AccessKeyID)
	}
	require.Equal(t, []string{"GetFunction f id", "InvokeFunction f id", "GetMessageCallback  id"}, operations)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		fault   openapi.Fault
		code    string // of the error; empty: there is no answer
		applied bool
	}{
		{name: "error", fault: openapi.Fault{Status: 503, Code: "ServiceUnavailable"}, code: "ServiceUnavailable"},
		{name: "error after all", fault: openapi.Fault{Status: 500, Code: "InternalError", Applied: true}, code: "InternalError", applied: true},
		{name: "dropped", fault: openapi.Fault{Drop: true}},
		{name: "answer dropped", fault: openapi.Fault{Drop: true, Applied: true}, applied: true},
		{name: "hangs", fault: openapi.Fault{Hang: true}},
		{name: "answer hangs", fault: openapi.Fault{Hang: true, Applied: true}, applied: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, c := start(t, openapi.AccessKey{ID: "id", Secret: "secret"})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.SetFault(func(openapi.Call) openapi.Fault {
				if tc.fault.Hang {
					time.AfterFunc(50*time.Millisecond, cancel)
				}
				return tc.fault
			})
			err := c.SetMessageCallback(ctx, client.Callback{Type: client.HTTP, URL: "http://127.0.0.1/"})
			require.Error(t, err)
			if tc.code != "" {
				requireCode(t, err, tc.code, tc.fault.Status)
			}
			s.SetFault(nil)
			if tc.applied { // if it hangs the client may be gone before
				require.Eventually(t, func() bool { _, ok := s.Callback(""); return ok }, time.Minute, time.Millisecond)
				return
			}
			_, err = c.MessageCallback(t.Context(), "")
			require.ErrorIs(t, err, client.ErrNoCallback)
		})
	}
}
