package vodtest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// A receiver is tested with a whole story, in which events come twice, late, and
// from somebody else.
func ExamplePlayer() {
	const key = "Rk4mWs9Qx2"
	server := httptest.NewServer(nil)
	defer server.Close()
	verifier := vod.Verifier{URLs: []string{server.URL}, Keys: []string{key}}
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := verifier.Verify(r.Header); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
		}
	})

	scenario := vodtest.Scenario{Name: "short", Title: "A video is uploaded and transcoded", Steps: []vodtest.Step{
		{Type: vod.TypeFileUploadComplete},
		{After: 40 * time.Second, Type: vod.TypeStreamTranscodeComplete},
		{After: 55 * time.Second, Type: vod.TypeTranscodeComplete},
	}}
	player := vodtest.Player{
		Sender: vodtest.Sender{URL: server.URL, Key: key},
		Faults: vodtest.Faults{Duplicate: 1, Reorder: 0.5, Tamper: 1},
	}
	tally, err := player.Play(context.Background(), slices.Values(scenario.Play(1, time.Now())))
	if err != nil {
		panic(err)
	}
	fmt.Println("events and copies:", tally.Sent)
	fmt.Println("acknowledged at once:", tally.Acknowledged[0])
	fmt.Println("forged ones refused:", tally.Refused)
	fmt.Println("promises kept:", tally.Kept())
	// Output:
	// events and copies: 6
	// acknowledged at once: 6
	// forged ones refused: 3
	// promises kept: true
}
