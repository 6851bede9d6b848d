package vod

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
)

// MaxValues is how many JSON values a body may have: objects, lists, scalars and
// names of members, also those of JSON in text where [Parse] reads it. VOD's largest
// events, with 150 streams, have some five thousand.
const MaxValues = 100_000

// Parse decodes one event: the body of an HTTP callback or of a queue message, as
// it came. The result is a pointer to the struct of its type, or *[Unknown] if this
// package knows none. The event keeps nothing of body.
//
// A new type, a new field or a value of the wrong kind is no error, see the package
// documentation. The errors are [ErrMalformed], if body is not a JSON object whose
// EventType is text or has more than [MaxValues] values, and [ErrForeign], if it is
// an event of another product; the event is nil then.
//
// Parse copes with any input: it takes time in proportion to the length of body,
// which the caller limits, see [MaxBody]. It takes at most 20 bytes of memory for
// each byte of body and 400 for each value; so 60 MB for the worst body of 1 MiB.
func Parse(body []byte) (Event, error) {
	root, err := readTree(body, MaxValues)
	if err != nil {
		return nil, err
	}
	return parseTree(root, body)
}

// Decode is [Parse] and [IDOf] in one pass. The ID is good whatever the error.
func Decode(body []byte) (Event, ID, error) {
	root, err := readTree(body, math.MaxInt)
	if err != nil {
		return nil, bytesID(body), err
	}
	e, err := parseTree(root, body)
	return e, contentID(root), err
}

func parseTree(root node, body []byte) (Event, error) {
	left := MaxValues - len(root.t.spans)
	if left < 0 {
		return nil, tooMany()
	}
	root.t.left = &left
	t, err := eventType(root)
	if err != nil {
		return nil, err
	}
	e := newEvent(t)
	if fileType, ok := root.member("FileType"); ok && t == TypeUploadByURLComplete {
		if s, _ := fileType.scalar(); strings.EqualFold(strings.TrimSpace(s), fileTypeStream) {
			e = new(UploadStreamByURLComplete)
		}
	}
	v := reflect.ValueOf(e).Elem()
	bindMembers(v, root)
	h := e.Head()
	if len(h.Extra) > 0 { // what betrays another product is no field of ours
		if product := foreign(root, t); product != "" {
			return nil, fmt.Errorf("%w: %s", ErrForeign, product)
		}
	}
	if left < 0 {
		return nil, tooMany()
	}
	h.Type = t
	h.Time = h.Time.Truncate(time.Millisecond)
	if at, ok := root.member("EventTime"); ok && h.Time.IsZero() && at.kind() != kindNull {
		h.addExtra("EventTime", at)
	}
	h.Body = bytes.Clone(body)
	for _, index := range planOf(v.Type()).subjects {
		h.Subject = cmp.Or(h.Subject, v.FieldByIndex(index).String())
	}
	finish(e)
	return e, nil
}

// eventType returns the type of the event that root is.
func eventType(root node) (Type, error) {
	if root.kind() != kindObject {
		return "", fmt.Errorf("%w: the JSON is no object", ErrMalformed)
	}
	n, ok := root.member("EventType")
	if !ok {
		return "", fmt.Errorf("%w: no EventType", ErrMalformed)
	}
	if n.kind() != kindString {
		return "", fmt.Errorf("%w: EventType is no text", ErrMalformed)
	}
	t := Type(strings.TrimSpace(n.text()))
	if t == "" {
		return "", fmt.Errorf("%w: EventType is empty", ErrMalformed)
	}
	return t, nil
}

// addExtra keeps a member as it came.
func (h *Header) addExtra(name string, value node) {
	if h.Extra == nil {
		h.Extra = make(map[string]json.RawMessage)
	}
	h.Extra[name] = json.RawMessage(value.raw())
}

// finish fills in what the members alone do not say.
func finish(e Event) {
	h := e.Head()
	switch e := e.(type) {
	case *WorkflowTaskComplete:
		h.Subject = cmp.Or(h.Subject, e.TaskInput.Media)
	case *AIMediaAuditComplete:
		h.fail(e.Code, e.Message)
	case *AIVideoTagComplete:
		h.fail(e.Code, e.Message)
	case *AIMediaDNAComplete:
		h.fail(e.Code, e.Message)
	}
}

// fail sets the error fields of an event of automated review that failed; its code
// is there on success too.
func (h *Header) fail(code, message string) {
	if h.Status.Outcome() == Failed {
		h.ErrorCode = cmp.Or(h.ErrorCode, code)
		h.ErrorMessage = cmp.Or(h.ErrorMessage, message)
	}
}
