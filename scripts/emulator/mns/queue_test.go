package mns_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

const body = "<MessageBody>x</MessageBody>"

func receive(t *testing.T, s *mns.Server) answer {
	t.Helper()
	return do(t, s, http.MethodGet, messages, "")
}

func handled(handle string) string { return messages + "?ReceiptHandle=" + url.QueryEscape(handle) }

func TestVisibility(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mns.QueueSettings{})
		sent := send(t, s, "<MessageBody>&lt;x&gt;</MessageBody>")
		start := time.Now()

		first := receive(t, s)
		require.Equal(t, answer{
			Status: http.StatusOK, XMLName: first.XMLName, MessageID: sent.MessageID, MessageBody: "<x>", MessageBodyMD5: sent.MessageBodyMD5,
			ReceiptHandle: first.ReceiptHandle, NextVisibleTime: start.Add(30 * time.Second).UnixMilli(), EnqueueTime: start.UnixMilli(),
			FirstDequeueTime: start.UnixMilli(), DequeueCount: 1, Priority: 8,
		}, first)
		require.Equal(t, "MessageNotExist", receive(t, s).Code)

		time.Sleep(30*time.Second - 1)
		require.Equal(t, "MessageNotExist", receive(t, s).Code)
		time.Sleep(time.Nanosecond)
		require.Equal(t, "MessageNotExist", do(t, s, http.MethodDelete, handled(first.ReceiptHandle), "").Code, "the handle ran out")
		second := receive(t, s)
		require.Equal(t, 2, second.DequeueCount)
		require.NotEqual(t, first.ReceiptHandle, second.ReceiptHandle)
		require.Equal(t, start.UnixMilli(), second.FirstDequeueTime)

		changed := do(t, s, http.MethodPut, handled(second.ReceiptHandle)+"&VisibilityTimeout=3600", "")
		require.Equal(t, time.Now().Add(time.Hour).UnixMilli(), changed.NextVisibleTime)
		require.Equal(t, "MessageNotExist", do(t, s, http.MethodDelete, handled(second.ReceiptHandle), "").Code, "it was replaced")
		time.Sleep(time.Hour - 1)
		require.Equal(t, http.StatusNoContent, do(t, s, http.MethodDelete, handled(changed.ReceiptHandle), "").Status)
		require.Empty(t, s.Messages("q"))

		for query, want := range map[string]string{
			"?VisibilityTimeout=1":                          "MissingReceiptHandle",
			"?ReceiptHandle=8-AA==":                         "MissingVisibilityTimeout",
			"?ReceiptHandle=8-AA==&VisibilityTimeout=":      "InvalidArgument",
			"?ReceiptHandle=8-AA==&VisibilityTimeout=0":     "InvalidArgument",
			"?ReceiptHandle=8-AA==&VisibilityTimeout=43201": "InvalidArgument",
			"?ReceiptHandle=x&VisibilityTimeout=1":          "ReceiptHandleError",
		} {
			require.Equal(t, want, do(t, s, http.MethodPut, messages+query, "").Code, query)
		}
	})
}

