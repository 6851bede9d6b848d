package functions_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	emulatedmns "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// deadLetterQueue is a queue for what the platform gives up. The function may receive
// and delete, with its role, and the platform sends.
func deadLetterQueue(t *testing.T) (send func(record []byte), waiting func() int, setting string) {
	t.Helper()
	server := emulatedmns.New(
		emulatedmns.Key{
			ID: emulator.AccessKeyID, Secret: emulator.AccessKeySecret, Token: emulator.SecurityToken,
			Actions: []string{"mns:ReceiveMessage", "mns:BatchReceiveMessage", "mns:DeleteMessage", "mns:BatchDeleteMessage", "mns:GetQueueAttributes"},
		},
		emulatedmns.Key{ID: "platform", Secret: "secret", Actions: []string{"mns:SendMessage"}},
	)
	server.CreateQueue("vod-dead", emulatedmns.QueueSettings{VisibilityTimeout: time.Second})
	front := httptest.NewServer(server)
	t.Cleanup(server.Close)
	t.Cleanup(front.Close)
	path := strings.TrimPrefix(front.URL, "http://") + "/1234.mns.cn-shanghai.aliyuncs.com/queues/vod-dead?http=true"
	u, err := url.Parse("mns://platform:secret@" + path)
	require.NoError(t, err)
	queue, err := mns.OpenQueue(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, queue.Close()) })
	return func(record []byte) {
		if _, err := queue.Send(context.WithoutCancel(t.Context()), record); err != nil {
			t.Errorf("the record is lost: %v", err)
		}
	}, func() int { return len(server.Messages("vod-dead")) }, "VOD_DEAD_LETTER_QUEUE=mns://" + path
}

// What the platform gave up while the store was away comes back by the timer: from the
// topic, whose asynchronous invocations failed for the last time, and from the queue,
// whose event stream gave a batch up. Ticks that failed are not brought back.
func TestThePlatformsDeadLettersAreReadBack(t *testing.T) {
	t.Parallel()
	db := emptyDatabase(t)
	send, waiting, setting := deadLetterQueue(t)
	out := &output{}
	pool := start(t, "mns", emulator.Function{
		Env: db.settings(setting), Timeout: time.Second, Output: out,
		Async: emulator.Async{Retries: -1, OnFailure: send},
	})
	queue := pool.Queue(emulator.QueueTrigger{BatchSize: 16, Retries: 1, RetryDelay: time.Millisecond, DeadLetter: send})
	var sent [][]byte
	for i, format := range []emulator.Format{emulator.Stream, emulator.JSON} {
		body := vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Seed(1+i))
		_, err := pool.Topic(emulator.TopicTrigger{Format: format}).Publish(t.Context(), string(body), nil)
		require.NoError(t, err)
		sent = append(sent, body)
	}
	topics := len(sent)
	for i := range 3 {
		sent = append(sent, vodtest.NewEvent(vod.TypeSnapshotComplete, vodtest.Seed(10+i)))
		require.NoError(t, queue.Send(t.Context(), string(sent[len(sent)-1])))
	}
	require.NoError(t, queue.Send(t.Context(), "garbage"))
	require.NoError(t, queue.Drain(t.Context()))
	require.NoError(t, pool.Drain(t.Context()))
	require.Equal(t, len(sent)+1, waiting())

	_, err := pool.Invoke(t.Context(), tick()) // which cannot, either
	require.NoError(t, err)
	require.NotZero(t, waiting())
	require.NoError(t, db.migrate(t.Context()))
	redriveUntil(t, pool, func() bool { return waiting() == 0 })

	rows := db.rows(t)
	require.Len(t, rows, len(sent))
	for i, body := range sent {
		want := store.SourceTopic
		if i >= topics {
			want = store.SourceQueue
		}
		require.Equal(t, want, rows[idOf(t, body)].Source, "%d", i)
	}
	letters, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{})
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.Equal(t, "garbage", string(letters[0].Body))
	out.await(t, "drained", 1)
}
