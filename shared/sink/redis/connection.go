package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/redis/rueidis"
)

// connection is one connection to the server, used by one delivery at a time. No
// goroutine watches it, which would be frozen with its instance: what happened to it
// meanwhile shows when it is used.
type connection struct {
	client rueidis.Client
	conn   net.Conn
	used   time.Time // by the wall clock, which goes on while an instance is frozen
	old    bool      // was used before
}

// trust is how long a connection may rest: servers, proxies and firewalls forget
// them after minutes, and some without a word.
const trust = 30 * time.Second

// Sizes of the buffers of a connection, in bytes: most events fit.
const (
	readBuffer  = 4 << 10
	writeBuffer = 32 << 10
)

var (
	errNone  = errors.New("no connection yet")
	errTaken = errors.New("the connection was lost")
)

// dial makes a connection, but for the handshake, which is made with the first
// commands.
func (a *address) dial(ctx context.Context, timeout time.Duration) (*connection, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", a.host)
	if err != nil {
		return nil, err
	}
	c := &connection{conn: conn}
	if a.tls != nil {
		secure := tls.Client(conn, a.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close() // nothing was sent
			return nil, fmt.Errorf("TLS handshake: %w", err)
		}
		conn = secure
	}
	// The client asks for a connection at once, to share it among goroutines, and gets
	// none. It then asks for one that the caller of a command has for itself.
	hand, handErr := net.Conn(nil), errNone
	c.client, err = rueidis.NewClient(rueidis.ClientOption{
		InitAddress: []string{a.host}, ForceSingleClient: true,
		Username: a.user, Password: a.password, SelectDB: a.database, ClientName: "vodevents",
		DialCtxFn: func(context.Context, string, *net.Dialer, *tls.Config) (net.Conn, error) {
			conn, err := hand, handErr
			hand, handErr = nil, errTaken
			return conn, err
		},
		DisableAutoPipelining: true, BlockingPoolSize: 1, DisableCache: true, DisableRetry: true,
		ClientSetInfo:      rueidis.DisableClientSetInfo,
		ReadBufferEachConn: readBuffer, WriteBufferEachConn: writeBuffer,
		Dialer: net.Dialer{Timeout: timeout}, ConnWriteTimeout: timeout,
	})
	if c.client == nil {
		return nil, errors.Join(err, conn.Close())
	}
	hand, handErr = conn, nil
	return c, nil
}

// do sends the commands together. An error means that the connection is of no use
// any more.
func (c *connection) do(ctx context.Context, commands [][]string) ([]rueidis.RedisResult, error) {
	// The client heeds the deadline of ctx only.
	stop := context.AfterFunc(ctx, func() { _ = c.conn.Close() })
	defer stop()
	multi := make(rueidis.Commands, len(commands))
	for i, args := range commands {
		multi[i] = c.client.B().Arbitrary(args...).Build()
	}
	results := c.client.DoMulti(ctx, multi...)
	for _, r := range results {
		if err := r.NonRedisError(); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// rest notes that the connection is not in use from now on.
func (c *connection) rest(now time.Time) { c.used, c.old = now.Round(0), true }

// trusted reports whether the connection is still likely to be one.
func (c *connection) trusted(now time.Time) bool {
	rested := now.Round(0).Sub(c.used)
	return 0 <= rested && rested < trust
}

func (c *connection) close() {
	c.client.Close()
	_ = c.conn.Close() // which the client has not got if it was never used
}
