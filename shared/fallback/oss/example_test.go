package oss_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	emulator "github.com/vodevents/vodevents/scripts/emulator/oss"
	"github.com/vodevents/vodevents/shared/fallback"
	_ "github.com/vodevents/vodevents/shared/fallback/oss"
)

func Example() {
	server := emulator.New("cn-shanghai")
	server.AddBucket("vod-events")
	server.AddKey(emulator.AccessKey{ID: "id", Secret: "secret"})
	loopback := httptest.NewServer(server)
	defer loopback.Close()

	f, err := fallback.Open("oss://id:secret@vod-events/fallback?region=cn-shanghai&endpoint=" + loopback.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	fmt.Println(f.Put(context.Background(), []byte(`{"EventType":"FileUploadComplete"}`)))
	n, err := f.Drain(context.Background(), func(_ context.Context, items []fallback.Item) []error {
		for _, item := range items {
			fmt.Println(item.ID, string(item.Body))
		}
		return make([]error, len(items)) // the store has them
	})
	fmt.Println(n, err)
	// Output:
	// <nil>
	// fallback/071999539542c40cd2353175c94d0a9b4c6ba6d8d1f3fcb75caaacb15d9f6f00 {"EventType":"FileUploadComplete"}
	// 1 <nil>
}
