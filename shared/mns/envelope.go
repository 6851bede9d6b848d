package mns

import (
	"bytes"
	"cmp"
	"crypto/md5" //nolint:gosec // MNS states the MD5 of each message; it protects nothing.
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// open returns the message inside the envelope o, with what outer knows unless the
// envelope knows better. The answer is false if o is no envelope or one without a
// body; outer's body then stays.
func open(o object, outer Message) (Message, bool) {
	switch o.form() {
	case formTopic:
		return openTopic(o, outer)
	case formStream:
		return openStream(o, outer)
	case formCloudEvent:
		return openCloudEvent(o, outer)
	case formData:
		return openData(o, outer)
	default:
		return outer, false
	}
}

// openCloudEvent opens a CloudEvent 1.0 as EventBridge makes it of a message. Its
// data is the next envelope.
func openCloudEvent(o object, m Message) (Message, bool) {
	m.ID = cmp.Or(o.text("id"), m.ID)
	m.Channel, m.Name = resource(o.text("subject"))
	if t := instant(cmp.Or(o.text("time"), o.text("aliyunpublishtime"))); !t.IsZero() {
		m.Published = t
	}
	if o.isString("data") || o.isObject("data") {
		return withBody(m, content(o["data"]))
	}
	if decoded, err := base64.StdEncoding.DecodeString(o.text("data_base64")); err == nil {
		return withBody(m, DecodeBody(decoded))
	}
	return m, false
}

// openData opens the data of a queue's CloudEvent, which comes alone in RawData.
func openData(o object, m Message) (Message, bool) {
	m.ID = cmp.Or(o.text("messageId"), m.ID)
	if m.Name == "" {
		m.Channel = ChannelQueue
	}
	return withBody(m, content(o["messageBody"]))
}

// openTopic opens a topic's message in JSON format.
func openTopic(o object, m Message) (Message, bool) {
	m.ID = cmp.Or(o.text("MessageId"), m.ID)
	m.Channel, m.Name = ChannelTopic, o.text("TopicName")
	if t := instant(o.text("PublishTime")); !t.IsZero() {
		m.Published = t
	}
	body := content(o["Message"])
	if stated := o.text("MessageMD5"); stated != "" && o.isString("Message") {
		// Whether it is taken before or after Base64 depends on who encoded.
		m.MD5Mismatch = m.MD5Mismatch || !hasMD5([]byte(o.text("Message")), stated) && !hasMD5(body, stated)
	}
	return withBody(m, body)
}

// openStream opens a topic's message in STREAM format that has attributes.
func openStream(o object, m Message) (Message, bool) {
	m.Channel, m.Name = ChannelTopic, ""
	return withBody(m, content(o["body"]))
}

func withBody(m Message, body []byte) (Message, bool) {
	if len(body) == 0 { // MNS takes no empty messages: the envelope says more
		return m, false
	}
	m.Body = body
	return m, true
}

// content returns the body that a member of an envelope holds: a string is text, in
// Base64 or not; anything else is a body that was parsed on its way.
func content(raw json.RawMessage) []byte {
	if isNull(raw) {
		return nil
	}
	if raw[0] != '"' {
		return raw
	}
	return DecodeBody([]byte(text(raw)))
}

// elementBody returns an element of an array, or the object in it if it is text.
func elementBody(raw json.RawMessage) []byte {
	if raw[0] == '"' {
		if body := content(raw); isObject(body) {
			return body
		}
	}
	return raw
}

// resource reads the subject of a CloudEvent, such as
// "acs:mns:cn-shanghai:1357913579135791:queues/vod-events".
func resource(subject string) (Channel, string) {
	for _, c := range []Channel{ChannelTopic, ChannelQueue} {
		if _, name, ok := strings.Cut(subject, string(c)+"s/"); ok {
			name, _, _ = strings.Cut(name, "/")
			return c, name
		}
	}
	return ChannelQueue, ""
}

func hasMD5(body []byte, stated string) bool {
	sum := md5.Sum(body) //nolint:gosec // see the import
	return bytes.EqualFold([]byte(hex.EncodeToString(sum[:])), []byte(stated))
}
