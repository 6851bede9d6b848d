package tablestore_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	emulator "github.com/vodevents/vodevents/scripts/emulator/tablestore"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/tablestore"
	"github.com/vodevents/vodevents/shared/vod"
)

func Example() {
	instance, err := emulator.Start(emulator.Options{Instance: "vod-events"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer instance.Close()
	s, err := tablestore.Open(&url.URL{Scheme: "tablestore", Host: strings.TrimPrefix(instance.Endpoint, "http://"), Path: "/vod-events"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()

	// A function's context has the credentials of its role.
	ctx := alicloud.With(context.Background(), alicloud.Credentials{
		AccessKeyID: instance.AccessKeyID, AccessKeySecret: instance.AccessKeySecret,
	})
	if err := s.Migrate(ctx); err != nil {
		fmt.Println(err)
		return
	}
	uploaded := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	event := store.Record{
		ID: vod.ID{1}, Type: "FileUploadComplete", Subject: "v1", Time: uploaded, Received: uploaded,
		Body: []byte(`{"EventType":"FileUploadComplete","VideoId":"v1"}`),
		Facts: []media.Fact{{
			Medium: "v1", Kind: media.Video, Facet: "source", Time: uploaded, Event: vod.ID{1}, Data: []byte(`{}`),
		}},
	}
	for range 2 {
		outcomes, err := s.Commit(ctx, []store.Record{event})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(outcomes[0].State)
	}
	videos, err := s.Media(ctx, store.MediaQuery{IDs: []string{"v1"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(videos[0].ID, videos[0].State)
	// Output:
	// new
	// known
	// v1 uploaded
}
