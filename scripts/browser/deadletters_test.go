package browser_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDeadLetters tries again what could not be read and what was taken out, and drops
// what is of no use.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	s := receive(t)
	b := s.open(t, "/dead-letters")
	b.sees("h2", "No dead letters")
	b.sees("#live", "Live")
	broken := s.file("broken.json", `{"EventType": "TranscodeComplete", `)
	s.must(t, "send", broken)
	b.count("#rows tr", 1) // by itself
	b.sees("nav .count", "1")
	s.must(t, "send", broken)
	b.sees("#rows .times", "2")
	s.must(t, "send", "TranscodeComplete", "--medium", "ferry")
	var event struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(s.must(t, "events", "--json")), &event))
	s.must(t, "events", "drop", event.ID, "--why", "sent by mistake")
	b.count("#rows tr", 2)

	// What an operator took out comes back if he wants that.
	b.click("a.open", "sent by mistake")
	b.sees("h1", "Dead letter")
	b.sees("main", `"VideoId"`)
	b.asks("main button", "Bring back", "Bring it back?", true)
	b.at("/events/" + event.ID + "?notice=redriven")
	b.sees(".notice", "it is an event now")
	b.sees("h1", "TranscodeComplete")

	// What cannot be read cannot be read.
	b.press("gl")
	b.at("/dead-letters")
	b.count("#rows tr", 1)
	b.press("jr")
	b.sees(".notice.bad", "still cannot be read")
	b.sees("h1", "Dead letter")
	b.asks("main button", "Drop", "for good?", false)
	b.sees("h1", "Dead letter")
	b.press("u")
	b.at("/dead-letters")
	b.asks("main button", "Try it again", "one dead letter", true)
	b.sees(".notice.bad", "stay")
	b.click("a.open", "")
	b.asks("main button", "Drop", "for good?", true)
	b.sees(".notice", "gone")
	b.sees("h2", "No dead letters")
	b.misses("nav .count", "")
}
