package main_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/joho/godotenv"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	emulatedmns "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/scripts/emulator/openapi"
	"github.com/vodevents/vodevents/scripts/manifest"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// The program that runs the tests stands in for s under that name: s needs a cloud. It
// reads s.yaml and .env as s does, and has the test deploy what they say.
func TestMain(m *testing.M) {
	if address := os.Getenv("DEPLOY_TEST"); address != "" && filepath.Base(os.Args[0]) == "s" {
		if err := standInForS(address, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "s:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(testMain(m))
}

// standInForS carries out "s <resource> deploy -y".
func standInForS(address string, args []string) error {
	if len(args) != 3 || args[1] != "deploy" || args[2] != "-y" {
		return fmt.Errorf("called with %q", args)
	}
	file, err := godotenv.Read(".env")
	if err != nil {
		return err
	}
	s, err := manifest.ReadServerless("s.yaml", func(name string) string { return cmp.Or(os.Getenv(name), file[name]) })
	if err != nil {
		return err
	}
	f, ok := s.Function(args[0])
	if !ok || len(s.Unset) > 0 {
		return fmt.Errorf("no resource %s, or unset: %v", args[0], s.Unset)
	}
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Access", os.Getenv("default_serverless_devs_key"))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s %w", res.Status, out, err)
	}
	return nil
}

// cloud is an account: what was deployed runs, and the APIs know it.
type cloud struct {
	t   *testing.T
	dir string // the tree that is deployed
	api *openapi.Server

	mu       sync.Mutex
	deployed []string
	access   string
	address  string // of the HTTP function
}

// deploy is what s would do: it starts the function that is in the archive.
func (c *cloud) deploy(w http.ResponseWriter, r *http.Request) {
	var f manifest.Function
	if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := c.start(f); err != nil { //nolint:contextcheck // it outlives the request
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deployed, c.access = append(c.deployed, f.ID), r.Header.Get("Access")
}

func (c *cloud) start(f manifest.Function) error {
	dir, err := os.MkdirTemp(c.t.TempDir(), f.ID)
	if err != nil {
		return err
	}
	main, err := unpack(filepath.Join(c.dir, f.Code), f.Handler, dir)
	if err != nil {
		return err
	}
	var env []string
	for name, value := range f.Settings {
		env = append(env, name+"="+value)
	}
	ctx := context.WithoutCancel(c.t.Context())
	pool, err := emulator.Start(ctx, emulator.Function{Name: f.Name, Path: main, Env: env, Timeout: f.Timeout, Output: c.t.Output()})
	if err != nil {
		return err
	}
	c.t.Cleanup(func() { _ = pool.Shutdown(ctx) })
	known := openapi.Function{
		Name: f.Name, Runtime: f.Runtime, Handler: f.Handler, Role: f.Role, Timeout: f.Timeout, Environment: f.Settings, Invoke: pool.Invoke,
	}
	for _, t := range f.Triggers {
		trigger := openapi.Trigger{Name: t.Name, Type: t.Type, SourceARN: t.Source, Config: `{"enable":true,"triggerEnable":true}`}
		if t.Type == "http" {
			server := httptest.NewServer(pool.HTTPTrigger())
			c.t.Cleanup(server.Close)
			trigger.HTTP = &openapi.TriggerAddress{Internet: server.URL}
			trigger.Config = `{"authType":"anonymous","methods":["POST"]}`
			c.mu.Lock()
			c.address = server.URL
			c.mu.Unlock()
		}
		known.Triggers = append(known.Triggers, trigger)
	}
	c.api.AddFunction(known)
	return nil
}

// unpack puts one file of an archive into a directory.
func unpack(archive, name, dir string) (string, error) {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return "", err
	}
	defer r.Close()
	data, err := r.Open(name)
	if err != nil {
		return "", err
	}
	defer data.Close()
	content, err := io.ReadAll(data)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	return path, os.WriteFile(path, content, 0o700)
}

