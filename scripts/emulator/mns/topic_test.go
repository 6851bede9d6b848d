package mns_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

func publish(t *testing.T, s *mns.Server, members string) answer {
	t.Helper()
	return do(t, s, http.MethodPost, "/topics/t/messages", message(members))
}

// What a subscriber does not take comes three more times.
func TestPushRetries(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		failures int
		want     []time.Duration // after publishing
	}{
		{name: "taken", want: []time.Duration{0}},
		{name: "taken at last", failures: 3, want: []time.Duration{0, time.Minute, 2 * time.Minute, 3 * time.Minute}},
		{name: "given up", failures: 9, want: []time.Duration{0, time.Minute, 2 * time.Minute, 3 * time.Minute}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, mns.QueueSettings{})
				s.RetryDelay = time.Minute
				start := time.Now()
				var got []time.Duration
				var last mns.Message
				s.Subscribe("t", func(_ context.Context, m mns.Message) error {
					got, last = append(got, time.Since(start)), m
					if len(got) <= tc.failures {
						return errors.New("not now")
					}
					return nil
				})
				a := publish(t, s, "<MessageBody>x</MessageBody><MessageTag>vod</MessageTag>")
				require.Equal(t, http.StatusCreated, a.Status)
				require.NoError(t, s.Drain(t.Context()))
				require.Equal(t, tc.want, got)
				require.Equal(t, mns.Message{ID: a.MessageID, Body: "x", Tag: "vod", Published: start}, last)
				require.NoError(t, s.Drain(t.Context()), "nothing is left")
			})
		})
	}
}

func TestPushEndsWithTheServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mns.QueueSettings{})
		var ended error
		s.Subscribe("t", func(ctx context.Context, _ mns.Message) error {
			<-ctx.Done()
			ended = ctx.Err()
			return ended
		})
		request, cancel := context.WithCancel(t.Context())
		serve(t, s, requestWith(request, http.MethodPost, "/topics/t/messages", message(body)))
		cancel() // the publisher leaves, which is nothing to the subscriber
		synctest.Wait()
		require.NoError(t, ended)

		impatient, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("no more time"))
		defer cancel()
		require.EqualError(t, s.Drain(impatient), "no more time")
		s.Close()
		require.ErrorIs(t, ended, context.Canceled)
		require.Equal(t, http.StatusCreated, publish(t, s, body).Status, "and nobody gets it")
	})
}

func requestWith(ctx context.Context, method, resource, body string) *http.Request {
	return request(method, resource, body).WithContext(ctx)
}

// The formats in which HTTP subscribers get a message.
func TestNotifications(t *testing.T) {
	t.Parallel()
	type notification struct {
		TopicOwner, TopicName, Subscriber, SubscriptionName, MessageMD5, MessageTag, Message, PublishTime string

		MessageID string `xml:"MessageId" json:"MessageId"`
	}
	for _, tc := range []struct {
		format, contentType string
		read                func([]byte, *notification) error
	}{
		{format: "", contentType: "text/xml;charset=utf-8", read: func(b []byte, n *notification) error { return xml.Unmarshal(b, n) }},
		{format: "JSON", contentType: "application/json;charset=utf-8", read: func(b []byte, n *notification) error { return json.Unmarshal(b, n) }},
		{format: "SIMPLIFIED", contentType: "text/plain;charset=utf-8"},
	} {
		t.Run(tc.format, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, mns.QueueSettings{})
			s.RetryDelay = time.Millisecond
			s.CreateTopic("t")
			var mu sync.Mutex
			var got []*http.Request
			var bodies [][]byte
			subscriber := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				b, err := io.ReadAll(r.Body)
				if err != nil {
					return
				}
				mu.Lock()
				defer mu.Unlock()
				got, bodies = append(got, r), append(bodies, b)
				if len(got) == 1 {
					w.WriteHeader(http.StatusInternalServerError)
				}
			}))
			t.Cleanup(subscriber.Close)
			format := ""
			if tc.format != "" {
				format = "<NotifyContentFormat>" + tc.format + "</NotifyContentFormat>"
			}
			a := do(t, s, http.MethodPut, "/topics/t/subscriptions/s",
				"<Subscription><Endpoint>"+subscriber.URL+"/x</Endpoint>"+format+"<FilterTag>vod</FilterTag></Subscription>")
			require.Equal(t, http.StatusCreated, a.Status, a.Code)

			publish(t, s, "<MessageBody>not for it</MessageBody><MessageTag>live</MessageTag>")
			published := publish(t, s, "<MessageBody>&lt;&amp;&gt;🎬</MessageBody><MessageTag>vod</MessageTag>")
			require.NoError(t, s.Drain(t.Context()))
			mu.Lock()
			defer mu.Unlock()
			require.Len(t, got, 2, "and once more, since it failed")
			require.Equal(t, bodies[0], bodies[1])
			require.Equal(t, "/x", got[0].URL.Path)
			require.Equal(t, tc.contentType, got[0].Header.Get("Content-Type"))
			require.Equal(t, published.MessageID, got[0].Header.Get("X-Mns-Message-Id"))
			require.Equal(t, "vod", got[0].Header.Get("X-Mns-Message-Tag"))
			if tc.read == nil {
				require.Equal(t, "<&>🎬", string(bodies[0]))
				return
			}
			var n notification
			require.NoError(t, tc.read(bodies[0], &n))
			require.NotEmpty(t, n.PublishTime)
			n.PublishTime = ""
			require.Equal(t, notification{
				TopicOwner: mns.AccountID, TopicName: "t", Subscriber: mns.AccountID, SubscriptionName: "s", MessageID: published.MessageID,
				MessageMD5: published.MessageBodyMD5, MessageTag: "vod", Message: "<&>🎬",
			}, n)
		})
	}
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	s := newServer(t, mns.QueueSettings{})
	s.CreateTopic("t")
	require.Equal(t, "MalformedXML", do(t, s, http.MethodPost, "/topics/t/messages", "x").Code)
	require.Equal(t, "InvalidArgument", publish(t, s, "").Code)
	require.Equal(t, "InvalidArgument", publish(t, s, "<MessageBody>"+string(make([]byte, 0))+"</MessageBody>").Code)
	require.Equal(t, "TopicNameInvalid", do(t, s, http.MethodPut, "/topics/-", "").Code)
	require.Equal(t, "MalformedXML", do(t, s, http.MethodPut, "/topics/x", "<Queue/>").Code)
	require.Equal(t, "InvalidArgument", do(t, s, http.MethodPut, "/topics/x", "<Topic><MaximumMessageSize>1</MaximumMessageSize></Topic>").Code)
	require.Equal(t, "TopicNotExist", do(t, s, http.MethodPut, "/topics/x?metaoverride=true", "").Code)
	require.Equal(t, "SubsriptionNameInvalid", do(t, s, http.MethodPut, "/topics/t/subscriptions/-", "<Subscription/>").Code)
	require.Equal(t, "MalformedXML", do(t, s, http.MethodPut, "/topics/t/subscriptions/s", "x").Code)
	require.Equal(t, "SubscriptionNotExist", do(t, s, http.MethodPut, "/topics/t/subscriptions/s?metaoverride=true", "<Subscription/>").Code)
	require.Panics(t, func() { s.CreateTopic("-") })
}
