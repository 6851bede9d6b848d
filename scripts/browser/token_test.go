package browser_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestToken signs in to a console that asks for a token.
func TestToken(t *testing.T) {
	t.Parallel()
	h := newHome(t.TempDir())
	h.env = append(h.env, "VODCTL_CONSOLE_TOKEN=open sesame")
	s := start(t, h, "console", "--json", "--listen", "127.0.0.1:0", "--store", receivedMuch(t).Store)
	b := s.tab(t)
	b.expect("401")
	b.visit("/events")
	b.sees("h1", "VOD events")
	require.NotContains(t, b.text("body"), "TranscodeComplete")
	accessible(t, s, "/events")
	b.fill("#token", "open barley\r")
	b.sees("[role=alert]", "not the token")
	b.fill("#token", "open sesame\r")
	b.at("/events")
	b.sees("#rows tr", "TranscodeComplete")
	b.sees("#live", "Live")
	require.NotContains(t, evaluate[string](b, "document.cookie"), "sesame", "no script can read it")

	status, _ := post(t, s.ConsoleURL+"/events", nil)
	require.Equal(t, http.StatusUnauthorized, status)
}
