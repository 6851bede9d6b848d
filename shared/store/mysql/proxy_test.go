package mysql_test

import (
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// proxy stands between a store and its server.
type proxy struct {
	url      string
	trips    atomic.Int64 // how often the client spoke after the server had
	answered atomic.Bool
	mu       sync.Mutex
	conns    []net.Conn
	stalled  []*atomic.Bool
}

func newProxy(t *testing.T, rawURL string) *proxy {
	t.Helper()
	u, err := url.Parse(rawURL)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := u.Host
	u.Host = l.Addr().String()
	p := &proxy{url: u.String()}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			backend, err := net.Dial("tcp", server)
			if err != nil {
				client.Close()
				continue
			}
			stalled := new(atomic.Bool)
			p.mu.Lock()
			p.conns, p.stalled = append(p.conns, client, backend), append(p.stalled, stalled)
			p.mu.Unlock()
			wg.Go(func() { p.forward(backend, client, true, stalled) })
			wg.Go(func() { p.forward(client, backend, false, stalled) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.cut()
		wg.Wait()
	})
	return p
}

func (p *proxy) forward(to, from net.Conn, asks bool, stalled *atomic.Bool) {
	defer to.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if asks && n > 0 && p.answered.Swap(false) {
			p.trips.Add(1)
		} else if !asks && n > 0 {
			p.answered.Store(true)
		}
		if !stalled.Load() {
			_, _ = to.Write(buf[:n]) // its end is seen by reading
		}
		if err != nil {
			return
		}
	}
}

// cut ends all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}

// stall lets nothing through any more on the connections that there are, which stay.
func (p *proxy) stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.stalled {
		s.Store(true)
	}
}
