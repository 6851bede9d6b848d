package main_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// running is a vodctl dev that runs.
type running struct {
	cmd    *exec.Cmd
	lines  *bufio.Reader
	errors *strings.Builder
	first  string // line
	CallbackURL,
	AuthKey,
	Store,
	TopicURL,
	TopicJSONURL,
	QueueURL,
	AccessKeySecret,
	Send string
	PID int
}

// start starts vodctl dev --json and reads its first line.
func (h *home) start(t *testing.T, args ...string) *running {
	t.Helper()
	d := &running{cmd: h.command(t, append([]string{"dev", "--json", "--listen", "127.0.0.1:0"}, args...)...), errors: &strings.Builder{}}
	d.cmd.Cancel = func() error { return d.cmd.Process.Signal(os.Interrupt) } // so that it takes its functions along
	d.cmd.WaitDelay = 10 * time.Second
	d.cmd.Stderr = d.errors
	out, err := d.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, d.cmd.Start())
	d.lines = bufio.NewReader(out)
	d.first = d.next(t)
	require.NoError(t, json.Unmarshal([]byte(strings.NewReplacer(
		"callback_url", "CallbackURL", "auth_key", "AuthKey", "topic_url", "TopicURL", "topic_json_url", "TopicJSONURL",
		"queue_url", "QueueURL", "access_key_secret", "AccessKeySecret").Replace(d.first)), d))
	require.Equal(t, d.cmd.Process.Pid, d.PID)
	return d
}

// next returns the next line that it prints.
func (d *running) next(t *testing.T) string {
	t.Helper()
	line, err := d.lines.ReadString('\n')
	if err != nil {
		_ = d.cmd.Wait() // the problem is that it ended
		require.NoError(t, err, d.errors.String())
	}
	return line
}

// handled returns the next event that was handled.
func (d *running) handled(t *testing.T) map[string]any {
	t.Helper()
	return only(t, d.next(t))
}

// stop ends it as Ctrl-C does; it must leave nothing behind.
func (d *running) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, d.cmd.Process.Signal(os.Interrupt))
	_, err := io.Copy(io.Discard, d.lines)
	require.NoError(t, err)
	require.NoError(t, d.cmd.Wait(), "exit code 0: %s", d.errors)
	_, err = http.Get(d.CallbackURL)
	require.Error(t, err)
	require.Empty(t, children(t, d.PID), "no process is left")
}

// children returns the processes of a parent, and those that mention its
// functions; where there is no /proc, none.
func children(t *testing.T, parent int) []string {
	t.Helper()
	if runtime.GOOS != "linux" {
		return nil
	}
	var found []string
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	require.NoError(t, err)
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it ended meanwhile
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			found = append(found, string(text))
		}
	}
	return found
}

