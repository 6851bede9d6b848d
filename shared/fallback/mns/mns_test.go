package mns_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/fallback/fallbacktest"
	fallbackmns "github.com/vodevents/vodevents/shared/fallback/mns"
	"github.com/vodevents/vodevents/shared/mns"
)

// role is the credentials of an invocation, with just the rights that the package
// asks for.
var role = emulator.Key{
	ID: "STS.role", Secret: "role's secret", Token: "role's token",
	Actions: []string{
		"mns:SendMessage", "mns:ReceiveMessage", "mns:BatchReceiveMessage", "mns:DeleteMessage", "mns:BatchDeleteMessage", "mns:GetQueueAttributes",
	},
}

// asRole puts the credentials of an invocation into the context.
func asRole(ctx context.Context) context.Context {
	return alicloud.With(ctx, alicloud.Credentials{AccessKeyID: role.ID, AccessKeySecret: role.Secret, SecurityToken: role.Token})
}

// service is a local service with queues.
type service struct {
	*emulator.Server

	host  string
	count atomic.Int64
}

func start(t *testing.T) *service {
	t.Helper()
	s := &service{Server: emulator.New(role)}
	listening := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		listening.Close()
	})
	s.host = listening.Listener.Addr().String()
	return s
}

// queue makes queues with these settings and returns the URL of each.
func (s *service) queue(settings emulator.QueueSettings) func(*testing.T) string {
	return func(*testing.T) string {
		name := "queue-" + strconv.FormatInt(s.count.Add(1), 10)
		s.CreateQueue(name, settings)
		return s.url(name)
	}
}

func (s *service) url(queue string) string {
	return "mns://" + s.host + "/1234.mns.cn-shanghai.aliyuncs.com/queues/" + queue + "?http=true"
}

func TestConformance(t *testing.T) {
	t.Parallel()
	s, hanging := start(t), start(t)
	hanging.Inject(func(emulator.Call) emulator.Fault { return emulator.Fault{Hang: true} })
	const absent = "mns://127.0.0.1:1/1234.mns.cn-shanghai.aliyuncs.com/queues/x"
	fallbacktest.Run(t, fallbacktest.Harness{
		URL: s.queue(emulator.QueueSettings{VisibilityTimeout: 10 * time.Minute}),
		// A message that nobody takes stays hidden as long; until then it must be deleted.
		Patient: s.queue(emulator.QueueSettings{VisibilityTimeout: 5 * time.Second}),
		Hanging: hanging.queue(emulator.QueueSettings{}),
		Absent:  absent + "?http=true",
		MaxBody: mns.MaxText,
		Context: asRole,
		SecretURLs: []string{
			"mns://id:" + fallbacktest.Secret + "@127.0.0.1:1/1234.mns.cn-shanghai.aliyuncs.com/queues/x?http=true",
			"mns://id:" + fallbacktest.Secret + "@1234.mns.cn-shanghai.aliyuncs.com/queues/x?http=true",
			"mns://id:" + fallbacktest.Secret + "@1234.mns.cn-shanghai.aliyuncs.com/topics/x",
			"mns://" + fallbacktest.Secret + "@1234.mns.cn-shanghai.aliyuncs.com/queues/x",
			"mns://id:" + fallbacktest.Secret + "/x@1234.mns.cn-shanghai.aliyuncs.com/queues/x",
			"mns://1234.mns.cn-shanghai.aliyuncs.com/queues/" + fallbacktest.Secret + "/x",
			"mns://1234.mns.cn-shanghai.aliyuncs.com/" + fallbacktest.Secret,
			"mns://" + fallbacktest.Secret + "/queues/x",
			"mns://1234.mns.cn-shanghai.aliyuncs.com/queues/x?http=" + fallbacktest.Secret,
			absent + "#secret=" + fallbacktest.Secret,
		},
	})
}

