package redis_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/redis"
	"github.com/vodevents/vodevents/shared/vod"
)

func Example() {
	server, err := miniredis.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	s, err := redis.Open(sink.Spec{URL: &url.URL{Scheme: "redis", Host: server.Addr()}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()

	at := time.Date(2026, 3, 17, 10, 30, 5, 0, time.UTC)
	uploaded := sink.Event{
		ID: vod.ID{1}, Type: "FileUploadComplete", Subject: "v1", Status: vod.Succeeded, Time: at, Received: at,
		Body: []byte(`{"EventType":"FileUploadComplete","VideoId":"v1"}`),
		Facts: []media.Fact{{
			Medium: "v1", Kind: media.Video, Facet: "source", Time: at, Rank: 2, Event: vod.ID{1},
			Status: vod.Succeeded, Value: "s3.mp4", Data: json.RawMessage(`{"Size":7}`),
		}},
	}
	fmt.Println(s.Deliver(context.Background(), []sink.Event{uploaded, uploaded}))
	entries, err := server.Stream("vod:events")
	fmt.Println(len(entries), entries[0].Values[:6], err)
	fmt.Println(server.HGet("vod:media:v1", "source"))
	// Output:
	// [<nil> <nil>]
	// 1 [id 01000000-0000-0000-0000-000000000000 type FileUploadComplete subject v1] <nil>
	// {"version":"2026-03-17T10:30:05.000Z 02 01000000-0000-0000-0000-000000000000","kind":"video","status":"succeeded","value":"s3.mp4","data":{"Size":7}}
}
