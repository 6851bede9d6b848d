package mns_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

// answer is what came back, with whatever members its document has.
type answer struct {
	Status  int      `xml:"-"`
	XMLName xml.Name // its root

	Code, RequestID   string // of an error
	MessageID         string `xml:"MessageId"`
	MessageBody       string
	MessageBodyMD5    string
	ReceiptHandle     string
	NextVisibleTime   int64
	FirstDequeueTime  int64
	EnqueueTime       int64
	DequeueCount      int
	Priority          int
	ActiveMessages    int
	InactiveMessages  int
	DelayMessages     int
	VisibilityTimeout int
	Messages          []answer `xml:"Message"`
	Errors            []struct {
		ErrorCode, ReceiptHandle string
	} `xml:"Error"`
}

// request returns a signed request of the key id:secret.
func request(method, resource, body string) *http.Request {
	r := httptest.NewRequest(method, "/1234.mns.cn-shanghai.aliyuncs.com"+resource, strings.NewReader(body))
	r.Header.Set("X-Mns-Version", "2015-06-06")
	r.Header.Set("Content-Type", "text/xml")
	r.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	sign(r, resource, "id", "secret")
	return r
}

// sign signs what is in the header, which has no x-mns- headers but the version.
func sign(r *http.Request, resource, id, secret string) {
	mac := hmac.New(sha1.New, []byte(secret))
	_, _ = io.WriteString(mac, strings.Join([]string{
		r.Method, r.Header.Get("Content-Md5"), r.Header.Get("Content-Type"), r.Header.Get("Date"),
		"x-mns-version:" + r.Header.Get("X-Mns-Version"), resource,
	}, "\n"))
	r.Header.Set("Authorization", "MNS "+id+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func serve(t *testing.T, s *mns.Server, r *http.Request) answer {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	a := answer{}
	if w.Body.Len() > 0 {
		require.NoError(t, xml.Unmarshal(w.Body.Bytes(), &a), w.Body.String())
		require.Equal(t, "http://mns.aliyuncs.com/doc/v1/", a.XMLName.Space)
	}
	require.NotEmpty(t, w.Header().Get("X-Mns-Request-Id"))
	a.Status = w.Code
	return a
}

func do(t *testing.T, s *mns.Server, method, resource, body string) answer {
	t.Helper()
	return serve(t, s, request(method, resource, body))
}

// newServer returns a server with the key id:secret and the queue q.
func newServer(t *testing.T, settings mns.QueueSettings) *mns.Server {
	t.Helper()
	s := mns.New(mns.Key{ID: "id", Secret: "secret"})
	t.Cleanup(s.Close)
	s.CreateQueue("q", settings)
	return s
}

const messages = "/queues/q/messages"

func message(members string) string { return "<Message>" + members + "</Message>" }

func send(t *testing.T, s *mns.Server, members string) answer {
	t.Helper()
	a := do(t, s, http.MethodPost, messages, message(members))
	require.Equal(t, http.StatusCreated, a.Status, a.Code)
	return a
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	const resource = "/queues/q/messages?peekonly=true"
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	date := func(off time.Duration) func(*http.Request) {
		return header("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
	}
	for _, tc := range []struct {
		name     string
		change   func(*http.Request)
		unsigned bool // the change is made after signing
		want     string
	}{
		{name: "nothing wrong", change: func(*http.Request) {}, want: "MessageNotExist"},
		{name: "without version", change: func(r *http.Request) { r.Header.Del("X-Mns-Version") }, want: "MissingVersionHeader"},
		{name: "other version", change: header("X-Mns-Version", "2014-07-08"), want: "InvalidVersionHeader"},
		{name: "without date", change: func(r *http.Request) { r.Header.Del("Date") }, want: "MissingDateHeader"},
		{name: "no date", change: header("Date", "today"), want: "InvalidDateHeader"},
		{name: "14 min late", change: date(-14 * time.Minute), want: "MessageNotExist"},
		{name: "16 min late", change: date(-16 * time.Minute), want: "TimeExpired"},
		{name: "16 min early", change: date(16 * time.Minute), want: "TimeExpired"},
		{name: "other digest", change: header("Content-Md5", "YQ=="), want: "InvalidDegist"},
		{name: "without signature", change: func(r *http.Request) { r.Header.Del("Authorization") }, unsigned: true, want: "MissingAuthorizationHeader"},
		{name: "other scheme", change: header("Authorization", "Bearer id:x"), unsigned: true, want: "InvalidAuthorizationHeader"},
		{name: "no signature", change: header("Authorization", "MNS id"), unsigned: true, want: "InvalidAuthorizationHeader"},
		{name: "unknown key", change: header("Authorization", "MNS other:x"), unsigned: true, want: "InvalidAccessKeyId"},
		{name: "bad signature", change: header("Authorization", "MNS id:x"), unsigned: true, want: "SignatureDoesNotMatch"},
		{name: "date changed", change: date(-time.Minute), unsigned: true, want: "SignatureDoesNotMatch"},
		{name: "type changed", change: header("Content-Type", "x"), unsigned: true, want: "SignatureDoesNotMatch"},
		{name: "header added", change: header("X-Mns-Prefix", "x"), unsigned: true, want: "SignatureDoesNotMatch"},
		{name: "query changed", change: func(r *http.Request) { r.URL.RawQuery += "&x=1" }, unsigned: true, want: "SignatureDoesNotMatch"},
		{name: "a token that is not wanted", change: header("Security-Token", "x"), want: "InvalidSecurityToken"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := request(http.MethodGet, resource, "")
			tc.change(r)
			if !tc.unsigned {
				sign(r, resource, "id", "secret")
			}
			require.Equal(t, tc.want, serve(t, newServer(t, mns.QueueSettings{}), r).Code)
		})
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	s := newServer(t, mns.QueueSettings{})
	ask := func(token string) string {
		r := request(http.MethodGet, messages, "")
		r.Header.Set("Security-Token", token)
		return serve(t, s, r).Code
	}
	s.Allow(mns.Key{ID: "id", Secret: "secret", Token: "t1", Actions: []string{"mns:Peek*", "mns:ReceiveMessage"}})
	require.Equal(t, "MessageNotExist", ask("t1"))
	require.Equal(t, "InvalidSecurityToken", ask(""))
	s.Allow(mns.Key{ID: "id", Secret: "secret", Token: "t2", Actions: []string{"mns:SendMessage"}})
	require.Equal(t, "InvalidSecurityToken", ask("t1"), "it was replaced")
	require.Equal(t, "AccessDenied", ask("t2"))
	s.Revoke("id")
	require.Equal(t, "InvalidAccessKeyId", ask("t2"))
}

// Each operation asks for its own right.
func TestActions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ method, resource, body, want string }{
		{http.MethodGet, "/queues", "", "ListQueue"},
		{http.MethodPut, "/queues/x", "", "CreateQueue"},
		{http.MethodPut, "/queues/q?metaoverride=true", "", "SetQueueAttributes"},
		{http.MethodGet, "/queues/q", "", "GetQueueAttributes"},
		{http.MethodDelete, "/queues/q", "", "DeleteQueue"},
		{http.MethodPost, messages, message("<MessageBody>x</MessageBody>"), "SendMessage"},
		{http.MethodPost, messages, "<Messages/>", "BatchSendMessage"},
		{http.MethodGet, messages, "", "ReceiveMessage"},
		{http.MethodGet, messages + "?numOfMessages=1", "", "BatchReceiveMessage"},
		{http.MethodGet, messages + "?peekonly=true", "", "PeekMessage"},
		{http.MethodGet, messages + "?peekonly=true&numOfMessages=1", "", "BatchPeekMessage"},
		{http.MethodDelete, messages + "?ReceiptHandle=x", "", "DeleteMessage"},
		{http.MethodDelete, messages, "<ReceiptHandles/>", "BatchDeleteMessage"},
		{http.MethodPut, messages + "?ReceiptHandle=x&VisibilityTimeout=1", "", "ChangeMessageVisibility"},
		{http.MethodGet, "/topics", "", "ListTopic"},
		{http.MethodPut, "/topics/x", "", "CreateTopic"},
		{http.MethodPut, "/topics/x?metaoverride=true", "", "SetTopicAttributes"},
		{http.MethodGet, "/topics/x", "", "GetTopicAttributes"},
		{http.MethodDelete, "/topics/x", "", "DeleteTopic"},
		{http.MethodPost, "/topics/x/messages", "", "PublishMessage"},
		{http.MethodGet, "/topics/x/subscriptions", "", "ListSubscriptionByTopic"},
		{http.MethodPut, "/topics/x/subscriptions/s", "", "Subscribe"},
		{http.MethodPut, "/topics/x/subscriptions/s?metaoverride=true", "", "SetSubscriptionAttributes"},
		{http.MethodGet, "/topics/x/subscriptions/s", "", "GetSubscriptionAttributes"},
		{http.MethodDelete, "/topics/x/subscriptions/s", "", "Unsubscribe"},
	} {
		s := newServer(t, mns.QueueSettings{})
		var asked mns.Call
		s.Inject(func(c mns.Call) mns.Fault {
			asked = c
			return mns.Fault{Code: "Stop", Status: http.StatusTeapot}
		})
		require.Equal(t, "Stop", do(t, s, tc.method, tc.resource, tc.body).Code)
		require.Equal(t, "mns:"+tc.want, asked.Action)
		s.Allow(mns.Key{ID: "id", Secret: "secret", Actions: []string{"mns:Other"}})
		require.Equal(t, "AccessDenied", do(t, s, tc.method, tc.resource, tc.body).Code)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s := newServer(t, mns.QueueSettings{})
	for _, tc := range []struct{ method, resource, want string }{
		{http.MethodPatch, "/queues/q", "InvalidRequestURL"},
		{http.MethodGet, "/", "InvalidRequestURL"},
		{http.MethodGet, "/queues/q/messages/x", "InvalidRequestURL"},
		{http.MethodGet, "/queues/q?%zz", "InvalidQueryString"},
		{http.MethodGet, "/queues/x", "QueueNotExist"},
		{http.MethodGet, "/queues/x/messages", "QueueNotExist"},
		{http.MethodGet, "/topics/x", "TopicNotExist"},
	} {
		require.Equal(t, tc.want, do(t, s, tc.method, tc.resource, "").Code, "%s %s", tc.method, tc.resource)
	}
	s.CreateTopic("t")
	require.Equal(t, "SubscriptionNotExist", do(t, s, http.MethodGet, "/topics/t/subscriptions/x", "").Code)
	require.Equal(t, "InvalidArgument", do(t, s, http.MethodPost, messages, strings.Repeat(" ", 5<<20)).Code)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, mns.QueueSettings{})
		inject := func(f mns.Fault) { s.Inject(func(mns.Call) mns.Fault { return f }) }
		one := message(body)

		inject(mns.Fault{Code: "Odd"})
		a := do(t, s, http.MethodPost, messages, one)
		require.Equal(t, http.StatusInternalServerError, a.Status)
		require.Equal(t, "Odd", a.Code)
		require.Empty(t, s.Messages("q"), "nothing is carried out")

		inject(mns.Fault{DropReply: true})
		require.PanicsWithValue(t, http.ErrAbortHandler, func() { do(t, s, http.MethodPost, messages, one) })
		require.Len(t, s.Messages("q"), 1, "it was carried out")

		inject(mns.Fault{Garble: true})
		require.NotEqual(t, "9DD4E461268C8034F5C8564E155C67A6", send(t, s, body).MessageBodyMD5)

		inject(mns.Fault{Partial: 1})
		a = do(t, s, http.MethodPost, messages, "<Messages>"+one+one+"</Messages>")
		require.Equal(t, http.StatusInternalServerError, a.Status)
		require.Equal(t, "Messages", a.XMLName.Local)
		require.Len(t, s.Messages("q"), 3)

		inject(mns.Fault{Hang: true})
		hung := make(chan any)
		go func() {
			defer func() { hung <- recover() }()
			s.ServeHTTP(httptest.NewRecorder(), request(http.MethodPost, messages, one))
		}()
		synctest.Wait()
		require.Len(t, s.Messages("q"), 3)
		s.Close()
		err, ok := (<-hung).(error)
		require.True(t, ok)
		require.ErrorIs(t, err, http.ErrAbortHandler)

		s.Inject(nil)
		send(t, s, "<MessageBody>x</MessageBody>")
	})
}
