package browser_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSinks looks at a sink that is away, and delivers what it is owed when it is back.
func TestSinks(t *testing.T) {
	t.Parallel()
	var away atomic.Bool
	var taken atomic.Int32
	away.Store(true)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if away.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		taken.Add(1)
	}))
	defer hook.Close()
	s := receive(t, "--sink", hook.URL+"#name=crm&private=allow")
	b := s.open(t, "/sinks")
	b.sees("#live", "Live")
	b.sees("#s-crm h2", "crm")
	s.must(t, "send", "TranscodeComplete", "--medium", "ferry")
	b.sees("#s-crm .badge.bad", "failing")
	b.sees("#s-crm svg", "")
	b.sees("#s-crm", "503")

	away.Store(false)
	b.click("#s-crm a", "crm")
	b.at("/sinks/crm")
	b.sees("#rows tr", "ferry")
	b.sees("#rows .badge", "owed")
	b.press("r")
	b.sees(".notice", "due now")
	b.sees("#rows .badge.good", "delivered")
	require.Eventually(t, func() bool { return taken.Load() == 1 }, patience, 20*time.Millisecond)

	// Once more, from the event's page.
	b.click("#rows a.open", "TranscodeComplete")
	b.sees("#deliveries", "crm")
	b.sees("#deliveries .badge.good", "delivered")
	b.click("main button", "Send to sinks again")
	b.sees(".notice", "owed to its sinks again")
	require.Eventually(t, func() bool { return taken.Load() == 2 }, patience, 20*time.Millisecond)
	b.sees("#deliveries .badge.good", "delivered")
}
