// Package mnstest makes the payloads that [mns.Parse] reads, in every form in which
// a platform invokes a function, for tests and for local images of the platform.
//
// A body is carried as text; one that JSON text cannot carry, because it is not
// valid UTF-8, is carried as Base64. [Base64] does so with any body.
package mnstest

import (
	"encoding/base64"

	"github.com/vodevents/vodevents/shared/mns"
)

// Form is one form of payload.
type Form struct {
	// Name says which one, such as "topic json".
	Name string
	// Batch says that a payload can hold any number of messages, not only one.
	Batch bool
	// Encode makes the payload; without Batch it takes exactly one message.
	Encode func(batch ...mns.Message) []byte
}

// Forms returns all forms of payload that carry messages, each by itself.
func Forms() []Form {
	one := func(name string, encode func(mns.Message) []byte) Form {
		return Form{Name: name, Encode: func(batch ...mns.Message) []byte { return encode(batch[0]) }}
	}
	many := func(name string, encode func(...mns.Message) []byte) Form {
		return Form{Name: name, Batch: true, Encode: encode}
	}
	forms := []Form{
		one("stream", func(m mns.Message) []byte { return Stream(m, nil) }),
		one("stream with attributes", func(m mns.Message) []byte { return Stream(m, misleading()) }),
		one("topic json", func(m mns.Message) []byte { return TopicJSON(m, nil) }),
		one("topic json with attributes", func(m mns.Message) []byte { return TopicJSON(m, misleading()) }),
		one("cloud event", CloudEvent),
		one("data", Data),
		many("cloud events", CloudEvents),
		many("cloud events as text", CloudEventTexts),
		many("cloud events with data as text", CloudEventsDataText),
		many("cloud events with data in Base64", CloudEventsDataBase64),
		many("cloud events with parsed bodies", CloudEventsParsed),
		many("raw data", RawData),
	}
	for _, f := range forms {
		forms = append(forms, Form{
			Name: f.Name + ", in Base64", Batch: f.Batch,
			Encode: func(batch ...mns.Message) []byte {
				encoded := make([]mns.Message, len(batch))
				for i, m := range batch {
					encoded[i] = Base64(m)
				}
				return f.Encode(encoded...)
			},
		})
	}
	for _, f := range forms {
		add := func(how string, batch bool, wrap func(payload []byte) []byte) {
			forms = append(forms, Form{
				Name: f.Name + ", " + how, Batch: batch,
				Encode: func(batch ...mns.Message) []byte { return wrap(f.Encode(batch...)) },
			})
		}
		queued := func(payload []byte) []byte {
			return CloudEvents(mns.Message{ID: "of-the-dead-letter", Channel: mns.ChannelQueue, Body: payload})
		}
		add("failed", f.Batch, Failed)
		add("failed, as text", f.Batch, FailedText)
		add("failed, from a queue", f.Batch, func(payload []byte) []byte { return queued(Failed(payload)) })
		if !f.Batch { // event streams dead-letter each message by itself
			add("dead-lettered", false, queued)
		}
	}
	return forms
}

// misleading returns attributes that are named like members of other forms.
func misleading() Attributes {
	return Attributes{
		"EventType": "FileUploadComplete", "VideoId": "v", "operation": "migrate", "triggerName": "t", "specversion": "1.0",
		"messageBody": "b", "requestPayload": "p", "requestContext": "c",
	}
}

// Base64 returns m with a body that its publisher has encoded as Base64.
func Base64(m mns.Message) mns.Message {
	m.Body = []byte(base64.StdEncoding.EncodeToString(m.Body))
	return m
}
