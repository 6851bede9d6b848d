package oss_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	alioss "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/vodevents/vodevents/scripts/emulator/oss"
)

func Example() {
	s := oss.New("cn-shanghai")
	s.AddBucket("vod-events")
	s.AddKey(oss.AccessKey{ID: "id", Secret: "secret"})
	loopback := httptest.NewServer(s)
	defer loopback.Close()

	c := alioss.NewClient(&alioss.Config{
		Region: new("cn-shanghai"), Endpoint: &loopback.URL,
		CredentialsProvider: credentials.NewStaticCredentialsProvider("id", "secret"),
	})
	for range 2 {
		_, err := c.PutObject(context.Background(), &alioss.PutObjectRequest{
			Bucket: new("vod-events"), Key: new("hello"), Body: strings.NewReader("world"), ForbidOverwrite: new("true"),
		})
		fmt.Println(err != nil)
	}
	for _, o := range s.Objects("vod-events") {
		fmt.Println(o.Key, string(o.Body))
	}
	// Output:
	// false
	// true
	// hello world
}
