package webhook

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"github.com/vodevents/vodevents/shared/sink"
)

var _ sink.Prober = (*Sink)(nil)

// Probe makes a connection to the receiver, with TLS if that is how it is called, and
// sends no request: receivers take every one for an event. See [sink.Prober].
func (s *Sink) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, fmt.Errorf("no connection within %s", s.timeout))
	defer cancel()
	conn, err := s.transport.DialContext(ctx, "tcp", net.JoinHostPort(s.url.Hostname(), cmp.Or(s.url.Port(), s.url.Scheme)))
	if err != nil {
		return fmt.Errorf("webhook: %w", reason(ctx, err))
	}
	defer func() { _ = conn.Close() }() // nothing was sent
	if s.guard.plain {
		return nil
	}
	config := s.transport.TLSClientConfig.Clone()
	if config == nil {
		config = &tls.Config{} // as the transport's
	}
	config.ServerName = s.url.Hostname()
	if err := tls.Client(conn, config).HandshakeContext(ctx); err != nil {
		return fmt.Errorf("webhook: %w", reason(ctx, err))
	}
	return nil
}
