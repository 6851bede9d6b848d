package main_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/openapi"
	"github.com/vodevents/vodevents/shared/vod"
)

// What must never be printed.
const (
	accessSecret = "s3cretOfTheAccessKey"
	accessToken  = "t0kenOfTheAccessKey"
	newAuthKey   = "NewAuthKey4711"
	oldAuthKey   = "OldAuthKey0815"
)

const (
	hookURL  = "https://hooks.example.com/vod/3f9c1e"
	endpoint = "http://1234567890.mns.cn-shanghai.aliyuncs.com/"
)

// ours is the callback that vodctl sets without flags.
var ours = openapi.Callback{
	AppID: "app-1000000", CallbackType: "HTTP", CallbackURL: hookURL, AuthSwitch: "on", AuthKey: newAuthKey,
	EventTypeList: strings.Join(selectable(), ","),
}

// selectable returns what the API calls the types of events: those of AI are one.
func selectable() []string {
	var names []string
	for _, t := range vod.Types() {
		if !strings.HasPrefix(string(t), "AI") {
			names = append(names, string(t))
		}
	}
	return append(names, "AIComplete")
}

// region is a region of Alibaba Cloud, and surroundings that are set up for it.
type region struct {
	*openapi.Server
	*home
}

// newRegion starts a region; env has further settings.
func newRegion(t *testing.T, env ...string) region {
	t.Helper()
	s := openapi.New("cn-shanghai")
	s.AddKey(openapi.AccessKey{ID: "id", Secret: accessSecret, Token: accessToken})
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	return region{Server: s, home: newHome(t, append([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + accessSecret, "ALIBABA_CLOUD_SECURITY_TOKEN=" + accessToken,
		"ALIBABA_CLOUD_ACCOUNT_ID=1234567890", "ALIBABA_CLOUD_VOD_ENDPOINT=" + listening.URL, "ALIBABA_CLOUD_FC_ENDPOINT=" + listening.URL,
		"VOD_AUTH_KEY=" + newAuthKey + " " + oldAuthKey, "VOD_CALLBACK_URL=" + hookURL,
	}, env...)...)}
}

// with returns the same region with more settings.
func (r region) with(env ...string) region {
	return region{Server: r.Server, home: r.home.with(env...)}
}

// vodctl calls vodctl in the surroundings' directory, and holds that it prints no secret.
func (r region) vodctl(t *testing.T, stdin *os.File, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := r.command(t, args...)
	cmd.Dir = r.dir
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if stdin != nil {
		cmd.Stdin = stdin
	}
	if err := cmd.Run(); err != nil {
		_, ok := errors.AsType[*exec.ExitError](err)
		require.True(t, ok, err)
	}
	for _, secret := range []string{accessSecret, accessToken, newAuthKey, oldAuthKey} {
		require.NotContains(t, out.String()+problems.String(), secret)
	}
	return out.String(), problems.String(), cmd.ProcessState.ExitCode()
}

func TestCallbackGet(t *testing.T) {
	t.Parallel()
	r := newRegion(t)
	stdout, _, code := r.vodctl(t, nil, "callback", "get")
	require.Equal(t, 1, code)
	require.Regexp(t, `^no callback is set for app-1000000 in cn-shanghai \(MessageCallback\.NotFound, request [0-9A-F-]{36}\): VOD reports nothing\n$`, stdout)
	r.AnswerEmpty()
	stdout, _, code = r.vodctl(t, nil, "callback", "get")
	require.Equal(t, 1, code)
	require.Equal(t, "no callback is set for app-1000000 in cn-shanghai: VOD reports nothing\n", stdout)
	stdout, _, code = r.vodctl(t, nil, "callback", "get", "--json")
	require.Equal(t, 1, code)
	require.JSONEq(t, `{"set":false,"app_id":"app-1000000","region":"cn-shanghai","signed":false,"auth_key":0,
		"event_types":[],"missing_types":[],"warnings":[]}`, stdout)

	r.SetCallback(ours)
	stdout, stderr, code := r.vodctl(t, nil, "callback", "get")
	require.Equal(t, 0, code)
	require.Equal(t, `application  app-1000000 in cn-shanghai
reports by   HTTP
url          `+hookURL+`
signed       yes, with the first key of VOD_AUTH_KEY
events
  `+strings.Join(selectable(), "\n  ")+"\n", stdout)
	require.Empty(t, stderr)
}

