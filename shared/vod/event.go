package vod

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Errors of [Parse]. Both mean that the body is no event of ApsaraVideo VOD
// that this package can read; repeating the delivery would not help.
var (
	// ErrMalformed means that the body is not a JSON object with a string EventType,
	// or has more than [MaxValues] values.
	ErrMalformed = errors.New("vod: not an event")
	// ErrForeign means that the body is an event of another product that uses the
	// same names, such as Intelligent Media Services.
	ErrForeign = errors.New("vod: event of another product")
)

// Event is one notification of ApsaraVideo VOD: a pointer to one of the event
// structs of this package, or *[Unknown].
type Event interface {
	// Head returns the fields that every event has. It is never nil.
	Head() *Header
}

// Header holds what all events have in common.
//
// Source: https://help.aliyun.com/en/vod/user-guide/events (read 2026-11-23).
type Header struct {
	// Type says what happened, such as "TranscodeComplete"; it is never empty.
	Type Type `json:"EventType"`
	// Time is when it happened, in UTC. VOD sends whole seconds, of a few types
	// milliseconds; more is cut. It is the zero time if the event has none, or none
	// that can be read: then Extra has it as it came.
	Time time.Time `json:"EventTime,omitzero"`
	// Status is VOD's own word for how it ended, see [Status.Outcome].
	Status Status `json:"Status,omitzero"`
	// Extend is what the caller of VOD's API passed as UserData.Extend: opaque text
	// of up to 512 bytes, which may or may not be JSON. If VOD sends an object, it
	// is that object's JSON.
	Extend string `json:"Extend,omitzero" vod:"opaque"`
	// ErrorCode and ErrorMessage say why it failed; VOD sends them only then. There is
	// no complete list of codes. The events of automated review call them Code and
	// Message; [Header] has those here.
	ErrorCode    string `json:"ErrorCode,omitzero"`
	ErrorMessage string `json:"ErrorMessage,omitzero"`
	// Subject is the id of the medium that the event is about: VideoId, MediaId,
	// ImageId or AttachedMediaId, whichever the event carries, without blanks around
	// it. It is empty for an
	// event about no medium, such as a failed UploadByURLComplete.
	Subject string `json:"-"`
	// Extra holds the top-level members that this version of the package does not
	// know, by name, as they came, and an EventTime that cannot be read.
	Extra map[string]json.RawMessage `json:"-"`
	// Body is a copy of the whole event as it came, which may have a byte order
	// mark.
	Body json.RawMessage `json:"-"`
}

// Head returns h.
func (h *Header) Head() *Header { return h }

// Status is the word with which an event says how it ended. VOD uses four
// vocabularies; [Status.Outcome] maps them to one.
type Status string

// Outcome is what a [Status] means.
type Outcome string

// The outcomes. None stands for an event that says nothing or a word that this
// package does not know.
const (
	None      Outcome = ""
	Succeeded Outcome = "succeeded"
	Failed    Outcome = "failed"
)

// Outcome returns what s means: "success", "Success" and "Succeed" succeeded,
// "fail" and "Failed" failed, in any case; anything else is None.
func (s Status) Outcome() Outcome {
	switch strings.ToLower(strings.TrimSpace(string(s))) {
	case "success", "succeed", "succeeded":
		return Succeeded
	case "fail", "failed":
		return Failed
	default:
		return None
	}
}
