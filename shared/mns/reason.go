package mns

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
)

// reason says why a request had no answer: what ended the context, or what the network
// said. Anything else is in words of ours: some errors of net/http quote what the other
// end sent, and that may be what it was sent, with a signature and a token.
func reason(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if de, ok := errors.AsType[*net.DNSError](err); ok {
		return de
	}
	if oe, ok := errors.AsType[*net.OpError](err); ok {
		return oe
	}
	if ce, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return ce
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return errors.New("the other end does not speak TLS")
	}
	if ae, ok := errors.AsType[tls.AlertError](err); ok {
		return ae
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the connection was closed")
	}
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return errors.New("the handshake of TLS took too long")
	}
	return errors.New("no answer that can be read")
}
