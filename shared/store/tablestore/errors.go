package tablestore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/store"
)

// Actions are the RAM actions that the role or user needs: ots:BatchWriteRow,
// ots:BatchGetRow and ots:GetRange in functions, and ots:CreateTable to migrate. The
// comment of the package says on which resources.
func Actions() []string {
	return []string{"ots:BatchWriteRow", "ots:BatchGetRow", "ots:GetRange", "ots:CreateTable"}
}

// The error codes that matter here. Source: Tablestore, "Error codes" (read
// 2026-11-23).
const (
	codeCondition  = "OTSConditionCheckFail"
	codeNoObject   = "OTSObjectNotExist"
	codeExists     = "OTSObjectAlreadyExist"
	codeAuth       = "OTSAuthFailed"
	codePermission = "OTSNoPermissionAccess"
)

// errCondition means that the condition of a write did not hold.
var errCondition = errors.New("the condition of the write does not hold")

// codeError is an answer of the service.
type codeError struct {
	code   string
	status int    // of HTTP; 0 for one of several rows
	text   string // for people
}

func (e *codeError) Error() string { return e.text }

// explain makes an error of the SDK's one that people can act on.
func (s *Store) explain(operation string, c alicloud.Credentials, err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	answer, ok := errors.AsType[*ots.OtsError](err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return fmt.Errorf("%s: %w", operation, err)
	}
	message := answer.Message
	for _, secret := range []string{c.AccessKeySecret, c.SecurityToken, c.AccessKeyID} {
		if secret != "" {
			message = strings.ReplaceAll(message, secret, "…")
		}
	}
	e := codeOf(answer.Code, message, answer.HttpStatusCode)
	e.text = operation + ": " + e.text
	if answer.RequestId != "" {
		e.text += " (request " + answer.RequestId + ")"
	}
	switch answer.Code {
	case codePermission:
		e.text += fmt.Sprintf(": the role or user lacks ots:%s on instance %s", operation, s.address.instance)
	case codeAuth:
		e.text += fmt.Sprintf(": the credentials are not taken by instance %s; those of an invocation live for some hours", s.address.instance)
	}
	return e
}

// maxMessage is how much of a message of the service's is shown, in bytes.
const maxMessage = 300

func codeOf(code, message string, status int) *codeError {
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + " …"
	}
	return &codeError{code: code, status: status, text: strings.TrimSpace(code + " " + message)}
}

// isCode reports whether err is an answer with one of the codes.
func isCode(err error, codes ...string) bool {
	e, ok := errors.AsType[*codeError](err)
	return ok && slices.Contains(codes, e.code)
}

// temporary reports whether another attempt may succeed.
func temporary(err error) bool {
	if isCode(err, ots.ROW_OPERATION_CONFLICT, ots.NOT_ENOUGH_CAPACITY_UNIT, ots.TABLE_NOT_READY, ots.PARTITION_UNAVAILABLE,
		ots.SERVER_BUSY, ots.STORAGE_SERVER_BUSY, ots.QUOTA_EXHAUSTED) {
		return true
	}
	return unsure(err)
}

// unsure reports whether a write that ended so may have been applied.
func unsure(err error) bool {
	if e, ok := errors.AsType[*codeError](err); ok {
		return isCode(err, ots.STORAGE_TIMEOUT, ots.SERVER_UNAVAILABLE, ots.INTERNAL_SERVER_ERROR, "OTSRequestTimeout") ||
			e.status >= http.StatusInternalServerError && !isCode(err, ots.SERVER_BUSY, ots.STORAGE_SERVER_BUSY, ots.PARTITION_UNAVAILABLE)
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return false
	}
	for _, final := range []error{errClosed, errLargeReply, errPanic, errRedirected, alicloud.ErrNone} {
		if errors.Is(err, final) {
			return false
		}
	}
	return true
}

// refused reports whether the service refuses a request for what is in it.
func refused(err error) bool {
	e, ok := errors.AsType[*codeError](err)
	return ok && (e.status == 0 || e.status == http.StatusBadRequest || e.status == http.StatusRequestEntityTooLarge) &&
		!temporary(err) && !isCode(err, codeAuth, codePermission, codeNoObject)
}

// wrap says what was being done when err happened.
func wrap(ctx context.Context, doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case isCode(err, codeNoObject):
		return fmt.Errorf("tablestore: %s: %w", doing, store.ErrNotMigrated)
	case ctx.Err() != nil && !errors.Is(err, context.Cause(ctx)):
		return fmt.Errorf("tablestore: %s: %w: %w", doing, context.Cause(ctx), err)
	}
	return fmt.Errorf("tablestore: %s: %w", doing, err)
}
