package mns_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	emulator "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/vod"
)

// A queue as a sink: whoever receives from it gets CloudEvents.
func Example() {
	server := emulator.New(emulator.Key{ID: "id", Secret: "secret"})
	defer server.Close()
	server.CreateQueue("crm", emulator.QueueSettings{})
	listening := httptest.NewServer(server)
	defer listening.Close()

	host := listening.Listener.Addr().String() // with the service: 1234.mns.cn-shanghai.aliyuncs.com alone
	routes, err := sink.Open([]string{
		"mns://id:secret@" + host + "/1234.mns.cn-shanghai.aliyuncs.com/queues/crm?http=true#name=crm",
	}, sink.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	event := sink.Event{ID: vod.ID{1}, Type: "FileUploadComplete", Body: []byte(`{"EventType":"FileUploadComplete"}`)}
	fmt.Println(routes[0].Sink.Deliver(context.Background(), []sink.Event{event}))
	fmt.Println(server.Messages("crm")[0].Body)
	// Output:
	// [<nil>]
	// {"specversion":"1.0","id":"01000000-0000-0000-0000-000000000000","source":"acs.vod","type":"FileUploadComplete","datacontenttype":"application/json","data":{"EventType":"FileUploadComplete"}}
}
