package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/vodevents/vodevents/shared/sink"
	_ "github.com/vodevents/vodevents/shared/sink/webhook"
	"github.com/vodevents/vodevents/shared/vod"
)

// A receiver verifies with the library of Standard Webhooks, and answers 2xx when
// it has the event.
func Example() {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "no body", http.StatusBadRequest)
			return
		}
		verifier, err := standardwebhooks.NewWebhook(secret)
		if err != nil || verifier.Verify(body, r.Header) != nil {
			http.Error(w, "not signed by us", http.StatusUnauthorized)
			return
		}
		var event struct {
			Type    string `json:"type"`
			Subject string `json:"subject"`
		}
		if json.Unmarshal(body, &event) == nil {
			fmt.Println(r.Header.Get("webhook-id"), event.Type, event.Subject)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer receiver.Close()

	routes, err := sink.Open(
		[]string{receiver.URL + "/vod#name=crm&events=FileUpload*&private=allow"},
		sink.Options{WebhookSecrets: []string{secret}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer routes[0].Sink.Close()
	uploaded := sink.Event{
		ID: vod.ID{15: 7}, Type: "FileUploadComplete", Subject: "v1", Received: time.Now(),
		Body: []byte(`{"EventType":"FileUploadComplete","VideoId":"v1"}`),
	}
	for _, err := range routes[0].Sink.Deliver(context.Background(), []sink.Event{uploaded}) {
		fmt.Println(err)
	}
	// Output:
	// 00000000-0000-0000-0000-000000000007 FileUploadComplete v1
	// <nil>
}
