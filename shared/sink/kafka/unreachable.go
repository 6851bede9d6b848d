package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/twmb/franz-go/pkg/kgo"
)

// unreachable says why there is no talking to the brokers, and what to do. What is not
// known to be harmless is left out: it may quote what the other end sent, and that may
// be what it was sent.
func (s *Sink) unreachable(err error) error {
	for _, known := range []error{
		errClosed, kgo.ErrRecordTimeout, kgo.ErrRecordRetries, kgo.ErrClientClosed, context.DeadlineExceeded, context.Canceled,
	} {
		if errors.Is(err, known) {
			return known
		}
	}
	if ua, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Errorf("%w: set ca to the file of its certificate authority", ua)
	}
	if he, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Errorf("%w: set verify=ca if that is how its certificates are", he)
	}
	if ce, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return ce
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return errors.New("a broker does not speak TLS: leave out tls=true, or give the port at which it does")
	}
	if ae, ok := errors.AsType[tls.AlertError](err); ok {
		return ae
	}
	if de, ok := errors.AsType[*net.DNSError](err); ok {
		return de
	}
	if oe, ok := errors.AsType[*net.OpError](err); ok {
		return oe
	}
	if fe, ok := errors.AsType[*kgo.ErrFirstReadEOF](err); ok { // which guesses why
		return fe
	}
	switch {
	case errors.Is(err, io.EOF) && s.address.user != "":
		return errors.New("a broker closed the connection (are user and password right, and the parameter sasl?)")
	case errors.Is(err, io.EOF):
		return errors.New("a broker closed the connection")
	}
	return errors.New("no answer that can be read: are there brokers at that address, and are user, password and the parameter sasl right?")
}
