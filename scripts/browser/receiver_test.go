package browser_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// home is a directory of a user's own, with settings.
type home struct {
	dir string
	env []string
}

func newHome(dir string) *home {
	h := &home{dir: dir}
	for _, name := range []string{"PATH", "TMPDIR", "TEMP", "SystemRoot"} {
		if value, ok := os.LookupEnv(name); ok {
			h.env = append(h.env, name+"="+value)
		}
	}
	h.env = append(h.env, "HOME="+dir, "LocalAppData="+dir)
	return h
}

// command prepares a call of vodctl.
func (h *home) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, vodctl, args...)
	cmd.Env, cmd.Dir = h.env, h.dir
	return cmd
}

// call calls vodctl and returns what it printed.
func (h *home) call(ctx context.Context, args ...string) (string, error) {
	cmd := h.command(ctx, args...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("vodctl %s: %w\n%s%s", strings.Join(args, " "), err, out, problems.String())
	}
	return string(out), err
}

// must calls vodctl, which must succeed.
func (h *home) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := h.call(t.Context(), args...)
	require.NoError(t, err)
	return out
}

// file writes a file into the directory and returns its path. Without it the command
// that is to read it fails.
func (h *home) file(name, text string) string {
	path := filepath.Join(h.dir, name)
	_ = os.WriteFile(path, []byte(text), 0o600)
	return path
}

// server is a vodctl that serves a console.
type server struct {
	*home

	// What its first line says.
	ConsoleURL  string `json:"console_url"`
	CallbackURL string `json:"callback_url"`
	AuthKey     string `json:"auth_key"`
	Store       string `json:"store"`

	// stop ends it as Ctrl-C does, once.
	stop func() error
}

// serve starts vodctl dev, or vodctl console.
func serve(h *home, args ...string) (*server, error) {
	cmd := h.command(context.Background(), args...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	s := &server{home: h}
	ended := make(chan error, 1)
	s.stop = sync.OnceValue(func() error {
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended already
		late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		return <-ended
	})
	lines := bufio.NewReader(out)
	first, err := lines.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(first, s)
	}
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		err := cmd.Wait()
		if err != nil {
			err = fmt.Errorf("vodctl %s: %w\n%s", strings.Join(args, " "), err, problems.String())
		}
		ended <- err
	}()
	if err != nil || s.ConsoleURL == "" {
		return nil, fmt.Errorf("vodctl %s printed %q: %w", strings.Join(args, " "), first, errors.Join(err, s.stop()))
	}
	s.ConsoleURL = strings.TrimSuffix(s.ConsoleURL, "/")
	return s, nil
}

// receive starts vodctl dev in a home of its own. It ends with the test, after the tabs
// that look at it.
func receive(t *testing.T, args ...string) *server {
	t.Helper()
	return start(t, newHome(t.TempDir()), append([]string{"dev", "--json", "--listen", "127.0.0.1:0", "--functions", functions}, args...)...)
}

// start starts a vodctl that serves a console and ends with the test.
func start(t *testing.T, h *home, args ...string) *server {
	t.Helper()
	s, err := serve(h, args...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.stop()) })
	return s
}
