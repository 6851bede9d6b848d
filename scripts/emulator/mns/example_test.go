package mns_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"

	emulator "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/mns"
)

// A topic whose subscriber is a function of this program.
func Example() {
	server := emulator.New(emulator.Key{ID: "id", Secret: "secret"})
	defer server.Close()
	server.Subscribe("vod-events", func(_ context.Context, m emulator.Message) error {
		fmt.Println("got", m.Body)
		return nil
	})
	listening := httptest.NewServer(server)
	defer listening.Close()

	u, err := url.Parse("mns://id:secret@" + listening.Listener.Addr().String() +
		"/1234.mns.cn-shanghai.aliyuncs.com/topics/vod-events?http=true")
	if err != nil {
		fmt.Println(err)
		return
	}
	topic, err := mns.OpenTopic(u)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := topic.Publish(context.Background(), []byte(`{"EventType":"FileUploadComplete"}`)); err != nil {
		fmt.Println(err)
	}
	fmt.Println(server.Drain(context.Background()))
	// Output:
	// got {"EventType":"FileUploadComplete"}
	// <nil>
}
