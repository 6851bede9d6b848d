package mns_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/mns"
)

const (
	event = `{"EventType":"FileUploadComplete","VideoId":"5f0c1b7ad03c71ef8e2b0764a0fd0102","Size":48213944}`
	// eventBase64 is event in Base64.
	eventBase64 = "eyJFdmVudFR5cGUiOiJGaWxlVXBsb2FkQ29tcGxldGUiLCJWaWRlb0lkIjoiNWYwYzFiN2FkMDNjNzFlZjhlMmIwNzY0YTBmZDAxMDIiLCJTaXplIjo0ODIxMzk0NH0="
	// eventText is event inside a JSON string.
	eventText = `{\"EventType\":\"FileUploadComplete\",\"VideoId\":\"5f0c1b7ad03c71ef8e2b0764a0fd0102\",\"Size\":48213944}`
	eventMD5  = "32b5c1239fc37a0458c008a91c9422e0"

	cloudEventHead = `"id":"9f1c55d0-0d0e-4c7e-a3f1-5b0a2c6b1c11","source":"MNS-vod-mns-queue","specversion":"1.0",` +
		`"type":"mns:Queue:SendMessage","datacontenttype":"application/json; charset=utf-8",` +
		`"subject":"acs:mns:cn-shanghai:1357913579135791:queues/vod-events","time":"2026-03-07T09:15:32.093Z",` +
		`"aliyunpublishtime":"2026-03-07T09:15:32.104Z"`
)

func topic(body string) mns.Message {
	return mns.Message{Channel: mns.ChannelTopic, Body: []byte(body)}
}

func queue(body string) mns.Message {
	return mns.Message{Channel: mns.ChannelQueue, Body: []byte(body)}
}

// queued is what a CloudEvent with cloudEventHead and data gives.
func queued(body string) mns.Message {
	return mns.Message{
		ID:      "C6DB60D1574661357FA227277445BB01",
		Channel: mns.ChannelQueue, Name: "vod-events", Body: []byte(body),
		Published: time.Date(2026, 3, 7, 9, 15, 32, 93e6, time.UTC),
	}
}

func data(messageBody string) string {
	return `{"requestId":"69AC0E344430D4C81A7B01C2","messageId":"C6DB60D1574661357FA227277445BB01","messageBody":` + messageBody + `}`
}

func cloudEvent(messageBody string) string {
	return `{` + cloudEventHead + `,"data":` + data(messageBody) + `}`
}

