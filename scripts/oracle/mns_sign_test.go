package oracle_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	alimns "github.com/aliyun/aliyun-mns-go-sdk"
	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/mns"
)

// signed are the headers that Sign is responsible for.
var signed = []string{"Authorization", "Content-Md5", "Content-Type", "Date", "Security-Token", "X-Mns-Version"}

// requireSameSignature requires that Sign makes the headers of the SDK's request, byte
// for byte, from its date, body and further headers.
func requireSameSignature(t *testing.T, r recorded, k emulator.Key) {
	t.Helper()
	at, err := http.ParseTime(r.header.Get("Date"))
	require.NoError(t, err)
	h := r.header.Clone()
	for _, name := range signed {
		h.Del(name)
	}
	mns.Sign(h, r.method, r.resource, r.body, alicloud.Credentials{
		AccessKeyID: k.ID, AccessKeySecret: k.Secret, SecurityToken: k.Token,
	}, at)
	for _, name := range signed {
		require.Equal(t, r.header.Values(name), h.Values(name), "%s of %s %s", name, r.method, r.resource)
	}
}

// The SDK's requests of every kind, with and without a security token, have the
// signatures that ours would have.
func TestSignatures(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]emulator.Key{"token": key, "no token": {ID: "id", Secret: "secret"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, k)
			client := s.sdk(k)
			require.NoError(t, alimns.NewMNSQueueManager(client).CreateSimpleQueue("vod-events"))
			require.NoError(t, alimns.NewMNSTopicManager(client).CreateSimpleTopic("vod-events"))
			_, err := alimns.NewMNSQueueManager(client).ListQueueDetail("a", 7, "vod") // three headers of its own
			require.NoError(t, err)

			q := alimns.NewMNSQueue("vod-events", client)
			for _, body := range hostile {
				_, err := q.SendMessage(alimns.MessageSendRequest{MessageBody: mns.EncodeBody([]byte(body)), Priority: 8})
				require.NoError(t, err)
			}
			_, err = q.BatchSendMessage(alimns.MessageSendRequest{MessageBody: "a", Priority: 8}, alimns.MessageSendRequest{MessageBody: "b", Priority: 8})
			require.NoError(t, err)
			received, err := one(t, func(a chan alimns.MessageReceiveResponse, f chan error) { q.ReceiveMessage(a, f, 30) })
			require.NoError(t, err)
			batches, failures := make(chan alimns.BatchMessageReceiveResponse, 1), make(chan error, 1)
			q.BatchReceiveMessage(batches, failures, 16, 30)
			require.Empty(t, failures)
			batch := <-batches
			q.BatchPeekMessage(batches, failures, 16)
			changed, err := q.ChangeMessageVisibility(received.ReceiptHandle, 60)
			require.NoError(t, err)
			require.NoError(t, q.DeleteMessage(changed.ReceiptHandle))
			_, err = q.BatchDeleteMessage(batch.Messages[0].ReceiptHandle, batch.Messages[1].ReceiptHandle)
			require.NoError(t, err)
			_, err = alimns.NewMNSTopic("vod-events", client).PublishMessage(alimns.MessagePublishRequest{MessageBody: "<&>", MessageTag: "x"})
			require.NoError(t, err)

			requests := s.taken()
			require.Len(t, requests, 11+len(hostile))
			for _, r := range requests {
				requireSameSignature(t, r, k)
			}
		})
	}
}

