package mns_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/mns"
)

// Each code that a user can do something about says what.
func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for code, want := range map[mns.Code]string{
		mns.AccessDenied:          "grant",
		mns.InvalidAccessKeyID:    "AccessKey",
		mns.InvalidSecurityToken:  "expired",
		mns.SignatureDoesNotMatch: "secret",
		mns.TimeExpired:           "clock",
		mns.QueueNotExist:         "create it",
		mns.TopicNotExist:         "create it",
		mns.MessageNotExist:       "come again",
		mns.ReceiptHandleError:    "handle",
		mns.InvalidArgument:       "MaximumMessageSize",
		mns.QPSLimitExceeded:      "later",
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			s := start(t)
			q := s.newQueue(t, emulator.QueueSettings{})
			s.Inject(always(emulator.Fault{Code: string(code), Status: http.StatusTeapot}))
			_, err := q.Send(t.Context(), []byte("x"))
			require.ErrorContains(t, err, "mns: send to queue vod-events: "+string(code)+", status 418, request ")
			require.ErrorContains(t, err, want)
			failure, ok := errors.AsType[*mns.Error](err)
			require.True(t, ok)
			require.Equal(t, code, failure.Code)
		})
	}
	require.EqualError(t, &mns.Error{Code: mns.InternalError, Status: 500, RequestID: "7"}, "InternalError, status 500, request 7")
	require.EqualError(t, &mns.Error{Status: 502}, "status 502")
}

// Whatever answers, the errors are short, and nothing that was sent or said is in them.
func TestStrangeAnswers(t *testing.T) {
	t.Parallel()
	const secret = "c0rrecthorse"
	for _, tc := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{name: "not from the service", status: 502, body: "<html><body>" + secret, want: "status 502"},
		{name: "a success that is none", status: 200, body: "<html><body>" + secret, want: "cannot be read"},
		{name: "a success that says nothing", status: 201, want: mns.ErrAltered.Error()},
		{name: "an error that is not XML", status: 404, body: secret, want: "status 404"},
		{name: "a code that is none", status: 400, body: "<Error><Code>" + secret + "\n</Code><RequestId>a b</RequestId></Error>", want: "status 400"},
		{name: "words of the service", status: 400, body: "<Error><Code>Odd</Code><Message>" + secret + "</Message></Error>", want: "Odd, status 400"},
		{name: "a redirect", status: 307, want: "status 307"},
		{name: "another document", status: 500, body: "<Messages><Message><ErrorCode>Odd</ErrorCode></Message></Messages>", want: "status 500"},
		{name: "endless", status: 200, body: "<Message>" + strings.Repeat(" ", 9<<20), want: "8 MiB"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls++
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body) // the client may have enough of it
			}))
			t.Cleanup(s.Close)
			_, err := openQueue(t, local(t, s, "queues/x")).Send(t.Context(), []byte(`{"a":"`+secret+`"}`))
			require.ErrorContains(t, err, "mns: send to queue x: ")
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), secret)
			require.Less(t, len(err.Error()), 200)
			require.Equal(t, 1, calls, "redirects are not followed")
		})
	}
}

// What answers is no HTTP, or breaks off, and may be what was sent: a header line that
// holds a signature, say.
func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	const secret = "c0rrecthorse"
	for _, tc := range []struct{ name, answer, want string }{
		{name: "closed", want: "the connection was closed"},
		{name: "no HTTP", answer: "x-security-token: " + secret + "\r\n\r\n", want: "no answer that can be read"},
		{name: "status that is none", answer: "HTTP/1.1 " + secret + "\r\n\r\n", want: "no answer that can be read"},
		{name: "header line that is none", answer: "HTTP/1.1 200 OK\r\n" + secret + "\r\n\r\n", want: "no answer that can be read"},
		{name: "length that is none", answer: "HTTP/1.1 200 OK\r\nContent-Length: " + secret + "\r\n\r\n", want: "no answer that can be read"},
		{name: "coding that is none", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + secret + "\r\n\r\n", want: "no answer that can be read"},
		{name: "chunks that are none", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + secret, want: "the answer broke off"},
		{name: "closed in the body", answer: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + secret, want: "the answer broke off: the connection was closed"},
		{name: "redirect to nowhere", answer: "HTTP/1.1 307 x\r\nLocation: http://" + secret + "%zz\r\nContent-Length: 0\r\n\r\n", want: "no answer that can be read"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				_, _ = io.WriteString(conn, tc.answer)
			}))
			t.Cleanup(s.Close)
			_, err := openQueue(t, local(t, s, "queues/x")).Send(t.Context(), []byte("x"))
			require.ErrorContains(t, err, "mns: send to queue x: "+tc.want)
			require.NotContains(t, err.Error(), secret)
		})
	}
}

func TestTLSThatIsNone(t *testing.T) {
	t.Parallel()
	send := func(s *httptest.Server) error {
		t.Helper()
		t.Cleanup(s.Close)
		s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
		u, err := url.Parse("mns://id:secret@" + s.Listener.Addr().String() + "/1234.mns.cn-shanghai.aliyuncs.com/queues/x")
		require.NoError(t, err)
		q, err := mns.OpenQueue(u)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, q.Close()) })
		_, err = q.Send(t.Context(), []byte("x"))
		return err
	}
	require.ErrorContains(t, send(httptest.NewServer(http.NotFoundHandler())), "does not speak TLS")
	require.ErrorContains(t, send(httptest.NewTLSServer(http.NotFoundHandler())), "certificate")
}

func TestStrangeBatches(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, want string }{
		{name: "too few", body: "<Messages><Message/></Messages>", want: "about 1 messages, and 2 were sent"},
		{name: "none", body: "<Messages/>", want: "about 0 messages"},
		{name: "nothing", want: "about 0 messages"},
		{name: "without digests", body: "<Messages><Message/><Message/></Messages>", want: mns.ErrAltered.Error()},
		{name: "not XML", body: "ok", want: "cannot be read"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusCreated)
				fmt.Fprint(w, tc.body)
			}))
			t.Cleanup(s.Close)
			q := openQueue(t, local(t, s, "queues/x"))
			for _, err := range q.SendBatch(t.Context(), [][]byte{[]byte("x"), []byte("y")}) {
				require.ErrorContains(t, err, tc.want)
			}
		})
	}

	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	t.Cleanup(s.Close)
	_, err := openQueue(t, local(t, s, "queues/x")).ChangeVisibility(t.Context(), "1-AA==", 0)
	require.ErrorContains(t, err, "no receipt handle")
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	q := openQueue(t, local(t, s, "queues/x"))
	s.Close()
	_, err := q.Send(t.Context(), []byte("x"))
	require.ErrorContains(t, err, "mns: send to queue x: dial tcp")
	require.NotContains(t, err.Error(), "http://")
}
