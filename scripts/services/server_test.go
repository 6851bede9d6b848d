package services_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
)

// TestOwn takes a server of each kind through all that can happen to it.
func TestOwn(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		put  []string
		get  string
	}{
		{"postgres", []string{"CREATE TABLE t (v integer)", "INSERT INTO t VALUES (42)"}, "SELECT v FROM t"},
		{"mysql", []string{"CREATE TABLE t (v integer)", "INSERT INTO t VALUES (42)"}, "SELECT v FROM t"},
		{"redis", []string{"SET v 42"}, "GET v"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := services.Own(t, tc.name)
			for _, command := range tc.put {
				must(t, s.URL, command)
			}

			s.Kill()
			_, err := query(t.Context(), s.URL, tc.get)
			require.Error(t, err)
			s.Start()
			require.Equal(t, "42", must(t, s.URL, tc.get), "what was answered is on the disk")

			s.Stop()
			_, err = query(t.Context(), s.URL, tc.get)
			require.Error(t, err)
			s.Start()
			require.Equal(t, "42", must(t, s.URL, tc.get))

			s.Freeze()
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			_, err = query(ctx, s.URL, tc.get)
			require.ErrorIs(t, err, context.DeadlineExceeded, "it takes connections, and is silent")
			s.Thaw()
			require.Equal(t, "42", must(t, s.URL, tc.get))
			s.Freeze() // and is stopped so
		})
	}
}

// TestKilled proves that servers end with the program that started them when that
// has no say in it.
func TestKilled(t *testing.T) {
	t.Parallel()
	services.Redis(t) // or there is no server to be had
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestToBeKilled$")
	program.Env = append(os.Environ(), "TO_BE_KILLED=yes")
	stdin, err := program.StdinPipe()
	require.NoError(t, err)
	t.Cleanup(func() { stdin.Close() })
	stdout, err := program.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())

	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan())
	server, err := url.Parse(lines.Text())
	require.NoError(t, err)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Host)
	require.NoError(t, err)
	defer conn.Close()

	require.NoError(t, program.Process.Kill())
	require.Error(t, program.Wait())
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	_, err = conn.Read(make([]byte, 1))
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the server ends")
}

// TestToBeKilled is what [TestKilled] runs and kills.
func TestToBeKilled(t *testing.T) {
	if os.Getenv("TO_BE_KILLED") == "" {
		return
	}
	server := services.Own(t, "redis")
	_, err := os.Stdout.WriteString(server.URL + "\n")
	require.NoError(t, err)
	_, err = io.ReadAll(os.Stdin)
	require.NoError(t, err)
}
