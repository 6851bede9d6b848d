package sink

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
)

// Event is what a sink gets of an event.
type Event struct {
	// ID identifies the event by its content, see [vod.IDOf]: whoever takes copies can
	// tell by it those that came before.
	ID vod.ID
	// Type, Subject, Status, Time and Extend are those of the [vod.Header]; Subject
	// and Extend may be empty, Time may be zero.
	Type    vod.Type
	Subject string
	Status  vod.Outcome
	Time    time.Time
	Extend  string
	// Received is when it came in, in UTC.
	Received time.Time
	// Facts is what the event says about its Subject.
	Facts []media.Fact
	// Body is VOD's JSON. If domains are set to be upgraded, their http:// URLs are
	// https:// here.
	Body []byte
	// Replay is the id of the replay that the copy is a part of; empty if VOD's event
	// is delivered for the first time.
	Replay string
}

// MediaType is the type of [Event.JSON].
const MediaType = "application/cloudevents+json; charset=utf-8"

// source is what Alibaba Cloud's own event bus calls ApsaraVideo VOD.
const source = "acs.vod"

// envelope is the attributes of a CloudEvent, in the order in which they are written.
type envelope struct {
	SpecVersion     string      `json:"specversion"`
	ID              vod.ID      `json:"id"`
	Source          string      `json:"source"`
	Type            vod.Type    `json:"type"`
	Subject         string      `json:"subject,omitzero"`
	Time            time.Time   `json:"time,omitzero"`
	Status          vod.Outcome `json:"status,omitzero"`
	Received        time.Time   `json:"received,omitzero"`
	Replay          string      `json:"replay,omitzero"`
	DataContentType string      `json:"datacontenttype"`
}

// JSON returns the event as a CloudEvent of version 1.0 in its JSON form, which is
// the same for all sinks:
//
//	{
//	  "specversion": "1.0",
//	  "id": "0190b7a4-7c00-8000-8000-000000000001",  the event's ID
//	  "source": "acs.vod",
//	  "type": "TranscodeComplete",                   VOD's EventType
//	  "subject": "93ab850b4f6f44eab54b6e91d24d81d4", id of the medium, if there is one
//	  "time": "2026-03-17T10:30:05Z",                VOD's EventTime, if there is one
//	  "status": "succeeded",                         or failed; left out if VOD gives none
//	  "received": "2026-03-17T10:30:05.812Z",        when it came in
//	  "replay": "r-20260401-1",                      only if it was sent again on purpose
//	  "datacontenttype": "application/json",
//	  "data": {"EventType": "TranscodeComplete", …}  what VOD sent
//	}
//
// status, received and replay are extension attributes. The data is VOD's text,
// unchanged but for a byte order mark, white space around it, and bytes that are no
// UTF-8, which are replaced by U+FFFD.
//
// Source: CloudEvents 1.0.2, JSON format, https://github.com/cloudevents/spec (read
// 2026-11-23).
func (e Event) JSON() []byte {
	head, err := json.Marshal(envelope{
		SpecVersion: "1.0", ID: e.ID, Source: source, Type: e.Type, Subject: e.Subject, Time: e.Time, Status: e.Status,
		Received: e.Received, Replay: e.Replay, DataContentType: "application/json",
	})
	if err != nil { // a year of more than four digits: nothing else of it can fail
		e.Time, e.Received = time.Time{}, time.Time{}
		return e.JSON()
	}
	data := bytes.TrimSpace(bytes.TrimPrefix(e.Body, []byte("\xef\xbb\xbf")))
	out := append(head[:len(head)-1], `,"data":`...)
	out = append(out, bytes.ToValidUTF8(data, []byte("\uFFFD"))...)
	return append(out, '}')
}
