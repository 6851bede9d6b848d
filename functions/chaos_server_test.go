package functions_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestChaosPlainServer kills the HTTP function as a plain server, where no platform
// answers in its place, and starts it again within a second; every third time while the
// store is away. No event is discarded, and every one is a row.
func TestChaosPlainServer(t *testing.T) {
	t.Parallel()
	db, s := newDatabase(t), inDirectory(t)
	env := db.settings("LOG_LEVEL=warn", s.setting)
	b := &bench{db: db, spool: s}
	b.startTimer(t, env)
	p := newPlainServer(t, env)
	b.load = newLoad(t, p.front(t), senders)
	kills, rng := or(15, 50), random(t, senders)
	b.fault = strconv.Itoa(kills) + " kills"
	for i := range kills {
		release := func() {}
		if i%3 == 0 {
			release = lock(t, db.path)
			t.Cleanup(release)
		}
		// All have recovered from the last one: nobody meets two with one event.
		b.await(t, 1+rng.IntN(3))
		<-time.After(time.Duration(rng.Int64N(int64(4 * pace))))
		p.kill(t)
		<-time.After(time.Duration(rng.Int64N(int64(500 * time.Millisecond))))
		p.start(t)
		release()
	}
	b.await(t, 1)
	o := b.settle(t)
	require.Zero(t, o.discarded)
	require.Equal(t, o.sent, o.acknowledged)
	require.Equal(t, o.sent, o.stored)
	require.Positive(t, o.fallback, "the store was not away")
	require.GreaterOrEqual(t, o.attempts-o.sent, kills, "nobody met a server that was killed")
}

// plainServer is the HTTP function with no platform around it.
type plainServer struct {
	env []string
	log *tail
	cmd *exec.Cmd
	at  atomic.Pointer[url.URL] // of the one that was started last
}

func newPlainServer(t *testing.T, env []string) *plainServer {
	t.Helper()
	p := &plainServer{env: append(env, "VOD_LISTEN=127.0.0.1:0", "LOG_LEVEL=info"), log: newTail(t)}
	p.start(t)
	t.Cleanup(func() { p.kill(t) })
	return p
}

// start starts it, and waits until it serves.
func (p *plainServer) start(t *testing.T) {
	t.Helper()
	stdout := &output{}
	p.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(binaries, "http"))
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stdout = io.MultiWriter(stdout, p.log)
	p.cmd.Stderr = p.log
	require.NoError(t, p.cmd.Start())
	p.at.Store(&url.URL{Scheme: "http", Host: stdout.await(t, "serving", 1)[0].Address})
}

// kill ends it (kill -9).
func (p *plainServer) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Kill())
	require.Error(t, p.cmd.Wait())
}

// front is an address that stays. Like a port where nobody listens it breaks off what
// reaches no server, and it tries nothing twice.
func (p *plainServer) front(t *testing.T) string {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	return serve(t, &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(p.at.Load()) },
		Transport: transport,
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) {
			panic(http.ErrAbortHandler)
		},
	})
}
