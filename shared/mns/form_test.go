package mns_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/mns"
)

// A member of an event of VOD may be called like one of a wrapping.
func TestParseEventThatLooksLikeSomethingElse(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"EventType":"AIMediaAuditComplete","Message":"no","MessageId":"1"}`,
		`{"EventType":"X","TopicName":"t","TopicOwner":"o","MessageId":"1","Message":null}`,
		`{"EventType":"X","operation":"migrate"}`,
		`{"EventType":"X","triggerName":"t","triggerTime":"2026-03-07T09:15:00Z"}`,
		`{"EventType":"X","specversion":"1.0","data":{"messageBody":"x"}}`,
		`{"EventType":"X","specversion":"1.0","type":"t"}`,
		`{"EventType":"X","messageBody":"x"}`,
		`{"EventType":"X","body":"x","attrs":null}`,
		`{"EventType":"X","requestPayload":"x","requestContext":{},"responsePayload":"x"}`,
		`{"EventType":"","operation":"migrate"}`,
		"{\"\\u0045ventType\" : \"X\", \"operation\" : \"migrate\"}",
	} {
		requireMessages(t, body, topic(body))
		requireMessages(t, cloudEvent(quote(body)), queued(body))
	}
}

func TestParseTimer(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 3, 7, 9, 15, 0, 0, time.UTC)
	for _, tc := range []struct {
		name, payload string
		want          mns.Timer
	}{
		{
			name: "usual", payload: `{"triggerTime":"2026-03-07T09:15:00Z","triggerName":"every-minute","payload":"tick"}`,
			want: mns.Timer{Name: "every-minute", Time: due, Payload: "tick"},
		},
		{
			name: "without payload", payload: `{"triggerName":"every-minute","triggerTime":"2026-03-07T17:15:00+08:00"}`,
			want: mns.Timer{Name: "every-minute", Time: due},
		},
		{
			name: "payload is null", payload: `{"triggerTime":"2026-03-07T09:15:00Z","triggerName":"every-minute","payload":null}`,
			want: mns.Timer{Name: "every-minute", Time: due},
		},
		{
			name: "payload parsed", payload: `{"triggerTime":"2026-03-07T09:15:00Z","triggerName":"every-minute","payload":{"a": 1}}`,
			want: mns.Timer{Name: "every-minute", Time: due, Payload: `{"a": 1}`},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, mns.Payload{Kind: mns.KindTimer, Timer: tc.want}, mns.Parse([]byte(tc.payload)))
		})
	}
	for _, message := range []string{
		`{"triggerName":"x","orderId":"lost"}`,
		`{"triggerName":"x"}`,
		`{"triggerName":"x","payload":"p"}`,
		`{"triggerName":"x","triggerTime":"soon","payload":"p"}`,
		`{"triggerName":7,"triggerTime":"2026-03-07T09:15:00Z"}`,
		`{"triggerTime":"2026-03-07T09:15:00Z","payload":"p"}`,
		`{"triggerTime":"2026-03-07T09:15:00Z","triggerName":"x","orderId":"lost"}`,
		`{"triggerTime":"2026-03-07T09:15:00Z","triggerName":"x","payload":"","orderId":"lost"}`,
	} {
		requireMessages(t, message, topic(message))
	}
}

func TestParseOperation(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"migrate", "doctor", "redrive", "drain", "rebuild", "prune"} {
		body := `{"operation":"` + name + `", "days":30, "dry_run":true}`
		require.Equal(t,
			mns.Payload{Kind: mns.KindOperation, Operation: mns.Operation{Name: name, Body: []byte(body)}},
			mns.Parse([]byte("\ufeff "+body+"\n")))
	}
	for _, message := range []string{
		`{"operation":7}`, `{"operation":""}`, `{"operation":null}`, `["operation"]`, `operation`,
		`{"operation":"explode"}`, `{"operation":"Migrate"}`, `{"operation":"refund","order":"1"}`,
		`{"operation":"migrate","VideoId":"v"}`, `{"operation":"migrate","MediaId":null}`, `{"operation":"migrate","EventType":7}`,
		`{"operation":"migrate","messageId":"1"}`, `{"operation":"migrate","Message":"m"}`,
	} {
		requireMessages(t, message, topic(message))
	}
	// Only the payload itself can be one: whoever may send to the queue may not
	// operate the function.
	const operation = `{"operation":"prune"}`
	requireMessages(t, cloudEvent(quote(operation)), queued(operation))
	requireMessages(t, `[`+operation+`,`+event+`]`, queue(operation), queue(event))
	requireMessages(t, `{"TopicName":"t","Message":`+quote(operation)+`}`, mns.Message{Channel: mns.ChannelTopic, Name: "t", Body: []byte(operation)})
}
