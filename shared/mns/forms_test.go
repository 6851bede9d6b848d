package mns_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/mns/mnstest"
)

// drawEvent returns an event of VOD with members of all kinds and names.
func drawEvent(t *rapid.T, label string) []byte {
	members := rapid.MapOfN(
		rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			"Message", "MessageId", "operation", "triggerName", "specversion", "data", "messageBody", "body", "requestPayload", "requestContext",
		})),
		rapid.OneOf(
			rapid.Map(rapid.String(), func(s string) any { return s }),
			rapid.Map(rapid.Int64(), func(n int64) any { return n }),
			rapid.Map(rapid.String(), func(s string) any { return map[string]any{"EventType": s, "messageBody": s} }),
			rapid.Just(any(nil)),
		),
		0, 6,
	).Draw(t, label)
	members["EventType"] = rapid.StringMatching(`[A-Za-z]{0,12}`).Draw(t, "event type")
	body, err := json.Marshal(members)
	require.NoError(t, err)
	if rapid.Bool().Draw(t, "indented") {
		var indented bytes.Buffer
		require.NoError(t, json.Indent(&indented, body, "", "\t"))
		body = indented.Bytes()
	}
	return body
}

// Whatever an event is wrapped in, it comes out byte for byte, and in its place.
func TestParseEveryForm(t *testing.T) {
	t.Parallel()
	forms := mnstest.Forms()
	rapid.Check(t, func(t *rapid.T) {
		batch := make([]mns.Message, rapid.IntRange(1, 3).Draw(t, "messages"))
		for i := range batch {
			batch[i] = mns.Message{ID: "m" + strconv.Itoa(i), Body: drawEvent(t, "event")}
		}
		for _, form := range forms {
			sent := batch
			if !form.Batch {
				sent = batch[:1]
			}
			p := mns.Parse(form.Encode(sent...))
			require.Equal(t, mns.KindMessages, p.Kind, form.Name)
			require.Len(t, p.Messages, len(sent), form.Name)
			for i, m := range p.Messages {
				require.Equal(t, string(sent[i].Body), string(m.Body), form.Name)
				require.False(t, m.MD5Mismatch, form.Name)
				if form.Batch {
					require.Equal(t, sent[i].ID, m.ID, form.Name)
				}
			}
		}
	})
}

// What a form says about a message beside the body comes out too.
func TestParseWhatMnstestEncodes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 7, 9, 15, 32, 417e6, time.UTC)
	full := mns.Message{
		ID: "m1", Body: []byte(event), Name: "vod-events", Published: at,
	}
	attributes := mnstest.Attributes{"Extend": `{"k":"v"}`, "EventType": "X"}
	without := func(channel mns.Channel, change func(*mns.Message)) mns.Message {
		m := full
		m.Channel = channel
		change(&m)
		return m
	}
	asQueue := without(mns.ChannelQueue, func(*mns.Message) {})
	asTopic := without(mns.ChannelTopic, func(*mns.Message) {})
	dataOnly := without(mns.ChannelQueue, func(m *mns.Message) { m.Name, m.Published = "", time.Time{} })
	for _, tc := range []struct {
		name    string
		payload []byte
		want    []mns.Message
	}{
		{name: "stream", payload: mnstest.Stream(full, nil), want: []mns.Message{topic(event)}},
		{name: "stream with attributes", payload: mnstest.Stream(full, attributes), want: []mns.Message{topic(event)}},
		{name: "topic json", payload: mnstest.TopicJSON(full, nil), want: []mns.Message{asTopic}},
		{name: "topic json with attributes", payload: mnstest.TopicJSON(full, attributes), want: []mns.Message{asTopic}},
		{
			name: "topic json of bytes", payload: mnstest.TopicJSON(mns.Message{Name: "t", Body: []byte("{\"a\":\"\xff\"}")}, nil),
			want: []mns.Message{{Channel: mns.ChannelTopic, Name: "t", Body: []byte("{\"a\":\"\xff\"}")}},
		},
		{name: "cloud event", payload: mnstest.CloudEvent(full), want: []mns.Message{asQueue}},
		{name: "cloud events", payload: mnstest.CloudEvents(full, full), want: []mns.Message{asQueue, asQueue}},
		{name: "cloud events as text", payload: mnstest.CloudEventTexts(full), want: []mns.Message{asQueue}},
		{name: "data as text", payload: mnstest.CloudEventsDataText(full), want: []mns.Message{asQueue}},
		{name: "data in Base64", payload: mnstest.CloudEventsDataBase64(full), want: []mns.Message{asQueue}},
		{name: "parsed", payload: mnstest.CloudEventsParsed(full), want: []mns.Message{asQueue}},
		{name: "raw data", payload: mnstest.RawData(full, full), want: []mns.Message{dataOnly, dataOnly}},
		{name: "data", payload: mnstest.Data(full), want: []mns.Message{dataOnly}},
		{name: "failed", payload: mnstest.Failed(mnstest.CloudEvents(full)), want: []mns.Message{asQueue}},
		{name: "failed text", payload: mnstest.Failed([]byte("text")), want: []mns.Message{topic("text")}},
		{name: "no messages", payload: mnstest.CloudEvents(), want: []mns.Message{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			requireMessages(t, string(tc.payload), tc.want...)
		})
	}

	timer := mns.Timer{Name: "every-minute", Time: time.Date(2026, 3, 7, 9, 15, 0, 0, time.UTC), Payload: `{"a":1}`}
	require.Equal(t, mns.Payload{Kind: mns.KindTimer, Timer: timer}, mns.Parse(mnstest.TimerEvent(timer)))
}

