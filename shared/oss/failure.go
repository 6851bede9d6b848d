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

	alioss "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/vodevents/vodevents/shared/alicloud"
)

var (
	// ErrExists means that there is an object of that name, which was left as it is.
	ErrExists = errors.New("oss: there is an object of that name")
	// ErrAbsent means that there is no object of that name.
	ErrAbsent = errors.New("oss: there is no object of that name")
)

// Error is a request that failed. It gives of OSS's answer the code, the message as far
// as it is in plain words, and the request id; it holds no secret.
type Error struct {
	Status int    // of OSS's answer; 0: there was none
	Code   string // such as NoSuchBucket; empty if the answer is not OSS's

	operation operation
	cause     error
}

func (e *Error) Error() string { return "oss: " + string(e.operation) + ": " + e.cause.Error() }

func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is what this package calls the code.
func (e *Error) Is(target error) bool {
	return target == ErrExists && e.Code == "FileAlreadyExists" || target == ErrAbsent && e.Code == "NoSuchKey"
}

// operation is what was asked of OSS, in words.
type operation string

const (
	put        operation = "put"
	get        operation = "get"
	remove     operation = "delete"
	list       operation = "list"
	versioning operation = "get versioning of the bucket"
)

// right returns the action of RAM that an operation needs, and on which resource.
func (b *Bucket) right(o operation) (action, resource string) {
	objects := b.Bucket + "/" + b.Prefix + "*"
	switch o {
	case put:
		return "oss:PutObject", objects
	case get:
		return "oss:GetObject", objects
	case remove:
		return "oss:DeleteObject", objects
	case list:
		return "oss:ListObjects", b.Bucket
	default:
		return "oss:GetBucketVersioning", b.Bucket
	}
}

// failure makes our error of one of the SDK, which quotes requests, signatures and
// answers.
func (b *Bucket) failure(ctx context.Context, o operation, err error) error {
	if se, ok := errors.AsType[*alioss.ServiceError](err); ok {
		return &Error{operation: o, Status: se.StatusCode, Code: codeOf(se), cause: b.answered(o, se)}
	}
	return &Error{operation: o, cause: unanswered(ctx, err)}
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

// codeOf returns the code of an answer, empty if that is not OSS's.
func codeOf(se *alioss.ServiceError) string {
	code := plain(se.Code, 1)
	if code == "BadErrorResponse" { // with which the SDK quotes an answer that is not OSS's
		return ""
	}
	return code
}

// answered says what OSS answered.
func (b *Bucket) answered(o operation, se *alioss.ServiceError) error {
	text := fmt.Sprintf("answered %d", se.StatusCode)
	if code := codeOf(se); code != "" {
		text += " " + code
		if message := plain(se.Message, maxMessage); message != "" {
			text += ": " + message
		}
		if id := plain(se.RequestID, 1); id != "" {
			text += " (request id " + id + ")"
		}
	}
	if se.StatusCode == http.StatusForbidden && se.Code == "AccessDenied" {
		action, resource := b.right(o)
		text += fmt.Sprintf(": check that it has the right %s on acs:oss:*:*:%s", action, resource)
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
