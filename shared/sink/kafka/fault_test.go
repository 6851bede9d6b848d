package kafka_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/vodevents/vodevents/shared/sink"
)

// soon is far more than what is allowed to go by after the end of a context, and far
// less than the time that a delivery has.
const soon = 5 * time.Second

// What brokers refuse for good, and what is said about it. When the cause is gone the
// event is taken.
func TestRefused(t *testing.T) {
	t.Parallel()
	produce, producerID := []kmsg.Key{kmsg.Produce}, []kmsg.Key{kmsg.InitProducerID}
	for _, tc := range []struct {
		name  string
		fault kfake.Fault
		says  string
	}{
		{name: "no right to the topic", fault: kfake.Fault{Keys: produce, Err: kerr.TopicAuthorizationFailed}, says: `write to topic "events"`},
		{name: "no right to be idempotent", fault: kfake.Fault{Keys: producerID, TopLevel: true, Err: kerr.ClusterAuthorizationFailed}, says: "idempotent=false"},
		{name: "cloud storage", fault: kfake.Fault{Keys: produce, Err: kerr.ClusterAuthorizationFailed}, says: "idempotent=false"},
		{name: "invalid topic", fault: kfake.Fault{Keys: produce, Err: kerr.InvalidTopicException}, says: "of this name"},
		{name: "topic deleted", fault: kfake.Fault{Keys: produce, Err: kerr.UnknownTopicOrPartition}, says: `no topic "events"`},
		{name: "invalid record", fault: kfake.Fault{Keys: produce, Err: kerr.InvalidRecord}, says: "INVALID_RECORD"},
		{name: "a defect", fault: kfake.Fault{Keys: produce, Err: kerr.UnknownServerError}, says: "UNKNOWN_SERVER_ERROR"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			s := open(t, c.url("events", ""))
			tc.fault.Count = -1
			handle := c.Fault(tc.fault)
			begin := time.Now()
			require.ErrorContains(t, refused(t.Context(), t, s), tc.says)
			require.Less(t, time.Since(begin), soon, "at once, since waiting is of no use")
			handle.Remove()
			deliver(t, s, event(1))
			require.Len(t, c.read(t, "events"), 1)
		})
	}
}

// What passes by itself is waited for, within one delivery.
func TestPassing(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault kfake.Fault
	}{
		{name: "leader moved", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition}},
		{name: "too few replicas", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas}},
		{name: "written to too few replicas", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicasAfterAppend}},
		{name: "written but late", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.RequestTimedOut}},
		{name: "coordinator loading", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.InitProducerID}, TopLevel: true, Err: kerr.CoordinatorLoadInProgress}},
		{name: "no leader yet", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.Metadata}, Topic: "events", Err: kerr.LeaderNotAvailable}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			tc.fault.Count = 2
			handle := c.Fault(tc.fault)
			begin := time.Now()
			deliver(t, open(t, c.url("events", "")), event(1), event(2))
			require.Less(t, time.Since(begin), soon)
			require.Positive(t, handle.Hits(), "the fault was felt")
			require.Len(t, c.read(t, "events"), 2, "there once")
		})
	}
}

// One record of a batch is refused, by its partition: the others are taken.
func TestOneOfMany(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := open(t, c.url("events", ""))
	batch := make([]sink.Event, 10)
	for i := range batch {
		batch[i] = event(i)
	}
	deliver(t, s, batch...)
	where := map[string]int32{}
	for _, r := range c.read(t, "events") {
		where[string(r.Key)] = r.Partition
	}
	bad := where["v3"]
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Partitions: []int32{bad}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	for i, err := range s.Deliver(t.Context(), batch) {
		if where[batch[i].Subject] == bad {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err)
	}
}

// The broker has written the record, and its answer is lost with the connection: it
// is sent again with the same sequence number, and is there once.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := open(t, c.url("events", ""))
	deliver(t, s, event(1))
	c.loseAnswers(kmsg.Produce, 3)
	deliver(t, s, event(1), event(11), event(21)) // of one medium, and so in one partition
	require.Equal(t, map[string]int{event(1).ID.String(): 2, event(11).ID.String(): 1, event(21).ID.String(): 1}, ids(c.read(t, "events")))
}

func TestUnknownTopic(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := open(t, c.url("later", ""))
	begin := time.Now()
	require.ErrorContains(t, refused(t.Context(), t, s), `no topic "later"`)
	require.Less(t, time.Since(begin), soon)
	require.NoError(t, c.CreateTopic("later", 1, nil))
	deliver(t, s, event(1))
}

// Brokers that say nothing any more cost no more than the time that there is, however
// it ends. What was not sent by then never is.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for _, key := range []kmsg.Key{kmsg.ApiVersions, kmsg.Metadata, kmsg.InitProducerID, kmsg.Produce} {
		for _, end := range []error{context.DeadlineExceeded, context.Canceled} {
			t.Run(key.Name()+" "+end.Error(), func(t *testing.T) {
				t.Parallel()
				c := start(t)
				hold := make(chan struct{})
				release := sync.OnceFunc(func() { close(hold) })
				t.Cleanup(release)
				c.ControlKey(int16(key), func(kmsg.Request) (kmsg.Response, error, bool) {
					c.KeepControl()
					c.SleepControl(func() { <-hold })
					return nil, nil, false
				})
				s := open(t, c.url("events", ""))
				ctx, cancel := context.WithCancel(t.Context())
				if errors.Is(end, context.DeadlineExceeded) {
					ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
				} else {
					time.AfterFunc(300*time.Millisecond, cancel)
				}
				defer cancel()
				begin := time.Now()
				require.ErrorIs(t, refused(ctx, t, s), end)
				require.Less(t, time.Since(begin), soon)

				release()
				deliver(t, s, event(2))
				count := ids(c.read(t, "events"))
				require.Equal(t, 1, count[event(2).ID.String()])
				if key != kmsg.Produce { // which the broker had got
					require.Zero(t, count[event(1).ID.String()])
				}
			})
		}
	}
}

