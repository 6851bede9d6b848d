package kafka_test

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/kafka"
	"github.com/vodevents/vodevents/shared/vod"
)

func Example() {
	brokers, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "vod-events"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer brokers.Close()
	address := brokers.ListenAddrs()[0]
	s, err := kafka.Open(sink.Spec{URL: &url.URL{Scheme: "kafka", Host: address, Path: "/vod-events"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()

	ctx := context.Background()
	fmt.Println(s.Deliver(ctx, []sink.Event{{
		ID: vod.ID{1}, Type: "FileUploadComplete", Subject: "v1", Status: vod.Succeeded,
		Time: time.Date(2026, 3, 17, 10, 30, 5, 0, time.UTC),
		Body: []byte(`{"EventType":"FileUploadComplete","VideoId":"v1"}`),
	}}))

	consumer, err := kgo.NewClient(kgo.SeedBrokers(address), kgo.ConsumeTopics("vod-events"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer consumer.Close()
	for _, r := range consumer.PollRecords(ctx, 1).Records() {
		fmt.Println(string(r.Key))
		for _, h := range r.Headers {
			fmt.Println(h.Key, string(h.Value))
		}
		fmt.Println(string(r.Value))
	}
	// Output:
	// [<nil>]
	// v1
	// content-type application/cloudevents+json; charset=utf-8
	// ce_id 01000000-0000-0000-0000-000000000000
	// ce_type FileUploadComplete
	// {"specversion":"1.0","id":"01000000-0000-0000-0000-000000000000","source":"acs.vod","type":"FileUploadComplete","subject":"v1","time":"2026-03-17T10:30:05Z","status":"succeeded","datacontenttype":"application/json","data":{"EventType":"FileUploadComplete","VideoId":"v1"}}
}