func TestCallbackGetWarns(t *testing.T) {
	t.Parallel()
	with := func(change func(*openapi.Callback)) openapi.Callback {
		cb := ours
		change(&cb)
		return cb
	}
	queue := openapi.Callback{CallbackType: "MNS", MnsEndpoint: endpoint, MnsQueueName: "q", EventTypeList: "ALL"}
	for _, tc := range []struct {
		name string
		cb   openapi.Callback
		env  string
		args []string
		want string // one warning; empty: none
	}{
		{name: "with the key that is rotated out", cb: with(func(cb *openapi.Callback) { cb.AuthKey = oldAuthKey })},
		{name: "all types", cb: with(func(cb *openapi.Callback) { cb.EventTypeList = "ALL" })},
		{name: "queue", cb: queue},
		{name: "no type", cb: with(func(cb *openapi.Callback) { cb.EventTypeList = "" }), want: "no type of event is selected: VOD reports nothing"},
		{
			name: "as the console leaves it", want: "not selected: SubmitMediaRefreshComplete, AIComplete",
			cb: with(func(cb *openapi.Callback) {
				cb.EventTypeList = strings.NewReplacer("SubmitMediaRefreshComplete,", "", ",AIComplete", "").Replace(cb.EventTypeList)
			}),
		},
		{name: "another key", cb: with(func(cb *openapi.Callback) { cb.AuthKey = "An0therKey" }), want: "a key that VOD_AUTH_KEY does not have"},
		{name: "no key", cb: with(func(cb *openapi.Callback) { cb.AuthSwitch = "off" }), want: "VOD does not sign"},
		{name: "no key, as it is meant", cb: with(func(cb *openapi.Callback) { cb.AuthSwitch, cb.AuthKey = "off", "" }), env: "VOD_AUTH=off"},
		{name: "another URL", cb: with(func(cb *openapi.Callback) { cb.CallbackURL = "https://other.example.com/" }), want: "VOD_CALLBACK_URL is another URL"},
		{name: "http", cb: with(func(cb *openapi.Callback) { cb.CallbackURL = "http://hooks.example.com/" }), env: "VOD_CALLBACK_URL=http://hooks.example.com/", want: "the URL is http"},
		{
			name: "internal endpoint", want: "want http://<account>.mns.cn-shanghai.aliyuncs.com/",
			cb: openapi.Callback{CallbackType: "MNS", MnsEndpoint: "http://1.mns.cn-shanghai-internal.aliyuncs.com/", MnsQueueName: "q", EventTypeList: "ALL"},
		},
		{name: "queue elsewhere", cb: queue, args: []string{"--region", "ap-southeast-1"}, want: "the queue is not in ap-southeast-1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRegion(t, tc.env)
			r.SetCallback(tc.cb)
			_, stderr, code := r.vodctl(t, nil, append([]string{"callback", "get"}, tc.args...)...)
			require.Equal(t, 0, code, stderr)
			if tc.want == "" {
				require.Empty(t, stderr)
				return
			}
			require.Contains(t, stderr, tc.want)
			require.Equal(t, 1, strings.Count(stderr, "warning: "), stderr)
		})
	}
}

