// Package webhook sends events to HTTP servers as signed webhooks. VOD calls back
// one address; this is how each of several systems gets its copy.
//
// # URL
//
//	https://hooks.example.com/vod?tenant=7#name=crm
//	https://user:password@hooks.example.com/vod#name=crm&secret=whsec_…
//	http://10.0.0.7:8080/vod#name=crm&private=allow
//
// Path and query are the receiver's and arrive as they are written; user and
// password become basic authentication. Besides those of [sink.Route] there are
// the settings
//
//	secret=whsec_…,whsec_…  what to sign with, in place of VOD_WEBHOOK_SECRET
//	unsigned=allow          send without a signature
//	private=allow           the receiver is in a private network or on this machine
//
// # Request
//
// A POST with the text of [sink.Event.JSON] as its body and the headers of Standard
// Webhooks, so that receivers can verify it with a library for their language:
//
//	Content-Type       application/cloudevents+json; charset=utf-8
//	webhook-id         the event's ID, the same in every attempt and replay
//	webhook-timestamp  when this attempt was made, in seconds since 1970
//	webhook-signature  v1,<Base64 of HMAC-SHA256 of "id.timestamp.body">, one for each
//	                   secret with a space between
//	vod-replay         the id of the replay, if it is sent again on purpose
//
// A secret is whsec_ and Base64 of 24 to 64 random bytes, such as the output of
//
//	echo "whsec_$(openssl rand -base64 32)"
//
// To rotate it, put the new one before the old one, give the new one to the
// receiver, and take the old one away. Without any secret the sink is an error
// unless unsigned=allow says that nobody will verify.
//
// Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
// (read 2026-11-23).
//
// # Answers
//
// An attempt is one request for one event, and Deliver makes one attempt. (A kept
// connection that turns out to be closed, as happens to frozen functions, costs a
// second request within it.) The status decides; bodies are not looked at.
//
//	2xx                       delivered, even if the body then breaks off
//	410, 413, 422             rejected, parked after this attempt: the receiver is gone,
//	                          the event too large, its content refused
//	3xx                       tried again; redirects are not followed, the error names
//	                          the host to which this one points
//	429, 502, 503, 504        tried again; the rest of the batch is not sent now
//	all others                tried again: 400, 401, 403 and 404 are what a wrong secret or
//	                          a deployment looks like, and heal
//	any of the last three,    tried again no sooner than it says (seconds or a date; an hour
//	with Retry-After          at most; 0, the past and what cannot be read do not count),
//	                          and the rest of the batch is not sent now
//	no status within the      tried again: DNS, TLS and connection errors, resets, header
//	timeout, or none at all   lines that break off or cannot be read, silence
//
// Tried again means as often as the delivery's back-off allows until it is parked,
// an attempt each. An answer after the timeout (10 s unless timeout= says otherwise) is
// not heard: a receiver that has taken the event all the same gets it again, with the
// same webhook-id. Eight requests are under way at a time, so that one slow event
// does not hold up a batch; after eight in a row without any answer the rest of the
// batch is not sent now.
//
// # Addresses
//
// Addresses are checked when they are dialled, after DNS, so that no name can point
// at what is inside. Those of private networks (RFC 1918, RFC 4193, RFC 6598) and of
// this machine need private=allow, and only they may be called by plain http, which
// shows events to everybody on the way. Link-local and multicast addresses and the
// metadata services of clouds are never called. The proxies that the environment
// names are not used: behind one, no address could be checked.
package webhook

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/sink"
)

func init() {
	open := func(s sink.Spec) (sink.Sink, error) { return Open(s) }
	sink.Register("https", open)
	sink.Register("http", open)
}

// Sink is one receiver of webhooks.
type Sink struct {
	url            *url.URL // without user
	user, password string
	basic          bool     // send user and password
	secrets        [][]byte // none: unsigned
	timeout        time.Duration
	guard          guard
	transport      *http.Transport
	slots          chan struct{} // one for each request under way
}

var _ sink.Sink = (*Sink)(nil)

// atOnce is how many requests of a sink are under way at a time.
const atOnce = 8

// Open returns the sink with the given URL and settings. It never dials.
func Open(spec sink.Spec) (*Sink, error) {
	if err := spec.Only("secret", "unsigned", "private"); err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	private, err := allowed(spec, "private")
	if err != nil {
		return nil, err
	}
	g := guard{private: private, plain: spec.URL.Scheme == "http"}
	if err := checkURL(spec.URL, g); err != nil {
		return nil, err
	}
	secrets, err := secretsOf(spec)
	if err != nil {
		return nil, err
	}
	s := &Sink{
		url: new(*spec.URL), secrets: secrets, timeout: spec.Timeout,
		guard: g, transport: newTransport(g), slots: make(chan struct{}, atOnce),
	}
	if u := spec.URL.User; u != nil {
		s.basic, s.user = true, u.Username()
		s.password, _ = u.Password()
		s.url.User = nil
	}
	return s, nil
}

// Deliver sends each event in a request of its own, see [sink.Sink].
func (s *Sink) Deliver(ctx context.Context, events []sink.Event) []error {
	errs := make([]error, len(events))
	var b batch
	var wg sync.WaitGroup
	for i, e := range events {
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			errs[i] = tooLate(ctx)
			continue
		}
		wg.Go(func() {
			defer func() { <-s.slots }()
			if errs[i] = b.halted(ctx); errs[i] == nil {
				errs[i] = b.note(s.send(ctx, e))
			}
		})
	}
	wg.Wait()
	return errs
}

// Close closes the connections that are idle.
func (s *Sink) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}
