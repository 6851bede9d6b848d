package mns

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
)

// Code is what the service calls a failure.
//
// Source: Simple Message Queue, "Error codes" (read 2026-11-23).
type Code string

// The codes that say something about the settings, the rights or the message; there
// are more.
const (
	AccessDenied          Code = "AccessDenied"
	InvalidAccessKeyID    Code = "InvalidAccessKeyId"
	InvalidSecurityToken  Code = "InvalidSecurityToken"
	SignatureDoesNotMatch Code = "SignatureDoesNotMatch"
	TimeExpired           Code = "TimeExpired"
	QueueNotExist         Code = "QueueNotExist"
	TopicNotExist         Code = "TopicNotExist"
	MessageNotExist       Code = "MessageNotExist"
	ReceiptHandleError    Code = "ReceiptHandleError"
	InvalidArgument       Code = "InvalidArgument"
	MalformedXML          Code = "MalformedXML"
	QPSLimitExceeded      Code = "QpsLimitExceeded"
	InternalError         Code = "InternalError"
)

// Error is an answer of the service that is a failure. It holds no secret and
// nothing of a message, not even the service's own words.
type Error struct {
	Code      Code   // empty if the answer did not come from the service, but from a proxy, say
	Status    int    // of HTTP
	RequestID string // by which Alibaba Cloud's support finds the request; may be empty
}

func (e *Error) Error() string {
	parts := []string{"status " + strconv.Itoa(e.Status)}
	if e.Code != "" {
		parts = append([]string{string(e.Code)}, parts...)
	}
	if e.RequestID != "" {
		parts = append(parts, "request "+e.RequestID)
	}
	text := strings.Join(parts, ", ")
	if advice := e.advice(); advice != "" {
		text += ": " + advice
	}
	return text
}

// advice says what to do about it.
func (e *Error) advice() string {
	switch e.Code {
	case AccessDenied:
		return "the role or user has no right to do this: grant it the action of package mns that fits, such as mns:SendMessage"
	case InvalidAccessKeyID:
		return "the AccessKey is unknown: it was deleted, or is that of a role and lacks its security token"
	case InvalidSecurityToken:
		return "the security token has expired or belongs to another AccessKey: use the credentials of this invocation"
	case SignatureDoesNotMatch:
		return "the AccessKey secret does not belong to the AccessKey id"
	case TimeExpired:
		return "the clock of this machine is more than 15 minutes off"
	case QueueNotExist:
		return "there is no queue of that name in that account and region: create it, or correct the URL"
	case TopicNotExist:
		return "there is no topic of that name in that account and region: create it, or correct the URL"
	case MessageNotExist:
		return "it was deleted, or its receipt handle ran out and it will come again"
	case ReceiptHandleError:
		return "the receipt handle is not one of this queue"
	case InvalidArgument:
		return "the queue or topic does not take this: see whether its MaximumMessageSize is 65,536"
	case QPSLimitExceeded:
		return "too many requests: try again later"
	default:
		return ""
	}
}

// isCode says whether err is an [Error] of that code.
func isCode(err error, code Code) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}

var validWord = regexp.MustCompile(`^[A-Za-z0-9.-]{1,64}$`)

// word returns text if it looks like a code or id, so that nothing else gets into
// an error.
func word(text string) string {
	if !validWord.MatchString(text) {
		return ""
	}
	return text
}
