package browser_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMedium opens a medium whose video was transcoded, and follows it.
func TestMedium(t *testing.T) {
	t.Parallel()
	s := receive(t)
	b := s.open(t, "/media")
	b.sees("h2", "No media yet")
	b.sees("#live", "Live")
	s.must(t, "play", "upload", "--seed", "3")
	b.count("#rows tr", 1)
	b.sees("#rows tr", "deleted")
	b.click("#rows a.open", "")
	b.sees(".head .badge", "deleted")

	// The picture, and what stands beside it.
	b.sees("svg.timeline", "")
	require.Greater(t, evaluate[int](b, "document.querySelectorAll('svg.timeline .mark').length"), 10)
	require.Positive(t, evaluate[int](b, "document.querySelectorAll('svg.timeline .mark.bad .cross').length"), "a failure is not seen by its colour only")
	b.until(`(() => {
		const labels = [...document.querySelectorAll("svg.timeline text")].map((e) => e.getBoundingClientRect()).filter((r) => r.width > 0);
		return labels.every((a, i) => labels.slice(i + 1).every((b) =>
			a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 3 || b.bottom <= a.top + 3));
	})()`, "labels overlap")
	b.count("table.renditions tbody", 5)
	b.sees("table.renditions", "failed")

	// Each mark leads to its event, also by keyboard.
	b.click("svg.timeline .mark.bad .hit", "")
	b.sees("h1", "StreamTranscodeComplete")
	b.sees(".badge.bad", "failed")
	evaluate[any](b, "history.back()")
	b.sees("svg.timeline", "")

	// What comes in changes it.
	b.sees("#live", "Live")
	id := evaluate[string](b, "document.querySelector('#medium-id').innerText")
	marks := evaluate[int](b, "document.querySelectorAll('svg.timeline .mark').length")
	s.must(t, "send", "UpdateMediaStorageClassComplete", "--medium", id)
	b.count("svg.timeline .mark", marks+1)

	// On a phone it is a list.
	b.size(390, 844)
	b.misses("svg.timeline", "")
	b.sees("ol.story", "")
	require.Empty(t, evaluate[[]string](b, sticksOut))
}
