package main_test

import (
	"cmp"
	"context"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/emulator/openapi"
)

// canary is the text that stands wherever a secret can, and that nothing may print.
const canary = "C4naryS3cret"

// settle makes a working directory for the doctor, with a store that has its tables, and
// returns it and a .env that will do on a server.
func settle(t *testing.T, h *home) (dir, settings string) {
	t.Helper()
	dir = t.TempDir()
	url := "sqlite:" + filepath.ToSlash(filepath.Join(dir, "vod.db"))
	h.must(t, "migrate", "--store", url)
	return dir, strings.Join([]string{
		"VOD_STORE=" + url,
		"VOD_FALLBACK=dir:" + filepath.ToSlash(filepath.Join(dir, "fallback")),
		"VOD_CALLBACK_URL=https://hooks.example.com/vod/" + canary,
		"VOD_AUTH_KEY='" + canary + "'",
		"",
	}, "\n")
}

// doctor calls vodctl doctor in a directory with that .env and returns all that it prints.
func (h *home) doctor(t *testing.T, dir, settings string, args ...string) (out string, code int) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".env"), []byte(settings), 0o600))
	cmd := h.command(t, append([]string{"doctor"}, args...)...)
	cmd.Dir = dir
	text, _ := cmd.CombinedOutput() // the code says how it ended
	require.NotContains(t, strings.ToLower(string(text)), strings.ToLower(canary))
	return string(text), cmd.ProcessState.ExitCode()
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	dir, settings := settle(t, h)
	out, code := h.doctor(t, dir, settings)
	require.Equal(t, 0, code, out)
	for _, want := range []string{
		".env:1", "set, 12 characters", "https://hooks.example.com/…", "default", "not set",
		"✓  store ", "a durable commit takes", "✓  fallback ", "it will do: ",
	} {
		require.Contains(t, out, want)
	}

	for _, tc := range []struct {
		name string
		env  []string
		more string // lines of .env
		args []string
		code int
		want string
	}{
		{name: "a warning", more: "VOD_AUTH_TOLERANCE=1h\n", want: "!                VOD_AUTH_TOLERANCE is long"},
		{name: "a warning, strictly", more: "VOD_AUTH_TOLERANCE=1h\n", args: []string{"--strict"}, code: 1, want: "it will not do: "},
		{name: "the environment goes before", env: []string{"VOD_BUDGET=9s"}, more: "VOD_BUDGET=3s\n", code: 1, want: "VOD_BUDGET must be from 1s to 4.5s"},
		{name: "emptied by the environment", env: []string{"VOD_BUDGET="}, more: "VOD_BUDGET=3s\n", args: []string{"--offline"}, code: 1, want: "line 5, VOD_BUDGET: the environment has it as empty"},
		{name: "empty in both", env: []string{"VOD_BUDGET="}, more: "VOD_BUDGET=\n", args: []string{"--offline"}, want: "it will do"},
		{name: "backslash", more: "VOD_SINKS=\"http://127.0.0.1:1/" + canary + "\\#name=crm&private=allow&unsigned=allow\"\n", args: []string{"--offline"}, code: 1, want: `line 5, VOD_SINKS: there is a \ between`},
		{name: "misspelt in the file", more: "VOD_SINK=" + canary + "\n", want: "VOD_SINK is no setting; did you mean VOD_SINKS?"},
		{name: "misspelt in the environment", env: []string{"VOD_BUDGETT=" + canary}, want: "did you mean VOD_BUDGET?"},
		{name: "cut at a number sign", more: "VOD_SINKS=http://127.0.0.1:1/" + canary + "#name=crm&private=allow&unsigned=allow\n", code: 1, want: "line 5, VOD_SINKS: the value is cut at the #"},
		{name: "nobody listens", more: "VOD_SINKS='http://127.0.0.1:1/" + canary + "#name=crm&private=allow&unsigned=allow'\n", code: 1, want: "✗  sink crm"},
		{name: "offline", more: "VOD_SINKS='http://127.0.0.1:1/" + canary + "#name=crm&private=allow&unsigned=allow'\n", args: []string{"--offline"}, want: "not examined: store, clock, fallback, sink crm, "},
		{name: "no file of that name", args: []string{"--env", "none.env"}, code: 2, want: "none.env"},
		{name: "no lines of settings", more: canary + "?!\n", code: 2, want: "want lines such as NAME=value"},
		{name: "no manifest of that name", args: []string{"--manifest", "none.yaml"}, code: 2, want: "none.yaml"},
		{name: "two places", args: []string{"--offline", "--remote"}, code: 2, want: "not both"},
		{name: "whose function", args: []string{"--remote"}, code: 2, want: "ALIBABA_CLOUD_ACCOUNT_ID"},
		{name: "as whom", args: []string{"--remote"}, more: "ALIBABA_CLOUD_ACCOUNT_ID=1234567890123456\n", code: 2, want: "no credentials"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			own := t.TempDir()
			out, code := h.with(tc.env...).doctor(t, own, settings+tc.more, tc.args...)
			require.Equal(t, tc.code, code, out)
			require.Contains(t, out, tc.want)
		})
	}
}