func FuzzParse(f *testing.F) {
	for _, form := range mnstest.Forms() {
		f.Add(form.Encode(mns.Message{ID: "1", Name: "n", Body: []byte(event)}))
	}
	f.Add([]byte(event))
	f.Add([]byte(" {\"EventType\":\"\", \"operation\":\"\xff\\ud800\"}\n"))
	f.Add(mnstest.TimerEvent(mns.Timer{Name: "t", Time: time.UnixMilli(1772874932417)}))
	f.Add([]byte(`{"operation":"migrate"}`))
	f.Add([]byte(`[null,"",[],{"specversion":"1.0","data":null},{"requestPayload":[],"requestContext":{}}]`))
	f.Add([]byte(`{"requestPayload":"","responsePayload":{}}`))
	f.Add([]byte(`{"specversion":"","subject":"topics/queues//","data_base64":"e30="}`))
	f.Add([]byte(`[[`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, payload []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		p := mns.Parse(payload)
		switch p.Kind {
		case mns.KindTimer:
			require.Empty(t, p.Messages)
		case mns.KindOperation:
			var asked map[string]any
			require.NoError(t, json.Unmarshal(p.Operation.Body, &asked))
			require.Equal(t, p.Operation.Name, asked["operation"])
			require.NotContains(t, asked, "EventType")
			require.Empty(t, p.Messages)
		case mns.KindMessages:
			var elements []json.RawMessage
			isArray := json.Unmarshal(payload, &elements) == nil && elements != nil
			switch {
			case isArray && len(p.Messages) == 1:
				require.NotEmpty(t, elements)
			case isArray:
				require.GreaterOrEqual(t, len(p.Messages), len(elements))
			case len(payload) > 0:
				require.NotEmpty(t, p.Messages)
			default:
				require.Empty(t, p.Messages)
			}
			for _, m := range p.Messages {
				require.NotEmpty(t, m.Body)
				require.Contains(t, []mns.Channel{mns.ChannelTopic, mns.ChannelQueue}, m.Channel)
			}
		default:
			require.Fail(t, "unknown kind", p.Kind)
		}

		var members map[string]json.RawMessage
		if json.Unmarshal(payload, &members) != nil || !bytes.HasPrefix(members["EventType"], []byte(`"`)) {
			return
		}
		for _, name := range []string{"Message", "body", "specversion"} {
			if _, ok := members[name]; ok { // it may be an envelope in spite of its EventType
				return
			}
		}
		require.Len(t, p.Messages, 1)
		require.Equal(t, string(payload), string(p.Messages[0].Body))
		body := bytes.TrimSpace(payload) // parsed bodies lose the white space around them
		for _, form := range mnstest.Forms() {
			p := mns.Parse(form.Encode(mns.Message{Body: body}))
			require.Len(t, p.Messages, 1, form.Name)
			require.Equal(t, string(body), string(p.Messages[0].Body), form.Name)
		}
	})
}

// A backlog comes in batches of thousands.
func BenchmarkParse(b *testing.B) {
	batch := make([]mns.Message, 2000)
	for i := range batch {
		batch[i] = mns.Message{ID: strconv.Itoa(i), Name: "vod-events", Body: []byte(event)}
	}
	payload := mnstest.CloudEvents(batch...)
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		if p := mns.Parse(payload); len(p.Messages) != len(batch) {
			b.Fatal(len(p.Messages))
		}
	}
}
