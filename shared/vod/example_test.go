package vod_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

func ExampleParse() {
	body := []byte(`{
		"EventType": "TranscodeComplete",
		"EventTime": "2026-03-14T09:26:53Z",
		"VideoId": "6f1b0e2c9d7a4c55a1e8f03b2d94c7e1",
		"Status": "success",
		"StreamInfos": [
			{"Status": "fail", "Definition": "4K", "ErrorCode": "InvalidParameter.Resolution"},
			{"Status": "success", "Definition": "SD", "Width": 1280, "Height": 720, "Duration": 52.233433}
		]
	}`)

	event, err := vod.Parse(body)
	if err != nil {
		fmt.Println(err) // no event of VOD; repeating it would not help
		return
	}
	switch e := event.(type) {
	case *vod.TranscodeComplete:
		for _, s := range e.StreamInfos {
			fmt.Println(s.Definition, s.Status.Outcome(), s.Width, s.Height, s.Duration, s.ErrorCode)
		}
	case *vod.Unknown:
		fmt.Println("a new type:", e.Type, e.Subject, e.Extra)
	}
	// Output:
	// 4K failed 0 0 0 InvalidParameter.Resolution
	// SD succeeded 1280 720 52.233433
}

func ExampleIDOf() {
	a, _ := vod.IDOf([]byte(`{"EventType": "FileUploadComplete", "EventTime": "2026-03-14T09:26:53Z", "Size": 15}`))
	b, _ := vod.IDOf([]byte(`{"Size":1.5e1,"EventTime":"2026-03-14T09:26:53Z","EventType":"FileUploadComplete"}`))
	fmt.Println(a == b, a.Time())
	// Output: true 2026-03-14 09:26:53 +0000 UTC
}

func ExampleVerifier() {
	sent := time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)
	v := vod.Verifier{
		URLs: []string{"https://hooks.example.com/vod?tenant=blue"}, // exactly as in VOD
		Keys: []string{"OldKey1", "NewKey2"},                        // while it is changed
		Now:  func() time.Time { return sent.Add(17 * time.Second) },
	}
	fmt.Println(v.Verify(vod.Sign(v.URLs[0], "NewKey2", sent)))
	fmt.Println(v.Verify(vod.Sign(v.URLs[0], "NewKey2", sent.Add(-time.Hour))))
	fmt.Println(errors.Is(v.Verify(http.Header{}), vod.ErrUnsigned))
	// Output:
	// <nil>
	// vod: timestamp is outside the tolerance: 1h0m17s behind the clock here, more than 5m0s
	// true
}

func ExampleSign() {
	h := vod.Sign("https://www.example.com/your/callback", "test123", time.Unix(1519375990, 0))
	fmt.Println(h.Get(vod.HeaderTimestamp), h.Get(vod.HeaderSignature))
	// Output: 1519375990 c72b60894140fa98920f1279219b7ed4
}

func ExampleMux() {
	var mux vod.Mux
	vod.Handle(&mux, func(_ context.Context, e *vod.FileUploadComplete) error {
		fmt.Println("uploaded:", e.VideoID, e.Size)
		return nil
	})
	mux.Default = func(_ context.Context, e vod.Event) error {
		fmt.Println("something else:", e.Head().Type)
		return nil
	}

	for _, body := range []string{
		`{"EventType": "FileUploadComplete", "VideoId": "v1", "Size": 48103377}`,
		`{"EventType": "SubtitleBurnComplete", "VideoId": "v1"}`,
	} {
		event, err := vod.Parse([]byte(body))
		if err != nil {
			fmt.Println(err)
			continue
		}
		if err := mux.Dispatch(context.Background(), event); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// uploaded: v1 48103377
	// something else: SubtitleBurnComplete
}

// A whole receiver. It answers 200 only when the body is safe, and keeps whatever is
// authentic: what cannot be read too.
func ExampleReceive() {
	verifier := &vod.Verifier{URLs: []string{"https://hooks.example.com/vod"}, Keys: []string{"NewKey2"}}
	keep := func(ctx context.Context, id vod.ID, body []byte) error {
		fmt.Printf("kept: %s %s\n", id, body) // a database would do better
		return ctx.Err()
	}
	receiver := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received, err := vod.Receive(r, verifier)
		if status := vod.StatusOf(err); status != http.StatusOK {
			http.Error(w, err.Error(), status) // not authentic, or not whole
			return
		}
		if err := keep(r.Context(), received.ID, received.Body); err != nil {
			http.Error(w, "not kept", http.StatusServiceUnavailable) // VOD tries again
			return
		}
		if err != nil {
			fmt.Println("not readable:", err)
			return
		}
		fmt.Println("readable:", received.Event.Head().Type, received.Event.Head().Subject)
	})

	// VOD, for the time being:
	server := httptest.NewServer(receiver)
	defer server.Close()
	for _, sent := range []struct{ key, body string }{
		{"NewKey2", `{"EventType":"FileUploadComplete","VideoId":"v1"}`},
		{"NewKey2", `{"EventType":"FileUploadComplete","MessageBody":{}}`},
		{"Forged3", `{"EventType":"FileUploadComplete","VideoId":"v1"}`},
	} {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL, strings.NewReader(sent.body))
		if err != nil {
			fmt.Println(err)
			return
		}
		request.Header = vod.Sign("https://hooks.example.com/vod", sent.key, time.Now())
		response, err := server.Client().Do(request)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(response.StatusCode)
		_ = response.Body.Close()
	}
	// Output:
	// kept: 00000000-0000-88de-98b2-2f8c751ca2ac {"EventType":"FileUploadComplete","VideoId":"v1"}
	// readable: FileUploadComplete v1
	// 200
	// kept: 00000000-0000-8f1b-b61b-32822ee1e6b8 {"EventType":"FileUploadComplete","MessageBody":{}}
	// not readable: vod: event of another product: MessageBody is how Intelligent Media Services sends it
	// 200
	// 401
}

func ExampleBusinessKey() {
	event, err := vod.Parse([]byte(`{"EventType": "DynamicImageComplete", "VideoId": "v1", "JobId": "j1", "Status": "fail"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(vod.BusinessKey(event))
	// Output: DynamicImageComplete|j1|failed
}
