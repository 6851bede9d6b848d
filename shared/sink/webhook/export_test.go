package webhook

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"time"
)

// Trust makes the sink trust a certificate that no authority has signed.
func (s *Sink) Trust(cert *x509.Certificate) {
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	s.transport.TLSClientConfig = &tls.Config{RootCAs: roots}
}

// Resolve makes the sink look up names with r.
func (s *Sink) Resolve(r *net.Resolver) {
	d := newDialer(s.guard)
	d.Resolver = r
	s.transport.DialContext = d.DialContext
}

// RetryAfter reads a Retry-After header.
func RetryAfter(value string, now time.Time) time.Duration { return retryAfter(value, now) }

// CheckAddress says whether an address may be dialled.
func CheckAddress(a netip.Addr, allowPrivate, plain bool) error {
	return guard{private: allowPrivate, plain: plain}.check(a)
}

// ParseSecrets decodes secrets.
func ParseSecrets(texts []string) ([][]byte, error) { return parseSecrets("secrets", texts) }
