package cli

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/sqlite" // what the console shows
)

// migrated makes a store in a file and returns its URL.
func migrated(t *testing.T, file string) string {
	t.Helper()
	url := dev.FileStore(file)
	s, err := store.Open(url)
	require.NoError(t, err)
	require.NoError(t, s.(store.Migrator).Migrate(t.Context())) //nolint:errcheck,forcetypeassert // SQLite has tables
	require.NoError(t, s.Close())
	return url
}

// ending is an output that ends what writes to it.
type ending struct {
	bytes.Buffer
	end func()
}

func (e *ending) Write(p []byte) (int, error) {
	defer e.end()
	return e.Buffer.Write(p)
}

// runConsole runs vodctl console until it has said where it is, and returns what it said.
func runConsole(t *testing.T, c consoleCommand, env map[string]string) (out, problems string, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said, wrong := &ending{end: cancel}, &bytes.Buffer{}
	a := &app{self: "vodctl", Surroundings: Surroundings{Stdout: said, Stderr: wrong, Getenv: func(name string) string { return env[name] }}}
	err = c.Run(ctx, a)
	return said.String(), wrong.String(), err
}

func TestConsoleStarts(t *testing.T) {
	t.Parallel()
	const long = "0123456789abcdef"
	url := storeURL(migrated(t, filepath.Join(t.TempDir(), "vod.db")))
	nothing := filepath.Join(t.TempDir(), "none", "vod.db")
	text := filepath.Join(t.TempDir(), "text.db")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("no database ", 100)), 0o600))
	for _, tc := range []struct {
		name, listen, token string
		store               storeURL
		says, fails         []string
	}{
		{name: "loopback", listen: "127.0.0.1:0", store: url, says: []string{"console  http://127.0.0.1:"}},
		{name: "loopback with a token", listen: "localhost:0", token: " " + long + "\n", store: url, says: []string{"console  http://127.0.0.1:"}},
		{name: "a short token", listen: "127.0.0.1:0", token: "  123456789012345  ", store: url, fails: []string{tokenVariable, "at least 16 characters, such as "}},
		{name: "a blank token", listen: "127.0.0.1:0", token: " ", store: url, fails: []string{tokenVariable, "at least 16 characters"}},
		{name: "no token for others", listen: ":0", store: url, fails: []string{"--listen :0", tokenVariable, "such as "}},
		{name: "a short token for others", listen: "0.0.0.0:0", token: "open sesame", store: url, fails: []string{"at least 16 characters"}},
		{name: "no address", listen: "nonsense", store: url, fails: []string{"--listen nonsense"}},
		{name: "no file", listen: "127.0.0.1:0", store: storeURL(dev.FileStore(nothing)), fails: []string{"there is no file " + nothing, "migrate"}},
		{name: "no database", listen: "127.0.0.1:0", store: storeURL(dev.FileStore(text)), fails: []string{"Is " + text + " a store"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			out, _, err := runConsole(t, consoleCommand{Listen: tc.listen, Store: tc.store}, map[string]string{tokenVariable: tc.token})
			for _, part := range tc.says {
				require.Contains(t, out, part)
			}
			if tc.fails == nil {
				require.NoError(t, err)
				return
			}
			require.Empty(t, out)
			for _, part := range tc.fails {
				require.ErrorContains(t, err, part)
			}
		})
	}
}

// The store is looked for once, and it is said once which it is.
func TestConsoleFindsStoreOnce(t *testing.T) {
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, t.TempDir())
	}
	file, err := dev.DefaultFile()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	migrated(t, file)
	out, problems, err := runConsole(t, consoleCommand{Listen: freePort}, nil)
	require.NoError(t, err)
	require.Contains(t, out, filepath.Base(file))
	require.Equal(t, 1, strings.Count(problems, "store: "), problems)
}

