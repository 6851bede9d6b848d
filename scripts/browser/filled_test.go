package browser_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// filled is a vodctl dev that has received much, for tests that change nothing. It is
// started when a test asks for it first.
var filled struct {
	once   sync.Once
	server *server
	hook   *httptest.Server
	dir    string
	err    error
}

// receivedMuch returns the vodctl dev that has received much.
func receivedMuch(t *testing.T) *server {
	t.Helper()
	filled.once.Do(func() { filled.err = fill() })
	require.NoError(t, filled.err)
	return filled.server
}

// hostile is what somebody may put into a title, or an id.
const hostile = `"><img src=x onerror="document.title='run'"><script>document.title='run'</script>{{.}}`

// fill starts it, and sends what makes each page show something: stories as VOD tells
// them, what is not documented, what cannot be read, and what is forged. One of the
// sinks takes its copies, the other does not.
func fill() (err error) {
	filled.hook = newHook()
	if filled.dir, err = os.MkdirTemp("", "browser-test-home-"); err != nil {
		return err
	}
	h := newHome(filled.dir)
	filled.server, err = serve(h, "dev", "--json", "--listen", "127.0.0.1:0", "--functions", functions,
		"--sink", filled.hook.URL+"/crm#name=crm&private=allow", "--sink", filled.hook.URL+"/search/away#name=search&private=allow")
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{"send", h.file("broken.json", `{"EventType": "TranscodeComplete", "VideoId": `)},
		{"send", "MediaBaseChangeComplete", "--medium", hostile, "--set", "MediaContent.Title.NewValue=" + hostile},
		{"send", "SnapshotComplete", "--medium", strings.Repeat("an-id-without-end-", 14)},
		{"play", "everything", "restore", "live", "upload", "happy", "retranscode", "drift", "--seed", "7"},
		{"send", "FileUploadComplete", "--medium", "ferry"},
	} {
		if _, err := h.call(context.Background(), args...); err != nil {
			return err
		}
	}
	_, _ = h.call(context.Background(), "send", "FileUploadComplete", "--url", filled.server.CallbackURL, "--key", "AnotherKey0") // refused, and so an error
	return nil
}

// newHook serves a place that takes copies, and under /search one that does not.
func newHook() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/crm", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/search/away", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	return httptest.NewServer(mux)
}

// stopFilled takes it away.
func stopFilled() {
	if filled.server != nil {
		_ = filled.server.stop() // tests have seen all that matters
	}
	if filled.hook != nil {
		filled.hook.Close()
	}
	if filled.dir != "" {
		_ = os.RemoveAll(filled.dir)
	}
}
