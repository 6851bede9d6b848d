package mns_test

import (
	"fmt"

	"github.com/vodevents/vodevents/shared/mns"
)

// A batch from a queue, with one element that nobody expects.
func ExampleParse() {
	payload := []byte(`[
		{"specversion": "1.0", "subject": "acs:mns:cn-shanghai:1357913579135791:queues/vod-events",
		 "data": {"messageId": "C6DB60D1", "messageBody": "eyJFdmVudFR5cGUiOiJGaWxlVXBsb2FkQ29tcGxldGUifQ=="}},
		{"surprise": true}
	]`)
	for _, m := range mns.Parse(payload).Messages {
		fmt.Printf("%s %q %q: %s\n", m.Channel, m.Name, m.ID, m.Body)
	}
	// Output:
	// queue "vod-events" "C6DB60D1": {"EventType":"FileUploadComplete"}
	// queue "" "": {"surprise": true}
}

// One function may have several triggers.
func ExampleParse_kinds() {
	for _, payload := range []string{
		`{"EventType": "FileUploadComplete"}`,
		`{"triggerTime": "2026-03-07T09:15:00Z", "triggerName": "every-minute", "payload": ""}`,
		`{"operation": "migrate"}`,
	} {
		switch p := mns.Parse([]byte(payload)); p.Kind {
		case mns.KindMessages:
			fmt.Printf("%d message: %s\n", len(p.Messages), p.Messages[0].Body)
		case mns.KindTimer:
			fmt.Println("timer:", p.Timer.Name, p.Timer.Time)
		case mns.KindOperation:
			fmt.Println("operation:", p.Operation.Name)
		}
	}
	// Output:
	// 1 message: {"EventType": "FileUploadComplete"}
	// timer: every-minute 2026-03-07 09:15:00 +0000 UTC
	// operation: migrate
}

func ExampleDecodeBody() {
	fmt.Printf("%s\n", mns.DecodeBody([]byte("eyJFdmVudFR5cGUiOiJYIn0=")))
	fmt.Printf("%s\n", mns.DecodeBody([]byte(`{"EventType":"X"}`)))
	fmt.Printf("%s\n", mns.DecodeBody([]byte("aGVsbG8="))) // Base64 of what is no JSON object
	// Output:
	// {"EventType":"X"}
	// {"EventType":"X"}
	// aGVsbG8=
}
