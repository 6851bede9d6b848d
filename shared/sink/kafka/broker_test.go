package kafka_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/kafka"
	"github.com/vodevents/vodevents/shared/vod"
)

// partitions is how many a topic of the tests has.
const partitions = 4

// cluster is brokers in this process that go away with the test. They have a topic
// events.
type cluster struct {
	*kfake.Cluster
	accepted atomic.Int32
	mu       sync.Mutex
	mute     map[int]bool // answers that are lost, by their number; see drop
	writes   int
}

// start starts brokers.
func start(t *testing.T, options ...kfake.Opt) *cluster {
	t.Helper()
	c := &cluster{}
	options = append([]kfake.Opt{
		kfake.NumBrokers(2), kfake.SeedTopics(partitions, "events"),
		kfake.ListenFn(func(network, address string) (net.Listener, error) {
			l, err := new(net.ListenConfig).Listen(context.Background(), network, address)
			return counted{l, c}, err
		}),
	}, options...)
	var err error
	c.Cluster, err = kfake.NewCluster(options...)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// counted counts the connections of a cluster, and breaks them.
type counted struct {
	net.Listener
	c *cluster
}

func (l counted) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.c.accepted.Add(1)
	return &breakable{Conn: conn, c: l.c}, nil
}

// breakable is a connection whose answers may be lost.
type breakable struct {
	net.Conn
	c *cluster
}

func (b *breakable) Write(p []byte) (int, error) {
	if b.c.lose() {
		_ = b.Close()
		return 0, net.ErrClosed
	}
	return b.Conn.Write(p)
}

func (c *cluster) lose() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	lost := c.mute[c.writes]
	c.writes++
	return lost
}

// loseAnswers lets the next answers to requests of a kind be lost, after the broker
// has done what they ask for.
func (c *cluster) loseAnswers(key kmsg.Key, n int) {
	c.ControlKey(int16(key), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if n == 0 {
			c.DropControl()
			return nil, nil, false
		}
		n--
		c.mute = map[int]bool{c.writes: true} // what is written next is the answer
		return nil, nil, false
	})
}

// url returns the URL of a topic, with parameters.
func (c *cluster) url(topic, parameters string) string {
	return "kafka://" + strings.Join(c.ListenAddrs(), ",") + "/" + topic + parameters
}

// read returns the records that are in a topic.
func (c *cluster) read(t *testing.T, topic string, options ...kgo.Opt) []*kgo.Record {
	t.Helper()
	ends := map[int32]int64{} // of partitions that are not read so far; they may grow meanwhile
	for _, p := range c.PartitionInfos(topic) {
		if p.HighWatermark > p.LogStartOffset {
			ends[p.Partition] = p.HighWatermark
		}
	}
	client, err := kgo.NewClient(append(options, kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(100*time.Millisecond), kgo.DisableClientMetrics())...)
	require.NoError(t, err)
	defer client.Close()
	var records []*kgo.Record
	for len(ends) > 0 {
		fetches := client.PollFetches(t.Context())
		require.NoError(t, fetches.Err())
		for _, r := range fetches.Records() {
			records = append(records, r)
			if r.Offset+1 >= ends[r.Partition] {
				delete(ends, r.Partition)
			}
		}
	}
	return records
}

// open opens the sink with the given URL, with 20 s for a delivery.
func open(t *testing.T, rawURL string) *kafka.Sink {
	t.Helper()
	routes, err := sink.Open([]string{rawURL + "#name=test&timeout=20s"}, sink.Options{})
	require.NoError(t, err)
	s, ok := routes[0].Sink.(*kafka.Sink)
	require.True(t, ok)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// deliver delivers events that all have to be taken.
func deliver(t *testing.T, s *kafka.Sink, events ...sink.Event) {
	t.Helper()
	errs := s.Deliver(t.Context(), events)
	require.Len(t, errs, len(events))
	for _, err := range errs {
		require.NoError(t, err)
	}
}

// refused delivers an event that must not be taken, nor rejected, and returns why.
func refused(ctx context.Context, t *testing.T, s *kafka.Sink) error {
	t.Helper()
	errs := s.Deliver(ctx, []sink.Event{event(1)})
	require.Len(t, errs, 1)
	require.Error(t, errs[0])
	require.NotErrorIs(t, errs[0], sink.ErrRejected)
	return errs[0]
}

// event is the n-th event, about one of a few media.
func event(n int) sink.Event {
	body := fmt.Sprintf(`{"EventType":"FileUploadComplete","VideoId":"v%d","Size":%d}`, n%10, n)
	id, err := vod.IDOf([]byte(body))
	if err != nil {
		panic(err)
	}
	at := time.Date(2026, 3, 17, 10, 30, n%60, 0, time.UTC)
	return sink.Event{
		ID: id, Type: "FileUploadComplete", Subject: fmt.Sprintf("v%d", n%10), Status: vod.Succeeded,
		Time: at, Received: at, Body: []byte(body),
	}
}

// ids counts the records with each event's id.
func ids(records []*kgo.Record) map[string]int {
	count := map[string]int{}
	for _, r := range records {
		for _, h := range r.Headers {
			if h.Key == "ce_id" {
				count[string(h.Value)]++
			}
		}
	}
	return count
}
