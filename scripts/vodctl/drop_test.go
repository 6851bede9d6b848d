package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDropEvents takes an event out that one sink has and another does not, and brings
// it back.
func TestDropEvents(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, readable := filled(t, h)
	hook := newHook(t)
	h = h.with(append(hook.sinkSettings(), "VOD_STORE="+url)...)
	before := only(t, h.must(t, "media", "lecture", "--json"))
	require.Equal(t, "failed", before["state"])
	id := fmt.Sprint(only(t, h.must(t, "events", "--medium", "lecture", "--json"))["id"])
	h.must(t, "replay", "--sink", "crm", "--sink", "failures", "--medium", "lecture", "--yes")
	require.Contains(t, h.must(t, "redrive", "--sink", "crm"), "1 delivered")

	// First it says what would go.
	text := h.must(t, "events", "drop", id, "--why", "forged", "--dry-run")
	require.Contains(t, text, id+"  dry_run  would be dropped: TranscodeComplete about lecture, received ")
	require.Contains(t, text, " UTC by HTTP\n")
	require.Contains(t, text, "\n  delivered to crm: these copies cannot be called back\n")
	require.Contains(t, text, "\n  not delivered to failures any more\n")
	require.Contains(t, text, "\n  leaves nothing of lecture\n")
	would := only(t, h.must(t, "events", "drop", id, id, "--why", "forged", "--dry-run", "--json"))
	require.Equal(t, "dry_run", would["outcome"])
	require.Equal(t, "TranscodeComplete", would["type"])
	require.Equal(t, []any{"crm"}, would["delivered"])
	require.Equal(t, []any{"failures"}, would["owed"])
	require.Nil(t, would["medium"])
	require.Equal(t, before, only(t, h.must(t, "media", "lecture", "--json")), "nothing happened")

	said, code := h.said(t, "events", "drop", id, readable.String(), "--why", "forged")
	require.Equal(t, 1, code, "one of them is a dead letter")
	require.Contains(t, said, "dead-letters show "+readable.String())
	require.Len(t, objects(t, h.must(t, "events", "list", "--medium", "lecture", "--json")), 1, "nothing happened")

	done := only(t, h.must(t, "events", "drop", id, "--why", "not in the console", "--json"))
	require.Equal(t, "dropped", done["outcome"])
	require.NotContains(t, done, "detail")
	require.Empty(t, h.must(t, "deliveries", "--event", id, "--json"))
	_, code = h.run(t, "media", "lecture")
	require.Equal(t, 1, code)
	_, code = h.run(t, "events", "drop", id, "--why", "once more")
	require.Equal(t, 1, code, "it is gone")

	// The trace stays, until it is asked for by its id.
	trace := only(t, h.must(t, "dead-letters", "list", "--reason", "dropped", "--json"))
	require.Equal(t, id, trace["id"])
	require.Equal(t, "dropped: not in the console", trace["detail"])
	said, code = h.said(t, "dead-letters", "redrive", "--all")
	require.Equal(t, 1, code, "two others cannot be read")
	require.Contains(t, said, "1 dropped left alone")
	require.Len(t, objects(t, h.must(t, "dead-letters", "list", "--reason", "dropped", "--json")), 1)
	require.NotContains(t, h.must(t, "dead-letters", "redrive", "--all", "--dry-run"), id)
	require.Contains(t, h.must(t, "dead-letters", "redrive", id), "new")
	require.Equal(t, before["state"], only(t, h.must(t, "media", "lecture", "--json"))["state"])
	require.Empty(t, h.must(t, "dead-letters", "list", "--reason", "dropped", "--json"))
	require.Len(t, objects(t, h.must(t, "deliveries", "--event", id, "--json")), 2, "owed anew")
}

// TestDropSaysWhatIsLeft drops one of many events about a medium.
func TestDropSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, _ := filled(t, h)
	h = h.with("VOD_STORE=" + url)
	id := fmt.Sprint(only(t, h.must(t, "events", "--medium", "ferry", "--type", "SnapshotComplete", "--json"))["id"])
	would := only(t, h.must(t, "events", "drop", id, "--why", "forged", "--dry-run", "--json"))
	require.Equal(t, []any{}, would["delivered"])
	text := h.must(t, "events", "drop", id, "--why", "forged")
	require.Contains(t, text, id+"  dropped  SnapshotComplete about ferry, ")
	require.NotContains(t, text, "delivered")
	medium := only(t, h.must(t, "media", "--json", "ferry"))
	delete(medium, "facets")
	require.Equal(t, medium, would["medium"], "as it said")
	facts, ok := medium["facts"].(map[string]any)
	require.True(t, ok)
	require.Contains(t, text, fmt.Sprintf("\n  leaves ferry %s, with %d facets\n", medium["state"], len(facts)))
	require.Equal(t, 1, strings.Count(h.must(t, "dead-letters", "list"), "dropped: forged"))
}