// A delivery without time takes the producer from none that has some.
func TestOthersGoOn(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := open(t, c.url("events", ""))
	deliver(t, s, event(0))
	hold, held := make(chan struct{}), make(chan struct{}, 10)
	release := sync.OnceFunc(func() { close(hold) })
	t.Cleanup(release)
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		held <- struct{}{}
		c.SleepControl(func() { <-hold })
		return nil, nil, false
	})
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { deliver(t, s, event(1)) })
	<-held
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.Deliver(ctx, []sink.Event{event(2)})[0], context.DeadlineExceeded)
	release()
	wg.Wait()
	require.Equal(t, 1, ids(c.read(t, "events"))[event(1).ID.String()])
}

// The time of one delivery ends while the records of another, which came later and has
// time, are behind its own: that one goes on.
func TestOthersJoin(t *testing.T) {
	t.Parallel()
	c := start(t, kfake.NumBrokers(1))
	s := open(t, c.url("events", ""))
	deliver(t, s, event(0))
	hold, held := make(chan struct{}), make(chan struct{}, 1)
	release := sync.OnceFunc(func() { close(hold) })
	t.Cleanup(release)
	var requests atomic.Int32
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if requests.Add(1) > 1 {
			return nil, nil, false
		}
		held <- struct{}{}
		c.SleepControl(func() { <-hold })
		return nil, errors.New("cut off"), true
	})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		if err := s.Deliver(ctx, []sink.Event{event(1)})[0]; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("taken, or refused: %v", err)
		}
	})
	<-held
	wg.Go(func() {
		<-ctx.Done()
		release()
	})
	deliver(t, s, event(11), event(21)) // of the same partition
	count := ids(c.read(t, "events"))
	require.Equal(t, 1, count[event(11).ID.String()])
	require.Equal(t, 1, count[event(21).ID.String()])
}

// Those that wait for a producer wait no longer than they have time, and nothing is
// tried for them.
func TestAllProducersInUse(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := open(t, c.url("events", ""))
	hold, held := make(chan struct{}), make(chan struct{}, 10)
	release := sync.OnceFunc(func() { close(hold) })
	t.Cleanup(release)
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		held <- struct{}{}
		c.SleepControl(func() { <-hold })
		return nil, nil, false
	})
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range 4 {
		wg.Go(func() {
			if err := s.Deliver(t.Context(), []sink.Event{event(i)})[0]; err != nil {
				t.Error(err)
			}
		})
		<-held
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := refused(ctx, t, s)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, err, sink.ErrNotSent)
	release()
	wg.Wait()
	require.Len(t, c.read(t, "events"), 4)
}

// The brokers are restarted, and with them all connections.
func TestRestarted(t *testing.T) {
	t.Parallel()
	dir := kfake.DataDir(t.TempDir())
	c := start(t, dir)
	var ports []int
	for _, address := range c.ListenAddrs() {
		tcp, err := net.ResolveTCPAddr("tcp", address)
		require.NoError(t, err)
		ports = append(ports, tcp.Port)
	}
	s := open(t, c.url("events", ""))
	deliver(t, s, event(1))
	c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, refused(ctx, t, s), context.DeadlineExceeded)
	require.ErrorContains(t, refused(t.Context(), t, s), "refused", "said at once")
	again := start(t, dir, kfake.Ports(ports...))
	deliver(t, s, event(2))
	require.Equal(t, 1, ids(again.read(t, "events"))[event(2).ID.String()])
}

// One of two brokers cannot be reached, or never could be.
func TestOneBrokerDown(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := open(t, strings.Replace(c.url("events", ""), "kafka://", "kafka://127.0.0.1:1,", 1))
	deliver(t, s, event(1))
}

// An instance that was frozen for a while makes new connections: the old ones may be
// forgotten by whatever is on the way, without a word.
func TestThawed(t *testing.T) {
	t.Parallel()
	c := start(t, kfake.NumBrokers(1))
	s := open(t, c.url("events", ""))
	now := time.Now()
	s.SetNow(func() time.Time { return now })
	deliver(t, s, event(1))
	before := c.accepted.Load()
	now = now.Add(20 * time.Second)
	deliver(t, s, event(2))
	require.Equal(t, before, c.accepted.Load())
	for _, jump := range []time.Duration{time.Minute, -time.Hour} {
		now = now.Add(jump)
		deliver(t, s, event(3))
		require.Greater(t, c.accepted.Load(), before)
		before = c.accepted.Load()
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := open(t, c.url("events", ""))
	deliver(t, s, event(1))
	require.NoError(t, s.Close())
	require.ErrorContains(t, refused(t.Context(), t, s), "closed")
	require.NoError(t, s.Close())
}
