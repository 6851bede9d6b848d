package browser_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestForged sends an event with a wrong signature: it is no event, and is seen as what it is.
func TestForged(t *testing.T) {
	t.Parallel()
	s := receive(t)
	b := s.open(t, "/arrivals")
	b.sees("h2", "Nothing came in yet")
	b.sees("#live", "Live")
	_, err := s.call(t.Context(), "send", "TranscodeComplete", "--medium", "forged", "--url", s.CallbackURL, "--key", "SomebodyElses1")
	require.Error(t, err)
	s.must(t, "send", "TranscodeComplete", "--medium", "ferry")
	b.sees("#rows tr", "ferry")
	b.sees("#rows .badge.good", "")
	b.click("nav a", "Refused")
	b.at("/arrivals?only=refused")
	b.sees("#rows tr", "forged")
	b.misses("#rows tr", "ferry")
	b.sees("#rows .badge.bad", "refused")
	b.click("#rows a.open", "TranscodeComplete")
	b.sees("h1", "Request")
	b.sees("section:has(#signature)", "key")
	b.sees("dl", "401")
	b.sees("dl.headers", "X-Vod-Signature")
	b.sees("section:has(#body-title)", `"VideoId": "forged"`)
	b.press("u")
	b.at("/arrivals")
	b.press("ge")
	b.at("/events")
	b.sees("#rows tr", "ferry")
	b.misses("#rows tr", "forged")
}