func TestParseTopic(t *testing.T) {
	t.Parallel()
	notification := func(change func(*mns.Message)) mns.Message {
		m := mns.Message{
			ID: "3405CA51807661353B3B2FD4C0F1AA07", Channel: mns.ChannelTopic, Name: "vod-events", Body: []byte(event),
			Published: time.Date(2026, 3, 7, 9, 15, 32, 417e6, time.UTC),
		}
		change(&m)
		return m
	}
	const head = `{"TopicOwner":"1357913579135791","Subscriber":"1357913579135791","SubscriptionName":"fn-5bf13c7e",` +
		`"TopicName":"vod-events","MessageId":"3405CA51807661353B3B2FD4C0F1AA07",`
	for _, tc := range []struct {
		name, payload string
		want          mns.Message
	}{
		{name: "stream", payload: event, want: topic(event)},
		{name: "stream in Base64", payload: eventBase64, want: topic(event)},
		{name: "stream with white space", payload: "\n" + event + " ", want: topic("\n" + event + " ")},
		{name: "stream of text", payload: "hello topic", want: topic("hello topic")},
		{name: "stream of bytes", payload: "\xff\x00\xfe", want: topic("\xff\x00\xfe")},
		{name: "stream of white space", payload: " ", want: topic(" ")},
		{name: "stream of broken JSON", payload: `{"EventType":`, want: topic(`{"EventType":`)},
		{name: "stream of a broken array", payload: `[{"EventType":`, want: topic(`[{"EventType":`)},
		{name: "stream of a JSON string", payload: `"` + eventText + `"`, want: topic(`"` + eventText + `"`)},
		{name: "stream of null", payload: "null", want: topic("null")},
		{name: "stream of another object", payload: `{"a":1}`, want: topic(`{"a":1}`)},
		{name: "stream nested too deep", payload: strings.Repeat(`{"a":`, 11000), want: topic(strings.Repeat(`{"a":`, 11000))},
		{
			name: "stream with attributes", payload: `{"body":"` + eventText + `","attrs":{"Extend":"{\"k\":\"v\"}","n":1}}`,
			want: topic(event),
		},
		{name: "stream with attributes, in Base64", payload: `{"attrs":{},"body":"` + eventBase64 + `"}`, want: topic(event)},
		{name: "stream with attributes, parsed", payload: `{"attrs":{},"body":{ "EventType" : "X" }}`, want: topic(`{ "EventType" : "X" }`)},
		{name: "stream with attributes but no body", payload: `{"attrs":{"a":"b"},"body":null}`, want: topic(`{"attrs":{"a":"b"},"body":null}`)},
		{name: "stream with attributes that are null", payload: `{"body":"` + eventText + `","attrs":null}`, want: topic(event)},
		{name: "stream with attributes as text", payload: `{"body":"` + eventText + `","attrs":"{\"a\":\"b\"}"}`, want: topic(event)},
		{name: "stream with null and more", payload: `{"body":"b","attrs":null,"c":1}`, want: topic(`{"body":"b","attrs":null,"c":1}`)},
		{name: "stream with attributes as text and more", payload: `{"body":"b","attrs":"{}","c":1}`, want: topic(`{"body":"b","attrs":"{}","c":1}`)},
		{name: "stream with attributes that are none", payload: `{"attrs":"a","body":"b"}`, want: topic(`{"attrs":"a","body":"b"}`)},
		{name: "stream with attributes that are a list", payload: `{"attrs":[],"body":"b"}`, want: topic(`{"attrs":[],"body":"b"}`)},
		{name: "stream without attributes", payload: `{"body":"b","a":null}`, want: topic(`{"body":"b","a":null}`)},
		{name: "stream with attributes and an EventType", payload: `{"EventType":"X","body":"` + eventText + `","attrs":{}}`, want: topic(event)},
		{
			name: "json", payload: head + `"Message":"` + eventText + `","MessageMD5":"` + eventMD5 + `","PublishTime":1772874932417}`,
			want: notification(func(*mns.Message) {}),
		},
		{
			name: "json, time as text", payload: head + `"Message":"` + eventText + `","PublishTime":"1772874932417"}`,
			want: notification(func(*mns.Message) {}),
		},
		{
			name: "json, time that cannot be read", payload: head + `"Message":"` + eventText + `","PublishTime":"yesterday"}`,
			want: notification(func(m *mns.Message) { m.Published = time.Time{} }),
		},
		{
			name: "json, time beyond the year 9999", payload: head + `"Message":"` + eventText + `","PublishTime":253402300800000}`,
			want: notification(func(m *mns.Message) { m.Published = time.Time{} }),
		},
		{
			name: "json in Base64, MD5 of the text sent", payload: head + `"Message":"` + eventBase64 + `","MessageMD5":"025E642F5E71B773A836F625A9D9E80D","PublishTime":1772874932417}`,
			want: notification(func(*mns.Message) {}),
		},
		{
			name: "json in Base64, MD5 of what was encoded", payload: head + `"Message":"` + eventBase64 + `","MessageMD5":"` + strings.ToUpper(eventMD5) + `","PublishTime":1772874932417}`,
			want: notification(func(*mns.Message) {}),
		},
		{
			name: "json, wrong MD5", payload: head + `"Message":"` + eventText + `","MessageMD5":"0F4183D9","PublishTime":1772874932417}`,
			want: notification(func(m *mns.Message) { m.MD5Mismatch = true }),
		},
		{
			name: "json with attributes", payload: head + `"Message":"` + eventText + `","PublishTime":1772874932417,"Extend":"{}","operation":"prune","n":7}`,
			want: notification(func(*mns.Message) {}),
		},
		{
			name:    "json with an attribute named EventType",
			payload: head + `"Message":"` + eventText + `","PublishTime":1772874932417,"EventType":"FileUploadComplete","VideoId":"v"}`,
			want:    notification(func(*mns.Message) {}),
		},
		{
			name:    "json with attributes named like another form",
			payload: head + `"Message":"` + eventText + `","PublishTime":1772874932417,"requestPayload":"x","requestContext":"y","specversion":"1.0","type":"t","data":"d"}`,
			want:    notification(func(*mns.Message) {}),
		},
		{
			name: "json with an EventType, little of it", payload: `{"EventType":"X","TopicName":"t","Message":"hi"}`,
			want: mns.Message{Channel: mns.ChannelTopic, Name: "t", Body: []byte("hi")},
		},
		{
			name: "json, message parsed", payload: head + `"Message":{ "EventType" : "X" },"MessageMD5":"00","PublishTime":1772874932417}`,
			want: notification(func(m *mns.Message) { m.Body = []byte(`{ "EventType" : "X" }`) }),
		},
		{name: "json, little of it", payload: `{"TopicName":"t","Message":"hi"}`, want: mns.Message{Channel: mns.ChannelTopic, Name: "t", Body: []byte("hi")}},
		{name: "json, least of it", payload: `{"Message":"` + eventText + `","Subscriber":"s","MessageId":"1"}`, want: mns.Message{ID: "1", Channel: mns.ChannelTopic, Body: []byte(event)}},
		{name: "json, least of it, with an EventType", payload: `{"Message":{"a":1},"PublishTime":1,"SubscriptionName":"1","EventType":"X"}`, want: mns.Message{Channel: mns.ChannelTopic, Published: time.UnixMilli(1).UTC(), Body: []byte(`{"a":1}`)}},
		{name: "json, too little of it", payload: `{"Message":"hi","PublishTime":null,"MessageId":"1"}`, want: topic(`{"Message":"hi","PublishTime":null,"MessageId":"1"}`)},
		{name: "json, message that is none", payload: `{"TopicName":"t","Message":5}`, want: topic(`{"TopicName":"t","Message":5}`)},
		{name: "json, byte order mark", payload: "\ufeff" + `{"TopicName":"t","Message":"hi"}`, want: mns.Message{Channel: mns.ChannelTopic, Name: "t", Body: []byte("hi")}},
		{
			name: "json without message", payload: `{"TopicName":"t","MessageId":"1"}`,
			want: topic(`{"TopicName":"t","MessageId":"1"}`),
		},
		{
			name: "json with an empty message", payload: `{"TopicName":"t","MessageId":"1","Message":""}`,
			want: mns.Message{ID: "1", Channel: mns.ChannelTopic, Name: "t", Body: []byte(`{"TopicName":"t","MessageId":"1","Message":""}`)},
		},
		{name: "an error with a message", payload: `{"Code":"X","Message":"no"}`, want: topic(`{"Code":"X","Message":"no"}`)},
		{name: "names in another case", payload: `{"topicname":"t","message":"hi"}`, want: topic(`{"topicname":"t","message":"hi"}`)},
		{name: "unpaired surrogate", payload: `{"TopicName":"t","Message":"a\ud800b"}`, want: mns.Message{Channel: mns.ChannelTopic, Name: "t", Body: []byte("a\uFFFDb")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			requireMessages(t, tc.payload, tc.want)
		})
	}
}

