package redis_test

import (
	"context"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/rueidis"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/redis"
)

// server is a Redis server that goes away with the test.
type server struct {
	*services.Server // nil if it was started with settings of its own

	addr string
	user string // of a URL, with the password
}

// start starts a server that syncs every write.
func start(t *testing.T) *server {
	t.Helper()
	own := services.Own(t, "redis")
	u, err := url.Parse(own.URL)
	require.NoError(t, err)
	return &server{Server: own, addr: u.Host, user: u.User.String() + "@"}
}

// startWith starts a server with settings that cannot be made while it runs. They
// are those of its command line, such as --cluster-enabled yes.
func startWith(t *testing.T, settings ...string) *server {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("redis-server is not installed: apt-get install redis-server")
	}
	port := freePort(t)
	settings = append([]string{"--bind", "127.0.0.1", "--port", port, "--dir", t.TempDir(), "--save", ""}, settings...)
	cmd := exec.Command(program, settings...)
	cmd.Stdout = t.Output()
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says that it was killed
	})
	return &server{addr: net.JoinHostPort("127.0.0.1", port)}
}

// url returns the URL of the server, with what comes after the host.
func (s *server) url(rest string) string { return "redis://" + s.user + s.addr + rest }

// client returns a client of the kind that readers of the keys have. It waits until
// the server answers.
func (s *server) client(t *testing.T) rueidis.Client {
	t.Helper()
	_, password, _ := strings.Cut(strings.TrimSuffix(s.user, "@"), ":")
	var c rueidis.Client
	require.Eventually(t, func() bool {
		var err error
		c, err = rueidis.NewClient(rueidis.ClientOption{
			InitAddress: []string{s.addr}, Password: password, ForceSingleClient: true, DisableCache: true,
		})
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
