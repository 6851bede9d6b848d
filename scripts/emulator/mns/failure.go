package mns

import (
	"encoding/xml"
	"net/http"
)

// problem is an error code of the service with its status.
//
// Source: Simple Message Queue, "Error codes" (read 2026-11-23); those that are not
// in that table are named in the package comment.
type problem struct {
	code   string
	status int
}

//nolint:gochecknoglobals // a table that never changes
var (
	accessDenied               = problem{"AccessDenied", http.StatusForbidden}
	invalidAccessKeyID         = problem{"InvalidAccessKeyId", http.StatusForbidden}
	invalidArgument            = problem{"InvalidArgument", http.StatusBadRequest}
	invalidAuthorizationHeader = problem{"InvalidAuthorizationHeader", http.StatusBadRequest}
	invalidDateHeader          = problem{"InvalidDateHeader", http.StatusBadRequest}
	invalidDigest              = problem{"InvalidDegist", http.StatusBadRequest} // the service's spelling
	invalidQueryString         = problem{"InvalidQueryString", http.StatusBadRequest}
	invalidQueueName           = problem{"InvalidQueueName", http.StatusBadRequest}
	invalidRequestURL          = problem{"InvalidRequestURL", http.StatusBadRequest}
	invalidSecurityToken       = problem{"InvalidSecurityToken", http.StatusForbidden}
	invalidVersionHeader       = problem{"InvalidVersionHeader", http.StatusBadRequest}
	malformedXML               = problem{"MalformedXML", http.StatusBadRequest}
	messageNotExist            = problem{"MessageNotExist", http.StatusNotFound}
	missingAuthorizationHeader = problem{"MissingAuthorizationHeader", http.StatusBadRequest}
	missingDateHeader          = problem{"MissingDateHeader", http.StatusBadRequest}
	missingReceiptHandle       = problem{"MissingReceiptHandle", http.StatusBadRequest}
	missingVersionHeader       = problem{"MissingVersionHeader", http.StatusBadRequest}
	missingVisibilityTimeout   = problem{"MissingVisibilityTimeout", http.StatusBadRequest}
	queueAlreadyExist          = problem{"QueueAlreadyExist", http.StatusConflict}
	queueNotExist              = problem{"QueueNotExist", http.StatusNotFound}
	receiptHandleError         = problem{"ReceiptHandleError", http.StatusBadRequest}
	signatureDoesNotMatch      = problem{"SignatureDoesNotMatch", http.StatusForbidden}
	subscriptionAlreadyExist   = problem{"SubscriptionAlreadyExist", http.StatusConflict}
	subscriptionNotExist       = problem{"SubscriptionNotExist", http.StatusNotFound}
	invalidEndpoint            = problem{"EndpointInvalid", http.StatusBadRequest}
	timeExpired                = problem{"TimeExpired", http.StatusRequestTimeout}
	topicAlreadyExist          = problem{"TopicAlreadyExist", http.StatusConflict}
	topicNameInvalid           = problem{"TopicNameInvalid", http.StatusBadRequest}
	topicNotExist              = problem{"TopicNotExist", http.StatusNotFound}
)

// failure is the document of an error.
type failure struct {
	XMLName   xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Error"`
	Code      string
	Message   string
	RequestID string `xml:"RequestId"`
	HostID    string `xml:"HostId"`
}

func fail(p problem, message string) reply {
	return reply{status: p.status, document: failure{Code: p.code, Message: message}}
}