// The same is asked in the same way: method, path, query, and the order of both.
func TestRequests(t *testing.T) {
	t.Parallel()
	s := start(t, key)
	s.CreateQueue("vod-events", emulator.QueueSettings{VisibilityTimeout: time.Hour})
	s.CreateTopic("vod-events")
	ctx := alicloud.With(t.Context(), alicloud.Credentials{AccessKeyID: key.ID, AccessKeySecret: key.Secret, SecurityToken: key.Token})
	theirs := alimns.NewMNSQueue("vod-events", s.sdk(key))
	ours, err := mns.OpenQueue(s.ours(t, "/queues/vod-events", key))
	require.NoError(t, err)
	topic, err := mns.OpenTopic(s.ours(t, "/topics/vod-events", key))
	require.NoError(t, err)
	const handle = "8-a+b/c===="
	batches, failures := make(chan alimns.BatchMessageReceiveResponse, 1), make(chan error, 1)

	for _, tc := range []struct {
		name   string
		ours   func(context.Context)
		theirs func()
	}{
		{
			name:   "send",
			ours:   func(ctx context.Context) { _, _ = ours.Send(ctx, []byte("x")) },
			theirs: func() { _, _ = theirs.SendMessage(alimns.MessageSendRequest{MessageBody: "x"}) },
		},
		{
			name:   "send a batch",
			ours:   func(ctx context.Context) { ours.SendBatch(ctx, [][]byte{[]byte("x"), []byte("y")}) },
			theirs: func() { _, _ = theirs.BatchSendMessage(alimns.MessageSendRequest{}, alimns.MessageSendRequest{}) },
		},
		{
			name:   "receive",
			ours:   func(ctx context.Context) { _, _ = ours.Receive(ctx, 16, time.Second) },
			theirs: func() { theirs.BatchReceiveMessage(batches, failures, 16, 1) },
		},
		{
			name:   "peek",
			ours:   func(ctx context.Context) { _, _ = ours.Peek(ctx, 5) },
			theirs: func() { theirs.BatchPeekMessage(batches, failures, 5) },
		},
		{
			name:   "delete",
			ours:   func(ctx context.Context) { _ = ours.Delete(ctx, handle) },
			theirs: func() { _ = theirs.DeleteMessage(handle) },
		},
		{
			name:   "delete a batch",
			ours:   func(ctx context.Context) { _ = ours.Delete(ctx, handle, handle) },
			theirs: func() { _, _ = theirs.BatchDeleteMessage(handle, handle) },
		},
		{
			name:   "change visibility",
			ours:   func(ctx context.Context) { _, _ = ours.ChangeVisibility(ctx, handle, time.Minute) },
			theirs: func() { _, _ = theirs.ChangeMessageVisibility(handle, 60) },
		},
		{
			name:   "attributes",
			ours:   func(ctx context.Context) { _, _ = ours.Attributes(ctx) },
			theirs: func() { _, _ = alimns.NewMNSQueueManager(s.sdk(key)).GetQueueAttributes("vod-events") },
		},
		{
			name: "publish",
			ours: func(ctx context.Context) { _, _ = topic.Publish(ctx, []byte("x")) },
			theirs: func() {
				_, _ = alimns.NewMNSTopic("vod-events", s.sdk(key)).PublishMessage(alimns.MessagePublishRequest{MessageBody: "x"})
			},
		},
	} {
		tc.ours(ctx)
		tc.theirs()
		got := s.taken()
		require.Len(t, got, 2, tc.name)
		require.Equal(t, got[1].method, got[0].method, tc.name)
		require.Equal(t, got[1].resource, got[0].resource, tc.name)
		for _, name := range signed {
			require.Len(t, got[0].header.Values(name), len(got[1].header.Values(name)), "%s: %s", tc.name, name)
		}
		if len(got[1].body) == 0 { // and within the same second the signature is the same
			require.Empty(t, got[0].body)
			if got[0].header.Get("Date") == got[1].header.Get("Date") {
				require.Equal(t, got[1].header.Get("Authorization"), got[0].header.Get("Authorization"), tc.name)
			}
		}
		for len(batches)+len(failures) > 0 { // which hold what the SDK answers
			select {
			case <-batches:
			case err := <-failures:
				require.Error(t, err)
			}
		}
	}
	require.NoError(t, ours.Close())
	require.NoError(t, topic.Close())
}