func TestCallbackSet(t *testing.T) {
	t.Parallel()
	r := newRegion(t)
	stdout, stderr, code := r.vodctl(t, nil, "callback", "set", "--dry-run")
	require.Equal(t, 0, code, stderr)
	require.Equal(t, `reports by  nothing -> HTTP
url         nothing -> `+hookURL+`
signed      nothing -> yes, with the first key of VOD_AUTH_KEY
events      nothing -> 20 types
nothing was changed: this is a dry run
`, stdout)
	require.Equal(t, "with AccessKey id (environment), meant for account 1234567890 (environment)\n", stderr)
	_, set := r.Callback("")
	require.False(t, set)

	stdout, stderr, code = r.vodctl(t, nil, "callback", "set", "--yes")
	require.Equal(t, 0, code, stderr)
	require.Contains(t, stdout, "set, and read back\n")
	require.Contains(t, stderr, "can reset the types of events")
	cb, _ := r.Callback("")
	require.ElementsMatch(t, selectable(), strings.Split(cb.EventTypeList, ","))
	cb.EventTypeList = ours.EventTypeList
	require.Equal(t, ours, cb)

	before := len(r.Calls())
	stdout, _, code = r.vodctl(t, nil, "callback", "set")
	require.Equal(t, 0, code, "there is nothing to ask")
	require.Equal(t, "it is set so already: nothing was changed\n", stdout)
	require.Len(t, r.Calls(), before+1)

	stdout, stderr, code = r.vodctl(t, nil, "callback", "set", "--queue", "vod-events-callback", "--events", "fileuploadcomplete,AIMediaAuditComplete, AIVideoTagComplete", "--yes")
	require.Equal(t, 0, code, stderr)
	require.Equal(t, `reports by  HTTP -> MNS
url         `+hookURL+` -> nothing
endpoint    nothing -> http://1234567890.mns.cn-shanghai.aliyuncs.com
queue       nothing -> vod-events-callback
signed      yes, with the first key of VOD_AUTH_KEY -> nothing
events      20 types, gone: `+strings.Join(without(ours.EventTypeList, "FileUploadComplete", "AIComplete"), ", ")+` -> 2 types
set, and read back
`, stdout)
	require.Contains(t, stderr, "not selected: ImageUploadComplete")
	cb, _ = r.Callback("")
	require.Equal(t, openapi.Callback{
		AppID: "app-1000000", CallbackType: "MNS", MnsEndpoint: endpoint, MnsQueueName: "vod-events-callback", EventTypeList: "FileUploadComplete,AIComplete",
	}, cb)

	stdout, _, code = r.with("VOD_AUTH=off").vodctl(t, nil, "callback", "set", "--events", "all", "--app-id", "app-2", "--yes", "--json")
	require.Equal(t, 0, code)
	require.Equal(t, "set", only(t, stdout)["outcome"])
	cb, _ = r.Callback("app-2")
	require.Equal(t, openapi.Callback{AppID: "app-2", CallbackType: "HTTP", CallbackURL: hookURL, AuthSwitch: "off", EventTypeList: "ALL"}, cb)
}

// without returns the types of a list that are not named.
func without(list string, names ...string) []string {
	var rest []string
	for name := range strings.SplitSeq(list, ",") {
		if !strings.Contains(strings.Join(names, ","), name) {
			rest = append(rest, name)
		}
	}
	return rest
}

// TestCallbackKeyChange: a key of which nothing else can be said than that it is another.
func TestCallbackKeyChange(t *testing.T) {
	t.Parallel()
	r := newRegion(t)
	cb := ours
	for _, tc := range []struct{ key, want string }{
		{oldAuthKey, "signed      yes, with key 2 of VOD_AUTH_KEY -> yes, with the first key of VOD_AUTH_KEY\n"},
		{"An0therKey", "signed      yes, with another key -> yes, with the first key of VOD_AUTH_KEY\n"},
	} {
		cb.AuthKey = tc.key
		r.SetCallback(cb)
		stdout, _, code := r.vodctl(t, nil, "callback", "set", "--yes")
		require.Equal(t, 0, code)
		require.Equal(t, tc.want+"set, and read back\n", stdout)
	}
}