// TestDoctorReadsTheManifest examines the settings as Serverless Devs deploys them.
func TestDoctorReadsTheManifest(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	text, err := os.ReadFile("../../s.yaml")
	require.NoError(t, err)
	const settings = "ALIBABA_CLOUD_ACCOUNT_ID=1234567890123456\nVOD_STORE=postgres://vod:" + canary + "@db.example.com/vod\nVOD_AUTH_KEY=" + canary + "\n"
	for _, tc := range []struct {
		name     string
		manifest string
		settings string
		code     int
		want     []string
	}{
		{name: "as it is", settings: settings, want: []string{
			"✓  s.yaml ", "queues/vod-events-fallback      s.yaml\n", ".env:2\n",
			"!  signature  VOD_CALLBACK_URL is not set", "cn-shanghai\n", "it will do",
		}},
		{name: "no timer", settings: settings, manifest: strings.Replace(string(text), "enable: true\n", "enable: false\n", 1), code: 1, want: []string{"✗  s.yaml     resources.mns.props.triggers[1]"}},
		{name: "a file for a store", settings: settings + "VOD_STORE=sqlite:vod.db\n", code: 1, want: []string{"line 4, VOD_STORE: it is set on line 2 already", "✗  settings   VOD_STORE is SQLite"}},
		{name: "no YAML", settings: settings, manifest: "]", code: 1, want: []string{"✗  s.yaml "}},
		{name: "variables", settings: strings.Replace(settings, "1234567890123456", "abc", 1) + "DEPLOY_NAME=My_Events\nDEPLOY_HTTP_RUNTIME=go\n" +
			"DEPLOY_VSWITCH_IDS=vsw-1,vsw-2\nDEPLOY_DOMAIN=callbacks.example.com\n", code: 1, want: []string{
			"ALIBABA_CLOUD_ACCOUNT_ID (.env:1) must be the number", "DEPLOY_NAME (.env:4) must be 3 to 32", "DEPLOY_HTTP_RUNTIME (.env:5) must be go1 or custom.debian12",
			"DEPLOY_VSWITCH_IDS (.env:6) must be a list in JSON", "DEPLOY_DOMAIN (.env:7) needs DEPLOY_CERT_ID",
		}},
		{name: "in a VPC", settings: strings.Replace(settings, "db.example.com", "pgm-abc.pg.rds.aliyuncs.com", 1), want: []string{"VOD_STORE names a database of Alibaba Cloud, and the functions are in no VPC"}},
		{name: "no account", settings: "VOD_STORE=sqlite:vod.db\nVOD_AUTH=off\n", want: []string{"–  s.yaml     not examined: ALIBABA_CLOUD_ACCOUNT_ID is not set"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "s.yaml"), []byte(cmp.Or(tc.manifest, string(text))), 0o600))
			out, code := h.doctor(t, dir, tc.settings, "--offline")
			require.Equal(t, tc.code, code, out)
			for _, want := range tc.want {
				require.Contains(t, out, want)
			}
		})
	}
}

func TestDoctorJSON(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	dir, settings := settle(t, h)
	out, code := h.doctor(t, dir, settings, "--json")
	require.Equal(t, 0, code, out)
	report := only(t, out)
	require.EqualValues(t, 0, report["failures"])
	require.Contains(t, report["settings"], map[string]any{"name": "VOD_AUTH_KEY", "value": "set, 12 characters", "origin": ".env:4"})
	require.Contains(t, report["findings"], map[string]any{"check": "fallback", "verdict": "ok", "detail": "it can be used, and nothing waits there"})
}