// checkout copies what is under version control, as a clone would.
func checkout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	require.NoError(t, err)
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		info, err := os.Stat(filepath.Join("../..", name))
		if os.IsNotExist(err) { // removed, and not yet committed
			continue
		}
		require.NoError(t, err)
		content, err := os.ReadFile(filepath.Join("../..", name))
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o750))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, info.Mode().Perm()))
	}
	return dir
}

// deployment is a clone with a .env, and an account to deploy it to.
type deployment struct {
	*cloud

	env []string
	db  string
}

func newDeployment(t *testing.T) *deployment {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("deploy.sh is a bash script")
	}
	const id, secret, account = "LTAI-deployer", canary + "Deployer", "1234567890123456"
	c := &cloud{t: t, dir: checkout(t), api: openapi.New("cn-shanghai")}
	c.api.AddKey(openapi.AccessKey{ID: id, Secret: secret})
	apis, control := httptest.NewServer(c.api), httptest.NewServer(http.HandlerFunc(c.deploy))
	t.Cleanup(apis.Close)
	t.Cleanup(control.Close)

	queues := emulatedmns.New(emulatedmns.Key{ID: emulator.AccessKeyID, Secret: emulator.AccessKeySecret, Token: emulator.SecurityToken})
	for _, name := range []string{"vod-events-fallback", "vod-events-dead-letters"} {
		queues.CreateQueue(name, emulatedmns.QueueSettings{})
	}
	front := httptest.NewServer(queues)
	t.Cleanup(queues.Close)
	t.Cleanup(front.Close)
	mns := "mns://" + strings.TrimPrefix(front.URL, "http://") + "/" + account + ".mns.cn-shanghai.aliyuncs.com/queues/"

	db := filepath.Join(t.TempDir(), "vod.db")
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, ".env"), []byte(strings.Join([]string{
		"ALIBABA_CLOUD_ACCOUNT_ID=" + account,
		"VOD_STORE='sqlite:" + db + "?local=true'",
		"VOD_FALLBACK='" + mns + "vod-events-fallback?http=true'",
		"VOD_DEAD_LETTER_QUEUE='" + mns + "vod-events-dead-letters?http=true'",
		"VOD_CALLBACK_URL=",
		"VOD_AUTH_KEY='" + canary + "1'", // and no end of line
	}, "\n")), 0o600))

	h := newHome(t)
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(h.dir, "s")))
	env := append(h.env,
		"PATH="+h.dir+string(os.PathListSeparator)+os.Getenv("PATH"), "DEPLOY_TEST="+control.URL,
		"ALIBABA_CLOUD_ACCESS_KEY_ID="+id, "ALIBABA_CLOUD_ACCESS_KEY_SECRET="+secret,
		"ALIBABA_CLOUD_VOD_ENDPOINT="+apis.URL, "ALIBABA_CLOUD_FC_ENDPOINT="+apis.URL)
	return &deployment{cloud: c, env: env, db: db}
}

// run calls deploy.sh and returns all that it prints.
func (d *deployment) run(env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(d.t.Context(), filepath.Join(d.dir, "scripts", "deploy.sh"), args...)
	cmd.Env = append(d.env, env...)
	cmd.Dir = d.t.TempDir() // it finds its own way
	out, err := cmd.CombinedOutput()
	require.NotContains(d.t, strings.ToLower(string(out)), strings.ToLower(canary), "a secret")
	return string(out), err
}

