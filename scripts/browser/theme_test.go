package browser_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheme goes from light to dark, as the system prefers it, and by the switch.
func TestTheme(t *testing.T) {
	t.Parallel()
	s := receivedMuch(t)
	b := s.open(t, "/events")
	dark := func(want bool, why string) {
		t.Helper()
		require.Equal(t, want, evaluate[bool](b, `(() => {
			const [r, g, b] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number);
			return r + g + b < 384;
		})()`), why)
	}
	dark(false, "the system prefers light")
	b.prefer("dark")
	dark(true, "the system prefers dark")
	b.sees("#theme", "Light")
	b.click("#theme", "Light")
	b.sees("#theme", "Dark")
	dark(false, "whatever the system prefers")
	b.visit("/drift")
	dark(false, "on every page")
	b.prefer("light")
	b.click("#theme", "Dark")
	b.sees("#theme", "Light")
	dark(true, "whatever the system prefers")
	b.visit("/events")
	dark(true, "on every page")
}
