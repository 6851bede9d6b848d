package media_test

import (
	"fmt"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
)

// The events of a medium may come in any order.
func Example() {
	var facts []media.Fact
	for _, body := range []string{
		`{"EventType":"StreamTranscodeComplete","EventTime":"2026-02-03T04:16:00Z","VideoId":"v1","Status":"success","JobId":"j1","Duration":61.5}`,
		`{"EventType":"FileUploadComplete","EventTime":"2026-02-03T04:15:00Z","VideoId":"v1","Status":"success"}`,
	} {
		event, id, err := vod.Decode([]byte(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		facts = append(facts, media.Facts(event, id)...)
	}
	for _, f := range facts {
		fmt.Println(f.Facet, f.Status)
	}
	m := media.Fold(facts)
	fmt.Println(m.ID, m.State, m.Duration)
	// Output:
	// stream/j1 succeeded
	// source succeeded
	// v1 playable 61.5
}
