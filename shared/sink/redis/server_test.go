package redis_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/rueidis"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/redis"
)

// server is a private redis-server that goes away with the test.
type server struct {
	addr string
	args []string
	cmd  *exec.Cmd
}

// start starts a server that syncs every write. Further settings are those of the
// command line, such as --maxmemory 5mb.
func start(t *testing.T, settings ...string) *server {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		require.Empty(t, os.Getenv("CI"), "redis-server is missing: apt-get install redis-server")
		t.Skip("redis-server is missing: apt-get install redis-server")
	}
	port := freePort(t)
	s := &server{addr: net.JoinHostPort("127.0.0.1", port)}
	s.args = append([]string{
		program, "--bind", "127.0.0.1", "--port", port, "--dir", t.TempDir(), "--save", "",
		"--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning",
	}, settings...)
	s.run(t)
	t.Cleanup(func() { s.end(syscall.SIGKILL) })
	return s
}

// run starts the process and waits until it takes connections.
func (s *server) run(t *testing.T) {
	t.Helper()
	s.cmd = exec.Command(s.args[0], s.args[1:]...)
	s.cmd.Stdout = t.Output()
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, s.cmd.Start())
	s.await(t)
}

// await waits until the server takes connections.
func (s *server) await(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.addr)
		return err == nil && conn.Close() == nil
	}, 20*time.Second, 10*time.Millisecond)
}

// end ends the process by a signal and waits until it is gone.
func (s *server) end(signal syscall.Signal) {
	_ = s.cmd.Process.Signal(signal)
	_ = s.cmd.Wait()
}

func (s *server) signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	require.NoError(t, s.cmd.Process.Signal(signal))
}

// url returns the URL of the server, with what comes after the host.
func (s *server) url(rest string) string { return "redis://" + s.addr + rest }

// client returns a client of the kind that readers of the keys have.
func (s *server) client(t *testing.T) rueidis.Client { return client(t, s.addr) }

func client(t *testing.T, addr string) rueidis.Client {
	t.Helper()
	var c rueidis.Client
	require.Eventually(t, func() bool {
		var err error
		c, err = rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{addr}, ForceSingleClient: true, DisableCache: true})
		return err == nil
	}, 20*time.Second, 10*time.Millisecond)
	t.Cleanup(c.Close)
	return c
}

// do does a command whose parts are separated by spaces.
func do(t *testing.T, c rueidis.Client, command string) rueidis.RedisResult {
	t.Helper()
	r := c.Do(t.Context(), c.B().Arbitrary(strings.Fields(command)...).Build())
	require.NoError(t, r.Error(), command)
	return r
}

// entries returns the fields of the entries of a stream.
func entries(t *testing.T, c rueidis.Client, stream string) []map[string]string {
	t.Helper()
	all, err := c.Do(t.Context(), c.B().Xrange().Key(stream).Start("-").End("+").Build()).AsXRange()
	require.NoError(t, err)
	fields := make([]map[string]string, len(all))
	for i, e := range all {
		fields[i] = e.FieldValues
	}
	return fields
}

// open opens the sink with the given URL.
func open(t *testing.T, rawURL string) *redis.Sink {
	t.Helper()
	routes, err := sink.Open([]string{rawURL + "#name=test&timeout=20s"}, sink.Options{})
	require.NoError(t, err)
	s, ok := routes[0].Sink.(*redis.Sink)
	require.True(t, ok)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// deliver delivers events that all have to be taken.
func deliver(t *testing.T, s *redis.Sink, events ...sink.Event) {
	t.Helper()
	errs := s.Deliver(t.Context(), events)
	require.Len(t, errs, len(events))
	for _, err := range errs {
		require.NoError(t, err)
	}
}

// refused delivers an event that must not be taken, nor rejected, and returns why.
func refused(ctx context.Context, t *testing.T, s *redis.Sink) error {
	t.Helper()
	errs := s.Deliver(ctx, []sink.Event{event(1)})
	require.Len(t, errs, 1)
	require.Error(t, errs[0])
	require.NotErrorIs(t, errs[0], sink.ErrRejected)
	return errs[0]
}

// ports are those that were given away.
var ports sync.Map

// freePort returns a port on which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	for {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		_, port, err := net.SplitHostPort(l.Addr().String())
		require.NoError(t, err)
		require.NoError(t, l.Close())
		if _, taken := ports.LoadOrStore(port, true); !taken {
			return port
		}
	}
}

// file writes a file and returns its path.
func file(t *testing.T, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}