func TestParseQueue(t *testing.T) {
	t.Parallel()
	fromData := queued(event)
	fromData.Name, fromData.Published = "", time.Time{}
	bare := queued("")
	bare.ID = "9f1c55d0-0d0e-4c7e-a3f1-5b0a2c6b1c11"
	with := func(body string) mns.Message {
		m := bare
		m.Body = []byte(body)
		return m
	}
	for _, tc := range []struct {
		name, payload string
		want          []mns.Message
	}{
		{name: "one CloudEvent", payload: cloudEvent(`"` + eventText + `"`), want: []mns.Message{queued(event)}},
		{name: "body in Base64", payload: cloudEvent(`"` + eventBase64 + `"`), want: []mns.Message{queued(event)}},
		{name: "body parsed", payload: cloudEvent(`{ "EventType" :"X", "Big":12345678901234567890 }`), want: []mns.Message{queued(`{ "EventType" :"X", "Big":12345678901234567890 }`)}},
		{name: "body of text", payload: cloudEvent(`"TEST"`), want: []mns.Message{queued("TEST")}},
		{name: "body parsed to a number", payload: cloudEvent(`5`), want: []mns.Message{queued("5")}},
		{name: "array of one", payload: `[` + cloudEvent(`"`+eventText+`"`) + `]`, want: []mns.Message{queued(event)}},
		{name: "array of two", payload: " [" + cloudEvent(`"a"`) + ",\n" + cloudEvent(`"b"`) + "] ", want: []mns.Message{queued("a"), queued("b")}},
		{name: "array of texts", payload: `[` + quote(cloudEvent(`"`+eventText+`"`)) + `,` + quote(event) + `]`, want: []mns.Message{queued(event), queue(event)}},
		{name: "raw data", payload: `[` + data(`"`+eventText+`"`) + `]`, want: []mns.Message{fromData}},
		{name: "raw data of one", payload: data(`"` + eventText + `"`), want: []mns.Message{fromData}},
		{name: "data as text", payload: `{` + cloudEventHead + `,"data":` + quote(data(`"`+eventText+`"`)) + `}`, want: []mns.Message{queued(event)}},
		{name: "data in Base64", payload: `{` + cloudEventHead + `,"data_base64":"` + eventBase64 + `"}`, want: []mns.Message{with(event)}},
		{name: "data is the event", payload: `{` + cloudEventHead + `,"data":` + event + `}`, want: []mns.Message{with(event)}},
		{name: "data is something else", payload: `{` + cloudEventHead + `,"data":{"a": 1}}`, want: []mns.Message{with(`{"a": 1}`)}},
		{name: "data beside an EventType", payload: `{"EventType":"X",` + cloudEventHead + `,"data":` + data(`"`+eventText+`"`) + `}`, want: []mns.Message{queued(event)}},
		{name: "data in Base64 beside an EventType", payload: `{"EventType":"X",` + cloudEventHead + `,"data_base64":"` + eventBase64 + `"}`, want: []mns.Message{with(event)}},
		{name: "data is missing", payload: `{` + cloudEventHead + `}`, want: []mns.Message{with(`{` + cloudEventHead + `}`)}},
		{name: "data is null", payload: `{` + cloudEventHead + `,"data":null}`, want: []mns.Message{with(`{` + cloudEventHead + `,"data":null}`)}},
		{name: "data is a number", payload: `{` + cloudEventHead + `,"data":3}`, want: []mns.Message{with(`{` + cloudEventHead + `,"data":3}`)}},
		{name: "data in broken Base64", payload: `{` + cloudEventHead + `,"data_base64":"?"}`, want: []mns.Message{with(`{` + cloudEventHead + `,"data_base64":"?"}`)}},
		{name: "body is missing", payload: `[{"messageId":"1"},` + event + `]`, want: []mns.Message{queue(`{"messageId":"1"}`), queue(event)}},
		{
			name: "body is null", payload: `[{"messageId":"1","messageBody":null},{"messageBody":"x"}]`,
			want: []mns.Message{queue(`{"messageId":"1","messageBody":null}`), queue("x")},
		},
		{name: "events without envelope", payload: `[` + event + `, {"EventType":"X"}]`, want: []mns.Message{queue(event), queue(`{"EventType":"X"}`)}},
		{
			name:    "bad neighbours",
			payload: `[null, ` + cloudEvent(`"a"`) + `, 7, "no json", ["x"], {}, "", ` + data(`"`+eventText+`"`) + `, true]`,
			want: []mns.Message{
				queue("null"), queued("a"), queue("7"), queue(`"no json"`), queue(`["x"]`), queue("{}"), queue(`""`), fromData, queue("true"),
			},
		},
		{name: "text in Base64 in an array", payload: `["` + eventBase64 + `"]`, want: []mns.Message{queue(event)}},
		{name: "empty array", payload: `[]`, want: []mns.Message{}},
		{name: "nothing", payload: ``, want: nil},
		{
			name:    "of a topic",
			payload: `{"specversion":"1.0","id":"1","subject":"acs:mns:cn-shanghai:1:/topics/vod-fan-out/messages","aliyunpublishtime":"2026-03-07T17:15:32+08:00","data":{"messageBody":"x"}}`,
			want: []mns.Message{{
				ID: "1", Channel: mns.ChannelTopic, Name: "vod-fan-out", Body: []byte("x"),
				Published: time.Date(2026, 3, 7, 9, 15, 32, 0, time.UTC),
			}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, mns.Payload{Kind: mns.KindMessages, Messages: tc.want}, mns.Parse([]byte(tc.payload)))
		})
	}
}

