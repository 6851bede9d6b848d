package browser_test

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// pages returns the addresses of all pages that a console has: those of the menu, and of
// each list the first entry, and the first that went wrong.
func pages(t *testing.T, b *tab) []string {
	t.Helper()
	b.visit("/events")
	all := evaluate[[]string](b, "[...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href'))")
	require.Contains(t, all, "/events")
	for _, path := range slices.Clone(all) {
		b.visit(path)
		for _, entry := range evaluate[[]string](b, `["main a.open", "main :is(tr, article):has(.badge.bad) a.open"].
			map((s) => document.querySelector(s)?.getAttribute("href")).filter((href) => href)`) {
			if !slices.Contains(all, entry) {
				all = append(all, entry)
			}
		}
	}
	return all
}

// TestWithoutScripts reads every page in a browser that runs no scripts.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	s := receivedMuch(t)
	b := s.tab(t)
	all := pages(t, s.open(t, "/events"))
	b.do(chromedp.Func(disableScripts))
	for _, path := range all {
		b.visit(path)
		b.sees("h1", "")
		require.Greater(t, len(b.text("main")), 60, path)
		b.misses("#live", "")
		b.misses("button", "Copy")
		b.misses("#theme", "")
	}
	b.visit("/events")
	b.choose("#type", "SnapshotComplete")
	b.click(".filter button", "")
	b.until("location.search.includes('type=SnapshotComplete')", "the filter does nothing")
	b.sees("#rows tr", "SnapshotComplete")
	b.misses("#rows tr", "TranscodeComplete")
	b.click("#rows a.open", "SnapshotComplete")
	b.sees("h1", "SnapshotComplete")
	b.sees("#raw", `"EventType": "SnapshotComplete"`)
}
