package functions_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

// TestChaosFrozenInACommit has an event land in the fallback while the store is in the
// middle of its commit. The instance is frozen at its answer, and nobody thaws it: then
// it must not hold the store's lock, for which all others would wait.
func TestChaosFrozenInACommit(t *testing.T) {
	t.Parallel()
	v := newVolume(t)
	db, s := v.database("vod.db"), inDirectory(t)
	env := db.settings(s.setting)
	from := sender(serve(t, startReceiver(t, env).HTTPTrigger()))
	require.Equal(t, "new", post(t, from, upload(0)).Outcome)

	mend := v.silence()
	answer := posting(t, from, upload(1))
	<-time.After(2 * time.Second) // half of the budget
	mend()
	require.Equal(t, 200, answer().Status)

	timer := start(t, "mns", emulator.Function{Env: env, Output: newTail(t)})
	res, err := timer.Invoke(t.Context(), tick())
	require.NoError(t, err)
	require.NoError(t, res.Err())
	require.Zero(t, s.waiting(t), "not drained: %s", res.Payload)
	require.Len(t, db.rows(t), 2)
}
