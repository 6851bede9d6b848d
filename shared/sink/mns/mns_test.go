package mns_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/sink"
	sinkmns "github.com/vodevents/vodevents/shared/sink/mns"
	"github.com/vodevents/vodevents/shared/sink/sinktest"
	"github.com/vodevents/vodevents/shared/vod"
)

// role is the credentials of an invocation, with just the rights that the package
// asks for.
var role = emulator.Key{
	ID: "STS.role", Secret: "role's secret", Token: "role's token",
	Actions: []string{"mns:SendMessage", "mns:BatchSendMessage", "mns:PublishMessage"},
}

// service is a local service with queues and topics.
type service struct {
	*emulator.Server

	host  string
	count atomic.Int64

	mu        sync.Mutex
	published map[string][]string // texts, by topic
}

func start(t *testing.T) *service {
	t.Helper()
	s := &service{Server: emulator.New(role), published: map[string][]string{}}
	listening := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		listening.Close()
	})
	s.host = listening.Listener.Addr().String()
	return s
}

// url returns the URL of a queue or topic, such as queues/x.
func (s *service) url(path string) string {
	return "mns://" + s.host + "/1234.mns.cn-shanghai.aliyuncs.com/" + path + "?http=true"
}

func (s *service) newQueue(t *testing.T) string {
	t.Helper()
	name := "queue-" + strconv.FormatInt(s.count.Add(1), 10)
	s.CreateQueue(name, emulator.QueueSettings{})
	return s.url("queues/" + name)
}

func (s *service) newTopic(t *testing.T) string {
	t.Helper()
	name := "topic-" + strconv.FormatInt(s.count.Add(1), 10)
	s.Subscribe(name, func(_ context.Context, m emulator.Message) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.published[name] = append(s.published[name], m.Body)
		return nil
	})
	return s.url("topics/" + name)
}

// copies returns the bodies that a queue has, or that a topic pushed.
func (s *service) copies(t *testing.T, rawURL string) [][]byte {
	t.Helper()
	u, err := url.Parse(rawURL)
	require.NoError(t, err)
	a, err := mns.ParseURL(u)
	require.NoError(t, err)
	var texts []string
	if a.Channel == mns.ChannelTopic {
		require.NoError(t, s.Drain(t.Context()))
		s.mu.Lock()
		defer s.mu.Unlock()
		texts = s.published[a.Name]
	} else {
		for _, m := range s.Messages(a.Name) {
			texts = append(texts, m.Body)
		}
	}
	var bodies [][]byte
	for _, text := range texts {
		bodies = append(bodies, mns.RestoreBody(text))
	}
	return bodies
}

// asRole puts the credentials of an invocation into the context.
func asRole(ctx context.Context) context.Context {
	return alicloud.With(ctx, alicloud.Credentials{
		AccessKeyID: role.ID, AccessKeySecret: role.Secret, SecurityToken: role.Token,
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	s := start(t)
	for kind, place := range map[string]func(*testing.T) string{"queue": s.newQueue, "topic": s.newTopic} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			const absent = "mns://127.0.0.1:1/1234.mns.cn-shanghai.aliyuncs.com/"
			sinktest.Run(t, sinktest.Harness{
				URL:     place,
				Copies:  s.copies,
				Absent:  absent + kind + "s/x?http=true",
				MaxBody: mns.MaxText, // a little less is taken: a message has an envelope
				Context: asRole,
				SecretURLs: []string{
					"mns://id:" + sinktest.Secret + "@127.0.0.1:1/1234.mns.cn-shanghai.aliyuncs.com/" + kind + "s/x?http=true",
					"mns://id:" + sinktest.Secret + "@1234.mns.cn-shanghai.aliyuncs.com/" + kind + "s/x?http=true",
					"mns://" + sinktest.Secret + "@1234.mns.cn-shanghai.aliyuncs.com/" + kind + "s/x",
					"mns://id:" + sinktest.Secret + "/x@1234.mns.cn-shanghai.aliyuncs.com/" + kind + "s/x",
					"mns://1234.mns.cn-shanghai.aliyuncs.com/" + kind + "s/" + sinktest.Secret + "/x",
					"mns://1234.mns.cn-shanghai.aliyuncs.com/" + sinktest.Secret,
					"mns://" + sinktest.Secret + "/queues/x",
					"mns://1234.mns.cn-shanghai.aliyuncs.com/" + kind + "s/x?http=" + sinktest.Secret,
					absent + kind + "s/x#name=test&secret=" + sinktest.Secret,
				},
			})
		})
	}
}

