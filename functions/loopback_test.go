package functions_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestLoopback runs both functions as plain servers.
func TestLoopback(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	httpURL := serveLoopback(t, "http", db.settings("VOD_LISTEN=127.0.0.1:0"))
	mnsURL := serveLoopback(t, "mns", db.settings("VOD_LISTEN=127.0.0.1:0"))
	body := vodtest.NewEvent(vod.TypeFileUploadComplete)
	require.Equal(t, reply{Status: 200, ID: idOf(t, body), Outcome: "new"}, post(t, sender(httpURL+"/vod/events"), body))

	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, mnsURL, strings.NewReader(string(body)))
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	var counts map[string]int
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&counts))
	require.Equal(t, map[string]int{"known": 1}, counts)
	require.Len(t, db.rows(t), 1)
}

// serveLoopback starts a function with neither platform around it, returns its
// URL, and sees that it ends well on SIGTERM.
func serveLoopback(t *testing.T, name string, env []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, name))
	cmd.Env = append(os.Environ(), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan(), "a function says where it serves")
	var line struct{ Address string }
	require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
	t.Cleanup(func() {
		for lines.Scan() { // until the process has ended
		}
		_ = cmd.Wait() // the context has ended, which is its error
		require.Equal(t, 0, cmd.ProcessState.ExitCode())
	})
	return "http://" + line.Address
}

// lock holds the write lock of a database until the returned function is called.
func lock(t *testing.T, path string) (release func()) {
	t.Helper()
	db, err := driver.Open("file:" + path)
	require.NoError(t, err)
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	released := false
	release = func() {
		if !released {
			released = true
			_, err := conn.ExecContext(t.Context(), "ROLLBACK")
			require.NoError(t, err)
			require.NoError(t, conn.Close())
			require.NoError(t, db.Close())
		}
	}
	return release
}
