package browser_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const token = "open sesame, open sesame"

// guarded starts a console that asks for a token.
func guarded(t *testing.T) *server {
	t.Helper()
	h := newHome(t.TempDir())
	h.env = append(h.env, "VODCTL_CONSOLE_TOKEN="+token)
	return start(t, h, "console", "--json", "--listen", "127.0.0.1:0", "--store", receivedMuch(t).Store)
}

// TestToken signs in to a console that asks for a token, and out again.
func TestToken(t *testing.T) {
	t.Parallel()
	s := guarded(t)
	b := s.tab(t)
	b.expect("401")
	b.visit("/login")
	b.sees("h1", "VOD events")
	b.misses("nav", "")
	b.visit("/events?type=TranscodeComplete")
	b.sees("h1", "VOD events")
	require.NotContains(t, b.text("body"), "TranscodeComplete")
	accessible(t, s, "/events")
	b.fill("#token", "open barley\r")
	b.sees("[role=alert]", "not the token")
	b.fill("#token", token+"\r")
	b.at("/events?type=TranscodeComplete")
	b.sees("#rows tr", "TranscodeComplete")
	b.sees("#live", "Live")
	require.NotContains(t, evaluate[string](b, "document.cookie"), "console", "no script can read it")

	b.click("button", "Sign out")
	b.at("/login")
	b.visit("/events")
	b.sees("#token", "")
	require.NotContains(t, b.text("body"), "TranscodeComplete")

	status, _ := post(t, s.ConsoleURL+"/events", nil)
	require.Equal(t, http.StatusUnauthorized, status)
}

// TestTokenWithoutTLS signs in at an address that is not loopback's to the browser, which
// therefore says less about where a form comes from.
func TestTokenWithoutTLS(t *testing.T) {
	t.Parallel()
	s := guarded(t)
	b := s.tab(t)
	b.origin = strings.Replace(s.ConsoleURL, "127.0.0.1", remoteName, 1)
	b.expect("401")
	b.expect("Cross-Origin-Opener-Policy header has been ignored")
	b.visit("/media")
	require.False(t, evaluate[bool](b, "isSecureContext"))
	b.fill("#token", token+"\r")
	b.at("/media")
	b.sees("nav [aria-current]", "Media")
	b.click("button", "Sign out")
	b.at("/login")
}
