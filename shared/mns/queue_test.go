package mns_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/mns"
)

// service is a local service, and what it was asked.
type service struct {
	*emulator.Server

	listening *httptest.Server

	mu    sync.Mutex
	calls []string
	sent  []int // messages in each request that had some
}

func start(t *testing.T) *service {
	t.Helper()
	s := &service{Server: emulator.New(emulator.Key{ID: "id", Secret: "secret"})}
	s.Inject(nothing)
	s.listening = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.mu.Lock()
		s.calls = append(s.calls, r.Method+" "+r.URL.RawQuery)
		if n := bytes.Count(body, []byte("<MessageBody>")); n > 0 {
			s.sent = append(s.sent, n)
		}
		s.mu.Unlock()
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		s.Close()
		s.listening.Close()
	})
	return s
}

func nothing(emulator.Call) emulator.Fault { return emulator.Fault{} }

func always(f emulator.Fault) func(emulator.Call) emulator.Fault {
	return func(emulator.Call) emulator.Fault { return f }
}

// asked returns what the service was asked since the last time.
func (s *service) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

func (s *service) url(t *testing.T, path string) *url.URL {
	t.Helper()
	return local(t, s.listening, path)
}

// local returns the URL of a queue or topic on a server of the test.
func local(t *testing.T, s *httptest.Server, path string) *url.URL {
	t.Helper()
	u, err := url.Parse("mns://id:secret@" + s.Listener.Addr().String() + "/1234.mns.cn-shanghai.aliyuncs.com/" + path + "?http=true")
	require.NoError(t, err)
	return u
}

func openQueue(t *testing.T, u *url.URL) *mns.Queue {
	t.Helper()
	q, err := mns.OpenQueue(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, q.Close()) })
	return q
}

// newQueue returns a new queue of the service.
func (s *service) newQueue(t *testing.T, settings emulator.QueueSettings) *mns.Queue {
	t.Helper()
	s.CreateQueue("vod-events", settings)
	return openQueue(t, s.url(t, "queues/vod-events"))
}

func TestBodiesComeBack(t *testing.T) {
	t.Parallel()
	s := start(t)
	q := s.newQueue(t, emulator.QueueSettings{})
	want := map[string]string{} // by id
	for name, body := range bodies() {
		id, err := q.Send(t.Context(), []byte(body))
		require.NoError(t, err, name)
		want[id] = body
	}
	var batch [][]byte
	for _, body := range bodies() {
		batch = append(batch, []byte(body))
	}
	for _, err := range q.SendBatch(t.Context(), batch) {
		require.NoError(t, err)
	}

	var handles, got []string
	for {
		received, err := q.Receive(t.Context(), mns.MaxBatch, 0)
		require.NoError(t, err)
		if len(received) == 0 {
			break
		}
		for _, m := range received {
			if body, ok := want[m.ID]; ok {
				require.Equal(t, body, string(m.Body))
			}
			require.False(t, m.MD5Mismatch)
			handles, got = append(handles, m.Handle), append(got, string(m.Body))
		}
	}
	var all []string
	for _, body := range bodies() {
		all = append(all, body, body)
	}
	require.ElementsMatch(t, all, got)
	require.NoError(t, q.Delete(t.Context(), handles...))
	require.Empty(t, s.Messages("vod-events"))
}

func TestReceive(t *testing.T) {
	t.Parallel()
	s := start(t)
	q := s.newQueue(t, emulator.QueueSettings{VisibilityTimeout: time.Hour})
	none, err := q.Receive(t.Context(), mns.MaxBatch, 0)
	require.NoError(t, err)
	require.Empty(t, none)
	require.Equal(t, []string{"GET numOfMessages=16&waitseconds=0"}, s.asked(), "the queue's own wait is not meant")

	before := time.Now().Truncate(time.Millisecond)
	id, err := q.Send(t.Context(), []byte(event))
	require.NoError(t, err)

	peeked, err := q.Peek(t.Context(), 3)
	require.NoError(t, err)
	require.Len(t, peeked, 1)
	require.Equal(t, mns.Received{ID: id, Body: []byte(event), Enqueued: peeked[0].Enqueued}, peeked[0])

	received, err := q.Receive(t.Context(), 0, 0) // which is 1
	require.NoError(t, err)
	require.Len(t, received, 1)
	m := received[0]
	require.Equal(t, id, m.ID)
	require.Equal(t, event, string(m.Body))
	require.Equal(t, 1, m.Dequeues)
	require.NotEmpty(t, m.Handle)
	require.Equal(t, peeked[0].Enqueued, m.Enqueued)
	require.WithinRange(t, m.Enqueued, before, time.Now())
	require.WithinRange(t, m.HiddenUntil, before.Add(time.Hour), time.Now().Add(time.Hour))
	require.Equal(t, time.UTC, m.Enqueued.Location())

	none, err = q.Receive(t.Context(), 1, 0)
	require.NoError(t, err)
	require.Empty(t, none, "it is hidden")
	a, err := q.Attributes(t.Context())
	require.NoError(t, err)
	require.Equal(t, mns.Attributes{
		Inactive: 1, MaxMessage: mns.MaxText, Retention: 4 * 24 * time.Hour, VisibilityTimeout: time.Hour,
	}, a)

	handle, err := q.ChangeVisibility(t.Context(), m.Handle, 10*time.Hour)
	require.NoError(t, err)
	require.NotEqual(t, m.Handle, handle)
	require.ErrorContains(t, q.Delete(t.Context(), m.Handle), "MessageNotExist")
	require.NoError(t, q.Delete(t.Context(), handle))
	require.ErrorContains(t, q.Delete(t.Context(), handle), "mns: delete from queue vod-events: MessageNotExist, status 404")
	_, err = q.ChangeVisibility(t.Context(), handle, 0)
	require.ErrorContains(t, err, "MessageNotExist")
}

