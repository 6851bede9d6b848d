package httpevent_test

import (
	"fmt"
	"net/http"

	"github.com/vodevents/vodevents/shared/httpevent"
)

// A function with an HTTP trigger: JSON in, JSON out.
func Example() {
	payload := []byte(`{
		"version": "v1",
		"rawPath": "/vod",
		"headers": {"X-VOD-TIMESTAMP": "1772874932"},
		"body": "eyJFdmVudFR5cGUiOiJGaWxlVXBsb2FkQ29tcGxldGUifQ==",
		"isBase64Encoded": true,
		"requestContext": {"http": {"method": "POST", "path": "/vod"}, "timeEpoch": "1772874932417"}
	}`)

	r, err := httpevent.Parse(payload)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Method, r.Path, r.Header.Get("x-vod-timestamp"), r.Time.Format("15:04:05.000"))
	fmt.Printf("%s\n", r.Body)

	reply := httpevent.Response{
		Status: http.StatusOK,
		Header: http.Header{"Content-Type": {"text/plain"}},
		Body:   []byte("stored"),
	}
	fmt.Printf("%s\n", reply.Encode())
	// Output:
	// POST /vod 1772874932 09:15:32.417
	// {"EventType":"FileUploadComplete"}
	// {"statusCode":200,"headers":{"Content-Type":"text/plain"},"isBase64Encoded":false,"body":"stored"}
}
