package mns_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

// upTo says yes so often.
func upTo(n int) func(mns.Message) bool {
	return func(mns.Message) bool {
		n--
		return n >= 0
	}
}

func bodies(messages []mns.Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Body)
	}
	return all
}

// What an event source holds nobody else gets, until it is put back.
func TestTake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mns.QueueSettings{})
		require.NoError(t, s.Send("q", "1", "2", "3"))
		taken := s.Take(t.Context(), "q", upTo(2))
		require.Equal(t, []string{"1", "2"}, bodies(taken))
		require.Equal(t, 1, taken[0].Deliveries)
		require.Equal(t, "3", receive(t, s).MessageBody)
		time.Sleep(12*time.Hour - 1)
		require.Equal(t, "3", receive(t, s).MessageBody)
		require.Equal(t, "MessageNotExist", receive(t, s).Code)

		s.PutBack("q", taken[0])
		s.Delete("q", taken[1])
		require.Equal(t, []string{"3", "1"}, bodies(s.Messages("q")), "after all others")
		taken = s.Take(t.Context(), "q", upTo(9))
		require.Equal(t, []string{"1"}, bodies(taken))
		require.Equal(t, 2, taken[0].Deliveries)
		s.Delete("q", taken...)
		s.Delete("q", taken...) // which are gone
		s.PutBack("absent", taken...)
		require.Len(t, s.Messages("q"), 1)
	})
}

func TestTakeWaits(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		queue   string
		happens func(*testing.T, *mns.Server)
		want    []string
	}{
		{name: "for a message", queue: "q", want: []string{"x"}, happens: func(t *testing.T, s *mns.Server) { send(t, s, body) }},
		{name: "for one that is hidden", queue: "hidden", want: []string{"y"}},
		{name: "for a queue", queue: "later", want: []string{"z"}, happens: func(t *testing.T, s *mns.Server) {
			do(t, s, http.MethodPut, "/queues/later", "")
			require.NoError(t, s.Send("later", "z"))
		}},
		{name: "in vain", queue: "q"},
		{name: "until the server is closed", queue: "q", happens: func(_ *testing.T, s *mns.Server) { s.Close() }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, mns.QueueSettings{})
				s.CreateQueue("hidden", mns.QueueSettings{Delay: 5 * time.Second})
				require.NoError(t, s.Send("hidden", "y"))
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				got := make(chan []string)
				go func() { got <- bodies(s.Take(ctx, tc.queue, upTo(9))) }()
				synctest.Wait()
				if tc.happens != nil {
					tc.happens(t, s)
				}
				require.Equal(t, tc.want, <-got)
				require.Empty(t, s.Take(ctx, tc.queue, upTo(9)), "nothing more")
				cancel()
				_ = s.Send("q", "too late")
				require.Empty(t, s.Take(ctx, "q", upTo(9)), "nobody wants it")
			})
		})
	}
}

func TestDrainQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mns.QueueSettings{})
		require.NoError(t, s.DrainQueue(t.Context(), "q"))
		require.NoError(t, s.DrainQueue(t.Context(), "absent"))
		require.NoError(t, s.Send("q", "1"))
		require.NoError(t, s.Send("q", "2"))
		drained := make(chan error)
		go func() { drained <- s.DrainQueue(t.Context(), "q") }()
		s.Delete("q", s.Take(t.Context(), "q", upTo(1))...)
		handle := receive(t, s).ReceiptHandle
		synctest.Wait()
		require.Empty(t, drained, "one is hidden, and may come back")
		do(t, s, http.MethodDelete, handled(handle), "")
		require.NoError(t, <-drained)

		require.NoError(t, s.Send("q", "3"))
		impatient, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("no more time"))
		defer cancel()
		require.EqualError(t, s.DrainQueue(impatient, "q"), "no more time")
		s.Close()
		require.ErrorIs(t, s.DrainQueue(t.Context(), "q"), mns.ErrClosed)
	})
}

// Without the protocol the service refuses what it refuses with it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newServer(t, mns.QueueSettings{MaxMessage: 1 << 10})
	s.CreateTopic("t")
	var sent []string
	s.Sent = func(path string, m mns.Message) { sent = append(sent, path+" "+m.Body) }
	tooLarge := string(make([]byte, 64<<10+1))
	publish := func(topic, body string) error {
		_, err := s.Publish(t.Context(), topic, mns.Message{Body: body})
		return err
	}
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{name: "no queue", err: s.Send("absent", "x"), want: "QueueNotExist"},
		{name: "one of them empty", err: s.Send("q", "x", ""), want: "InvalidArgument"},
		{name: "one of them large", err: s.Send("q", "x", string(make([]byte, 1<<10+1))), want: "InvalidArgument"},
		{name: "no topic", err: publish("absent", "x"), want: "TopicNotExist"},
		{name: "publish nothing", err: publish("t", ""), want: "InvalidArgument"},
		{name: "publish much", err: publish("t", tooLarge), want: "InvalidArgument"},
	} {
		refusal, ok := errors.AsType[*mns.Error](tc.err)
		require.True(t, ok, tc.name)
		require.Equal(t, tc.want, refusal.Code, tc.name)
	}
	require.Empty(t, s.Messages("q"))
	require.Empty(t, sent)
	require.NoError(t, s.Send("q", "a", "b"))
	require.NoError(t, publish("t", "c"))
	send(t, s, body)
	require.Equal(t, []string{"queues/q a", "queues/q b", "topics/t c", "queues/q x"}, sent)
}
