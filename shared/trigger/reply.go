package trigger

import (
	"encoding/json"
	"net/http"
	"runtime/debug"

	"github.com/vodevents/vodevents/shared/httpevent"
)

// reply makes a JSON answer.
func reply(status int, body answer) httpevent.Response {
	data, err := json.Marshal(body)
	if err != nil { // ids and texts always marshal
		data = []byte(`{}`)
	}
	return httpevent.Response{
		Status: status,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   append(data, '\n'),
	}
}

// stack returns the stack of a panic for the log.
func stack() string { return string(debug.Stack()) }
