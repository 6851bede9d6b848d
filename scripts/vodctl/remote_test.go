package main_test

import (
	"context"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/emulator/openapi"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestRemote has the built MNS function do what vodctl does here.
func TestRemote(t *testing.T) {
	t.Parallel()
	r := newRegion(t)
	waiting := spool(t, vodtest.NewEvent(vod.TypeFileUploadComplete), []byte("garbage"))
	pool, err := emulator.Start(context.WithoutCancel(t.Context()), emulator.Function{
		Path: filepath.Join(functions, "mns"), Instances: 1,
		Env: []string{"VOD_STORE=sqlite:" + filepath.ToSlash(t.TempDir()) + "/vod.db?local=true", "VOD_FALLBACK=" + local(t, waiting)},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Shutdown(context.WithoutCancel(t.Context()))) })
	r.AddFunction(openapi.Function{Name: "vod-events-mns", Invoke: pool.Invoke})

	_, stderr, code := r.vodctl(t, nil, "rebuild", "--remote")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "the function vod-events-mns has failed (UnhandledInvocationError, request ")
	for _, tc := range []struct {
		args []string
		want string
	}{
		{args: []string{"migrate"}, want: "the tables are up to date\n"},
		{args: []string{"migrate", "--json"}, want: `{"migrated":true}` + "\n"},
		{args: []string{"drain"}, want: "2 taken out: 1 new, 0 known, 1 dead letters; 0 failed and wait on\n"},
		{args: []string{"drain", "--json"}, want: `{"items":0,"new":0,"known":0,"dead_letters":0,"failed":0}` + "\n"},
		{args: []string{"redrive"}, want: "0 delivered, 0 failed, 0 given up\n"},
		{args: []string{"redrive", "--json"}, want: `{"delivered":0,"failed":0,"parked":0}` + "\n"},
		{args: []string{"rebuild"}, want: "derived anew from 1 events\n"},
		{args: []string{"rebuild", "--json", "--function", "vod-events-mns"}, want: `{"events":1}` + "\n"},
	} {
		stdout, stderr, code := r.vodctl(t, nil, append(tc.args, "--remote")...)
		require.Equal(t, 0, code, stderr)
		require.Equal(t, tc.want, stdout)
	}
}

// local returns the URL of a place that functions keep only on this machine.
func local(t *testing.T, place string) string {
	t.Helper()
	u, err := url.Parse(place)
	require.NoError(t, err)
	u.RawQuery = "local=true"
	return u.String()
}

func TestRemoteFailures(t *testing.T) {
	t.Parallel()
	r := newRegion(t)
	answers := map[string]string{
		"half": `{"operation":"redrive","delivered":2,"failed":1,"parked":1}`, "waits": `{"operation":"drain","drained":{"items":2,"new":1,"failed":1}}`,
		"http": `{"statusCode":400,"body":"{}"}`, "dumb": "null",
	}
	for name, answer := range answers {
		r.AddFunction(openapi.Function{Name: name, Invoke: func(context.Context, []byte) (emulator.Result, error) {
			return emulator.Result{Payload: []byte(answer)}, nil
		}})
	}
	for _, tc := range []struct {
		name string
		args []string
		code int
		want string // of both outputs
	}{
		{name: "not all delivered", args: []string{"redrive", "--function", "half"}, code: 1, want: "2 delivered, 1 failed, 1 given up\n"},
		{name: "not all drained", args: []string{"drain", "--function", "waits"}, code: 1, want: "2 taken out: 1 new, 0 known, 0 dead letters; 1 failed and wait on\n"},
		{name: "another function", args: []string{"migrate", "--function", "http"}, code: 1, want: "http answered something else: is it the MNS function"},
		{name: "one that says nothing", args: []string{"rebuild", "--function", "dumb"}, code: 1, want: "answered something else"},
		{name: "none", args: []string{"migrate"}, code: 1, want: "there is no function of that name in this account and region: deploy it"},
		{name: "its own store", args: []string{"migrate", "--store", "sqlite:vod.db"}, code: 2, want: "with its own settings"},
		{name: "its own sinks", args: []string{"redrive", "--sink", "crm"}, code: 2, want: "with its own settings"},
		{name: "its own fallback", args: []string{"drain", "--dry-run"}, code: 2, want: "with its own settings"},
		{name: "its own events", args: []string{"rebuild", "--store", "sqlite:vod.db"}, code: 2, want: "with its own settings"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, code := r.vodctl(t, nil, append(tc.args, "--remote")...)
			require.Equal(t, tc.code, code)
			require.Contains(t, stdout+stderr, tc.want)
		})
	}
	_, stderr, code := r.vodctl(t, nil, "migrate", "--function", "half")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "say whom to ask with --remote: give that, too")
}
