package openapi_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/emulator/openapi"
	client "github.com/vodevents/vodevents/scripts/vodctl/openapi"
	"github.com/vodevents/vodevents/shared/alicloud"
)

func Example() {
	s := openapi.New("cn-shanghai")
	s.AddKey(openapi.AccessKey{ID: "id", Secret: "secret"})
	s.AddFunction(openapi.Function{
		Name: "vod-events-mns",
		Invoke: func(_ context.Context, payload []byte) (emulator.Result, error) {
			return emulator.Result{Payload: append([]byte("did "), payload...)}, nil
		},
	})
	loopback := httptest.NewServer(s)
	defer loopback.Close()

	c := &client.Client{
		Region: "cn-shanghai", Credentials: alicloud.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"},
		VODEndpoint: loopback.URL, FCEndpoint: loopback.URL,
	}
	ctx := context.Background()
	fmt.Println(c.SetMessageCallback(ctx, client.Callback{Type: client.HTTP, URL: "https://hooks.example.com/vod", EventTypes: []string{"ALL"}}))
	cb, _ := s.Callback("")
	fmt.Println(cb.CallbackURL, cb.EventTypeList)
	out, err := c.Invoke(ctx, "vod-events-mns", []byte("this"))
	fmt.Println(string(out), err)
	// Output:
	// <nil>
	// https://hooks.example.com/vod ALL
	// did this <nil>
}
