package oss_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	emulator "github.com/vodevents/vodevents/scripts/emulator/oss"
	"github.com/vodevents/vodevents/shared/sink"
	_ "github.com/vodevents/vodevents/shared/sink/oss"
	"github.com/vodevents/vodevents/shared/vod"
)

func Example() {
	server := emulator.New("cn-shanghai")
	server.AddBucket("vod-events")
	server.AddKey(emulator.AccessKey{ID: "id", Secret: "secret"})
	loopback := httptest.NewServer(server)
	defer loopback.Close()

	routes, err := sink.Open(
		[]string{"oss://id:secret@vod-events/archive?region=cn-shanghai&endpoint=" + loopback.URL + "#name=archive"},
		sink.Options{},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer routes[0].Sink.Close()
	body := []byte(`{"EventTime":"2026-11-23T08:00:00Z","EventType":"FileUploadComplete","VideoId":"v1"}`)
	id, err := vod.IDOf(body)
	if err != nil {
		fmt.Println(err)
		return
	}
	uploaded := sink.Event{ID: id, Type: "FileUploadComplete", Subject: "v1", Received: time.Now(), Body: body}
	for range 2 { // the second time changes nothing
		for _, err := range routes[0].Sink.Deliver(context.Background(), []sink.Event{uploaded}) {
			fmt.Println(err)
		}
	}
	for _, o := range server.Objects("vod-events") {
		fmt.Println(o.Key)
	}
	// Output:
	// <nil>
	// <nil>
	// archive/2026/11/23/01a2076b-4400-8475-9250-e8cdd42c2917.json
}