func TestCallbackSetRefuses(t *testing.T) {
	t.Parallel()
	long := "https://hooks.example.com/" + strings.Repeat("x", 231)
	for _, tc := range []struct {
		name string
		args []string
		env  string
		want string
	}{
		{name: "nowhere", env: "VOD_CALLBACK_URL=", want: "where to? give --url URL or --queue NAME, or set VOD_CALLBACK_URL"},
		{name: "two places", args: []string{"--url", hookURL, "--queue", "q"}, want: "not both"},
		{name: "no type", args: []string{"--events", ""}, want: "an empty list switches all notifications off"},
		{name: "commas only", args: []string{"--events", " , "}, want: "an empty list switches all notifications off"},
		{name: "unknown type", args: []string{"--events", "TranscodComplete"}, want: `VOD reports no "TranscodComplete"; did you mean TranscodeComplete`},
		{name: "all and one", args: []string{"--events", "ALL,TranscodeComplete"}, want: "name it alone"},
		{name: "257 bytes", args: []string{"--url", long}, want: "the callback URL has 257 bytes, and VOD takes 256"},
		{name: "two URLs", args: []string{"--url", hookURL + " " + hookURL}, want: "VOD takes exactly one"},
		{name: "two URLs with a comma", args: []string{"--url", hookURL + "," + hookURL}, want: "VOD takes exactly one"},
		{name: "no URL", args: []string{"--url", "hooks.example.com/vod"}, want: "want one such as"},
		{name: "another scheme", args: []string{"--url", "ftp://hooks.example.com/"}, want: "want one such as"},
		{name: "password", args: []string{"--url", "https://u:" + accessSecret + "@hooks.example.com/"}, want: "put the secret into its path"},
		{name: "fragment", args: []string{"--url", hookURL + "#x"}, want: "never sent"},
		{name: "no key", env: "VOD_AUTH_KEY=", want: "set VOD_AUTH_KEY as the HTTP function has it"},
		{name: "long key", env: "VOD_AUTH_KEY=Aa1" + strings.Repeat("x", 30), want: "the first key has over 32 characters"},
		{name: "key without upper case", env: "VOD_AUTH_KEY=abc123 " + newAuthKey, want: "VOD wants up to 32"},
		{name: "key without lower case", env: "VOD_AUTH_KEY=ABC123", want: "VOD wants up to 32"},
		{name: "key without digits", env: "VOD_AUTH_KEY=ABCabc", want: "VOD wants up to 32"},
		{name: "queue by its URL", args: []string{"--queue", "mns://1.mns.cn-shanghai.aliyuncs.com/queues/q"}, want: "--queue: want the name of a queue"},
		{name: "queue of nobody", args: []string{"--queue", "q"}, env: "ALIBABA_CLOUD_ACCOUNT_ID=", want: "set ALIBABA_CLOUD_ACCOUNT_ID"},
		{name: "nobody to ask", want: "no terminal to ask on: give --yes"},
		{name: "no settings there", args: []string{"--env", "nowhere.env"}, want: "the settings cannot be read"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRegion(t, tc.env)
			_, stderr, code := r.vodctl(t, nil, append([]string{"callback", "set"}, tc.args...)...)
			require.Equal(t, 2, code, stderr)
			require.Contains(t, stderr, tc.want)
			_, set := r.Callback("")
			require.False(t, set)
		})
	}
}

// TestCallbackLimits: as long as VOD takes them.
func TestCallbackLimits(t *testing.T) {
	t.Parallel()
	url, key := "https://hooks.example.com/"+strings.Repeat("x", 230), "Aa1"+strings.Repeat("x", 29)
	r := newRegion(t, "VOD_AUTH_KEY="+key, "VOD_CALLBACK_URL="+url)
	_, stderr, code := r.vodctl(t, nil, "callback", "set", "--yes")
	require.Equal(t, 0, code, stderr)
	cb, _ := r.Callback("")
	require.Equal(t, []string{url, key}, []string{cb.CallbackURL, cb.AuthKey})
}