// An array that nobody pushes is somebody's message.
func TestParseArrayOfSomethingElse(t *testing.T) {
	t.Parallel()
	pushed := func(n int) string { return "[" + strings.Repeat("0,", n-1) + event + "]" }
	for _, payload := range []string{
		`[0]`, `["a","b"]`, `[null]`, `[[]]`, `[[` + event + `]]`, `[{"a":1},{"operation":"migrate"}]`, `[` + quote(`[`+event+`]`) + `]`,
		`[{"EventType":5}]`, `[{"messageId":"1"}]`, "[" + strings.Repeat("0,", 500_000) + "0]", pushed(10_001),
		`[` + event + ` ` + event + `]`, `[` + event + `,]`, `[,` + event + `]`, `[` + event + `]]`, `[` + event + `],`, `[` + event,
		`[` + event + `}`, `[`, `[` + event + `] {}`,
	} {
		requireMessages(t, payload, topic(payload))
	}
	// It stays one behind a topic, a queue and a failed invocation.
	requireMessages(t, `{"TopicName":"t","Message":"[1,2]"}`, mns.Message{Channel: mns.ChannelTopic, Name: "t", Body: []byte("[1,2]")})
	requireMessages(t, cloudEvent(`[1,2]`), queued("[1,2]"))
	requireMessages(t, failure(`[1,2]`), topic("[1,2]"))

	require.Len(t, mns.Parse([]byte(pushed(10_000))).Messages, 10_000)
	require.Equal(t, []mns.Message{queue("0"), queue(event)}, mns.Parse([]byte("\ufeff "+pushed(2)+"\n")).Messages)
}

// What is too long for a batch is not taken apart to its end.
func TestParseArrayCostsLittle(t *testing.T) {
	payload := []byte("[" + strings.Repeat("0,", 500_000) + "0]")
	require.Less(t, testing.AllocsPerRun(1, func() { mns.Parse(payload) }), 100_000.0)
}

func TestParseKeepsNothingOfThePayload(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{
		event, eventBase64, "text", cloudEvent(quote(event)), cloudEvent(event), `[` + data(event) + `,7]`, failure(event), failure(quote("x")),
		`{"operation":"prune"}`, `{"triggerName":"t","triggerTime":"2026-03-07T09:15:00Z","payload":"p"}`, `{"body":` + event + `,"attrs":{"a":"b"}}`,
	} {
		buffer := []byte(payload)
		got := mns.Parse(buffer)
		clear(buffer)
		require.Equal(t, mns.Parse([]byte(payload)), got, payload)
	}
}

func requireMessages(t *testing.T, payload string, want ...mns.Message) {
	t.Helper()
	require.Equal(t, mns.Payload{Kind: mns.KindMessages, Messages: want}, mns.Parse([]byte(payload)), payload)
}
