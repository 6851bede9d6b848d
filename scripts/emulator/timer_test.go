package emulator_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

func TestTimer(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{Async: emulator.Async{Retries: -1}})
	require.True(t, pool.Timer(t.Context(), emulator.TimerTrigger{Every: time.Hour}))
	require.Zero(t, pool.Counts().Invocations, "not at once")
	require.True(t, pool.Timer(t.Context(), emulator.TimerTrigger{Every: time.Millisecond, Payload: "do=nothing"}))
	eventually(t, func() bool { return pool.Counts().Invocations > 2 })
	require.NoError(t, pool.Shutdown(context.WithoutCancel(t.Context())), "a timer holds nothing up")
	require.False(t, pool.Timer(t.Context(), emulator.TimerTrigger{}))
}
