package oss

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	alioss "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/sink"
)

// failedError is a request that failed.
type failedError struct {
	operation string
	status    int // of OSS's answer; 0: there was none
	cause     error
}

func (e *failedError) Error() string { return "oss: " + e.operation + ": " + e.cause.Error() }

func (e *failedError) Unwrap() error { return e.cause }

// failure makes our error of one of the SDK, which quotes requests, signatures and
// answers.
func (s *Sink) failure(ctx context.Context, operation string, err error) error {
	if se, ok := errors.AsType[*alioss.ServiceError](err); ok {
		return &failedError{operation: operation, status: se.StatusCode, cause: s.answered(operation, se)}
	}
	return &failedError{operation: operation, cause: unanswered(ctx, err)}
}

// maxMessage is how much of OSS's message is given, in words.
const maxMessage = 40

// plainWord is a code, an id, or a word of a message. Tokens, signatures and JSON, which
// an answer may quote, look otherwise.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9'-]{1,30}[.,:;]?$`)

// plain returns the words of a text up to the first that is none, n at most.
func plain(text string, n int) string {
	words := strings.Fields(text)
	words = words[:min(n, len(words))]
	if i := slices.IndexFunc(words, func(w string) bool { return !plainWord.MatchString(w) }); i >= 0 {
		words = words[:i]
	}
	return strings.TrimRight(strings.Join(words, " "), ".,:;")
}

// answered says what OSS answered.
func (s *Sink) answered(operation string, se *alioss.ServiceError) error {
	text := fmt.Sprintf("answered %d", se.StatusCode)
	if code := plain(se.Code, 1); code != "" && code != "BadErrorResponse" { // with which the SDK quotes an answer that is not OSS's
		text += " " + code
		if message := plain(se.Message, maxMessage); message != "" {
			text += ": " + message
		}
		if id := plain(se.RequestID, 1); id != "" {
			text += " (request id " + id + ")"
		}
	}
	if se.StatusCode == http.StatusForbidden && se.Code == "AccessDenied" {
		right, resource := "oss:PutObject", s.bucket+"/"+s.prefix+"*"
		if operation != "put" {
			right, resource = "oss:GetBucketVersioning", s.bucket
		}
		text += fmt.Sprintf(": check that it has the right %s on acs:oss:*:*:%s", right, resource)
	}
	return errors.New(text)
}

// unanswered says why there is no answer.
func unanswered(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, alicloud.ErrNone) {
		return alicloud.ErrNone
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
	return errors.New("no answer that can be read")
}

// batch is what the requests of one batch learn for those still to come.
type batch struct {
	mu   sync.Mutex
	halt error // why the rest is not sent; nil: it is
}

// halted returns the error of an event that is not sent, or nil if it is to be sent.
func (b *batch) halted(ctx context.Context) error {
	if ctx.Err() != nil {
		return tooLate(ctx)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.halt
}

// note takes the error of a request into account and returns it.
func (b *batch) note(err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	fe, ok := errors.AsType[*failedError](err)
	if ok && b.halt == nil && (fe.status == 0 || fe.status >= http.StatusInternalServerError) {
		b.halt = fmt.Errorf("%w; this one was %w", err, sink.ErrNotSent)
	}
	return err
}

// tooLate makes the error of an event whose turn did not come before ctx ended.
func tooLate(ctx context.Context) error {
	return fmt.Errorf("oss: %w: %w", sink.ErrNotSent, context.Cause(ctx))
}