// TestCallbackReadBack: what was written is worth nothing before it was read.
func TestCallbackReadBack(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		fault  openapi.Fault           // of setting
		then   func(s *openapi.Server) // before it is read back
		want   string                  // on stdout
		beside string                  // on stderr
		code   int
	}{
		{name: "the list was reset", then: func(s *openapi.Server) {
			cb := ours
			cb.EventTypeList = "FileUploadComplete"
			s.SetCallback(cb)
		}, want: "-> 1 types\nnot set as wanted", beside: "this was read back, and is not what was wanted:", code: 1},
		{name: "another key", then: func(s *openapi.Server) {
			cb := ours
			cb.AuthKey = oldAuthKey
			s.SetCallback(cb)
		}, want: "signed      yes, with the first key of VOD_AUTH_KEY -> yes, with key 2 of VOD_AUTH_KEY\nnot set as wanted", code: 1},
		{name: "in another order", then: func(s *openapi.Server) {
			cb := ours
			names := selectable()
			cb.EventTypeList = names[1] + "," + names[0] + "," + strings.Join(names[2:], ",")
			s.SetCallback(cb)
		}, want: "set, and read back"},
		{name: "answer lost", fault: openapi.Fault{Drop: true, Applied: true}, want: "set, and read back", beside: "it may have been done, reading back"},
		{name: "lost", fault: openapi.Fault{Drop: true}, want: "reports by  HTTP -> nothing", beside: "it may have been done, reading back", code: 1},
		{name: "the gateway did not wait", fault: openapi.Fault{Status: 504, Applied: true}, want: "set, and read back", beside: "SetMessageCallback: status 504"},
		{name: "the service has failed late", fault: openapi.Fault{Status: 503, Code: "ServiceUnavailable", Applied: true}, want: "set, and read back", beside: "it may have been done, reading back"},
		{name: "the service has failed", fault: openapi.Fault{Status: 503, Code: "ServiceUnavailable"}, want: "not set as wanted", beside: "it may have been done, reading back", code: 1},
		{name: "sent twice on the way", fault: openapi.Fault{Status: 400, Code: "SignatureNonceUsed", Applied: true}, want: "set, and read back", beside: "it may have been done, reading back"},
		{name: "refused", fault: openapi.Fault{Status: 400, Code: "Throttling.User"}, beside: "SetMessageCallback: Throttling.User, status 400", code: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRegion(t)
			var set atomic.Bool
			r.SetFault(func(c openapi.Call) openapi.Fault {
				switch {
				case c.Operation == "SetMessageCallback":
					set.Store(true)
					return tc.fault
				case tc.then != nil && set.Load():
					tc.then(r.Server)
				}
				return openapi.Fault{}
			})
			stdout, stderr, code := r.vodctl(t, nil, "callback", "set", "--yes")
			require.Equal(t, tc.code, code, stderr)
			require.Contains(t, stdout, tc.want)
			require.Contains(t, stderr, tc.beside)
			require.Equal(t, tc.name != "refused", strings.Count(called(r.Calls()), "GetMessageCallback") == 2, "it is read back")
		})
	}
}

// called returns the operations of calls.
func called(calls []openapi.Call) string {
	var names []string
	for _, c := range calls {
		names = append(names, c.Operation)
	}
	return strings.Join(names, " ")
}

func TestCallbackDeleteReadBack(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault openapi.Fault // of deleting
		want  string        // on stdout
		code  int
	}{
		{name: "the gateway did not wait", fault: openapi.Fault{Status: 504, Applied: true}, want: "deleted: VOD reports nothing any more\n"},
		{name: "the gateway did not get through", fault: openapi.Fault{Status: 504}, want: "a callback is still set: vodctl callback get shows it\n", code: 1},
		{name: "refused", fault: openapi.Fault{Status: 400, Code: "Throttling.User"}, code: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRegion(t)
			r.SetCallback(ours)
			r.SetFault(func(c openapi.Call) openapi.Fault {
				if c.Operation == "DeleteMessageCallback" {
					return tc.fault
				}
				return openapi.Fault{}
			})
			stdout, stderr, code := r.vodctl(t, nil, "callback", "delete", "--yes")
			require.Equal(t, tc.code, code, stderr)
			require.True(t, strings.HasSuffix(stdout, tc.want), stdout)
			require.Equal(t, tc.name == "refused", strings.HasSuffix(called(r.Calls()), "DeleteMessageCallback"))
		})
	}
}

