package postgres

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// maxIdle is for how long a connection is kept that nobody uses. Proxies and
// firewalls forget idle connections after minutes, some without a word: what is
// then sent gets no answer, and finding out costs more than a new connection.
const maxIdle = 30 * time.Second

// closeTimeout is how long taking leave of a server may take.
const closeTimeout = time.Second

// errClosed means that the store was closed.
var errClosed = errors.New("the store is closed")

// pool holds connections. It has no goroutines: in a function instance that is
// frozen between two calls they would run at the wrong time.
type pool struct {
	config *pgx.ConnConfig
	places chan struct{} // one for each connection in use

	mu     sync.Mutex
	idle   []idleConn // the last used last
	closed bool
}

type idleConn struct {
	*pgx.Conn
	since time.Time
}

func newPool(config *pgx.ConnConfig, conns int) *pool {
	return &pool{config: config, places: make(chan struct{}, conns)}
}

// attempts is how often something is tried that ended in a deadlock.
const attempts = 5

// do runs fn on a connection, and again if that changes nothing but its outcome:
// if the connection was cut while it was idle, on a new one, and if the transaction
// was rolled back because of others. fn reports whether the connection was alive
// and what it did must not be repeated if the connection breaks.
func (p *pool) do(ctx context.Context, fn func(*pgx.Conn) (alive bool, err error)) error {
	select {
	case p.places <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-p.places }()
	for attempt := 1; ; attempt++ {
		conn, used, err := p.connection(ctx)
		if err != nil {
			return err
		}
		alive, err := fn(conn)
		broken := conn.IsClosed()
		p.put(ctx, conn)
		switch {
		case err == nil || ctx.Err() != nil || attempt == attempts:
			return err
		case broken && used && !alive:
			p.drop(ctx) // the others are no younger
		case !conflict(err):
			return err
		}
	}
}

// connection returns a connection, and whether it was used before.
func (p *pool) connection(ctx context.Context) (*pgx.Conn, bool, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, false, errClosed
	}
	var last idleConn
	if n := len(p.idle); n > 0 {
		last, p.idle = p.idle[n-1], p.idle[:n-1]
	}
	p.mu.Unlock()
	// The clock on the wall: the other stands still while a machine is asleep.
	if last.Conn != nil && time.Now().Round(0).Sub(last.since).Abs() < maxIdle {
		return last.Conn, true, nil
	}
	if last.Conn != nil {
		hangUp(ctx, last.Conn)
		p.drop(ctx) // the others are older still
	}
	conn, err := pgx.ConnectConfig(ctx, p.config)
	return conn, false, err
}

// put takes a connection back that was in use, unless it is broken or in the middle
// of something.
func (p *pool) put(ctx context.Context, conn *pgx.Conn) {
	if conn.IsClosed() {
		return
	}
	p.mu.Lock()
	keep := !p.closed && conn.PgConn().TxStatus() == 'I'
	if keep {
		p.idle = append(p.idle, idleConn{conn, time.Now().Round(0)})
	}
	p.mu.Unlock()
	if !keep {
		hangUp(ctx, conn)
	}
}

// drop closes the connections that nobody uses.
func (p *pool) drop(ctx context.Context) {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, c := range idle {
		hangUp(ctx, c.Conn)
	}
}

func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.drop(context.Background())
}

// hangUp closes a connection, also if ctx has ended.
func hangUp(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	_ = conn.Close(ctx) // the server finds out by itself
}
