package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// TestSend sends events from the form, each way there is.
func TestSend(t *testing.T) {
	t.Parallel()
	s := receive(t)
	b := s.open(t, "/send")
	ways := evaluate[[]string](b, "[...document.querySelector('#way').options].map((o) => o.value)")
	require.Subset(t, ways, []string{"http", "topic", "queue"})
	for _, way := range ways {
		b.visit("/send")
		b.choose("#type", "TranscodeComplete") // the page makes it at once
		b.until("document.querySelector('#body').value.includes('\"TranscodeComplete\"')", "the form does not make what was chosen")
		b.fill("#medium", "by-"+way+kb.Enter)
		b.until("document.querySelector('#body').value.includes('by-"+way+"')", "the form does not make what was typed")
		b.choose("#way", way)
		b.click("form[method=post] button", "Send")
		b.sees("h1", "TranscodeComplete")
		b.sees(".badge.good", map[string]string{"http": "acknowledged"}[way])
		if way == "http" { // others take a moment
			b.click("a", "Open the event")
			b.sees("#raw", `"VideoId": "by-http"`)
		}
	}
	b.visit("/events")
	b.count("#rows tr", len(ways))
	for _, way := range ways {
		b.sees("#rows tr", "by-"+way)
	}

	// What fails is made, too, and what is no event can be written.
	b.visit("/send?type=SnapshotComplete")
	b.click("label", "It failed")
	b.until(`JSON.parse(document.querySelector("#body").value).Status === "fail"`, "it does not fail")
	b.fill("#body", "no event")
	b.click("form[method=post] button", "Send")
	b.sees("h1", "Not an event")
	b.click("a", "Open the dead letter")
	b.sees("main", "no event")
}