func TestReceiveWaits(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		wait time.Duration
		left time.Duration // until the context ends; 0 means that it does not
		want string
	}{
		{name: "not", want: "0"},
		{name: "negative", wait: -time.Second, want: "0"},
		{name: "less than a second", wait: 999 * time.Millisecond, want: "0"},
		{name: "a while", wait: 2500 * time.Millisecond, want: "2"},
		{name: "as long as it can", wait: 30 * time.Second, want: "30"},
		{name: "longer", wait: time.Hour, want: "30"},
		{name: "as long as there is time", wait: time.Hour, left: 10*time.Second + 900*time.Millisecond, want: "9"},
		{name: "hardly any time", wait: time.Hour, left: 1900 * time.Millisecond, want: "0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			q := s.newQueue(t, emulator.QueueSettings{})
			s.Inject(always(emulator.Fault{Code: "MessageNotExist", Status: http.StatusNotFound}))
			ctx := t.Context()
			if tc.left > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tc.left)
				defer cancel()
			}
			_, err := q.Receive(ctx, 16, tc.wait)
			require.NoError(t, err)
			require.Equal(t, []string{"GET numOfMessages=16&waitseconds=" + tc.want}, s.asked())
		})
	}

	s := start(t)
	q := s.newQueue(t, emulator.QueueSettings{})
	var received []mns.Received
	var err error
	var wg sync.WaitGroup
	wg.Go(func() { received, err = q.Receive(t.Context(), 16, 30*time.Second) })
	_, sent := q.Send(t.Context(), []byte("x"))
	require.NoError(t, sent)
	wg.Wait()
	require.NoError(t, err)
	require.Len(t, received, 1)
}

func TestReceiveEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := start(t)
	q := s.newQueue(t, emulator.QueueSettings{})
	ctx, cancel := context.WithCancelCause(t.Context())
	var called sync.Once
	s.Inject(func(emulator.Call) emulator.Fault {
		called.Do(func() { cancel(errors.New("no more time")) })
		return emulator.Fault{}
	})
	_, err := q.Receive(ctx, 1, 30*time.Second)
	require.EqualError(t, err, "mns: receive from queue vod-events: no more time")
}

