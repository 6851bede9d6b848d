package mns_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	emulator "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/fallback"
	_ "github.com/vodevents/vodevents/shared/fallback/mns"
)

func Example() {
	server := emulator.New(emulator.Key{ID: "id", Secret: "secret"})
	defer server.Close()
	server.CreateQueue("vod-fallback", emulator.QueueSettings{})
	listening := httptest.NewServer(server)
	defer listening.Close()

	host := listening.Listener.Addr().String() // with the service: 1234.mns.cn-shanghai.aliyuncs.com alone
	f, err := fallback.Open("mns://id:secret@" + host + "/1234.mns.cn-shanghai.aliyuncs.com/queues/vod-fallback?http=true")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	fmt.Println(f.Put(context.Background(), []byte(`{"EventType":"FileUploadComplete"}`)))
	n, err := f.Drain(context.Background(), func(_ context.Context, items []fallback.Item) []error {
		for _, item := range items {
			fmt.Println(string(item.Body))
		}
		return make([]error, len(items)) // the store has them
	})
	fmt.Println(n, err)
	// Output:
	// <nil>
	// {"EventType":"FileUploadComplete"}
	// 1 <nil>
}
