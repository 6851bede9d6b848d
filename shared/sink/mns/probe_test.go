package mns_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/sink"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Allow(emulator.Key{ID: "reader", Secret: "secret", Actions: []string{"mns:GetQueueAttributes", "mns:GetTopicAttributes"}})
	asReader := alicloud.With(t.Context(), alicloud.Credentials{AccessKeyID: "reader", AccessKeySecret: "secret"})
	for _, rawURL := range []string{s.newQueue(t), s.newTopic(t)} {
		require.NoError(t, open(t, rawURL).Probe(asReader))
		require.ErrorIs(t, open(t, rawURL).Probe(asRole(t.Context())), sink.ErrUnsure, "it may send, and not ask")
	}
	require.ErrorContains(t, open(t, s.url("queues/none")).Probe(asReader), "QueueNotExist")
	require.ErrorContains(t, open(t, s.url("topics/none")).Probe(asReader), "TopicNotExist")
}
