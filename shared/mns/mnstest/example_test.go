package mnstest_test

import (
	"fmt"

	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/mns/mnstest"
)

func ExampleRawData() {
	m := mns.Message{ID: "1", Body: []byte(`{"EventType":"X"}`)}
	fmt.Printf("%s\n", mnstest.RawData(m, mnstest.Base64(m)))
	// Output:
	// [{"requestId":"69AC0E344430D4C81A7B01C2","messageId":"1","messageBody":"{\"EventType\":\"X\"}"},{"requestId":"69AC0E344430D4C81A7B01C2","messageId":"1","messageBody":"eyJFdmVudFR5cGUiOiJYIn0="}]
}

// A receiver must take every form.
func ExampleForms() {
	body := []byte(`{"EventType":"X"}`)
	for _, form := range mnstest.Forms() {
		for _, m := range mns.Parse(form.Encode(mns.Message{Body: body})).Messages {
			if string(m.Body) != string(body) {
				fmt.Println(form.Name, "gave", string(m.Body))
			}
		}
	}
	// Output:
}
