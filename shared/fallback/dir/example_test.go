package dir_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vodevents/vodevents/shared/fallback"
	_ "github.com/vodevents/vodevents/shared/fallback/dir"
)

func Example() {
	spool, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(spool)
	f, err := fallback.Open("dir:" + filepath.ToSlash(spool))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	for range 2 { // the same body is one file
		if err := f.Put(context.Background(), []byte(`{"EventType":"FileUploadComplete"}`)); err != nil {
			fmt.Println(err)
		}
	}
	n, err := f.Drain(context.Background(), func(_ context.Context, items []fallback.Item) []error {
		for _, item := range items {
			fmt.Println(item.ID[:8], string(item.Body))
		}
		return make([]error, len(items)) // the store has them
	})
	fmt.Println(n, err)
	// Output:
	// 07199953 {"EventType":"FileUploadComplete"}
	// 1 <nil>
}