const callbackURL = "https://hooks.example.com/" + canary

// deployed is a deployment in an emulated cloud.
type deployed struct {
	*openapi.Server

	http, mns openapi.Function
	settings  string // what .env says to find it
}

// deploy deploys the built MNS function, and an HTTP function that nobody calls.
func deploy(t *testing.T, store string) *deployed {
	t.Helper()
	shared := map[string]string{
		"VOD_STORE": store, "VOD_SINKS": "http://127.0.0.1:1/" + canary + "#name=crm&private=allow",
		"VOD_WEBHOOK_SECRET": "whsec_" + strings.Repeat(canary, 3), "VOD_AUTH_KEY": canary,
	}
	var env []string
	for name, value := range shared {
		env = append(env, name+"="+value)
	}
	pool, err := emulator.Start(t.Context(), emulator.Function{Path: filepath.Join(functions, "mns"), Env: env, Timeout: time.Minute})
	require.NoError(t, err)
	t.Cleanup(func() { _ = pool.Shutdown(context.Background()) })
	s := openapi.New("cn-shanghai")
	s.AddKey(openapi.AccessKey{ID: "id", Secret: canary})
	loopback := httptest.NewServer(s)
	t.Cleanup(loopback.Close)
	d := &deployed{Server: s, settings: "ALIBABA_CLOUD_ACCESS_KEY_ID=id\nALIBABA_CLOUD_ACCESS_KEY_SECRET=" + canary +
		"\nALIBABA_CLOUD_FC_ENDPOINT=" + loopback.URL + "\nALIBABA_CLOUD_VOD_ENDPOINT=" + loopback.URL + "\n"}
	d.mns = openapi.Function{
		Name: "vod-events-mns", Runtime: "go1", Timeout: time.Minute, Environment: shared, Invoke: pool.Invoke,
		Triggers: []openapi.Trigger{
			{Name: "timer", Type: "timer", Config: `{"cronExpression":"@every 1m","enable":true}`},
			{Name: "topic", Type: "mns_topic", SourceARN: "acs:mns:cn-shanghai:1234:/topics/vod-events", Config: `{}`},
			{Name: "queue", Type: "eventbridge", Config: `{"triggerEnable":true,"eventSourceConfig":{"eventSourceParameters":{"sourceMNSParameters":{"QueueName":"vod-events-callback"}}}}`},
		},
	}
	environment := map[string]string{"VOD_CALLBACK_URL": callbackURL, "VOD_TOPIC": "mns://1234.mns.cn-shanghai.aliyuncs.com/topics/vod-events"}
	maps.Copy(environment, shared)
	d.http = openapi.Function{
		Name: "vod-events-http", Runtime: "go1", Timeout: 15 * time.Second, Environment: environment,
		Triggers: []openapi.Trigger{{Name: "http", Type: "http", Config: `{"authType":"anonymous","methods":["POST"]}`}},
	}
	d.SetCallback(openapi.Callback{CallbackType: "HTTP", CallbackURL: callbackURL, AuthSwitch: "on", AuthKey: canary, EventTypeList: "ALL"})
	d.AddFunction(d.mns)
	d.AddFunction(d.http)
	return d
}

// change deploys the functions again, with changes.
func (d *deployed) change(changeHTTP, changeMNS func(*openapi.Function)) {
	for _, f := range []struct {
		openapi.Function

		change func(*openapi.Function)
	}{{d.http, changeHTTP}, {d.mns, changeMNS}} {
		if f.change == nil {
			continue
		}
		f.Environment = maps.Clone(f.Environment)
		f.change(&f.Function)
		d.AddFunction(f.Function)
	}
}

