package mns

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // MNS states the MD5 of each message; it protects nothing.
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/alicloud"
)

const (
	// maxAnswer is how many bytes of an answer are read: 16 messages of 64 KiB, each
	// byte of them escaped as &quot; is, and what is around them.
	maxAnswer = 8 << 20
	// dialTimeout bounds the way to a connection, so that an address that swallows
	// packets costs one attempt and not all the time there is.
	dialTimeout = 5 * time.Second
	// idleTimeout is how long an unused connection is kept.
	idleTimeout = 50 * time.Second
	// idleConns is how many unused connections are kept.
	idleConns = 16
)

// client sends requests about one queue or topic.
type client struct {
	Address

	http *http.Client
}

func newClient(a Address) *client {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return &client{Address: a, http: &http.Client{
		// No Proxy: a variable of the environment must not decide who reads the events.
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTimeout,
			MaxIdleConnsPerHost: idleConns, IdleConnTimeout: idleTimeout, DisableCompression: true,
		},
		// The service does not redirect, and whoever does must not get the token.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// close closes the connections that nobody uses.
func (c *client) close() { c.http.CloseIdleConnections() }

// request is what the service is asked.
type request struct {
	method   string
	resource string // below the queue or topic, with the query
	body     []byte
	// partial is the root of a document that answers a batch of which a part failed;
	// its status is no success, but it is no error either.
	partial string
}

// wrap names operation and subject of an error, such as "mns: send to queue x".
func (c *client) wrap(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("mns: %s %s: %w", operation, c.Address, err)
}

// call sends the request and reads the answer, if there is one, into the value.
func (c *client) call(ctx context.Context, r request, answer any) error {
	document, err := c.roundTrip(ctx, r)
	if err != nil || len(document) == 0 {
		return err
	}
	if xml.Unmarshal(document, answer) != nil {
		return errors.New("the answer cannot be read")
	}
	return nil
}

// roundTrip sends the request and returns the document that answers it.
func (c *client) roundTrip(ctx context.Context, r request) ([]byte, error) {
	credentials, err := alicloud.From(ctx, c.own)
	if err != nil {
		return nil, err
	}
	resource := "/" + string(c.Channel) + "s/" + c.Name + r.resource
	req, err := http.NewRequestWithContext(ctx, r.method, c.base+resource, bytes.NewReader(r.body))
	if err != nil {
		return nil, errors.New("the request cannot be made") // the error quotes the URL
	}
	// A connection may have died while the instance was frozen. All requests may be
	// repeated on another: at worst a message comes twice, which it may anyway. The
	// empty list says so to the transport and is not sent.
	req.Header["Idempotency-Key"] = []string{}
	Sign(req.Header, r.method, resource, r.body, credentials, time.Now())
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, reason(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	document, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", reason(ctx, err))
	}
	if len(document) > maxAnswer {
		return nil, errors.New("the answer is over 8 MiB")
	}
	if resp.StatusCode/100 == 2 || r.partial != "" && rootOf(document) == r.partial {
		return document, nil
	}
	failure := &Error{Status: resp.StatusCode, RequestID: word(resp.Header.Get("X-Mns-Request-Id"))}
	var said errorDocument
	if xml.Unmarshal(document, &said) == nil {
		failure.Code = Code(word(said.Code))
		if id := word(said.RequestID); id != "" {
			failure.RequestID = id
		}
	}
	return nil, failure
}

// send sends one message to a queue or topic and returns its id.
func (c *client) send(ctx context.Context, body []byte) (id string, err error) {
	text, err := textOf(body)
	if err != nil {
		return "", err
	}
	return c.sendText(ctx, text)
}

func (c *client) sendText(ctx context.Context, text string) (id string, err error) {
	var answer sentDocument
	err = c.call(ctx, request{method: http.MethodPost, resource: "/messages", body: messageDocument(text)}, &answer)
	if err != nil {
		return "", err
	}
	return answer.MessageID, checkSent(text, answer)
}

// checkSent returns [ErrAltered] unless the service has the text as it was sent.
func checkSent(text string, answer sentDocument) error {
	if !strings.EqualFold(answer.MessageBodyMD5, md5Of(text)) {
		return ErrAltered
	}
	return nil
}

func md5Of(text string) string {
	sum := md5.Sum([]byte(text)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}