func open(t *testing.T, rawURL string) *fallbackmns.Fallback {
	t.Helper()
	u, err := url.Parse(rawURL)
	require.NoError(t, err)
	f, err := fallbackmns.Open(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

// one opens a fallback on a new queue called x.
func one(t *testing.T) (*service, *fallbackmns.Fallback) {
	t.Helper()
	s := start(t)
	s.CreateQueue("x", emulator.QueueSettings{VisibilityTimeout: 10 * time.Minute})
	return s, open(t, s.url("x"))
}

// drain takes everything and returns the bodies and how many were removed.
func drain(t *testing.T, f *fallbackmns.Fallback) (bodies []string, n int, err error) {
	t.Helper()
	n, err = f.Drain(asRole(t.Context()), func(_ context.Context, items []fallback.Item) []error {
		for _, item := range items {
			bodies = append(bodies, string(item.Body))
		}
		return make([]error, len(items))
	})
	return bodies, n, err
}

func TestTopicIsRefused(t *testing.T) {
	t.Parallel()
	_, err := fallback.Open("mns://1234.mns.cn-shanghai.aliyuncs.com/topics/x")
	require.ErrorContains(t, err, "holds nothing")
}

// TestLimit is that of the message as it is sent, which may be Base64.
func TestLimit(t *testing.T) {
	t.Parallel()
	s, f := one(t)
	for _, body := range []string{strings.Repeat("\r", 49_152), strings.Repeat("é", 32_768)} {
		require.NoError(t, f.Put(asRole(t.Context()), []byte(body)))
		require.ErrorIs(t, f.Put(asRole(t.Context()), []byte(body+"\r")), fallback.ErrRefused)
	}
	require.Len(t, s.Messages("x"), 2)
}

// TestNothingElseIsRefused: what the service says may change, and then Put may do.
func TestNothingElseIsRefused(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"error": {Code: "InternalError"}, "argument": {Code: "InvalidArgument", Status: 400}, "rights": {Code: "AccessDenied", Status: 403},
		"lost answer": {DropReply: true}, "altered": {Garble: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, f := one(t)
			s.Inject(func(emulator.Call) emulator.Fault { return fault })
			err := f.Put(asRole(t.Context()), []byte("{}"))
			require.Error(t, err)
			require.NotErrorIs(t, err, fallback.ErrRefused)
		})
	}
	s := start(t)
	require.ErrorContains(t, open(t, s.url("absent")).Put(asRole(t.Context()), []byte("{}")), "QueueNotExist")
}

// TestMessagesOfOthers: they come out as they are, also Base64, which is for whoever knows
// the sender. Only what XML cannot carry is decoded, since Put made it so.
func TestMessagesOfOthers(t *testing.T) {
	t.Parallel()
	s, f := one(t)
	foreign := []string{`{"requestPayload":"{}"}`, "plain", base64.StdEncoding.EncodeToString([]byte(`{"EventType":"X"}`))}
	for _, text := range append(foreign, base64.StdEncoding.EncodeToString([]byte("\x00\r"))) {
		s.send(t, text)
	}
	bodies, n, err := drain(t, f)
	require.NoError(t, err)
	require.Equal(t, 4, n)
	require.ElementsMatch(t, append(foreign, "\x00\r"), bodies)
}

// send sends a text to the queue as any client does.
func (s *service) send(t *testing.T, text string) {
	t.Helper()
	resource := "/queues/x/messages"
	body := []byte("<Message><MessageBody>" + text + "</MessageBody></Message>")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.host+resource, bytes.NewReader(body))
	require.NoError(t, err)
	c := alicloud.Credentials{AccessKeyID: role.ID, AccessKeySecret: role.Secret, SecurityToken: role.Token}
	mns.Sign(r.Header, r.Method, resource, body, c, time.Now())
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusCreated, resp.StatusCode)
}

// TestDrainFaults: what could not be received or deleted waits on.
func TestDrainFaults(t *testing.T) {
	t.Parallel()
	const all = fallback.MaxBatch + 20
	for _, tc := range []struct {
		name  string
		fault emulator.Fault
		at    string // action
		after int64  // calls of it that go well
		err   string
		taken int // handed over
		n     int // removed, as Drain says
	}{
		{name: "no answer to the first", at: "mns:BatchReceiveMessage", fault: emulator.Fault{Code: "InternalError"}, err: "mns: receive from queue x: InternalError"},
		{
			name: "the third fails", at: "mns:BatchReceiveMessage", after: 2, fault: emulator.Fault{Code: "InternalError"},
			err: "mns: receive from queue x: InternalError", taken: 32, n: 32,
		},
		{
			name: "nothing can be deleted", at: "mns:BatchDeleteMessage", fault: emulator.Fault{Code: "AccessDenied", Status: 403},
			err: "mns: delete from queue x: 16 of 16 messages: AccessDenied", taken: fallback.MaxBatch,
		},
		{
			name: "the end cannot be deleted", at: "mns:BatchDeleteMessage", after: 7, fault: emulator.Fault{Code: "MessageNotExist", Status: 404},
			err: "it will come again", taken: all, n: fallback.MaxBatch,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, f := one(t)
			for i := range all {
				require.NoError(t, f.Put(asRole(t.Context()), fmt.Append(nil, i)))
			}
			var calls atomic.Int64
			s.Inject(func(c emulator.Call) emulator.Fault {
				if c.Action == tc.at && calls.Add(1) > tc.after {
					return tc.fault
				}
				return emulator.Fault{}
			})
			bodies, n, err := drain(t, f)
			require.ErrorContains(t, err, tc.err)
			require.Len(t, bodies, tc.taken)
			require.Equal(t, tc.n, n)
			require.Len(t, s.Messages("x"), all-tc.n)
		})
	}
}

