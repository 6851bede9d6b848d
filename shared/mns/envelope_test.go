package mns_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/mns"
)

// failure is the record of a failed asynchronous invocation with this payload.
func failure(requestPayload string) string {
	return `{"timestamp":1772877600000,"requestContext":{"requestId":"1-69ac0e34-9b2f","condition":"RetriesExhausted","approximateInvokeCount":4},` +
		`"requestPayload":` + requestPayload + `,"responseContext":{"statusCode":200,"functionError":"UnhandledInvocationError"},"responsePayload":"{}"}`
}

func quote(s string) string {
	quoted, _ := json.Marshal(s)
	return string(quoted)
}

func TestParseFailedInvocation(t *testing.T) {
	t.Parallel()
	nested := event
	for range 50 {
		nested = failure(nested)
	}
	for _, tc := range []struct {
		name, payload string
		want          []mns.Message
	}{
		{name: "event", payload: failure(event), want: []mns.Message{topic(event)}},
		{name: "event as text", payload: failure(quote(event)), want: []mns.Message{topic(event)}},
		{name: "event in Base64", payload: failure(quote(eventBase64)), want: []mns.Message{topic(event)}},
		{name: "text", payload: failure(`"hello topic"`), want: []mns.Message{topic("hello topic")}},
		{name: "topic json", payload: failure(`{"TopicName":"t","Message":"x"}`), want: []mns.Message{{Channel: mns.ChannelTopic, Name: "t", Body: []byte("x")}}},
		{name: "batch", payload: failure(`[` + cloudEvent(`"a"`) + `,` + event + `]`), want: []mns.Message{queued("a"), queue(event)}},
		{name: "batch as text", payload: failure(quote(`[` + cloudEvent(`"a"`) + `,` + event + `]`)), want: []mns.Message{queued("a"), queue(event)}},
		{name: "no payload", payload: failure("null"), want: []mns.Message{topic(failure("null"))}},
		{name: "empty text", payload: failure(`""`), want: []mns.Message{topic(failure(`""`))}},
		{name: "empty batch", payload: failure(`[]`), want: []mns.Message{topic(failure(`[]`))}},
		{name: "no record of it", payload: `{"requestPayload":"x"}`, want: []mns.Message{topic(`{"requestPayload":"x"}`)}},
		{name: "failed failure", payload: failure(quote(failure(event))), want: []mns.Message{topic(event)}},
		{
			name: "out of a queue", payload: `[` + cloudEvent(quote(failure(event))) + `,` + cloudEvent(`"b"`) + `]`,
			want: []mns.Message{{ID: queued("").ID, Channel: mns.ChannelTopic, Body: []byte(event)}, queued("b")},
		},
		{
			name: "batch out of a queue", payload: `[` + cloudEvent(quote(failure(`["x",`+cloudEvent(`"a"`)+`]`))) + `,7]`,
			want: []mns.Message{{ID: queued("").ID, Channel: mns.ChannelQueue, Body: []byte(`"x"`)}, queued("a"), queue("7")},
		},
		{name: "empty batch out of a queue", payload: cloudEvent(quote(failure(`[]`))), want: []mns.Message{queued(failure(`[]`))}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			requireMessages(t, tc.payload, tc.want...)
		})
	}

	p := mns.Parse([]byte(nested))
	require.Len(t, p.Messages, 1)
	require.Less(t, len(p.Messages[0].Body), len(nested))
	require.Contains(t, string(p.Messages[0].Body), event, "deeper than anyone would nest them it stays closed")
}

// What failed may have been no message; then there is none to take.
func TestParseFailedTimer(t *testing.T) {
	t.Parallel()
	p := mns.Parse([]byte(failure(`{"triggerTime":"2026-03-07T09:15:00Z","triggerName":"every-minute"}`)))
	require.Equal(t, mns.KindTimer, p.Kind)
	require.Equal(t, "every-minute", p.Timer.Name)
	require.Empty(t, p.Messages)
}

func TestParseDeadLetterOfAnEventStream(t *testing.T) {
	t.Parallel()
	inner := `{"specversion":"1.0","id":"inner","subject":"acs:mns:cn-shanghai:1:queues/first","data":{"messageId":"first","messageBody":` + quote(event) + `}}`
	want := queued(event)
	want.ID, want.Name = "first", "first"
	requireMessages(t, inner, mns.Message{ID: "first", Channel: mns.ChannelQueue, Name: "first", Body: []byte(event)})
	requireMessages(t, cloudEvent(quote(inner)), want)
	requireMessages(t, cloudEvent(inner), want)
	requireMessages(t, `[`+data(quote(inner))+`]`, mns.Message{
		ID: "first", Channel: mns.ChannelQueue, Name: "first", Body: []byte(event),
	})
}

// A topic may write to a queue: its notification is then the body of a message.
func TestParseTopicBehindQueue(t *testing.T) {
	t.Parallel()
	want := queued(event)
	want.ID, want.Channel, want.Name, want.MD5Mismatch = "1", mns.ChannelTopic, "t", true
	requireMessages(t, cloudEvent(quote(`{"TopicName":"t","MessageId":"1","MessageMD5":"00","Message":`+quote(event)+`}`)), want)
}

// A mismatch concerns every message out of what came through changed, and no other.
func TestParseMD5Mismatch(t *testing.T) {
	t.Parallel()
	changed := `{"TopicName":"t","MessageId":"1","MessageMD5":"00","Message":` + quote(failure(`[`+event+`,`+cloudEvent(`"a"`)+`]`)) + `}`
	first, second := queue(event), queued("a")
	first.ID, first.MD5Mismatch, second.MD5Mismatch = "1", true, true
	requireMessages(t, changed, first, second)
	requireMessages(t, `[`+quote(changed)+`,`+event+`]`, first, second, queue(event))

	// What came through changed stays so, whatever is inside.
	inside := `{"TopicName":"t","MessageId":"1","MessageMD5":"` + eventMD5 + `","Message":` + quote(event) + `}`
	want := topic(event)
	want.ID, want.Name = "1", "t"
	requireMessages(t, inside, want)
	want.MD5Mismatch = true
	requireMessages(t, `{"TopicName":"t","MessageMD5":"00","Message":`+quote(inside)+`}`, want)

	unpaired := mns.Parse([]byte(`{"TopicName":"t","MessageMD5":"` + eventMD5 + `","Message":"a\ud800b"}`))
	require.True(t, unpaired.Messages[0].MD5Mismatch, "JSON could not carry it")
}

// Envelopes that quote each other grow with every level; Parse must not.
func TestParseQuotedEnvelopes(t *testing.T) {
	t.Parallel()
	payload := event
	for range 12 {
		payload = `{"messageBody":` + quote(payload) + `}`
	}
	p := mns.Parse([]byte(payload))
	require.Len(t, p.Messages, 1)
	require.True(t, strings.HasPrefix(string(p.Messages[0].Body), `{"messageBody":`))
	require.Equal(t, time.Time{}, p.Messages[0].Published)
}
