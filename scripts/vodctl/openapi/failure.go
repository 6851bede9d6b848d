package openapi

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

var (
	// ErrNoCallback means that VOD has no callback set for the application and region.
	ErrNoCallback = errors.New("openapi: no callback is set")
	// ErrNotFound means that there is no function of that name.
	ErrNotFound = errors.New("openapi: there is no function of that name")
	// ErrForbidden means that the user or role lacks a right.
	ErrForbidden = errors.New("openapi: the user or role lacks a right")
)

// Error is an answer that is a failure. It holds no secret, and of the service's own
// words only plain ones.
type Error struct {
	Operation string // such as SetMessageCallback
	Action    string // of RAM, that the operation needs: vod:SetMessageCallback
	Status    int    // of HTTP
	Code      string // such as SignatureDoesNotMatch; empty if the answer is not the service's
	Message   string // the beginning of what it says, in plain words; may be empty
	RequestID string // by which Alibaba Cloud's support finds the request; may be empty
}

func (e *Error) Error() string {
	text := "openapi: " + e.Operation + ": "
	if e.Code != "" {
		text += e.Code + ", "
	}
	text += "status " + strconv.Itoa(e.Status)
	if e.RequestID != "" {
		text += ", request " + e.RequestID
	}
	if advice := e.advice(); advice != "" {
		return text + ": " + advice
	}
	if e.Message != "" {
		return text + ": " + e.Message
	}
	return text
}

// Is reports whether target is what this package calls the code.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrNoCallback:
		return e.Operation == getCallback && e.absent()
	case ErrNotFound:
		return e.Code == "FunctionNotFound"
	case ErrForbidden:
		return e.forbidden()
	default:
		return false
	}
}

// Refused reports whether the service itself has said that it did not do what it was
// asked for. All else may come from a gateway, or after it was done.
func (e *Error) Refused() bool {
	return e.Status/100 == 4 && e.Code != "" && e.Code != "SignatureNonceUsed"
}

// absent reports whether it is VOD itself that has not found something, and not that there
// is no such application. How it says that no callback is set is not documented; the
// gateway before it answers 404 too, for keys and operations that it does not know.
func (e *Error) absent() bool {
	if strings.HasPrefix(e.Code, "App") || strings.Contains(strings.ToLower(e.Code), "appid") {
		return false
	}
	for _, gateways := range []string{"InvalidAccessKeyId", "InvalidSecurityToken", "InvalidApi", "InvalidAction", "InvalidVersion", "InvalidProduct", "InvalidProtocol", "Unsupported"} {
		if strings.HasPrefix(e.Code, gateways) {
			return false
		}
	}
	missing := strings.Contains(e.Code, "NotFound") || strings.Contains(e.Code, "NotExist")
	return e.Code != "" && e.Status == http.StatusNotFound || missing
}

// forbidden reports whether a right of RAM is missing.
func (e *Error) forbidden() bool {
	switch e.Code {
	case "NoPermission", "Forbidden", "Forbidden.RAM", "AccessDenied", "Forbidden.AccessDenied", "NotAuthorized":
		return true
	default:
		return false
	}
}

// advice says what to do about it.
//
// Sources: Alibaba Cloud, common error codes of OpenAPI; Function Compute 3.0, "Error
// codes" (read 2026-11-23).
func (e *Error) advice() string {
	code, _, _ := strings.Cut(e.Code, ".")
	switch {
	case e.forbidden():
		return "the user or role has no right to do this: grant it the RAM action " + e.Action
	case code == "SignatureDoesNotMatch", code == "SignatureNotMatch", code == "IncompleteSignature":
		return "the AccessKey secret does not belong to the AccessKey id: check ALIBABA_CLOUD_ACCESS_KEY_SECRET"
	case strings.EqualFold(code, "InvalidAccessKeyId"):
		return "the AccessKey is not known or not active: check ALIBABA_CLOUD_ACCESS_KEY_ID" +
			", and set ALIBABA_CLOUD_SECURITY_TOKEN if it is that of a role"
	case code == "InvalidSecurityToken", code == "MissingSecurityToken":
		return "the security token has expired or belongs to another AccessKey: get new credentials, all three of them"
	case code == "InvalidTimeStamp", code == "IllegalTimestamp":
		return "the clock of this machine is more than 15 minutes off: set it"
	case code == "SignatureNonceUsed":
		return "the request arrived twice, and the first may have been carried out: look before you repeat it"
	case code == "Throttling", e.Status == http.StatusTooManyRequests:
		return "too many requests: try again later"
	case code == "InvalidApi", code == "InvalidProduct", code == "InvalidVersion":
		return "the endpoint does not know this operation: check the region"
	case e.Is(ErrNotFound):
		return "there is no function of that name in this account and region: deploy it, or correct name, account or region"
	case e.Code == "":
		return "this is no answer of Alibaba Cloud: check the endpoint, and what is on the way to it"
	case e.Status >= http.StatusInternalServerError:
		return "the service has failed: try again later"
	default:
		return ""
	}
}

// newError reads an answer that is a failure.
func newError(r request, a answer, secrets []string) *Error {
	var said struct {
		Code      string `json:"Code"`
		Message   string `json:"Message"`
		RequestID string `json:"RequestId"`
		Denied    struct {
			Action string `json:"AuthAction"`
		} `json:"AccessDeniedDetail"`
	}
	e := &Error{Operation: r.action, Action: r.name + ":" + r.action, Status: a.status}
	for _, header := range []string{"X-Acs-Request-Id", "X-Fc-Request-Id"} {
		if id := plain(a.header.Get(header), secrets, 1); id != "" {
			e.RequestID = id
		}
	}
	if json.Unmarshal(a.body, &said) != nil {
		return e
	}
	e.Code, e.Message = plain(said.Code, secrets, 1), plain(said.Message, secrets, maxMessage)
	if id := plain(said.RequestID, secrets, 1); id != "" {
		e.RequestID = id
	}
	if validAction.MatchString(said.Denied.Action) {
		e.Action = said.Denied.Action
	}
	return e
}

// maxMessage is how much of a service's message is given, in words.
const maxMessage = 40

var (
	// plainWord is a code, an id, or a word of a message. Signatures, tokens and what was
	// signed, which a message may quote, look otherwise.
	plainWord = regexp.MustCompile(`^[A-Za-z0-9'._-]{1,64}[.,:;]?$`)
	// validAction is an action of RAM.
	validAction = regexp.MustCompile(`^[a-z]{2,20}:[A-Za-z]{2,50}$`)
)

// plain returns the words of a text up to the first that is none, or holds a secret; n
// at most.
func plain(text string, secrets []string, n int) string {
	var words []string
	for word := range strings.FieldsSeq(text) {
		if len(words) == n || !plainWord.MatchString(word) || holds(word, secrets) {
			break
		}
		words = append(words, word)
	}
	return strings.TrimRight(strings.Join(words, " "), ".,:;")
}

func holds(word string, secrets []string) bool {
	for _, secret := range secrets {
		if secret != "" && strings.Contains(word, secret) {
			return true
		}
	}
	return false
}

// reason says why there is no answer, without the URL, which holds what was asked.
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
	return errors.New("no answer that can be read")
}
