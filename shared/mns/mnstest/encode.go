package mnstest

import (
	"bytes"
	"crypto/md5" //nolint:gosec // MNS states the MD5 of each message; it protects nothing.
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vodevents/vodevents/shared/mns"
)

// The account, region and times that every payload names.
const (
	account   = "1357913579135791"
	region    = "cn-shanghai"
	requestAt = "2026-03-07T09:15:33Z"
)

// Attributes are the attributes that a publisher gives to a message of a topic; nil
// if he gives none.
type Attributes map[string]string

// Stream returns a topic's message in STREAM format: the body alone, or with its
// attributes if it has any.
func Stream(m mns.Message, attributes Attributes) []byte {
	if len(attributes) == 0 {
		return bytes.Clone(m.Body)
	}
	return object(member{"body", text(m.Body)}, member{"attrs", object(attributes.members()...)})
}

// TopicJSON returns a topic's message in JSON format. Its attributes stand beside
// the message, so they must not be named like a member of the format.
func TopicJSON(m mns.Message, attributes Attributes) []byte {
	body := m.Body
	if !utf8.Valid(body) {
		body = Base64(m).Body
	}
	sum := md5.Sum(body) //nolint:gosec // see the import
	return object(append([]member{
		{"TopicOwner", str(account)},
		{"TopicName", str(m.Name)},
		{"Subscriber", str(account)},
		{"SubscriptionName", str("vod-events-function")},
		{"MessageId", str(m.ID)},
		{"Message", text(body)},
		{"MessageMD5", str(strings.ToUpper(hex.EncodeToString(sum[:])))},
		{"PublishTime", millis(m.Published)},
	}, attributes.members()...)...)
}

// CloudEvent returns a queue's message as an event-driven trigger hands it over.
func CloudEvent(m mns.Message) []byte {
	return cloudEvent(m, member{"data", Data(m)})
}

// CloudEvents returns messages of a queue as an event stream hands them over.
func CloudEvents(batch ...mns.Message) []byte { return array(batch, CloudEvent) }

// CloudEventTexts returns an array of JSON strings, each of which is a CloudEvent.
func CloudEventTexts(batch ...mns.Message) []byte {
	return array(batch, func(m mns.Message) []byte { return str(string(CloudEvent(m))) })
}

// CloudEventsDataText returns CloudEvents whose data is a string of JSON.
func CloudEventsDataText(batch ...mns.Message) []byte {
	return array(batch, func(m mns.Message) []byte {
		return cloudEvent(m, member{"data", str(string(Data(m)))})
	})
}

// CloudEventsDataBase64 returns CloudEvents with data_base64.
func CloudEventsDataBase64(batch ...mns.Message) []byte {
	return array(batch, func(m mns.Message) []byte {
		return cloudEvent(m, member{"data_base64", str(base64.StdEncoding.EncodeToString(Data(m)))})
	})
}

// CloudEventsParsed returns CloudEvents whose messageBody is not a string but the
// JSON object itself, without white space around it, where the body is one.
func CloudEventsParsed(batch ...mns.Message) []byte {
	return array(batch, func(m mns.Message) []byte {
		body := bytes.TrimSpace(m.Body)
		if !bytes.HasPrefix(body, []byte("{")) || !json.Valid(body) || !utf8.Valid(body) {
			return CloudEvent(m)
		}
		return cloudEvent(m, member{"data", data(m, body)})
	})
}

// Data returns the data of a queue's CloudEvent by itself.
func Data(m mns.Message) []byte { return data(m, text(m.Body)) }

// RawData returns messages of a queue as an event stream hands them over whose
// schema is RawData: the data only.
func RawData(batch ...mns.Message) []byte { return array(batch, Data) }

// Failed returns the record of an asynchronous invocation with payload that failed
// for good, as it is sent to the destination for failures. A payload that is not
// JSON is in it as text.
func Failed(payload []byte) []byte {
	if !json.Valid(payload) {
		return FailedText(payload)
	}
	return failed(payload)
}

// FailedText is [Failed] with a payload that is text in any case.
func FailedText(payload []byte) []byte { return failed(text(payload)) }

func failed(payload []byte) []byte {
	return object(
		member{"timestamp", []byte(strconv.FormatInt(time.Date(2026, 3, 7, 10, 0, 0, 0, time.UTC).UnixMilli(), 10))},
		member{"requestContext", object(
			member{"requestId", str("1-69ac0e34-9b2f-0c5d7e1a3f42")},
			member{"functionArn", str("acs:fc:" + region + ":" + account + ":functions/vod-mns")},
			member{"condition", str("RetriesExhausted")},
			member{"approximateInvokeCount", []byte("4")},
		)},
		member{"requestPayload", payload},
		member{"responseContext", object(member{"statusCode", []byte("200")}, member{"functionError", str("UnhandledInvocationError")})},
		member{"responsePayload", str(`{"errorMessage":"store is away"}`)},
	)
}

// TimerEvent returns what a timer trigger invokes a function with.
func TimerEvent(t mns.Timer) []byte {
	return object(
		member{"triggerTime", str(t.Time.UTC().Format(time.RFC3339))},
		member{"triggerName", str(t.Name)},
		member{"payload", str(t.Payload)},
	)
}

func cloudEvent(m mns.Message, payload member) []byte {
	place := m.Channel
	if place == "" {
		place = mns.ChannelQueue
	}
	at := requestAt
	if !m.Published.IsZero() {
		at = m.Published.UTC().Format("2006-01-02T15:04:05.000Z07:00")
	}
	return object(
		member{"id", str(m.ID)},
		member{"source", str("MNS-vod-mns-queue")},
		member{"specversion", str("1.0")},
		member{"type", str("mns:Queue:SendMessage")},
		member{"datacontenttype", str("application/json; charset=utf-8")},
		member{"subject", str("acs:mns:" + region + ":" + account + ":" + string(place) + "s/" + m.Name)},
		member{"time", str(at)},
		member{"aliyunaccountid", str(account)},
		member{"aliyunpublishtime", str(requestAt)},
		member{"aliyuneventbusname", str("MNS-vod-mns-queue")},
		member{"aliyunregionid", str(region)},
		member{"aliyunpublishaddr", str("192.0.2.18")},
		payload,
	)
}

func data(m mns.Message, body []byte) []byte {
	return object(member{"requestId", str("69AC0E344430D4C81A7B01C2")}, member{"messageId", str(m.ID)}, member{"messageBody", body})
}

func (a Attributes) members() []member {
	members := make([]member, 0, len(a))
	for _, name := range slices.Sorted(maps.Keys(a)) {
		members = append(members, member{name, str(a[name])})
	}
	return members
}

// member is one member of a JSON object. Objects are put together by hand, because
// encoding/json would rewrite the bodies in them.
type member struct {
	name  string
	value []byte
}

func object(members ...member) []byte {
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, str(m.name)...), ':'), m.value...)
	}
	return append(out, '}')
}

func array(batch []mns.Message, encode func(mns.Message) []byte) []byte {
	out := []byte{'['}
	for i, m := range batch {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, encode(m)...)
	}
	return append(out, ']')
}

// text returns a body as a JSON string, in Base64 if text cannot carry it.
func text(body []byte) []byte {
	if !utf8.Valid(body) {
		body = Base64(mns.Message{Body: body}).Body
	}
	return str(string(body))
}

func str(s string) []byte {
	quoted, _ := json.Marshal(s) // a string: it cannot fail
	return quoted
}

func millis(t time.Time) []byte {
	if t.IsZero() {
		return []byte("0")
	}
	return strconv.AppendInt(nil, t.UnixMilli(), 10)
}
