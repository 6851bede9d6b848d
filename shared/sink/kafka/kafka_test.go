package kafka_test

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/sinktest"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	c := start(t)
	secured := start(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", "admin", "another"), kfake.Superuser("SCRAM-SHA-256", "admin", "another"))
	broker := secured.ListenAddrs()[0]
	var topics atomic.Int32
	sinktest.Run(t, sinktest.Harness{
		URL: func(t *testing.T) string {
			t.Helper()
			topic := fmt.Sprintf("topic-%d", topics.Add(1))
			require.NoError(t, c.CreateTopic(topic, partitions, nil))
			return c.url(topic, "")
		},
		Copies: func(t *testing.T, rawURL string) [][]byte {
			t.Helper()
			u, err := url.Parse(rawURL)
			require.NoError(t, err)
			var copies [][]byte
			for _, r := range c.read(t, strings.Trim(u.Path, "/")) {
				copies = append(copies, r.Value)
			}
			return copies
		},
		Absent:  "kafka://127.0.0.1:1/events",
		MaxBody: 1_000_000,
		SecretURLs: []string{
			"kafka://vod:" + sinktest.Secret + "@127.0.0.1:1/events",
			"kafka://admin:" + sinktest.Secret + "@" + broker + "/events",
			"kafka://" + sinktest.Secret + ":x@" + broker + "/events",
			"kafka://admin:" + sinktest.Secret + "@" + broker + "/events?sasl=scram-sha-256",
			"kafka://admin:" + sinktest.Secret + "@" + broker + "/events?sasl=scram-sha-512",
			"kafka://admin:" + sinktest.Secret + "@" + broker + "/events?tls=true",
			"kafka://" + sinktest.Secret + "@" + broker + "/events",
			"kafka://vod:" + sinktest.Secret + "@%zz/events",
			"kafka://vod:" + sinktest.Secret + "@h1:9092,h2/events",
			"kafka://" + broker + "/events/" + sinktest.Secret,
			"kafka:" + sinktest.Secret,
			"kafka://" + broker + "/events?sasl=" + sinktest.Secret,
			"kafka://" + broker + "/events?tls=" + sinktest.Secret,
			"kafka://" + broker + "/events?tls=true&ca=" + sinktest.Secret,
			"kafka://" + broker + "/events?max_message_bytes=" + sinktest.Secret,
			"kafka://" + broker + "/events?" + sinktest.Secret + "=%zz",
		},
	})
}

func TestRecord(t *testing.T) {
	t.Parallel()
	c := start(t)
	about := event(1)
	about.Replay = "replay-1"
	bare := sink.Event{ID: vod.ID{1}, Type: "Unheard", Received: about.Received, Body: []byte(`{}`)}
	begin := time.Now().Add(-time.Second)
	deliver(t, open(t, c.url("events", "?client_id=x")), about, bare)
	got := map[string]*kgo.Record{}
	for _, r := range c.read(t, "events") {
		got[string(r.Key)] = r
		require.WithinRange(t, r.Timestamp, begin, time.Now().Add(time.Second), "not the event's, or retention removes it")
	}
	require.Len(t, got, 2)
	for key, e := range map[string]sink.Event{"v1": about, bare.ID.String(): bare} {
		require.JSONEq(t, string(e.JSON()), string(got[key].Value))
		require.Equal(t, []kgo.RecordHeader{
			{Key: "content-type", Value: []byte("application/cloudevents+json; charset=utf-8")},
			{Key: "ce_id", Value: []byte(e.ID.String())},
			{Key: "ce_type", Value: []byte(e.Type)},
		}, got[key].Headers)
	}
}

// All in-sync replicas acknowledge, and producers have an id unless they must not.
func TestAcknowledged(t *testing.T) {
	t.Parallel()
	for parameters, ids := range map[string]int64{"": 1, "?idempotent=true": 1, "?idempotent=false": 0} {
		t.Run(parameters, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			acks := make(chan int16, 10)
			c.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
				if r, ok := r.(*kmsg.ProduceRequest); ok {
					acks <- r.Acks
				}
				return nil, nil, false
			})
			asked := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.InitProducerID}, TopLevel: true, Observe: true, Count: -1})
			deliver(t, open(t, c.url("events", parameters)), event(1))
			require.EqualValues(t, -1, <-acks)
			require.EqualValues(t, ids, asked.Hits())
		})
	}
}

// All that is about a medium is in one partition, in the order in which it was
// delivered, whichever instance delivers it; and media are spread.
func TestPartitions(t *testing.T) {
	t.Parallel()
	c := start(t)
	for from := range 3 {
		s := open(t, c.url("events", "")) // another instance
		for n := 20 * from; n < 20*from+20; n += 5 {
			deliver(t, s, event(n), event(n+1), event(n+2), event(n+3), event(n+4))
		}
	}
	where, last, used := map[string]int32{}, map[string]string{}, map[int32]bool{}
	records := c.read(t, "events")
	require.Len(t, records, 60)
	for _, r := range records {
		key := string(r.Key)
		if p, ok := where[key]; ok {
			require.Equal(t, p, r.Partition, key)
		}
		where[key], used[r.Partition] = r.Partition, true
		size := string(r.Value[strings.Index(string(r.Value), `"Size":`)+7:])
		require.Less(t, fmt.Sprintf("%4s", last[key]), fmt.Sprintf("%4s", strings.TrimRight(size, "}")))
		last[key] = strings.TrimRight(size, "}")
	}
	require.Greater(t, len(used), 1)
	// murmur2 of Java's client: v1 of 4 partitions.
	hash := kgo.StickyKeyPartitioner(nil).ForTopic("events")
	for key, p := range where {
		require.EqualValues(t, hash.Partition(&kgo.Record{Key: []byte(key)}, partitions), p)
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	c := start(t)
	sized := func(n, size int) sink.Event {
		e := event(n)
		noise := make([]byte, size*3/4) // which compression makes no smaller
		_, err := rand.Read(noise)
		require.NoError(t, err)
		e.Body = []byte(`{"a":"` + base64.StdEncoding.EncodeToString(noise) + `"}`)
		return e
	}
	require.NoError(t, c.CreateTopic("small", 1, map[string]string{"max.message.bytes": "20000"}))
	for _, tc := range []struct {
		name, topic, parameters string
		size, taken             int // bytes of the second and third event; how many events are taken
	}{
		{name: "limit of the client", topic: "events", size: 1_100_000, taken: 1},
		{name: "limit of the client, set", topic: "events", parameters: "?max_message_bytes=2000", size: 3000, taken: 1},
		{name: "limit of the client, raised", topic: "events", parameters: "?max_message_bytes=2000000", size: 900_000, taken: 3},
		{name: "limit of the topic", topic: "small", parameters: "?idempotent=false", size: 30_000, taken: 1},
		{name: "limit of the topic, idempotent", topic: "small", size: 30_000, taken: 1},
		{name: "limit of the topic for all together", topic: "small", size: 12_000, taken: 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, c.url(tc.topic, tc.parameters))
			taken := 0
			for _, err := range s.Deliver(t.Context(), []sink.Event{event(1), sized(2, tc.size), sized(3, tc.size)}) {
				if err == nil {
					taken++
					continue
				}
				require.ErrorIs(t, err, sink.ErrRejected)
				require.ErrorContains(t, err, "max.message.bytes")
			}
			require.Equal(t, tc.taken, taken)
			deliver(t, s, event(4))
		})
	}
}