// From a clone and a .env to the first event in the table.
func TestDeploy(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	out, err := d.run(nil, "-n")
	require.NoError(t, err, out)
	require.Empty(t, d.deployed)

	out, err = d.run(nil, "-y")
	require.NoError(t, err, out)
	require.Equal(t, []string{"mns", "http", "http"}, d.deployed, out)
	require.Contains(t, d.access, `"AccountID":"1234567890123456"`)
	file, err := godotenv.Read(filepath.Join(d.dir, ".env"))
	require.NoError(t, err)
	noted := file["VOD_CALLBACK_URL"]
	require.Regexp(t, `^http://127\.0\.0\.1:\d+/vod/[0-9a-f]{18}$`, noted)
	require.NotContains(t, out, noted, "the path is a secret")
	_, set := d.api.Callback("")
	require.False(t, set, "nobody was asked")

	event := vodtest.NewEvent(vod.TypeFileUploadComplete)
	s := vodtest.Sender{URL: d.address, SignedURL: noted, Key: canary + "1"}
	res, err := s.Send(t.Context(), event)
	require.NoError(t, err)
	require.True(t, res.Acknowledged, "%+v", res)
	h := newHome(t)
	stored := objects(t, h.must(t, "events", "--json", "--store", "sqlite:"+d.db))
	require.Len(t, stored, 1)

	d.api.SetCallback(openapi.Callback{CallbackType: "HTTP", CallbackURL: noted, AuthKey: canary + "2", EventTypeList: "ALL"})
	out, err = d.run(nil, "-y")
	require.Error(t, err)
	require.Contains(t, out, "VOD signs with a key that is not in VOD_AUTH_KEY")
	require.Len(t, d.deployed, 3)

	d.api.SetCallback(openapi.Callback{CallbackType: "HTTP", CallbackURL: noted, AuthKey: canary + "1", EventTypeList: "ALL"})
	out, err = d.run(nil, "-y")
	require.NoError(t, err, out)
	require.Equal(t, []string{"mns", "http", "http", "mns", "http"}, d.deployed, "the address is known")
	again, err := godotenv.Read(filepath.Join(d.dir, ".env"))
	require.NoError(t, err)
	require.True(t, maps.Equal(file, again))
}

// Nothing is deployed that will not do.
func TestDeployRefuses(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	env := filepath.Join(d.dir, ".env")
	settings, err := os.ReadFile(env)
	require.NoError(t, err)
	for _, tc := range []struct {
		name      string
		line, new string // a line of .env that begins so
		env       []string
		args      []string
		want      string
	}{
		{name: "no key", line: "VOD_AUTH_KEY", new: "VOD_AUTH_KEY=", want: "neither VOD_AUTH_KEY nor VOD_AUTH=off is set"},
		{name: "no account", line: "ALIBABA_CLOUD_ACCOUNT_ID", want: "ALIBABA_CLOUD_ACCOUNT_ID is not set"},
		{name: "no store", line: "VOD_STORE", want: "VOD_STORE"},
		{name: "a budget over VOD's patience", line: "VOD_CALLBACK_URL", new: "VOD_BUDGET=9s", want: "VOD_BUDGET must be from 1s to 4.5s"},
		{name: "a key that VOD does not take", line: "VOD_AUTH_KEY", new: "VOD_AUTH_KEY=lowercase", want: "capital letter"},
		{name: "no credentials", line: "VOD_CALLBACK_URL", new: "VOD_CALLBACK_URL=", env: []string{"ALIBABA_CLOUD_ACCESS_KEY_ID="}, want: "ALIBABA_CLOUD_ACCESS_KEY_SECRET are not set"},
		{name: "another flag", line: "VOD_CALLBACK_URL", new: "VOD_CALLBACK_URL=", args: []string{"--force"}, want: "it takes -n"},
		{name: "nobody to ask", line: "VOD_CALLBACK_URL", new: "VOD_CALLBACK_URL=", want: "no terminal to ask at"},
	} {
		line := regexp.MustCompile(`(?m)^` + tc.line + `=.*$`)
		require.Regexp(t, line, string(settings))
		require.NoError(t, os.WriteFile(env, line.ReplaceAllLiteral(settings, []byte(tc.new)), 0o600))
		if tc.args == nil && tc.name != "nobody to ask" {
			tc.args = []string{"-y"}
		}
		out, err := d.run(tc.env, tc.args...)
		require.Error(t, err, "%s: %s", tc.name, out)
		require.Contains(t, out, tc.want, tc.name)
		require.Empty(t, d.deployed, tc.name)
	}
}