func TestCallbackDelete(t *testing.T) {
	t.Parallel()
	r := newRegion(t)
	stdout, _, code := r.vodctl(t, nil, "callback", "delete")
	require.Equal(t, 0, code)
	require.Regexp(t, `^no callback is set for app-1000000 in cn-shanghai \(MessageCallback\.NotFound, request [0-9A-F-]{36}\)\n$`, stdout)
	r.SetFault(func(openapi.Call) openapi.Fault { return openapi.Fault{Status: 404, Code: "InvalidAppId.NotFound"} })
	stdout, stderr, code := r.vodctl(t, nil, "callback", "delete", "--app-id", "app-2")
	require.Equal(t, 1, code, "there is no such application")
	require.Empty(t, stdout)
	require.Contains(t, stderr, "InvalidAppId.NotFound, status 404, request ")
	r.SetFault(nil)

	r.SetCallback(ours)
	_, stderr, code = r.with("ALIBABA_CLOUD_ACCOUNT_ID=").vodctl(t, nil, "callback", "delete")
	require.Equal(t, 2, code, "nobody to ask")
	require.Contains(t, stderr, "with AccessKey id (environment), of whatever account: ALIBABA_CLOUD_ACCOUNT_ID is not set\n")
	require.Contains(t, stderr, "give --yes")
	stdout, _, code = r.vodctl(t, nil, "callback", "delete", "--dry-run")
	require.Equal(t, 0, code)
	require.Contains(t, stdout, "url         "+hookURL+" -> nothing\n")
	_, set := r.Callback("")
	require.True(t, set)

	stdout, _, code = r.vodctl(t, nil, "callback", "delete", "--yes", "--json")
	require.Equal(t, 0, code)
	require.JSONEq(t, `{"outcome":"deleted"}`, stdout)
	_, set = r.Callback("")
	require.False(t, set)

	r.SetFault(func(c openapi.Call) openapi.Fault {
		if c.Operation == "GetMessageCallback" {
			r.SetCallback(ours) // somebody sets it again and again
		}
		return openapi.Fault{}
	})
	stdout, _, code = r.vodctl(t, nil, "callback", "delete", "--yes")
	require.Equal(t, 1, code)
	require.Contains(t, stdout, "a callback is still set")
}

func TestCallbackErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		env  string
		key  openapi.AccessKey
		want string
	}{
		{name: "wrong secret", key: openapi.AccessKey{ID: "id", Secret: "other", Token: accessToken}, want: "SignatureDoesNotMatch, status 400"},
		{name: "no right", key: openapi.AccessKey{ID: "id", Secret: accessSecret, Token: accessToken, Actions: []string{}}, want: "grant it the RAM action vod:GetMessageCallback"},
		{name: "no credentials", env: "ALIBABA_CLOUD_ACCESS_KEY_SECRET=", want: "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET"},
		{name: "nobody there", env: "ALIBABA_CLOUD_VOD_ENDPOINT=http://127.0.0.1:1", want: "connection refused"},
		{name: "in clear", env: "ALIBABA_CLOUD_VOD_ENDPOINT=http://vod.example.com", want: "http only on this machine"},
		{name: "no region", env: "ALIBABA_CLOUD_VOD_ENDPOINT= \nALIBABA_CLOUD_REGION_ID=shanghai", want: `"shanghai" is no region`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRegion(t, strings.Split(tc.env, "\n")...)
			if tc.key.ID != "" {
				r.AddKey(tc.key)
			}
			for _, command := range [][]string{{"get"}, {"set", "--yes"}, {"delete", "--yes"}} {
				stdout, stderr, code := r.vodctl(t, nil, append([]string{"callback"}, command...)...)
				require.Equal(t, 1, code)
				require.Contains(t, stderr, tc.want)
				require.Empty(t, stdout)
			}
		})
	}
}

