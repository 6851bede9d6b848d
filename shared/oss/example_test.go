package oss_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"

	emulator "github.com/vodevents/vodevents/scripts/emulator/oss"
	"github.com/vodevents/vodevents/shared/oss"
)

func Example() {
	server := emulator.New("cn-shanghai")
	server.AddBucket("vod-events")
	server.AddKey(emulator.AccessKey{ID: "id", Secret: "secret"})
	loopback := httptest.NewServer(server)
	defer loopback.Close()

	u, err := url.Parse("oss://id:secret@vod-events/a/b?region=cn-shanghai&endpoint=" + loopback.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	bucket, err := oss.Open(u, oss.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer bucket.Close()
	fmt.Println(bucket.Put(context.Background(), oss.Put{Name: "c", Body: []byte("hello")}))
	for page, err := range bucket.List(context.Background()) {
		fmt.Println(page, err)
	}
	object, err := bucket.Get(context.Background(), "c", 1<<20)
	fmt.Println(string(object.Body), err)
	fmt.Println(bucket.Delete(context.Background(), "c"))
	_, err = bucket.Get(context.Background(), "c", 1<<20)
	fmt.Println(err)
	// Output:
	// false <nil>
	// [{c 5}] <nil>
	// hello <nil>
	// <nil>
	// oss: get: answered 404 NoSuchKey: The specified key does not exist (request id 000000000000000000000005)
}
