package tablestore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"github.com/vodevents/vodevents/shared/alicloud"
)

// maxReply is how large a reply may be. The service ends a range at 4 MB, but
// returns the rows that were asked for by key whatever their size.
const maxReply = 16 << 20

var (
	errClosed     = errors.New("the store is closed")
	errEmptyReply = errors.New("the reply is empty")
	errLargeReply = errors.New("the reply is too large")
	errPanic      = errors.New("the SDK panicked")
	errRedirected = errors.New("the answer is a redirect, which is not followed")
)

// newTransport returns what connections are made with. Connections that a frozen
// instance held are not used again.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:   3 * time.Second,
		MaxIdleConnsPerHost:   2 * shards,
		IdleConnTimeout:       20 * time.Second,
		ResponseHeaderTimeout: attemptTime,
	}
}

// client is the SDK's for one attempt of one operation. The SDK takes no context and
// tries again for longer than VOD waits; so it is made anew, which costs some
// microseconds, for the credentials and the context at hand, and tries once.
func (s *Store) client(ctx context.Context, c alicloud.Credentials) *ots.TableStoreClient {
	return ots.NewClientWithConfig(s.address.endpoint, s.address.instance, c.AccessKeyID, c.AccessKeySecret, c.SecurityToken,
		&ots.TableStoreConfig{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return s.roundTrip(r.WithContext(ctx))
		})})
}

// roundTrip is an [http.RoundTripper].
type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
func (fn roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return fn(r) }

// roundTrip sends a request and reads the whole reply, since the SDK takes a reply of
// any length, and dereferences nil for one of none.
func (s *Store) roundTrip(r *http.Request) (*http.Response, error) {
	reply, err := s.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(io.LimitReader(reply.Body, maxReply+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > maxReply:
		return nil, errLargeReply
	case len(body) == 0 && reply.StatusCode < http.StatusMultipleChoices && r.URL.Path != "/CreateTable":
		return nil, errEmptyReply
	case reply.StatusCode >= http.StatusMultipleChoices && reply.StatusCode < http.StatusBadRequest:
		return nil, errRedirected
	}
	reply.Body = io.NopCloser(bytes.NewReader(body))
	return reply, nil
}

// attempt runs fn with the SDK, once. It ends with ctx, since that is the context of
// the request.
func (s *Store) attempt(ctx context.Context, operation string, fn func(*ots.TableStoreClient) error) (err error) {
	if s.closed.Load() {
		return errClosed
	}
	credentials, err := alicloud.From(ctx, s.address.own)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil { // the SDK panics on values and replies that it does not expect
			err = fmt.Errorf("%s: %w: %v", operation, errPanic, p)
		}
	}()
	return s.explain(operation, credentials, fn(s.client(ctx, credentials)))
}

const (
	// attemptTime is how long one attempt takes at most.
	attemptTime = 10 * time.Second
	// leastTime is what an attempt gets at least, unless the context ends before.
	leastTime = 500 * time.Millisecond
	// patience is for how long new attempts are begun, unless the context ends before.
	patience = 5 * time.Second
)

// retry makes attempts until one succeeds or fails for good, or time is up. One gets
// half of the time that is left, so that another can follow if the connection is
// dead, which shows only by silence.
func (s *Store) retry(ctx context.Context, operation string, fn func(*ots.TableStoreClient) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	start := time.Now()
	for wait := newPause(); ; {
		limit := attemptTime
		if end, ok := ctx.Deadline(); ok {
			limit = min(limit, max(time.Until(end)/2, leastTime))
		}
		one, cancel := context.WithTimeout(ctx, limit)
		err := s.attempt(one, operation, fn)
		cancel()
		switch {
		case err == nil || !temporary(err) && ctx.Err() == nil:
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w (%w)", operation, context.Cause(ctx), err)
		case time.Since(start) > patience:
			return err
		}
		if wait.sleep(ctx) != nil {
			return fmt.Errorf("%s: %w (%w)", operation, context.Cause(ctx), err)
		}
	}
}
