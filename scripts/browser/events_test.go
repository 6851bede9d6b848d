package browser_test

import (
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// TestFirstEvent looks at an empty page while the first event comes in.
func TestFirstEvent(t *testing.T) {
	t.Parallel()
	s := receive(t)
	b := s.open(t, "/")
	b.at("/events")
	b.sees("h2", "No events yet")
	b.sees("#live", "Live")
	evaluate[bool](b, "window.same = true")

	s.must(t, "send", "TranscodeComplete", "--medium", "ferry")
	b.sees("#rows tr", "TranscodeComplete")
	b.sees("#rows td.medium", "ferry")
	b.misses("h2", "No events yet")
	b.until("document.querySelector('#news').textContent.includes('new row')", "nobody tells screen readers")
	s.must(t, "send", "SnapshotComplete", "--medium", "ferry")
	b.count("#rows tr", 2)
	b.sees("#rows tr:first-child", "SnapshotComplete")
	require.True(t, evaluate[bool](b, "window.same === true"), "the page is the same: it was not loaded again")
}

// TestFilter narrows the list down.
func TestFilter(t *testing.T) {
	t.Parallel()
	s := receive(t)
	s.must(t, "send", "TranscodeComplete", "--medium", "ferry")
	s.must(t, "send", "TranscodeComplete", "--medium", "lecture", "--fail")
	s.must(t, "send", "SnapshotComplete", "--medium", "ferry")
	b := s.open(t, "/events")
	b.count("#rows tr", 3)

	b.choose("#type", "TranscodeComplete")
	b.count("#rows tr", 2)
	b.choose("#status", "failed")
	b.count("#rows tr", 1)
	b.sees("#rows tr", "lecture")
	require.Equal(t, "TranscodeComplete failed", evaluate[string](b, "document.querySelector('#type').value + ' ' + document.querySelector('#status').value"),
		"the form says what is filtered")

	// What does not match does not come in.
	s.must(t, "send", "TranscodeComplete", "--medium", "other")
	s.must(t, "send", "TranscodeComplete", "--medium", "another", "--fail")
	b.count("#rows tr", 2)
	b.misses("#rows td.status", "succeeded")

	b.click("a", "Clear")
	b.at("/events")
	b.count("#rows tr", 5)
	b.press("/")
	b.press("another\r")
	b.count("#rows tr", 1)
	b.sees("#rows tr", "another")
	b.fill("#q", "nothing like this\r")
	b.sees(".empty", "No event")
}

// TestEvent opens an event and goes back.
func TestEvent(t *testing.T) {
	t.Parallel()
	s := receive(t)
	s.must(t, "send", "TranscodeComplete", "--medium", "ferry")
	b := s.open(t, "/events")
	b.click("#rows tr td.says", "")
	b.sees("h1", "TranscodeComplete")
	b.sees("#raw", `"VideoId": "ferry"`)
	b.sees("table.members tr", "VideoId")
	b.sees("table.members .doc", "is where the stream plays")
	b.misses("table.members", "not documented")
	b.sees("#signatures .badge.good", "valid")
	b.sees("#deliveries", "No sink")

	evaluate[any](b, "history.back()")
	b.at("/events")
	b.sees("#rows tr", "ferry")
	b.sees("#live", "Live")
	s.must(t, "send", "SnapshotComplete", "--medium", "ferry")
	b.count("#rows tr", 2)
}

// TestCopy copies what sends an event, and gives it to a shell.
func TestCopy(t *testing.T) {
	t.Parallel()
	s := receive(t)
	s.must(t, "send", "TranscodeComplete", "--medium", "the sister's ferry")
	b := s.open(t, "/events")
	b.allow("clipboard-read")
	b.press("j" + kb.Enter)
	b.sees("h1", "TranscodeComplete")
	b.press("c")
	b.until("document.querySelector('#news').textContent === 'Copied'", "nothing is copied")
	command := evaluate[string](b, "navigator.clipboard.readText()")
	require.Contains(t, command, "curl ")
	require.Contains(t, command, s.CallbackURL)
	shell, err := exec.LookPath("sh")
	if _, missing := exec.LookPath("curl"); err != nil || missing != nil {
		return // there is no way to try it
	}
	out, err := exec.CommandContext(t.Context(), shell, "-c", command).Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "200 OK", "signed, and taken")
	b.sees("#signatures", "Request 2")
}