// TestCallbackStops: Ctrl+C ends a command that waits for an answer.
func TestCallbackStops(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		operation string
		args      []string
		want      string
	}{
		{operation: "GetMessageCallback", args: []string{"get"}, want: "vodctl: stopped\n"},
		{operation: "SetMessageCallback", args: []string{"set", "--yes"}, want: "with AccessKey id (environment), meant for account 1234567890 (environment)\nit may have been done: vodctl callback get says so\nvodctl: stopped\n"},
	} {
		t.Run(tc.operation, func(t *testing.T) {
			t.Parallel()
			r := newRegion(t)
			asked := make(chan struct{}, 1)
			r.SetFault(func(c openapi.Call) openapi.Fault {
				if c.Operation != tc.operation {
					return openapi.Fault{}
				}
				asked <- struct{}{}
				return openapi.Fault{Hang: true}
			})
			cmd := r.command(t, append([]string{"callback"}, tc.args...)...)
			var problems bytes.Buffer
			cmd.Stderr = &problems
			require.NoError(t, cmd.Start())
			defer time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() }).Stop()
			<-asked
			require.NoError(t, cmd.Process.Signal(os.Interrupt))
			require.Error(t, cmd.Wait())
			require.Equal(t, 1, cmd.ProcessState.ExitCode())
			require.Equal(t, tc.want, problems.String())
		})
	}
}

// TestCallbackSettings: settings come from flags, the environment, and .env, in this order.
func TestCallbackSettings(t *testing.T) {
	t.Parallel()
	r := newRegion(t, "VOD_AUTH_KEY=", "VOD_CALLBACK_URL=", "ALIBABA_CLOUD_ACCESS_KEY_ID=", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=", "ALIBABA_CLOUD_SECURITY_TOKEN=")
	settings := "VOD_AUTH_KEY=" + newAuthKey + "\nVOD_CALLBACK_URL=" + hookURL + "\nALIBABA_CLOUD_ACCESS_KEY_ID=id\nALIBABA_CLOUD_ACCESS_KEY_SECRET='" + accessSecret +
		"'\nALIBABA_CLOUD_SECURITY_TOKEN=" + accessToken + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, ".env"), []byte(settings), 0o600))
	_, stderr, code := r.vodctl(t, nil, "callback", "set", "--yes")
	require.Equal(t, 0, code, stderr)
	cb, _ := r.Callback("")
	require.Equal(t, []string{hookURL, newAuthKey}, []string{cb.CallbackURL, cb.AuthKey})
	require.Contains(t, stderr, "with AccessKey id (.env:3), meant for account 1234567890 (environment)\n")
	_, stderr, code = r.with("ALIBABA_CLOUD_ACCESS_KEY_ID=other").vodctl(t, nil, "callback", "delete", "--yes")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "ALIBABA_CLOUD_ACCESS_KEY_ID comes from environment and ALIBABA_CLOUD_ACCESS_KEY_SECRET from .env:4: they belong together")

	other := filepath.Join(r.dir, "other.env")
	require.NoError(t, os.WriteFile(other, []byte(settings+"ALIBABA_CLOUD_REGION_ID=ap-southeast-1\nVOD_CALLBACK_URL=https://other.example.com/\n"), 0o600))
	_, stderr, code = r.with("VOD_AUTH_KEY="+oldAuthKey).vodctl(t, nil, "callback", "set", "--yes", "--env", other)
	require.Equal(t, 0, code, stderr)
	cb, _ = r.Callback("")
	require.Equal(t, []string{"https://other.example.com/", oldAuthKey}, []string{cb.CallbackURL, cb.AuthKey})
	stdout, _, _ := r.vodctl(t, nil, "callback", "get", "--env", other)
	require.Contains(t, stdout, "in ap-southeast-1")
	stdout, _, _ = r.vodctl(t, nil, "callback", "get", "--env", other, "--region", "eu-central-1")
	require.Contains(t, stdout, "in eu-central-1")
	_, stderr, code = r.with("ALIBABA_CLOUD_VOD_ENDPOINT=http://127.0.0.1:1").vodctl(t, nil, "callback", "get", "--endpoint", "https://vod.example.com/path")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "the endpoint is no URL", "the flag goes before")
}