// TestConsoleAddressIsTaken is not parallel: it changes where a vodctl dev is found.
func TestConsoleAddressIsTaken(t *testing.T) {
	taken, err := listenConsole(t.Context(), "--listen", freePort)
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	address := taken.Addr().String()
	ownCache(t)
	_, err = listenConsole(t.Context(), "--console", address)
	require.ErrorContains(t, err, "--console "+address+" is taken by another program")

	announce(t, dev.Address{ConsoleURL: "http://" + address + "/"})
	url := storeURL(migrated(t, filepath.Join(t.TempDir(), "vod.db")))
	_, _, err = runConsole(t, consoleCommand{Listen: address, Store: url}, nil)
	require.ErrorContains(t, err, "--listen "+address+" is taken by the console of vodctl dev (pid ")
	require.ErrorContains(t, err, "which is at http://"+address+"/: choose")
}

// The usual address is taken by now, if it was not before.
func TestConsoleOfNoAddress(t *testing.T) {
	t.Parallel()
	if usual, err := listenConsole(t.Context(), "--listen", usualConsole); err == nil {
		t.Cleanup(func() { _ = usual.Close() })
	}
	url := storeURL(migrated(t, filepath.Join(t.TempDir(), "vod.db")))
	out, _, err := runConsole(t, consoleCommand{Store: url}, nil)
	require.NoError(t, err)
	require.Contains(t, out, "console  http://127.0.0.1:")
	require.NotContains(t, out, usualConsole)
}

func TestConsoleURL(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"127.0.0.1:81":   "http://127.0.0.1:81/",
		"[::1]:81":       "http://[::1]:81/",
		"192.0.2.1:81":   "http://192.0.2.1:81/",
		"0.0.0.0:81":     "http://127.0.0.1:81/",
		"[::]:81":        "http://127.0.0.1:81/",
		"[2001:db8::]:1": "http://[2001:db8::]:1/",
	} {
		at, err := net.ResolveTCPAddr("tcp", address)
		require.NoError(t, err)
		url, everywhere := consoleURL(at)
		require.Equal(t, want, url)
		require.Equal(t, at.IP.IsUnspecified(), everywhere)
	}
}

// When a console is closed, nothing of it goes on: what it used is closed next.
func TestConsoleCloses(t *testing.T) {
	t.Parallel()
	listener, err := listenConsole(t.Context(), "--listen", freePort)
	require.NoError(t, err)
	began, cancelled, leave := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var ended atomic.Bool
	serving := serveConsole(listener, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
		close(cancelled)
		<-leave // as a query that does not end at once
		ended.Store(true)
	}))
	go func() {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, serving.url, nil)
		if err == nil {
			var r *http.Response
			if r, err = http.DefaultTransport.RoundTrip(req); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				_ = r.Body.Close()
			}
		}
	}()
	<-began
	closed := make(chan error, 1)
	go func() { closed <- serving.close() }()
	<-cancelled
	require.Never(t, func() bool { return len(closed) > 0 }, 50*time.Millisecond, time.Millisecond)
	close(leave)
	require.NoError(t, <-closed)
	require.True(t, ended.Load())
}

// vodctl dev ends when its console does, as the functions do.
func TestDevWithoutConsole(t *testing.T) {
	t.Parallel()
	listener, err := listenConsole(t.Context(), "--listen", freePort)
	require.NoError(t, err)
	page := &devConsole{listener: listener, serving: serveConsole(listener, http.NotFoundHandler())}
	require.NoError(t, listener.Close())
	require.ErrorIs(t, wait(t.Context(), &app{}, nil, page.failed()), net.ErrClosed)
	require.NoError(t, page.close())

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, wait(ctx, &app{}, nil, (&devConsole{}).failed()), "there is none that could end")
}

func TestDevConsoleAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"nonsense":       "--console nonsense: want HOST:PORT",
		"127.0.0.1:high": "--console 127.0.0.1:high: want HOST:PORT",
		"0.0.0.0:81":     "--console 0.0.0.0:81: the console of vodctl dev is for this machine",
	} {
		_, err := (&devCommand{Listen: "127.0.0.1:0", Console: address}).newDevConsole(t.Context())
		require.ErrorContains(t, err, want)
	}
	page, err := (&devCommand{Console: noConsole}).newDevConsole(t.Context())
	require.NoError(t, err)
	require.Nil(t, page.failed())
	require.NoError(t, page.close())
}
