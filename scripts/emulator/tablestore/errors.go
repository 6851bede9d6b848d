package tablestore

import (
	"errors"
	"fmt"
	"net/http"
)

// serviceError is an error as the service answers it.
//
// Codes, status codes and messages: Tablestore, "Error codes" (May 2026), and
// what the tests of the official SDKs for Java and Python expect of the service.
type serviceError struct {
	status  int
	code    string
	message string
}

func (e *serviceError) Error() string { return e.code + ": " + e.message }

// asServiceError returns err as the service answers it.
func asServiceError(err error) *serviceError {
	if e, ok := errors.AsType[*serviceError](err); ok {
		return e
	}
	return errorOf("OTSInternalServerError")
}

// invalid is what is answered to a request that is wrong in itself.
func invalid(format string, args ...any) error {
	return &serviceError{http.StatusBadRequest, "OTSParameterInvalid", fmt.Sprintf(format, args...)}
}

// invalidKey is what is answered if the primary key does not fit the table.
func invalidKey(format string, args ...any) error {
	return &serviceError{http.StatusBadRequest, "OTSInvalidPK", fmt.Sprintf(format, args...)}
}

// notServed is what is answered to what the service can do and the emulator can't.
func notServed(what string) error {
	return invalid("The emulator does not serve %s.", what)
}

func authFailed(format string, args ...any) error {
	return &serviceError{http.StatusForbidden, "OTSAuthFailed", fmt.Sprintf(format, args...)}
}

func unsupported(op Operation) error {
	return &serviceError{http.StatusBadRequest, "OTSUnsupportOperation", fmt.Sprintf("Unsupported operation: '%s'.", op)}
}

func errProtobuf() error { return invalid("Failed to parse the ProtoBuf message.") }

func errNoTable() error { return errorOf("OTSObjectNotExist") }

func errIndexWrite() error { return invalid("Can't write index table directly.") }

func errNotReady() error { return errorOf("OTSTableNotReady") }

func errExists() error { return errorOf("OTSObjectAlreadyExist") }

func errCondition() error { return errorOf("OTSConditionCheckFail") }

// receiveError is for a body that did not arrive.
func receiveError(err error) error {
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return errorOf("OTSRequestBodyTooLarge")
	}
	return errorOf("OTSRequestTimeout")
}

// errorOf returns the error with a code, as the service documents it. Codes that
// it does not document are answered with 400.
func errorOf(code string) *serviceError {
	status, message := http.StatusBadRequest, "The request was refused."
	switch code {
	case "OTSAuthFailed":
		status, message = http.StatusForbidden, "Signature mismatch."
	case "OTSNoPermissionAccess":
		status, message = http.StatusForbidden, "You have no permission to access the requested resource, please contact the resource owner"
	case "OTSConditionCheckFail":
		status, message = http.StatusForbidden, "Condition check failed."
	case "OTSQuotaExhausted":
		status, message = http.StatusForbidden, "Too frequent table operations."
	case "OTSCapacityUnitExhausted":
		status, message = http.StatusForbidden, "Capacity unit is not enough."
	case "OTSNotEnoughCapacityUnit":
		status, message = http.StatusForbidden, "Remaining capacity unit is not enough."
	case "OTSObjectNotExist":
		status, message = http.StatusNotFound, "Requested table does not exist."
	case "OTSTableNotReady":
		status, message = http.StatusNotFound, "The table is not ready."
	case "OTSMethodNotAllowed":
		status, message = http.StatusMethodNotAllowed, "Only POST method for requests is supported."
	case "OTSRequestTimeout":
		status, message = http.StatusRequestTimeout, "Request timeout."
	case "OTSObjectAlreadyExist":
		status, message = http.StatusConflict, "Requested table already exists."
	case "OTSRowOperationConflict":
		status, message = http.StatusConflict, "Data is being modified by the other request."
	case "OTSRequestBodyTooLarge":
		status, message = http.StatusRequestEntityTooLarge, "The size of POST data is too large."
	case "OTSFlowControl":
		status, message = http.StatusTooManyRequests, "The requests have been throttled."
	case "OTSInternalServerError":
		status, message = http.StatusInternalServerError, "Internal server error."
	case "OTSServerBusy":
		status, message = http.StatusServiceUnavailable, "Server is busy."
	case "OTSPartitionUnavailable":
		status, message = http.StatusServiceUnavailable, "The partition is not available."
	case "OTSTimeout":
		status, message = http.StatusServiceUnavailable, "Operation timeout."
	case "OTSServerUnavailable":
		status, message = http.StatusServiceUnavailable, "Server is not available."
	}
	return &serviceError{status, code, message}
}