func TestDelayPriorityAndRetention(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mns.QueueSettings{Delay: 10 * time.Second, Retention: time.Hour})
		require.NotEmpty(t, send(t, s, "<MessageBody>low</MessageBody><Priority>16</Priority>").ReceiptHandle)
		send(t, s, "<MessageBody>normal</MessageBody>")
		send(t, s, "<MessageBody>high</MessageBody><Priority>1</Priority>")
		send(t, s, "<MessageBody>now</MessageBody><DelaySeconds>0</DelaySeconds>")
		require.Equal(t, "now", receive(t, s).MessageBody)
		attributes := do(t, s, http.MethodGet, "/queues/q", "")
		require.Equal(t, 3, attributes.DelayMessages)
		require.Equal(t, 1, attributes.InactiveMessages)

		time.Sleep(10 * time.Second)
		require.Equal(t, 3, do(t, s, http.MethodGet, "/queues/q", "").ActiveMessages)
		a := do(t, s, http.MethodGet, messages+"?numOfMessages=16&peekonly=true", "")
		require.Equal(t, "high", a.Messages[0].MessageBody)
		require.Empty(t, a.Messages[0].ReceiptHandle)
		require.Equal(t, "high", receive(t, s).MessageBody)
		a = do(t, s, http.MethodGet, messages+"?numOfMessages=16", "")
		require.Len(t, a.Messages, 2)
		require.Equal(t, "normal", a.Messages[0].MessageBody)
		require.Equal(t, "low", a.Messages[1].MessageBody)

		time.Sleep(time.Hour - 11*time.Second)
		require.Len(t, s.Messages("q"), 4)
		time.Sleep(time.Second)
		require.Empty(t, s.Messages("q"), "kept no longer")
		require.Equal(t, "MessageNotExist", receive(t, s).Code)
	})
}