// TestOlder turns the pages of a long list.
func TestOlder(t *testing.T) {
	t.Parallel()
	b := receivedMuch(t).open(t, "/events")
	b.count("#rows tr", 50)
	newest := evaluate[string](b, "document.querySelector('#rows tr').id")
	seen := map[string]bool{}
	for older := true; older; {
		for _, id := range evaluate[[]string](b, "[...document.querySelectorAll('#rows tr')].map((r) => r.id)") {
			require.False(t, seen[id], "%s stands on two pages", id)
			seen[id] = true
		}
		last := evaluate[string](b, "[...document.querySelectorAll('#rows tr')].at(-1).id")
		if older = evaluate[bool](b, "!!"+find(".pager a", "Older")); older {
			b.click(".pager a", "Older")
			b.until("!document.getElementById("+quoted(last)+")", "no other page")
		}
	}
	require.Greater(t, len(seen), 150)
	b.click(".pager a", "Newest")
	b.at("/events")
	b.sees("#"+newest, "")
}

// TestDrift looks at what the documentation of VOD does not have.
func TestDrift(t *testing.T) {
	t.Parallel()
	b := receivedMuch(t).open(t, "/drift")
	b.sees("table", "ChapterComplete")
	b.sees("table", "Loudness")
	b.sees("table", "`json:\"Loudness,omitzero\"`")
	b.click("a.open", "Loudness")
	b.sees("h1", "VideoAnalysisComplete")
	b.sees("table.members tr:has(.badge.warn)", "Loudness")
}

// TestKeyboard walks the list and an event without the mouse.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	s := receive(t)
	for _, medium := range []string{"first", "second", "third"} {
		s.must(t, "send", "SnapshotComplete", "--medium", medium)
	}
	b := s.open(t, "/events")
	b.count("#rows tr", 3)
	row := func(medium string) {
		t.Helper()
		b.until("document.activeElement.closest('tr')?.innerText.includes("+quoted(medium)+")", "the focus is not on "+medium)
	}
	b.press("j")
	row("third")
	b.press("jjjj")
	row("first")
	b.press("k")
	row("second")

	// What comes in does not take the focus away.
	s.must(t, "send", "SnapshotComplete", "--medium", "fourth")
	b.count("#rows tr", 4)
	row("second")
	b.press(kb.Enter)
	b.sees("h1", "SnapshotComplete")
	b.sees("#raw", `"VideoId": "second"`)
	b.press("u")
	b.at("/events")

	b.press("?")
	b.sees("dialog", "Keys")
	b.press("j")
	b.sees("dialog", "Keys") // keys do nothing behind it
	b.press(kb.Escape)
	b.misses("dialog", "Keys")
	b.press("/")
	b.until("document.activeElement.id === 'q'", "the search has no focus")
	b.press("j?u")
	require.Equal(t, "j?u", evaluate[string](b, "document.activeElement.value"), "they are letters there")
	b.press(kb.Escape)
	b.press("gd")
	b.at("/drift")
}

// TestFocus goes through a page by Tab: what has the focus is seen.
func TestFocus(t *testing.T) {
	t.Parallel()
	s := receivedMuch(t)
	for _, path := range []string{"/events", "/send"} {
		b := s.open(t, path)
		seen := map[string]bool{}
		for range 40 {
			b.press(kb.Tab)
			at := evaluate[struct {
				Name  string
				Shown bool
			}](b, `(() => {
				const e = document.activeElement;
				const ring = (x) => x && getComputedStyle(x).outlineStyle !== "none" && parseFloat(getComputedStyle(x).outlineWidth) >= 2;
				return {Name: e.tagName + " " + (e.id || e.innerText || e.name), Shown: e === document.body || ring(e) || ring(e.closest("tr"))};
			})()`)
			require.True(t, at.Shown, "%s: %s has the focus, and nobody sees it", path, at.Name)
			seen[at.Name] = true
		}
		require.Greater(t, len(seen), 12, "%s: so many can be reached: %v", path, seen)
	}
}
