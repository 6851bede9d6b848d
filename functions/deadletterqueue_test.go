package functions_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// newDeadLetterQueue starts a message service with a queue for what the platform gives
// up, from which the function may receive and delete, with its role.
func newDeadLetterQueue(t *testing.T) (server *mns.Server, deadLetter func(record []byte), setting string) {
	t.Helper()
	server = mns.New(mns.Key{
		ID: emulator.AccessKeyID, Secret: emulator.AccessKeySecret, Token: emulator.SecurityToken,
		Actions: []string{"mns:ReceiveMessage", "mns:BatchReceiveMessage", "mns:DeleteMessage", "mns:BatchDeleteMessage", "mns:GetQueueAttributes"},
	})
	server.CreateQueue("vod-events", mns.QueueSettings{})
	server.CreateQueue("vod-dead", mns.QueueSettings{VisibilityTimeout: time.Second})
	front := httptest.NewServer(server)
	t.Cleanup(server.Close)
	t.Cleanup(front.Close)
	path := strings.TrimPrefix(front.URL, "http://") + "/1234.mns.cn-shanghai.aliyuncs.com/queues/vod-dead?http=true"
	return server, func(record []byte) {
		if err := server.Send("vod-dead", string(record)); err != nil {
			t.Errorf("the record is lost: %v", err)
		}
	}, "VOD_DEAD_LETTER_QUEUE=mns://" + path
}

// What the platform gave up while the store was away comes back by the timer: from the
// topic, whose asynchronous invocations failed for the last time, and from the queue,
// whose event stream gave a batch up. Ticks that failed are not brought back.
func TestThePlatformsDeadLettersAreReadBack(t *testing.T) {
	t.Parallel()
	db := emptyDatabase(t)
	server, deadLetter, setting := newDeadLetterQueue(t)
	waiting := func() int { return len(server.Messages("vod-dead")) }
	out := &output{}
	pool := start(t, "mns", emulator.Function{
		Env: db.settings(setting), Timeout: time.Second, Output: out,
		Async: emulator.Async{Retries: -1, OnFailure: deadLetter},
	})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{
		Server: server, BatchSize: 16, Retries: 1, RetryDelay: time.Millisecond, DeadLetter: deadLetter,
	})
	var sent [][]byte
	for i, format := range []emulator.Format{emulator.Stream, emulator.JSON} {
		body := vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Seed(1+i))
		_, err := pool.Topic(emulator.TopicTrigger{Server: server, Name: fmt.Sprint("topic-", i), Format: format}).Publish(t.Context(), string(body), nil)
		require.NoError(t, err)
		sent = append(sent, body)
	}
	topics := len(sent)
	for i := range 3 {
		sent = append(sent, vodtest.NewEvent(vod.TypeSnapshotComplete, vodtest.Seed(10+i)))
		require.NoError(t, queue.Send(string(sent[len(sent)-1])))
	}
	require.NoError(t, queue.Send("garbage"))
	require.NoError(t, queue.Drain(t.Context()))
	require.NoError(t, pool.Drain(t.Context()))
	require.Equal(t, len(sent)+1, waiting())
	require.Empty(t, server.Messages("vod-events"))

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
