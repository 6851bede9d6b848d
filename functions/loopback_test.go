package functions_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestLoopback runs both functions as plain servers.
func TestLoopback(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	httpURL, mnsURL := startServer(t, "http", db).url, startServer(t, "mns", db).url
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

// TestLoopbackFinishesWhatIsInHand stops a server while its store is away: the
// request that it has is answered, no other is let in, and then it ends well.
func TestLoopbackFinishesWhatIsInHand(t *testing.T) {
	t.Parallel()
	db := emptyDatabase(t)
	s := startServer(t, "http", db)
	body := vodtest.NewEvent(vod.TypeFileUploadComplete)
	answer := posting(t, sender(s.url), body)
	s.log.await(t, notTaken, 1)

	require.NoError(t, s.process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err == nil {
			err = conn.Close()
		}
		return err != nil
	}, 30*time.Second, time.Millisecond, "it still listens")
	require.NoError(t, db.migrate(t.Context()))
	require.Equal(t, reply{Status: 200, ID: idOf(t, body), Outcome: "new"}, answer())
	require.NoError(t, s.wait(), "it ends with 0")
	require.Len(t, db.rows(t), 1)
}

// server is a function with neither platform around it.
type server struct {
	url     string
	log     *output
	process *os.Process
	wait    func() error // for its end, which must come soon
}

// startServer starts a server, and sees that it ends well on SIGTERM.
func startServer(t *testing.T, name string, db database) server {
	t.Helper()
	s := server{log: &output{}}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(binaries, name))
	cmd.Env = append(os.Environ(), db.settings("VOD_LISTEN=127.0.0.1:0")...)
	cmd.Stdout = s.log
	require.NoError(t, cmd.Start())
	s.process = cmd.Process
	s.wait = sync.OnceValue(func() error {
		defer time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() }).Stop()
		return cmd.Wait()
	})
	t.Cleanup(func() {
		_ = s.process.Signal(syscall.SIGTERM) // it may have ended
		require.NoError(t, s.wait())
	})
	s.url = "http://" + s.log.await(t, "serving", 1)[0].Address
	return s
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
