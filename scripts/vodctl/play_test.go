package main_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPlay plays stories to both functions as built. Whatever goes wrong on the way,
// each event is in the store once, and each medium ends as its story tells.
func TestPlay(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	const key, next = "Current0Key", "Next1Key"
	d := h.start(t, "--functions", functions, "--key", key, "--key", next)

	out := h.must(t, "play", "upload", "--seed", "1")
	require.Regexp(t, `\n +1:39  StreamTranscodeComplete +[0-9a-f]{32} +failed 4k +1 +\d+  200 new\n`, out)
	require.Regexp(t, `\nall +14 +14\n`, out)
	require.Contains(t, out, "The promises held")
	require.Len(t, objects(t, h.must(t, "events", "--json", "--limit", "999")), 14)

	played := objects(t, h.must(t, "play", "happy", "--count", "3", "--seed", "2", "--json", "--next-key", next,
		"--duplicate", "50%", "--drop-reply", "15%", "--reorder", "50%", "--tamper", "50%"))
	summary, ok := played[len(played)-1]["summary"].(map[string]any)
	require.True(t, ok)
	require.Equal(t, true, summary["kept"])
	for _, count := range []string{"duplicates", "replies_dropped", "forged_refused"} {
		require.Positive(t, summary[count], count)
	}
	stored := objects(t, h.must(t, "events", "--json", "--limit", "999"))
	require.Len(t, stored, 14+3*12)
	ids := map[any]bool{}
	for _, e := range stored {
		ids[e["id"]] = true
	}
	require.Len(t, ids, 14+3*12)

	var states []string
	for _, m := range objects(t, h.must(t, "media", "--json")) {
		state, ok := m["state"].(string)
		require.True(t, ok)
		states = append(states, state)
	}
	slices.Sort(states)
	require.Equal(t, []string{"deleted", "playable", "playable", "playable"}, states)

	_, code := h.run(t, "send", "TranscodeComplete", "--tamper", "100%", "--key", "Wr0ngKey")
	require.Equal(t, 1, code, "the right one is lost, as it has a wrong key")
	require.Len(t, objects(t, h.must(t, "events", "--json", "--limit", "999")), 14+3*12)
	d.stop(t)
}
