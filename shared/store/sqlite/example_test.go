package sqlite_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/sqlite"
	"github.com/vodevents/vodevents/shared/vod"
)

func Example() {
	dir, err := os.MkdirTemp("", "vod")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	s, err := sqlite.Open(&url.URL{Scheme: "sqlite", Path: filepath.Join(dir, "vod.db")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()

	ctx := context.Background()
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