// Whoever waits gets what comes, as soon as it can be received, and no sooner.
func TestLongPolling(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		settings mns.QueueSettings
		query    string
		happens  func(*testing.T, *mns.Server) // after 5 s
		want     time.Duration
		code     string
	}{
		{name: "nothing comes", query: "?waitseconds=30", want: 30 * time.Second, code: "MessageNotExist"},
		{name: "no wait", query: "?waitseconds=0", settings: mns.QueueSettings{PollingWait: 20 * time.Second}, code: "MessageNotExist"},
		{name: "the queue's wait", settings: mns.QueueSettings{PollingWait: 20 * time.Second}, want: 20 * time.Second, code: "MessageNotExist"},
		{name: "peeking does not wait", query: "?peekonly=true", settings: mns.QueueSettings{PollingWait: 20 * time.Second}, code: "MessageNotExist"},
		{
			name: "a message comes", query: "?waitseconds=30",
			happens: func(t *testing.T, s *mns.Server) { send(t, s, body) },
			want:    5 * time.Second,
		},
		{
			name: "a delay passes", query: "?waitseconds=30",
			happens: func(t *testing.T, s *mns.Server) { send(t, s, body+"<DelaySeconds>7</DelaySeconds>") },
			want:    12 * time.Second,
		},
		{
			name: "too late", query: "?waitseconds=10",
			happens: func(t *testing.T, s *mns.Server) { send(t, s, body+"<DelaySeconds>7</DelaySeconds>") },
			want:    10 * time.Second, code: "MessageNotExist",
		},
		{
			name: "the queue goes away", query: "?waitseconds=30",
			happens: func(t *testing.T, s *mns.Server) { do(t, s, http.MethodDelete, "/queues/q", "") },
			want:    5 * time.Second, code: "QueueNotExist",
		},
		{
			name: "the server is closed", query: "?waitseconds=30",
			happens: func(_ *testing.T, s *mns.Server) { s.Close() },
			want:    5 * time.Second, code: "MessageNotExist",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, tc.settings)
				var wg sync.WaitGroup
				if tc.happens != nil {
					wg.Go(func() {
						time.Sleep(5 * time.Second)
						tc.happens(t, s)
					})
				}
				start := time.Now()
				a := do(t, s, http.MethodGet, messages+tc.query, "")
				require.Equal(t, tc.want, time.Since(start))
				require.Equal(t, tc.code, a.Code)
				wg.Wait()
			})
		})
	}

	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mns.QueueSettings{})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		serve(t, s, request(http.MethodGet, messages+"?waitseconds=30", "").WithContext(ctx))
		require.Equal(t, 3*time.Second, time.Since(start), "nobody waits any more")
	})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := newServer(t, mns.QueueSettings{MaxMessage: 2 << 10})
	s.CreateQueue("large", mns.QueueSettings{})
	sized := func(n int) string {
		return "<Message><MessageBody>" + strings.Repeat("&amp;", n) + "</MessageBody></Message>"
	}
	many := func(n int, m string) string { return "<Messages>" + strings.Repeat(m, n) + "</Messages>" }
	for _, tc := range []struct{ name, queue, body, want string }{
		{name: "as large as the queue takes", queue: "q", body: sized(2 << 10)},
		{name: "larger", queue: "q", body: sized(2<<10 + 1), want: "InvalidArgument"},
		{name: "empty", queue: "q", body: message("<MessageBody></MessageBody>"), want: "InvalidArgument"},
		{name: "no body", queue: "q", body: message(""), want: "InvalidArgument"},
		{name: "priority 0", queue: "q", body: message(body + "<Priority>0</Priority>"), want: "InvalidArgument"},
		{name: "priority 17", queue: "q", body: message(body + "<Priority>17</Priority>"), want: "InvalidArgument"},
		{name: "delay of 8 days", queue: "q", body: message(body + "<DelaySeconds>691200</DelaySeconds>"), want: "InvalidArgument"},
		{name: "negative delay", queue: "q", body: message(body + "<DelaySeconds>-1</DelaySeconds>"), want: "InvalidArgument"},
		{name: "delay that is none", queue: "q", body: message(body + "<DelaySeconds>x</DelaySeconds>"), want: "MalformedXML"},
		{name: "nothing", queue: "q", body: "", want: "MalformedXML"},
		{name: "not XML", queue: "q", body: "x", want: "MalformedXML"},
		{name: "other root", queue: "q", body: "<Queue/>", want: "MalformedXML"},
		{name: "cut off", queue: "q", body: "<Message><MessageBody>x", want: "MalformedXML"},
		{name: "more behind it", queue: "q", body: message(body) + "<x/>", want: "MalformedXML"},
		{name: "control character", queue: "q", body: message("<MessageBody>\x01</MessageBody>"), want: "MalformedXML"},
		{name: "not UTF-8", queue: "q", body: message("<MessageBody>\xff</MessageBody>"), want: "MalformedXML"},
		{name: "sixteen", queue: "q", body: many(16, message(body))},
		{name: "seventeen", queue: "q", body: many(17, message(body)), want: "InvalidArgument"},
		{name: "none", queue: "q", body: many(0, ""), want: "InvalidArgument"},
		{name: "one of them wrong", queue: "q", body: "<Messages>" + message(body) + message("") + "</Messages>", want: "InvalidArgument"},
		{name: "64 KiB together", queue: "large", body: many(16, sized(4<<10))},
		{name: "more", queue: "large", body: "<Messages>" + strings.Repeat(sized(4<<10), 15) + sized(4<<10+1) + "</Messages>", want: "InvalidArgument"},
		{name: "many handles", queue: "q", body: "<ReceiptHandles>" + strings.Repeat("<ReceiptHandle>8-AA==</ReceiptHandle>", 17) + "</ReceiptHandles>", want: "InvalidArgument"},
	} {
		method := http.MethodPost
		if strings.HasPrefix(tc.body, "<ReceiptHandles>") {
			method = http.MethodDelete
		}
		before := len(s.Messages(tc.queue))
		a := do(t, s, method, "/queues/"+tc.queue+"/messages", tc.body)
		require.Equal(t, tc.want, a.Code, tc.name)
		if tc.want != "" {
			require.Len(t, s.Messages(tc.queue), before, "%s: nothing of it was taken", tc.name)
		} else {
			require.Greater(t, len(s.Messages(tc.queue)), before, tc.name)
		}
	}
	for _, query := range []string{"?numOfMessages=0", "?numOfMessages=17", "?numOfMessages=x", "?waitseconds=31", "?waitseconds=-1"} {
		require.Equal(t, "InvalidArgument", do(t, s, http.MethodGet, messages+query, "").Code, query)
	}
}

