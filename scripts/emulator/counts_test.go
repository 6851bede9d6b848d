package emulator_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

func TestCountsNameEveryField(t *testing.T) {
	t.Parallel()
	c := emulator.Counts{
		Invocations: 1, ColdStarts: 2, Errors: 3, Panics: 4, Killed: 5, Timeouts: 6,
		StartFailures: 7, DiedIdle: 8, Throttled: 9, HungUp: 10, Retries: 11, Duplicates: 12, DeadLetters: 13, BadAnswers: 14,
		HookFailures: 15,
	}
	text, err := json.Marshal(c)
	require.NoError(t, err)
	var want map[string]int
	require.NoError(t, json.Unmarshal(text, &want))
	require.Equal(t, want, maps.Collect(c.All()))
	require.Equal(t, 3+4+5+6+7, c.Failures())
	for name := range c.All() {
		require.Equal(t, "invocations", name)
		break
	}
}

func TestCountsAsText(t *testing.T) {
	t.Parallel()
	require.Empty(t, emulator.Counts{}.String())
	require.Equal(t, "invocations=3 killed=1", emulator.Counts{Invocations: 3, Killed: 1}.String())
}