// TestDoctorRemote breaks a deployment in turn: each break has its finding.
func TestDoctorRemote(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	dir, _ := settle(t, h)
	store := "sqlite:" + filepath.ToSlash(filepath.Join(dir, "vod.db")) + "?local=true"
	d := deploy(t, store)
	out, code := h.doctor(t, dir, d.settings, "--remote")
	require.Equal(t, 1, code, "its sink cannot be reached")
	for _, want := range []string{
		"HTTP function\n", "MNS function\n", "deployment\n", "✓  store ", "✗  sink crm ", "environment",
		"✓  HTTP trigger ", "✓  timer trigger ", "✓  topic trigger ", "✓  same settings ", "✓  callback of VOD ", ", 1 failure, ",
	} {
		require.Contains(t, out, want)
	}

	for _, tc := range []struct {
		name     string
		http     func(*openapi.Function)
		mns      func(*openapi.Function)
		callback openapi.Callback
		want     string
	}{
		{name: "no timer", mns: func(f *openapi.Function) { f.Triggers = f.Triggers[1:] }, want: "✗  timer trigger    vod-events-mns has none, and VOD_SINKS needs it"},
		{name: "timer that is disabled", mns: func(f *openapi.Function) { f.Triggers[0].Config = `{"enable":false}` }, want: "it is disabled, and VOD_SINKS needs it"},
		{name: "another topic", mns: func(f *openapi.Function) { f.Triggers[1].SourceARN += "-2" }, want: "✗  topic trigger "},
		{name: "trigger that wants signatures", http: func(f *openapi.Function) { f.Triggers[0].Config = `{"authType":"function","methods":["POST"]}` }, want: "✗  HTTP trigger "},
		{name: "trigger without POST", http: func(f *openapi.Function) { f.Triggers[0].Config = `{"authType":"anonymous","methods":["GET"]}` }, want: "it takes no POST"},
		{name: "no HTTP trigger", http: func(f *openapi.Function) { f.Triggers = nil }, want: "VOD cannot reach it"},
		{name: "no time", http: func(f *openapi.Function) { f.Timeout = 4 * time.Second }, want: "✗  timeout "},
		{name: "another store", http: func(f *openapi.Function) { f.Environment["VOD_STORE"] = "postgres://x:" + canary + "@y/z" }, want: "different values of VOD_STORE"},
		{name: "a key that VOD does not take", http: func(f *openapi.Function) { f.Environment["VOD_AUTH_KEY"] = "short" }, want: "VOD_AUTH_KEY 1 has no capital letter"},
		{name: "another key", callback: openapi.Callback{CallbackType: "HTTP", CallbackURL: callbackURL, AuthSwitch: "on", AuthKey: canary + "2", EventTypeList: "ALL"}, want: "VOD signs with a key that is not in VOD_AUTH_KEY"},
		{name: "unsigned", callback: openapi.Callback{CallbackType: "HTTP", CallbackURL: callbackURL, AuthSwitch: "off", EventTypeList: "ALL"}, want: "VOD does not sign"},
		{name: "no events", callback: openapi.Callback{CallbackType: "HTTP", CallbackURL: callbackURL, AuthSwitch: "on", AuthKey: canary}, want: "no type of event is chosen"},
		{name: "another address", callback: openapi.Callback{CallbackType: "HTTP", CallbackURL: "https://old.example.com/" + canary, EventTypeList: "ALL"}, want: "!  callback of VOD  VOD posts to another address"},
		{name: "queue", callback: openapi.Callback{CallbackType: "MNS", MnsQueueName: "vod-events-callback", EventTypeList: "ALL"}, want: "✓  callback of VOD  VOD writes to the queue vod-events-callback, and the MNS function reads it"},
		{name: "another queue", callback: openapi.Callback{CallbackType: "MNS", MnsQueueName: "other", EventTypeList: "ALL"}, want: "which no trigger of the MNS function reads"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, store)
			d.change(tc.http, tc.mns)
			if tc.callback.CallbackType != "" {
				d.SetCallback(tc.callback)
			}
			out, code := h.doctor(t, t.TempDir(), d.settings, "--remote")
			require.Equal(t, 1, code)
			require.Contains(t, out, tc.want)
		})
	}
	out, _ = h.doctor(t, t.TempDir(), d.settings+"VOD_AUTH_KEY="+canary+"2\nVOD_BUDGET=3s\n", "--remote")
	require.Contains(t, out, "!  vod-events-http  it has other settings than there are here: VOD_AUTH_KEY\n")
	d.SetFault(func(c openapi.Call) openapi.Fault {
		if c.Operation == "GetMessageCallback" {
			return openapi.Fault{Status: 404, Code: "MessageCallback.NotFound"}
		}
		return openapi.Fault{}
	})
	out, code = h.doctor(t, dir, d.settings+"DEPLOY_NAME=other\n", "--remote")
	require.Regexp(t, `none is set \(MessageCallback\.NotFound, request [0-9A-F-]+\): VOD reports no events`, out)
	require.Equal(t, 1, code)
	require.Contains(t, out, "✗  other-http ")
}
