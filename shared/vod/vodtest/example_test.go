package vodtest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

func ExampleNewEvent() {
	fmt.Printf("%s\n", vodtest.NewEvent(vod.TypeDeleteMediaComplete,
		vodtest.Medium("b2f1"), vodtest.At(time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC))))
	fmt.Printf("%s\n", vodtest.NewEvent(vod.TypeRestoreMediaComplete,
		vodtest.Medium("b2f1"), vodtest.Fail(), vodtest.Set("ErrorMessage", nil)))
	// Output:
	// {"EventType":"DeleteMediaComplete","EventTime":"2026-05-04T03:02:01Z","Status":"success","MediaType":"video","DeleteType":"all","MediaId":"b2f1"}
	// {"EventType":"RestoreMediaComplete","EventTime":"2026-06-16T08:30:05Z","Status":"Failed","MediaId":"b2f1","ErrorCode":"NoSuchKey"}
}

// A handler is tested like any other: with a recorder and a request such as VOD sends.
func ExampleNewRequest() {
	const url, key = "https://hooks.example.com/vod", "Rk4mWs9Qx2"
	verifier := vod.Verifier{URLs: []string{url}, Keys: []string{key}}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := verifier.Verify(r.Header); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
		}
	})

	for _, k := range []string{key, "another", ""} {
		req, err := vodtest.NewRequest(context.Background(), url, k, vodtest.NewEvent(vod.TypeTranscodeComplete), time.Now())
		if err != nil {
			panic(err)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		fmt.Println(w.Code)
	}
	// Output:
	// 200
	// 401
	// 401
}

// A receiver that answers 204 loses its events: only 200 counts.
func ExampleSender() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "unreadable", http.StatusBadRequest)
			return
		}
		event, err := vod.Parse(body)
		if err != nil {
			http.Error(w, "not an event", http.StatusBadRequest)
			return
		}
		if event.Head().Type == vod.TypeSnapshotComplete {
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	defer server.Close()

	sender := vodtest.Sender{URL: server.URL, Key: "Rk4mWs9Qx2", Interval: -1} // no need to wait here
	for _, typ := range []vod.Type{vod.TypeFileUploadComplete, vod.TypeSnapshotComplete} {
		r, err := sender.Send(context.Background(), vodtest.NewEvent(typ))
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s: %d attempts, acknowledged %t, discarded %t\n", typ, len(r.Attempts), r.Acknowledged, r.Discarded())
	}
	// Output:
	// FileUploadComplete: 1 attempts, acknowledged true, discarded false
	// SnapshotComplete: 3 attempts, acknowledged false, discarded true
}

func ExampleLife() {
	for _, body := range vodtest.Life(vodtest.Medium("b2f1")) {
		event, err := vod.Parse(body)
		if err != nil {
			panic(err)
		}
		h := event.Head()
		fmt.Println(h.Time.Format(time.TimeOnly), h.Type)
	}
	// Output:
	// 08:30:05 MediaBaseChangeComplete
	// 08:30:17 FileUploadComplete
	// 08:30:21 VideoAnalysisComplete
	// 08:30:36 SnapshotComplete
	// 08:30:44 StreamTranscodeComplete
	// 08:30:57 StreamTranscodeComplete
	// 08:31:22 StreamTranscodeComplete
	// 08:31:49 StreamTranscodeComplete
	// 08:31:49 TranscodeComplete
	// 08:32:35 AIMediaAuditComplete
	// 08:40:05 CreateAuditComplete
}

// A story of one's own: what is deleted is what was made.
func ExampleScenario() {
	story := vodtest.Scenario{
		Name: "short-life",
		Steps: []vodtest.Step{
			{After: 12 * time.Second, Type: vod.TypeFileUploadComplete},
			{After: 52 * time.Second, Type: vod.TypeStreamTranscodeComplete},
			{After: 77 * time.Second, Type: vod.TypeStreamTranscodeComplete, Variant: "hd", Fail: true},
			{After: 77 * time.Second, Type: vod.TypeTranscodeComplete},
			{After: 24 * time.Hour, Type: vod.TypeDeleteMediaComplete, Variant: "stream"},
		},
	}
	if err := story.Check(); err != nil {
		panic(err)
	}
	for _, h := range story.Play(0, time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)) {
		event, err := vod.Parse(h.Body)
		if err != nil {
			panic(err)
		}
		switch e := event.(type) {
		case *vod.TranscodeComplete:
			for _, s := range e.StreamInfos {
				fmt.Println(s.Definition, s.Status, s.FinishTime.Format(time.TimeOnly), s.JobID[:8])
			}
		case *vod.DeleteMediaComplete:
			fmt.Println("deleted:", e.JobIDs[0][:8])
		}
	}
	// Output:
	// SD success 03:02:53 6c94327f
	// HD fail 03:03:18 87748b83
	// deleted: 6c94327f
}
