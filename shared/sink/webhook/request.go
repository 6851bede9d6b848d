package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/vodevents/vodevents/shared/sink"
)

const userAgent = "vodevents (+https://github.com/vodevents/vodevents)"

// Limits on what is read of an answer, in bytes, and for how long a body is. It is read
// so that its connection can be used again, and for no other reason.
const (
	headerLimit = 64 << 10
	bodyLimit   = 64 << 10
	bodyTime    = 200 * time.Millisecond
)

// newDialer makes what opens connections. The guard sees every address before it
// is dialled.
func newDialer(g guard) *net.Dialer { return &net.Dialer{Control: g.control} }

// newTransport makes what holds the connections of a sink.
func newTransport(g guard) *http.Transport {
	return &http.Transport{
		DialContext:            newDialer(g).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    atOnce,
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: headerLimit,
		DisableCompression:     true,
		// A connection of HTTP/2 that died while the function was frozen would
		// otherwise take all requests until each of them times out.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 5 * time.Second, PingTimeout: 2 * time.Second},
	}
}

// send makes one attempt for one event.
func (s *Sink) send(ctx context.Context, e sink.Event) answer {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, fmt.Errorf("no answer within %s", s.timeout))
	defer cancel()
	req, err := s.request(ctx, e, time.Now())
	if err != nil {
		return answer{err: err}
	}
	// The transport, and no client on top of it: nothing follows redirects or keeps
	// cookies, and errors do not quote the URL.
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		return answer{err: fmt.Errorf("webhook: %w", reason(ctx, err))}
	}
	defer func() {
		enough := time.AfterFunc(bodyTime, cancel)
		_, _ = io.CopyN(io.Discard, resp.Body, bodyLimit)
		enough.Stop()
		_ = resp.Body.Close() // and the connection, unless all was read
	}()
	return judge(resp, time.Now())
}

// request makes the request for an attempt at the given time.
func (s *Sink) request(ctx context.Context, e sink.Event, at time.Time) (*http.Request, error) {
	id, body := e.ID.String(), e.JSON()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url.String(), bytes.NewReader(body))
	if err != nil { // the error quotes the URL
		return nil, errors.New("webhook: no request can be made of the URL")
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Content-Type", sink.MediaType)
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	if len(s.secrets) > 0 {
		req.Header.Set("Webhook-Signature", sign(s.secrets, id, at, body))
	}
	if e.Replay != "" {
		req.Header.Set("Vod-Replay", e.Replay)
	}
	if s.basic {
		req.SetBasicAuth(s.user, s.password)
	}
	// Empty, it is not sent, but tells the transport that the request may be repeated
	// on a new connection if the kept one turns out to be closed.
	req.Header["Idempotency-Key"] = nil
	return req, nil
}

// reason says in words of ours why there is no answer: some errors of net/http
// quote what the server sent, and that may be what it was sent.
func reason(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if re, ok := errors.AsType[refusedError](err); ok {
		return re
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
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return errors.New("the receiver does not speak TLS")
	}
	if ae, ok := errors.AsType[tls.AlertError](err); ok {
		return ae
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the connection was closed without an answer")
	}
	return errors.New("no answer that can be read")
}
