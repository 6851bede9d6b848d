package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The programs under test, built once.
var (
	vodctl    string
	functions string
)

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "vodctl-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	// A plain build: what go run and vodctl dev build, so that the cache serves all.
	build := exec.CommandContext(context.Background(), "go", "build", "-buildvcs=false", "-ldflags=-s -w",
		"-o", dir+string(filepath.Separator), ".", "../../functions/http", "../../functions/mns")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	vodctl, functions = filepath.Join(dir, "vodctl"), dir
	if runtime.GOOS == "windows" {
		vodctl += ".exe"
	}
	return m.Run()
}

// home is the surroundings of one test: settings, and a cache directory of its own.
type home struct {
	dir string
	env []string
}

func newHome(t *testing.T, env ...string) *home {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"PATH", "TMPDIR", "TEMP", "SystemRoot"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	// Builds use the caches of whoever runs the tests.
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE", "GOMODCACHE", "GOFLAGS", "GOPROXY").Output()
	require.NoError(t, err)
	values := strings.Split(string(out), "\n")
	for i, name := range []string{"GOCACHE", "GOMODCACHE", "GOFLAGS", "GOPROXY"} {
		env = append(env, name+"="+strings.TrimSpace(values[i]))
	}
	return &home{dir: dir, env: append(env, "HOME="+dir, "LocalAppData="+dir)}
}

// command prepares a call of vodctl.
func (h *home) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), vodctl, args...)
	cmd.Env = h.env
	return cmd
}

// run calls vodctl and returns what it printed and its exit code.
func (h *home) run(t *testing.T, args ...string) (stdout string, code int) {
	t.Helper()
	cmd := h.command(t, args...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		t.Logf("vodctl %s: %s", strings.Join(args, " "), problems.String())
		return string(out), exit.ExitCode()
	}
	require.NoError(t, err)
	return string(out), 0
}

// said calls vodctl and returns what it printed beside its output, and its exit code.
func (h *home) said(t *testing.T, args ...string) (stderr string, code int) {
	t.Helper()
	cmd := h.command(t, args...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	if err := cmd.Run(); err != nil {
		_, ok := errors.AsType[*exec.ExitError](err)
		require.True(t, ok, err)
	}
	return problems.String(), cmd.ProcessState.ExitCode()
}

// with returns the same surroundings with more settings.
func (h *home) with(env ...string) *home {
	return &home{dir: h.dir, env: slices.Concat(h.env, env)}
}

// must calls vodctl, which must succeed.
func (h *home) must(t *testing.T, args ...string) string {
	t.Helper()
	out, code := h.run(t, args...)
	require.Equal(t, 0, code, out)
	return out
}

// objects reads one JSON object per line.
func objects(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(text) {
		var o map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &o), line)
		all = append(all, o)
	}
	return all
}

// only reads the one JSON object that was printed.
func only(t *testing.T, text string) map[string]any {
	t.Helper()
	all := objects(t, text)
	require.Len(t, all, 1)
	return all[0]
}
