package sink_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestJSONIsACloudEvent(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 17, 10, 30, 5, 0, time.UTC)
	for _, tc := range []struct {
		name string
		e    sink.Event
		data string
		exts map[string]any
	}{
		{
			name: "full",
			e: sink.Event{
				ID: vod.ID{1, 2, 3}, Type: vod.TypeTranscodeComplete, Subject: "93ab", Status: vod.Succeeded, Time: at,
				Received: at.Add(812 * time.Millisecond), Body: []byte(`{"EventType":"TranscodeComplete","Size":9007199254740993}`), Replay: "r1",
			},
			data: `{"EventType":"TranscodeComplete","Size":9007199254740993}`,
			exts: map[string]any{"status": "succeeded", "received": "2026-03-17T10:30:05.812Z", "replay": "r1"},
		},
		{name: "bare", e: sink.Event{Type: "Unheard", Body: []byte("{}")}, data: "{}"},
		{name: "byte order mark and white space", e: sink.Event{Type: "X", Body: []byte("\xef\xbb\xbf \r\n{}\n")}, data: "{}"},
		{name: "no UTF-8", e: sink.Event{Type: "X", Body: []byte("{\"a\":\"\xff\"}")}, data: `{"a":"�"}`},
		{name: "markup", e: sink.Event{Type: "X", Subject: `<"&`, Body: []byte(`{"a":"<b>\u0000"}`)}, data: `{"a":"<b>\u0000"}`},
		{
			name: "years that RFC 3339 has no place for",
			e:    sink.Event{Type: "X", Time: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), Received: at, Body: []byte("{}")},
			data: "{}",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			text := tc.e.JSON()
			require.True(t, json.Valid(text), "%s", text)
			var c event.Event
			require.NoError(t, json.Unmarshal(text, &c))
			require.NoError(t, c.Validate())
			require.Equal(t, "1.0", c.SpecVersion())
			require.Equal(t, tc.e.ID.String(), c.ID())
			require.Equal(t, "acs.vod", c.Source())
			require.Equal(t, string(tc.e.Type), c.Type())
			require.Equal(t, tc.e.Subject, c.Subject())
			require.Equal(t, "application/json", c.DataContentType())
			require.Equal(t, tc.data, string(c.Data()), "text for text")
			if tc.exts != nil {
				require.True(t, tc.e.Time.Equal(c.Time()))
				require.Equal(t, tc.exts, c.Extensions())
			}
		})
	}
}

func ExampleEvent_JSON() {
	body := []byte(`{"EventType":"SnapshotComplete","EventTime":"2026-03-17T10:30:05Z","VideoId":"93ab850b","Status":"success"}`)
	id, _ := vod.IDOf(body)
	e := sink.Event{ID: id, Type: "SnapshotComplete", Subject: "93ab850b", Status: vod.Succeeded, Body: body}
	fmt.Println(string(e.JSON()))
	// Output:
	// {"specversion":"1.0","id":"019cfb58-77c8-8555-b697-4c8600a58ae0","source":"acs.vod","type":"SnapshotComplete","subject":"93ab850b","status":"succeeded","datacontenttype":"application/json","data":{"EventType":"SnapshotComplete","EventTime":"2026-03-17T10:30:05Z","VideoId":"93ab850b","Status":"success"}}
}