// welcome starts vodctl dev, ends it, and returns what it prints when it has started.
func (h *home) welcome(t *testing.T, args ...string) string {
	t.Helper()
	cmd := h.command(t, append([]string{"dev", "--functions", functions, "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var text strings.Builder
	for buffer := make([]byte, 4096); !strings.Contains(text.String(), "TIME (UTC)"); {
		n, err := out.Read(buffer)
		require.NoError(t, err, text.String())
		text.Write(buffer[:n])
	}
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, cmd.Wait())
	return text.String()
}

func TestDev(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	d := h.start(t, "--functions", functions)
	require.Contains(t, d.Store, h.dir, "in the cache directory")

	// A callback, sent by the line that was printed, in a shell.
	sh := exec.CommandContext(t.Context(), "sh", "-c", d.Send+" --json --medium ferry")
	sh.Env = h.env
	out, err := sh.Output()
	require.NoError(t, err)
	require.Equal(t, true, only(t, string(out))["acknowledged"])
	first := d.handled(t)
	require.Equal(t, "http", first["via"])
	require.Equal(t, "new", first["outcome"])
	require.Equal(t, "TranscodeComplete", first["type"])
	require.Equal(t, "ferry", first["subject"])

	// The others, found without being told where it is.
	h.must(t, "send", "FileUploadComplete", "--medium", "ferry", "--via", "topic")
	require.Equal(t, "mns-topic", d.handled(t)["via"])
	h.must(t, "send", "MediaBaseChangeComplete", "--medium", "ferry", "--via", "queue")
	require.Equal(t, "mns-queue", d.handled(t)["via"])
	_, code := h.run(t, "send", "DeleteMediaComplete", "--medium", "ferry", "--key", "Wr0ng")
	require.Equal(t, 1, code, "VOD would have given up")
	for range 3 {
		require.InDelta(t, 401, d.handled(t)["status"], 0)
	}
	broken := filepath.Join(t.TempDir(), "broken.json")
	require.NoError(t, os.WriteFile(broken, []byte(`{"EventType":`), 0o600))
	h.must(t, "send", broken)
	require.Equal(t, "dead_letter", d.handled(t)["outcome"])

	// What came in.
	events := objects(t, h.must(t, "events", "--json"))
	require.Len(t, events, 3)
	require.Len(t, objects(t, h.must(t, "events", "--json", "--type", "TranscodeComplete")), 1)
	medium := only(t, h.must(t, "media", "--json", "ferry"))
	require.Equal(t, "playable", medium["state"])
	require.Len(t, objects(t, h.must(t, "dead-letters", "list", "--json")), 1)

	d.stop(t)
	_, code = h.run(t, "send", "TranscodeComplete")
	require.Equal(t, 2, code, "there is no dev to find any more")
	require.Len(t, objects(t, h.must(t, "events", "--json")), 3, "the store stays, and is found")
	said, _ := h.said(t, "media")
	require.Equal(t, "store: "+d.Store+" (of vodctl dev)\n", said)
}

// TestDevTakesOtherSenders posts without vodctl, as VOD and curl do.
func TestDevTakesOtherSenders(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	const public = "https://tunnel.example.com/callback"
	d := h.start(t, "--functions", functions, "--store", "sqlite:"+filepath.ToSlash(t.TempDir())+"/own.db",
		"--key", "Chosen0Key", "--callback-url", public, "--instances", "2")
	require.Equal(t, "Chosen0Key", d.AuthKey)

	body := vodtest.NewEvent(vod.TypeImageUploadComplete)
	for _, signed := range []string{d.CallbackURL, public} {
		sender := vodtest.Sender{URL: d.CallbackURL, SignedURL: signed, Key: d.AuthKey, Attempts: 1}
		r, err := sender.Send(t.Context(), body)
		require.NoError(t, err)
		require.True(t, r.Acknowledged, signed)
		d.handled(t)
	}
	require.Len(t, objects(t, h.must(t, "events", "--json", "--store", d.Store)), 1, "one event, however often it came")
	d.stop(t)
}

func TestDevSaysThatTheAddressIsTaken(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	d := h.start(t, "--functions", functions)
	cmd := h.command(t, "dev", "--functions", functions, "--listen", strings.TrimPrefix(strings.TrimSuffix(d.CallbackURL, "/callback"), "http://"))
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Equal(t, 1, cmd.ProcessState.ExitCode())
	require.Contains(t, string(out), "--listen 127.0.0.1:0")
	require.Contains(t, string(out), "vodctl dev (pid "+strconv.Itoa(d.PID)+") already serves at "+d.CallbackURL)
	d.stop(t)
}

// TestDevEndsWithGoRun puts the program where go run puts it, and kills its parent.
func TestDevEndsWithGoRun(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	exe := filepath.Join(t.TempDir(), "go-build1", "b001", "exe", "vodctl")
	require.NoError(t, os.MkdirAll(filepath.Dir(exe), 0o700))
	require.NoError(t, os.Link(vodctl, exe))
	parent := exec.CommandContext(t.Context(), "sh", "-c", `"$0" dev --json --listen 127.0.0.1:0 --functions "$1" & wait`, exe, functions)
	parent.Env = h.env
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, only(t, first)["send"], "go run ")
	require.NoError(t, parent.Process.Kill())
	_, err = io.Copy(io.Discard, lines) // ends when vodctl does
	require.NoError(t, err)
	require.Error(t, parent.Wait(), "killed")
}

func TestDevWithoutSource(t *testing.T) {
	t.Parallel()
	cmd := newHome(t).command(t, "dev", "--listen", "127.0.0.1:0")
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Equal(t, 1, cmd.ProcessState.ExitCode())
	require.Contains(t, string(out), "--functions DIR")
}

// TestDemo builds the functions itself, from below the top of the module.
func TestDemo(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	cmd := h.command(t, "demo")
	var progress strings.Builder
	cmd.Stderr = &progress
	out, err := cmd.Output()
	require.NoError(t, err, progress.String())
	for line := range strings.Lines(progress.String()) {
		require.Regexp(t, `^(building|built) `, line, "no log of what the demo expects")
	}
	text := string(out)
	require.Contains(t, text, "ALL AS IT MUST BE")
	require.NotContains(t, text, "✗")
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "✓") {
			require.LessOrEqual(t, len([]rune(line)), 101, line)
		}
	}
}

func TestDemoJSON(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	report := only(t, h.must(t, "demo", "--json", "--keep", "--functions", functions))
	require.Equal(t, true, report["ok"])
	store, ok := report["store"].(string)
	require.True(t, ok)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(filepath.Dir(strings.TrimPrefix(store, "sqlite:")))) })
	require.Equal(t, "deleted", only(t, h.must(t, "media", "mistake", "--json", "--store", store))["state"])
	require.Len(t, objects(t, h.must(t, "dead-letters", "list", "--json", "--store", store)), 2)
}