func TestReceiveSaysWhatChangedOnItsWay(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<Messages><Message><MessageId>1</MessageId><MessageBodyMD5>9DD4E461268C8034F5C8564E155C67A6</MessageBodyMD5>`+
			`<MessageBody>x</MessageBody></Message><Message><MessageId>2</MessageId><MessageBodyMD5>9DD4E461268C8034F5C8564E155C67A6`+
			`</MessageBodyMD5><MessageBody>y</MessageBody><EnqueueTime>-1</EnqueueTime></Message></Messages>`)
	}))
	t.Cleanup(s.Close)
	received, err := openQueue(t, local(t, s, "queues/x")).Receive(t.Context(), 16, 0)
	require.NoError(t, err)
	require.Len(t, received, 2)
	require.False(t, received[0].MD5Mismatch)
	require.True(t, received[1].MD5Mismatch)
	require.Equal(t, "y", string(received[1].Body), "and it is there")
	require.Zero(t, received[1].Enqueued)
}

func TestSendBatch(t *testing.T) {
	t.Parallel()
	sized := func(sizes ...int) [][]byte {
		var all [][]byte
		for _, size := range sizes {
			all = append(all, []byte(strings.Repeat("{", size))) // which is not taken for Base64
		}
		return all
	}
	for _, tc := range []struct {
		name   string
		bodies [][]byte
		want   []int // messages in each request
	}{
		{name: "none"},
		{name: "one", bodies: sized(1), want: []int{1}},
		{name: "sixteen", bodies: sized(slices.Repeat([]int{100}, 16)...), want: []int{16}},
		{name: "more", bodies: sized(slices.Repeat([]int{100}, 33)...), want: []int{16, 16, 1}},
		{name: "64 KiB together", bodies: sized(32<<10, 32<<10, 1, 1), want: []int{2, 2}},
		{name: "64 KiB each", bodies: sized(64<<10, 64<<10), want: []int{1, 1}},
		{name: "Base64 counts", bodies: [][]byte{slices.Repeat([]byte{0xff}, 48<<10), []byte("x"), []byte("y")}, want: []int{1, 2}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			q := s.newQueue(t, emulator.QueueSettings{})
			for _, err := range q.SendBatch(t.Context(), tc.bodies) {
				require.NoError(t, err)
			}
			require.Len(t, s.Messages("vod-events"), len(tc.bodies))
			s.mu.Lock()
			defer s.mu.Unlock()
			require.Equal(t, tc.want, s.sent)
		})
	}
}

func TestSendBatchIsolatesMessages(t *testing.T) {
	t.Parallel()
	s := start(t)
	q := s.newQueue(t, emulator.QueueSettings{MaxMessage: 1 << 10})
	batch := [][]byte{
		[]byte("a"),
		{},
		[]byte("b"),
		[]byte(strings.Repeat("x", mns.MaxText+1)),
		[]byte(strings.Repeat("x", 2<<10)),
		slices.Repeat([]byte{0}, mns.MaxText),
		[]byte("c"),
	}
	errs := q.SendBatch(t.Context(), batch)
	require.Len(t, errs, len(batch))
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], mns.ErrEmpty)
	require.NoError(t, errs[2])
	require.ErrorIs(t, errs[3], mns.ErrTooLarge)
	require.ErrorContains(t, errs[4], "InvalidArgument", "the queue takes 1 KiB")
	require.ErrorIs(t, errs[5], mns.ErrTooLarge, "in Base64")
	require.NoError(t, errs[6])
	require.Len(t, s.Messages("vod-events"), 3)
	for _, i := range []int{1, 3, 4, 5} {
		require.True(t, mns.AboutMessage(errs[i]))
	}

	s.Inject(always(emulator.Fault{Partial: 2}))
	errs = q.SendBatch(t.Context(), [][]byte{[]byte("d"), []byte("e"), []byte("f")})
	require.ErrorContains(t, errs[0], "mns: send to queue vod-events: InternalError, status 500")
	require.ErrorContains(t, errs[1], "InternalError")
	require.NoError(t, errs[2])
	require.Len(t, s.Messages("vod-events"), 4)

	s.Inject(always(emulator.Fault{Garble: true}))
	for _, err := range q.SendBatch(t.Context(), [][]byte{[]byte("g"), []byte("h")}) {
		require.ErrorIs(t, err, mns.ErrAltered)
	}
}

func TestSendBatchStopsWhereThereIsNoPoint(t *testing.T) {
	t.Parallel()
	s := start(t)
	q := openQueue(t, s.url(t, "queues/absent"))
	errs := q.SendBatch(t.Context(), slices.Repeat([][]byte{[]byte("x")}, 40))
	require.Len(t, errs, 40)
	for i, err := range errs {
		require.ErrorContains(t, err, "QueueNotExist")
		require.False(t, mns.AboutMessage(err))
		require.Equal(t, i >= mns.MaxBatch, errors.Is(err, mns.ErrNotSent), "message %d: %v", i, err)
	}
	require.Len(t, s.asked(), 1)

	// Sent one by one, because the first is refused, and then the answers cease.
	s.CreateQueue("absent", emulator.QueueSettings{MaxMessage: 1 << 10})
	calls := 0
	s.Inject(func(emulator.Call) emulator.Fault {
		calls++
		if calls == 3 {
			return emulator.Fault{Code: "InternalError"}
		}
		return emulator.Fault{}
	})
	errs = q.SendBatch(t.Context(), append([][]byte{[]byte(strings.Repeat("x", 2<<10))}, slices.Repeat([][]byte{[]byte("x")}, 20)...))
	require.ErrorContains(t, errs[0], "InvalidArgument")
	for i, err := range errs[1:] {
		require.ErrorContains(t, err, "InternalError")
		require.Equal(t, i > 0, errors.Is(err, mns.ErrNotSent), "message %d: %v", i+1, err)
	}
	require.Equal(t, 3, calls)

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the invocation ends"))
	for _, err := range q.SendBatch(ctx, slices.Repeat([][]byte{[]byte("x")}, 20)) {
		require.ErrorIs(t, err, mns.ErrNotSent)
		require.ErrorContains(t, err, "mns: send to queue absent: the invocation ends")
	}
	require.Equal(t, 3, calls)
}

func TestDeleteMany(t *testing.T) {
	t.Parallel()
	s := start(t)
	q := s.newQueue(t, emulator.QueueSettings{})
	for _, err := range q.SendBatch(t.Context(), slices.Repeat([][]byte{[]byte("x")}, 35)) {
		require.NoError(t, err)
	}
	var handles []string
	for range 3 {
		received, err := q.Receive(t.Context(), 16, 0)
		require.NoError(t, err)
		for _, m := range received {
			handles = append(handles, m.Handle)
		}
	}
	require.Len(t, handles, 35)
	require.NoError(t, q.Delete(t.Context()))
	require.NoError(t, q.Delete(t.Context(), handles[:2]...))
	err := q.Delete(t.Context(), handles...)
	require.ErrorContains(t, err, "mns: delete from queue vod-events: 2 of 35 messages: MessageNotExist, status 404")
	require.Empty(t, s.Messages("vod-events"))
	require.ErrorContains(t, q.Delete(t.Context(), "nonsense&<>"), "ReceiptHandleError")

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("no more time"))
	s.asked()
	require.ErrorContains(t, q.Delete(ctx, handles...), "35 of 35 messages: no more time")
	require.Empty(t, s.asked())
}

func TestPublish(t *testing.T) {
	t.Parallel()
	s := start(t)
	var mu sync.Mutex
	got := map[string]string{} // by id
	s.Subscribe("vod-events", func(_ context.Context, m emulator.Message) error {
		mu.Lock()
		defer mu.Unlock()
		got[m.ID] = m.Body
		return nil
	})
	topic, err := mns.OpenTopic(s.url(t, "topics/vod-events"))
	require.NoError(t, err)
	want := map[string]string{}
	for name, body := range bodies() {
		id, err := topic.Publish(t.Context(), []byte(body))
		require.NoError(t, err, name)
		want[id] = mns.EncodeBody([]byte(body))
	}
	require.NoError(t, s.Drain(t.Context()))
	require.Equal(t, want, got)

	size, err := topic.MaxMessage(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, mns.MaxText, size)
	gone, err := mns.OpenTopic(s.url(t, "topics/none"))
	require.NoError(t, err)
	_, err = gone.MaxMessage(t.Context())
	require.ErrorContains(t, err, "mns: read the attributes of topic none: TopicNotExist")

	_, err = topic.Publish(t.Context(), []byte(strings.Repeat("x", mns.MaxText+1)))
	require.ErrorIs(t, err, mns.ErrTooLarge)
	require.ErrorContains(t, err, "mns: publish to topic vod-events: ")
	s.Inject(always(emulator.Fault{Garble: true}))
	_, err = topic.Publish(t.Context(), []byte("x"))
	require.ErrorIs(t, err, mns.ErrAltered)
	require.NoError(t, topic.Close())
}

// A connection that died while nobody looked costs nothing.
func TestConnectionsThatDied(t *testing.T) {
	t.Parallel()
	s := start(t)
	q := s.newQueue(t, emulator.QueueSettings{})
	for range 5 {
		_, err := q.Send(t.Context(), []byte("x"))
		require.NoError(t, err)
		s.listening.CloseClientConnections()
	}
	require.Len(t, s.Messages("vod-events"), 5)
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := start(t)
	q := s.newQueue(t, emulator.QueueSettings{})
	s.Allow(emulator.Key{ID: "STS.a", Secret: "a", Token: "token a"})
	as := func(id, secret, token string) context.Context {
		return alicloud.With(t.Context(), alicloud.Credentials{AccessKeyID: id, AccessKeySecret: secret, SecurityToken: token})
	}
	for _, tc := range []struct {
		name string
		ctx  context.Context //nolint:containedctx // that is what is tried
		want mns.Code
	}{
		{name: "those of the URL", ctx: t.Context()},
		{name: "those of the invocation go before", ctx: as("STS.a", "a", "token a")},
		{name: "and are used even if they are wrong", ctx: as("STS.b", "b", "token b"), want: mns.InvalidAccessKeyID},
		{name: "without their token", ctx: as("STS.a", "a", ""), want: mns.InvalidSecurityToken},
		{name: "with an old one", ctx: as("STS.a", "a", "token of yesterday"), want: mns.InvalidSecurityToken},
		{name: "with another secret", ctx: as("STS.a", "b", "token a"), want: mns.SignatureDoesNotMatch},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := q.Send(tc.ctx, []byte("x"))
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			failure, ok := errors.AsType[*mns.Error](err)
			require.True(t, ok)
			require.Equal(t, tc.want, failure.Code)
			require.Equal(t, http.StatusForbidden, failure.Status)
			require.NotEmpty(t, failure.RequestID)
			require.NotContains(t, err.Error(), "token of yesterday")
		})
	}

	u := s.url(t, "queues/vod-events")
	u.User = nil
	_, err := openQueue(t, u).Send(t.Context(), []byte("x"))
	require.ErrorIs(t, err, alicloud.ErrNone)
}