// A batch of deletions deletes what it can, and says what it could not.
func TestDeleteBatch(t *testing.T) {
	t.Parallel()
	s := newServer(t, mns.QueueSettings{})
	send(t, s, body)
	m := receive(t, s)
	a := do(t, s, http.MethodDelete, messages, "<ReceiptHandles><ReceiptHandle>8-AA==</ReceiptHandle><ReceiptHandle>"+m.ReceiptHandle+
		"</ReceiptHandle><ReceiptHandle>x</ReceiptHandle></ReceiptHandles>")
	require.Equal(t, http.StatusNotFound, a.Status)
	require.Len(t, a.Errors, 2)
	require.Equal(t, "MessageNotExist", a.Errors[0].ErrorCode)
	require.Equal(t, "8-AA==", a.Errors[0].ReceiptHandle)
	require.Equal(t, "ReceiptHandleError", a.Errors[1].ErrorCode)
	require.Empty(t, s.Messages("q"))
}

func TestQueueSettings(t *testing.T) {
	t.Parallel()
	s := newServer(t, mns.QueueSettings{})
	for _, attributes := range []string{
		"<MaximumMessageSize>1023</MaximumMessageSize>", "<MaximumMessageSize>65537</MaximumMessageSize>",
		"<DelaySeconds>604801</DelaySeconds>", "<MessageRetentionPeriod>59</MessageRetentionPeriod>",
		"<VisibilityTimeout>0</VisibilityTimeout>", "<VisibilityTimeout>43201</VisibilityTimeout>", "<PollingWaitSeconds>31</PollingWaitSeconds>",
	} {
		require.Equal(t, "InvalidArgument", do(t, s, http.MethodPut, "/queues/x", "<Queue>"+attributes+"</Queue>").Code, attributes)
	}
	require.Equal(t, "MalformedXML", do(t, s, http.MethodPut, "/queues/x", "<Topic/>").Code)
	require.Equal(t, http.StatusCreated, do(t, s, http.MethodPut, "/queues/x", "").Status)
	require.Equal(t, http.StatusNoContent, do(t, s, http.MethodPut, "/queues/x?metaoverride=true", "<Queue><VisibilityTimeout>60</VisibilityTimeout></Queue>").Status)
	require.Equal(t, 60, do(t, s, http.MethodGet, "/queues/x", "").VisibilityTimeout)
	require.Equal(t, "QueueAlreadyExist", do(t, s, http.MethodPut, "/queues/x", "").Code)

	s.CreateQueue("x", mns.QueueSettings{})
	require.Equal(t, 30, do(t, s, http.MethodGet, "/queues/x", "").VisibilityTimeout)
	require.Panics(t, func() { s.CreateQueue("x", mns.QueueSettings{MaxMessage: 1}) })
	require.Panics(t, func() { s.CreateQueue("-", mns.QueueSettings{}) })
	require.Empty(t, s.Messages("absent"))
}

// While one is hidden, no other receiver gets it; in the end everything was deleted once.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	s := newServer(t, mns.QueueSettings{})
	const senders, each = 4, 50
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			for n := range each {
				do(t, s, http.MethodPost, messages, message(fmt.Sprintf("<MessageBody>%d.%d</MessageBody>", i, n)))
			}
		})
	}
	var mu sync.Mutex
	got := map[string]int{}
	left := senders * each
	for range 4 {
		all.Go(func() {
			for {
				mu.Lock()
				done := left <= 0
				mu.Unlock()
				if done {
					return
				}
				a := do(t, s, http.MethodGet, messages+"?numOfMessages=5", "")
				if a.Status != http.StatusOK { // the document of an error has a Message, too
					continue
				}
				for _, m := range a.Messages {
					mu.Lock()
					got[m.MessageBody]++
					left--
					mu.Unlock()
					do(t, s, http.MethodDelete, handled(m.ReceiptHandle), "")
				}
			}
		})
	}
	all.Wait()
	require.Len(t, got, senders*each)
	for text, times := range got {
		require.Equal(t, 1, times, text)
	}
	require.Empty(t, s.Messages("q"))
}
