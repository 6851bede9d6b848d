package functions_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// killBusy kills all instances (kill -9) as soon as one has an event in hand, and
// again until one was hit before it had answered.
func killBusy(t *testing.T, pool *emulator.Pool) {
	t.Helper()
	before := pool.Counts().Killed
	require.Eventually(t, func() bool {
		if slices.ContainsFunc(pool.Instances(), func(i emulator.Instance) bool { return i.State == emulator.Busy }) {
			pool.KillAll()
		}
		return pool.Counts().Killed > before
	}, time.Minute, time.Millisecond, "no instance was killed in mid-invocation")
}

// requireOnlyKilled checks that there were kills in mid-invocation, that the
// instances were replaced, and that nothing else went wrong.
func requireOnlyKilled(t *testing.T, c emulator.Counts, kills, instances int) {
	t.Helper()
	t.Log(c)
	require.GreaterOrEqual(t, c.Killed, kills)
	require.Greater(t, c.ColdStarts, max(kills, instances))
	require.Equal(t, c.Killed+c.StartFailures, c.Failures())
	require.Zero(t, c.BadAnswers)
}

// TestMessagesOutliveKills kills all instances of the MNS function again and again
// while messages are on their way. The platform brings them back, and some of them
// twice: each one ends as one row, and none is given up.
func TestMessagesOutliveKills(t *testing.T) {
	t.Parallel()
	const kills, each, instances = 5, 40, 3
	for name, tc := range map[string]struct {
		source store.Source
		// channel returns how to send messages, and how to wait for their end.
		channel func(*testing.T, *emulator.Pool) (send func(bodies []string), drain func())
	}{
		"topic": {source: store.SourceTopic, channel: func(t *testing.T, pool *emulator.Pool) (func([]string), func()) {
			topic := pool.Topic(emulator.TopicTrigger{Format: emulator.JSON})
			return func(bodies []string) {
				for _, body := range bodies {
					_, err := topic.Publish(t.Context(), body, nil)
					require.NoError(t, err)
				}
			}, func() { require.NoError(t, pool.Drain(t.Context())) }
		}},
		"queue": {source: store.SourceQueue, channel: func(t *testing.T, pool *emulator.Pool) (func([]string), func()) {
			queue := pool.Queue(t.Context(), emulator.QueueTrigger{
				BatchSize: 4, Pushers: instances, Retries: 1000, RetryDelay: time.Millisecond, Recut: true, Duplicate: 3,
			})
			return func(bodies []string) { require.NoError(t, queue.Send(bodies...)) },
				func() { require.NoError(t, queue.Drain(t.Context())) }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			// Nobody is killed nine times, so eight retries are enough.
			policy := emulator.Async{Retries: 8, RetryDelay: time.Millisecond, Duplicate: 3}
			pool := start(t, "mns", emulator.Function{Env: db.settings(), Instances: instances, Async: policy})
			send, drain := tc.channel(t, pool)
			var sent [][]byte
			for range kills {
				var bodies []string
				for range each {
					body := vodtest.NewEvent(vod.TypeStreamTranscodeComplete, vodtest.Seed(1+len(sent)))
					sent, bodies = append(sent, body), append(bodies, string(body))
				}
				send(bodies)
				killBusy(t, pool)
			}
			drain()

			requireRows(t, db, sent, tc.source)
			letters, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{})
			require.NoError(t, err)
			require.Empty(t, letters)
			counts := pool.Counts()
			requireOnlyKilled(t, counts, kills, instances)
			require.Zero(t, counts.DeadLetters)
			require.Positive(t, counts.Retries)
			require.Positive(t, counts.Duplicates)
		})
	}
}