func open(t *testing.T, rawURL string) *sinkmns.Sink {
	t.Helper()
	u, err := url.Parse(rawURL)
	require.NoError(t, err)
	s, err := sinkmns.Open(sink.Spec{URL: u, Timeout: 10 * time.Second})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// events returns n events whose bodies have size bytes.
func events(n, size int) []sink.Event {
	all := make([]sink.Event, n)
	for i := range all {
		all[i] = sink.Event{ID: vod.ID{byte(i + 1)}, Type: "X", Body: []byte(`{"a":"` + strings.Repeat("a", size-8) + `"}`)}
	}
	return all
}

// The limit is on the message, which is a little larger than the event.
func TestLargest(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, rawURL := range []string{s.newQueue(t), s.newTopic(t)} {
		place := open(t, rawURL)
		e := events(1, 100)[0]
		room := mns.MaxText - len(e.JSON()) + len(e.Body)
		batch := append(events(2, room), events(1, room+1)...)
		errs := place.Deliver(asRole(t.Context()), batch)
		require.NoError(t, errs[0])
		require.NoError(t, errs[1])
		require.ErrorIs(t, errs[2], sink.ErrRejected)
		require.ErrorIs(t, errs[2], mns.ErrTooLarge)
		require.Len(t, s.copies(t, rawURL), 2)
	}
}

// A failure that all events share is found out once, and not a hundred times.
func TestHaltsAtFailuresThatAllShare(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		path  string
		calls int64 // at most
		each  int64 // events in a call
	}{
		{path: "queues/absent", calls: 1, each: 16},
		{path: "topics/absent", calls: 8, each: 1},
	} {
		t.Run(tc.path, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			var calls atomic.Int64
			s.Inject(func(emulator.Call) emulator.Fault {
				calls.Add(1)
				return emulator.Fault{}
			})
			tried := 0
			for i, err := range open(t, s.url(tc.path)).Deliver(asRole(t.Context()), events(sink.MaxBatch, 100)) {
				if !errors.Is(err, sink.ErrNotSent) {
					tried++
				}
				failure := &mns.Error{}
				require.ErrorAs(t, err, &failure, "event %d", i)
				require.Equal(t, 404, failure.Status)
				require.NotErrorIs(t, err, sink.ErrRejected, "it may be created")
			}
			require.Positive(t, calls.Load())
			require.LessOrEqual(t, calls.Load(), tc.calls)
			require.EqualValues(t, calls.Load()*tc.each, tried, "no attempt is counted of those that were not sent")
		})
	}
}

// An answer that is lost may have been preceded by the delivery: the events fail, and
// the next attempt may be the second one.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, rawURL := range []string{s.newQueue(t), s.newTopic(t)} {
		place := open(t, rawURL)
		s.Inject(func(emulator.Call) emulator.Fault { return emulator.Fault{DropReply: true} })
		for _, err := range place.Deliver(asRole(t.Context()), events(3, 100)) {
			require.Error(t, err)
			require.NotErrorIs(t, err, sink.ErrRejected)
		}
		s.Inject(nil)
		for _, err := range place.Deliver(asRole(t.Context()), events(3, 100)) {
			require.NoError(t, err)
		}
		require.Greater(t, len(s.copies(t, rawURL)), 3, "some came twice")
	}
}

// What hangs ends with the timeout of the sink, and says so.
func TestTimeout(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Inject(func(emulator.Call) emulator.Fault { return emulator.Fault{Hang: true} })
	for _, rawURL := range []string{s.newQueue(t), s.newTopic(t)} {
		u, err := url.Parse(rawURL)
		require.NoError(t, err)
		place, err := sinkmns.Open(sink.Spec{URL: u, Timeout: 200 * time.Millisecond})
		require.NoError(t, err)
		for _, err := range place.Deliver(asRole(t.Context()), events(20, 100)) {
			require.ErrorContains(t, err, "no answer within 200ms")
		}
		require.NoError(t, place.Close())
	}
}

func TestOpenNamesWhatIsUnknown(t *testing.T) {
	t.Parallel()
	u, err := url.Parse("mns://1234.mns.cn-shanghai.aliyuncs.com/queues/x")
	require.NoError(t, err)
	_, err = sinkmns.Open(sink.Spec{URL: u, Settings: map[string]string{"tag": "x"}})
	require.ErrorContains(t, err, "tag")
}