// TestCallbackUsesNoProxy: a variable of the environment must not decide who reads the key.
func TestCallbackUsesNoProxy(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(proxy.Close)
	// An address of this machine that Go does not except from the use of proxies.
	r := newRegion(t, "HTTPS_PROXY="+proxy.URL, "ALIBABA_CLOUD_VOD_ENDPOINT=https://0.0.0.0:1")
	_, stderr, code := r.vodctl(t, nil, "callback", "get")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "0.0.0.0:1: ", "it is called itself")
	require.Zero(t, asked.Load())
}

func TestCallbackURL(t *testing.T) {
	t.Parallel()
	r := newRegion(t)
	r.AddFunction(openapi.Function{Name: "vod-events-http", Triggers: []openapi.Trigger{
		{Name: "timer", Type: "timer"},
		{Name: "tick", Type: "timer"},
		{Name: "http", Type: "http", HTTP: &openapi.TriggerAddress{Internet: "https://vod-events-http-x.cn-shanghai.fcapp.run/", Intranet: "https://x"}},
	}})
	r.AddFunction(openapi.Function{Name: "eu-http", Triggers: []openapi.Trigger{{Name: "http", Type: "http", HTTP: &openapi.TriggerAddress{Internet: "https://eu.fcapp.run"}}}})
	r.AddFunction(openapi.Function{Name: "vod-events-mns", Triggers: []openapi.Trigger{{Name: "timer", Type: "timer"}}})
	for _, tc := range []struct {
		name string
		args []string
		env  string
		want string // on stdout; if that is empty, on stderr
		fail string
		code int
	}{
		{name: "with a path", args: []string{"--path", "/vod/3f9c1e"}, want: "https://vod-events-http-x.cn-shanghai.fcapp.run/vod/3f9c1e\n"},
		{name: "without", want: "https://vod-events-http-x.cn-shanghai.fcapp.run\n"},
		{name: "JSON", args: []string{"--json", "--path", "/"}, want: `{"url":"https://vod-events-http-x.cn-shanghai.fcapp.run/"}` + "\n"},
		{name: "another deployment", env: "DEPLOY_NAME=eu", want: "https://eu.fcapp.run\n"},
		{name: "another function", args: []string{"--function", "eu-http"}, want: "https://eu.fcapp.run\n"},
		{name: "no path", args: []string{"--path", "vod"}, fail: "begins with /", code: 2},
		{name: "path too long", args: []string{"--path", "/" + strings.Repeat("x", 256)}, fail: "VOD takes 256", code: 2},
		{name: "none deployed", env: "DEPLOY_NAME=us", fail: "there is no function of that name", code: 1},
		{name: "no HTTP trigger", args: []string{"--function", "vod-events-mns"}, fail: "no HTTP trigger", code: 1},
		{name: "no account", env: "ALIBABA_CLOUD_ACCOUNT_ID=\nALIBABA_CLOUD_FC_ENDPOINT=", fail: "ALIBABA_CLOUD_ACCOUNT_ID", code: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := r.with(strings.Split(tc.env, "\n")...).vodctl(t, nil, append([]string{"callback", "url"}, tc.args...)...)
			require.Equal(t, tc.code, code, stderr)
			require.Equal(t, tc.want, stdout)
			require.Contains(t, stderr, tc.fail)
		})
	}
}