// TestExpiredHandle: a message that took too long is not deleted, comes again, and is
// said.
func TestExpiredHandle(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.CreateQueue("x", emulator.QueueSettings{VisibilityTimeout: time.Second})
	f := open(t, s.url("x"))
	require.NoError(t, f.Put(asRole(t.Context()), []byte("slow")))
	queue := openQueue(t, s)
	n, err := f.Drain(asRole(t.Context()), func(ctx context.Context, items []fallback.Item) []error {
		require.Eventually(t, func() bool { // until it can be received again
			waiting, err := queue.Attributes(ctx)
			return err == nil && waiting.Active == 1
		}, time.Minute, 50*time.Millisecond)
		return make([]error, len(items))
	})
	require.ErrorContains(t, err, "MessageNotExist")
	require.Zero(t, n)
	require.Len(t, s.Messages("x"), 1)
}

func openQueue(t *testing.T, s *service) *mns.Queue {
	t.Helper()
	u, err := url.Parse(s.url("x"))
	require.NoError(t, err)
	q, err := mns.OpenQueue(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, q.Close()) })
	return q
}

// TestOtherMD5: a message that is not as it was sent is handed over, and said.
func TestOtherMD5(t *testing.T) {
	t.Parallel()
	s, f := one(t)
	require.NoError(t, f.Put(asRole(t.Context()), []byte("whole")))
	require.NoError(t, f.Put(asRole(t.Context()), []byte("damaged")))
	whole := fmt.Sprintf("%X", md5.Sum([]byte("damaged")))
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		s.ServeHTTP(recorded, r)
		maps.Copy(w.Header(), recorded.Header())
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(bytes.ReplaceAll(recorded.Body.Bytes(), []byte(whole), []byte(strings.Repeat("0", 32))))
	}))
	t.Cleanup(listening.Close)
	other := open(t, strings.Replace(s.url("x"), s.host, listening.Listener.Addr().String(), 1))
	bodies, n, err := drain(t, other)
	require.ErrorContains(t, err, "is not as it was sent: its MD5 is another")
	require.Equal(t, 2, n)
	require.ElementsMatch(t, []string{"whole", "damaged"}, bodies)
}

// TestWaitingCountsAll, also what is hidden and what is delayed.
func TestWaitingCountsAll(t *testing.T) {
	t.Parallel()
	s, f := one(t)
	for range 3 {
		require.NoError(t, f.Put(asRole(t.Context()), []byte("{}")))
	}
	hidden, err := openQueue(t, s).Receive(asRole(t.Context()), 1, 0)
	require.NoError(t, err)
	require.Len(t, hidden, 1)
	s.CreateQueue("x", emulator.QueueSettings{Delay: time.Hour})
	require.NoError(t, f.Put(asRole(t.Context()), []byte("{}")))
	n, err := f.Waiting(asRole(t.Context()))
	require.NoError(t, err)
	require.Equal(t, 4, n)
}

// TestRights: the error of each method says what is missing.
func TestRights(t *testing.T) {
	t.Parallel()
	s, f := one(t)
	nobody := role
	nobody.Actions = []string{"mns:ListQueue"}
	s.Allow(nobody)
	err := f.Put(asRole(t.Context()), []byte("{}"))
	require.ErrorContains(t, err, "AccessDenied")
	require.NotErrorIs(t, err, fallback.ErrRefused, "a right can be given")
	_, _, err = drain(t, f)
	require.ErrorContains(t, err, "AccessDenied")
	_, err = f.Waiting(asRole(t.Context()))
	require.ErrorContains(t, err, "AccessDenied")
}

func TestKeeps(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.CreateQueue("short", emulator.QueueSettings{Retention: 2 * time.Hour})
	keeps, err := open(t, s.url("short")).Keeps(asRole(t.Context()))
	require.NoError(t, err)
	require.Equal(t, 2*time.Hour, keeps)
	_, err = open(t, s.url("none")).Keeps(asRole(t.Context()))
	require.ErrorContains(t, err, "QueueNotExist")
}
