package functions_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// platforms are what the archives run on, with the file that each of them starts.
var platforms = []struct {
	runtime emulator.Runtime
	starts  string
}{
	{emulator.FunctionCompute, "main"},
	{emulator.CustomRuntime, "main"}, // its command is ./main
	{emulator.Lambda, "bootstrap"},
}

// TestDeployed takes the archives as build.sh makes them, unpacks them as platforms do and
// starts what is in them: the same events are the same rows everywhere.
func TestDeployed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"http", "mns"} {
		unzip(t, filepath.Join(deployed(t), name+".zip"), filepath.Join(dir, name))
	}
	life := vodtest.Life()
	for _, p := range platforms {
		t.Run(p.runtime.String(), func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			run := func(function string) *emulator.Pool {
				ctx := context.WithoutCancel(t.Context())
				pool, err := emulator.Start(ctx, emulator.Function{
					Name: function, Path: filepath.Join(dir, function, p.starts), Runtime: p.runtime, Env: db.settings(), Output: testOutput{t},
				})
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, pool.Shutdown(ctx)) })
				return pool
			}
			s := sender(serve(t, fronts[p.runtime](run("http"))))
			for _, body := range life[:len(life)/2] {
				require.Equal(t, reply{Status: 200, ID: idOf(t, body), Outcome: "new"}, post(t, s, body))
			}
			mns := run("mns")
			invoke := func(payload string) string {
				res, err := mns.Invoke(t.Context(), []byte(payload))
				require.NoError(t, err)
				require.NoError(t, res.Err())
				return string(res.Payload)
			}
			for _, body := range life[len(life)/2:] {
				require.JSONEq(t, `{"new":1}`, invoke(string(body)))
			}
			for _, body := range life {
				require.JSONEq(t, `{"known":1}`, invoke(string(body)))
			}
			require.Contains(t, invoke(scheduled(t)), `"delivered":0`, "a tick")

			rows := db.rows(t)
			require.Len(t, rows, len(life))
			for _, body := range life {
				require.Equal(t, string(body), string(rows[idOf(t, body)].Body))
			}
		})
	}
}

// scheduled is what the schedule of the SAM template invokes the MNS function with.
func scheduled(t *testing.T) string {
	t.Helper()
	template, err := os.ReadFile("../scripts/aws/template.yaml")
	require.NoError(t, err)
	input := regexp.MustCompile(`Input: '(.*)'`).FindSubmatch(template)
	require.NotNil(t, input)
	return strings.ReplaceAll(string(input[1]), "<aws.scheduler.scheduled-time>", "2022-03-22T18:59:43Z")
}

// Somebody else, elsewhere and at another time, builds the same bytes.
func TestBuildsAreReproducible(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile(filepath.Join(deployed(t), "http.zip"))
	require.NoError(t, err)
	elsewhere, err := build(filepath.Join(t.TempDir(), "a longer path"), time.Unix(1e9, 0), "http")
	require.NoError(t, err)
	require.NoFileExists(t, filepath.Join(elsewhere, "mns.zip"), "nobody asked for it")
	got, err := os.ReadFile(filepath.Join(elsewhere, "http.zip"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "the archives differ")
}

// On Lambda nothing has credentials of Alibaba Cloud: that is said at the start, and
// such a fallback is not trusted with events.
func TestLambdaHasNoCredentialsOfAlibabaCloud(t *testing.T) {
	t.Parallel()
	body := vodtest.NewEvent(vod.TypeFileUploadComplete)
	env := []string{
		"VOD_STORE=tablestore://instance.cn-shanghai.ots.aliyuncs.com", "VOD_FALLBACK=oss://bucket/x?region=cn-shanghai",
		"VOD_CALLBACK_URL=" + callbackURL, "VOD_AUTH_KEY=" + key,
	}
	out := &output{}
	pool := start(t, "http", emulator.Function{Runtime: emulator.Lambda, Env: env, Output: out})
	require.Equal(t, 503, post(t, sender(serve(t, pool.FunctionURL())), body).Status)
	out.await(t, "not configured", 1)
}

// archives builds both functions for this machine's processor, once for all tests, and
// returns the directory with the archives.
var archives = sync.OnceValues(func() (string, error) {
	return build(filepath.Join(binaries, "deployed"), time.Now())
})

// build runs build.sh in a copy of the repository at dir, whose files are of that moment,
// and returns the directory that it builds into.
func build(dir string, modified time.Time, args ...string) (string, error) {
	for _, name := range []string{"go.mod", "go.sum", "functions/http", "functions/mns", "shared", "scripts/build.sh", "scripts/pack", "scripts/aws"} {
		err := filepath.WalkDir(filepath.Join("..", name), func(from string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(from, "_test.go") {
				return err
			}
			content, err := os.ReadFile(from)
			if err != nil {
				return err
			}
			to := filepath.Join(dir, strings.TrimPrefix(from, ".."))
			return errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, content, 0o600), os.Chtimes(to, modified, modified))
		})
		if err != nil {
			return "", err
		}
	}
	cmd := exec.Command("bash", append([]string{filepath.Join(dir, "scripts/build.sh"), runtime.GOARCH}, args...)...)
	cmd.Env = append(os.Environ(), "VOD_STORE=sqlite:vod.db", "VOD_SINKS=", "VOD_FALLBACK=", "VOD_DEAD_LETTER_QUEUE=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return filepath.Join(dir, "bin"), nil
}

// deployed returns the directory with the archives, or ends the test.
func deployed(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the functions are built for Linux")
	}
	dir, err := archives()
	require.NoError(t, err)
	return dir
}

// unzip unpacks an archive as a platform does, with the modes that it states.
func unzip(t *testing.T, archive, dir string) {
	t.Helper()
	r, err := zip.OpenReader(archive)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	require.NoError(t, os.MkdirAll(dir, 0o755))
	for _, f := range r.File {
		from, err := f.Open()
		require.NoError(t, err)
		to, err := os.OpenFile(filepath.Join(dir, f.Name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, f.Mode())
		require.NoError(t, err)
		_, err = io.Copy(to, from)
		require.NoError(t, err)
		require.NoError(t, to.Close())
		require.NoError(t, from.Close())
	}
}
