package dev // what is between the functions and the outside is not exported

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/all" // TestStartRefuses opens stores
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

func TestStoreURLs(t *testing.T) {
	t.Parallel()
	here, err := filepath.Abs(".")
	require.NoError(t, err)
	for _, tc := range []struct {
		name, raw, shown, functions string
	}{
		{name: "relative", raw: "sqlite:vod.db", shown: "sqlite:" + here + "/vod.db", functions: "sqlite:" + here + "/vod.db?local=true"},
		{name: "absolute", raw: "sqlite:/tmp/vod.db", shown: "sqlite:/tmp/vod.db", functions: "sqlite:/tmp/vod.db?local=true"},
		{name: "three slashes", raw: "sqlite:///tmp/vod.db", shown: "sqlite:///tmp/vod.db", functions: "sqlite:///tmp/vod.db?local=true"},
		{name: "local already", raw: "sqlite:/tmp/vod.db?local=true", shown: "sqlite:/tmp/vod.db", functions: "sqlite:/tmp/vod.db?local=true"},
		{name: "escaped", raw: "sqlite:a%20b.db", shown: "sqlite:" + here + "/a%20b.db", functions: "sqlite:" + here + "/a%20b.db?local=true"},
		{name: "a server", raw: "postgres://u:p@db/vod?x=y", shown: "postgres://u:p@db/vod?x=y", functions: "postgres://u:p@db/vod?x=y"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			shown, functions, err := storeURLs(tc.raw)
			require.NoError(t, err)
			require.Equal(t, tc.shown, shown)
			require.Equal(t, tc.functions, functions)
		})
	}
	_, _, err = storeURLs("sqlite:%zz")
	require.Error(t, err)
}

func TestLogs(t *testing.T) {
	t.Parallel()
	body := vodtest.NewEvent(vod.TypeTranscodeComplete)
	id, err := vod.IDOf(body)
	require.NoError(t, err)
	event := `{"time":"2026-11-23T08:00:00Z","level":"INFO","msg":"event","event_id":"` + id.String() +
		`","source":"mns-topic","outcome":"new","event_type":"TranscodeComplete","subject":"v"}` + "\n"
	for _, tc := range []struct {
		name    string
		line    string
		outcome pipeline.Outcome
		detail  string
		trouble bool
	}{
		{name: "event", line: event, outcome: pipeline.New},
		{name: "event of a callback", line: strings.Replace(event, "mns-topic", "http", 1)},
		{
			name:    "dead letter",
			line:    `{"level":"ERROR","msg":"dead letter","event_id":"` + id.String() + `","source":"mns-queue","reason":"foreign","detail":"IMS"}` + "\n",
			outcome: pipeline.DeadLetter, detail: "foreign: IMS",
		},
		{name: "refusal", line: `{"level":"WARN","msg":"refused"}` + "\n"},
		{name: "chatter", line: `{"level":"INFO","msg":"serving"}` + "\n"},
		{name: "error", line: `{"level":"ERROR","msg":"not stored","error":"disk full"}` + "\n", trouble: true},
		{name: "panic", line: "goroutine 1 [running]:\n", trouble: true},
		{name: "the runtime", line: "FC Invoke Start RequestId: 1\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var handled []Handled
			var trouble strings.Builder
			l := &logs{trouble: &trouble, arrivals: newArrivals(), published: newPublished(), handled: func(h Handled) { handled = append(handled, h) }}
			l.arrivals.add(body)
			n, err := l.Write([]byte(tc.line))
			require.NoError(t, err)
			require.Equal(t, len(tc.line), n)
			require.Equal(t, tc.trouble, trouble.String() == tc.line)
			if tc.outcome == "" {
				require.Empty(t, handled)
				return
			}
			require.Len(t, handled, 1)
			require.Equal(t, id, handled[0].ID)
			require.Equal(t, tc.outcome, handled[0].Outcome)
			require.Equal(t, tc.detail, handled[0].Detail)
			require.Positive(t, handled[0].Duration)
		})
	}
}

// What is known because the HTTP function published it is told from what came twice.
func TestLogsOfWhatIsHandedOn(t *testing.T) {
	t.Parallel()
	var handled []bool
	l := &logs{arrivals: newArrivals(), published: newPublished(), handled: func(h Handled) { handled = append(handled, h.HandedOn) }}
	id, err := vod.IDOf([]byte("{}"))
	require.NoError(t, err)
	tell := func(source store.Source, outcome pipeline.Outcome) {
		line, err := json.Marshal(map[string]any{"msg": "event", "event_id": id, "source": source, "outcome": outcome})
		require.NoError(t, err)
		_, err = l.Write(line)
		require.NoError(t, err)
	}
	l.published.add(id)
	tell(store.SourceTopic, pipeline.Failed) // and once more
	tell(store.SourceQueue, pipeline.Known)
	tell(store.SourceTopic, pipeline.Known)
	tell(store.SourceTopic, pipeline.Known) // which somebody else published
	require.Equal(t, []bool{false, false, true, false}, handled)
	require.Empty(t, l.published.ids, "nothing is kept")
}

func TestLogsOfSinks(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, line string
		want       Handled
	}{
		{name: "delivered", line: `{"level":"INFO","msg":"delivered","sink":"crm","events":2}` + "\n", want: Handled{Sink: "crm", Events: 2}},
		{
			name: "not delivered",
			line: `{"level":"WARN","msg":"sink failed","sink":"crm","events":1,"failures":1,"rests":1815861681,"error":"webhook: answered 503"}` + "\n",
			want: Handled{Sink: "crm", Events: 1, Outcome: pipeline.Failed, Detail: "webhook: answered 503"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var handled []Handled
			var trouble strings.Builder
			l := &logs{trouble: &trouble, handled: func(h Handled) { handled = append(handled, h) }}
			_, err := l.Write([]byte(tc.line))
			require.NoError(t, err)
			require.Equal(t, []Handled{tc.want}, handled)
			require.Empty(t, trouble.String())
		})
	}
}

func TestVerboseLogs(t *testing.T) {
	t.Parallel()
	var verbose, trouble strings.Builder
	l := &logs{verbose: &verbose, trouble: &trouble}
	_, err := l.Write([]byte("FC Invoke Start RequestId: 1\n"))
	require.NoError(t, err)
	_, err = l.Write([]byte("panic\n"))
	require.NoError(t, err)
	require.Equal(t, "FC Invoke Start RequestId: 1\npanic\n", verbose.String())
	require.Empty(t, trouble.String(), "nothing is said twice")
}

func TestArrivals(t *testing.T) {
	t.Parallel()
	a := newArrivals()
	body := []byte(`{"EventType":"X"}`)
	id, err := vod.IDOf(body)
	require.NoError(t, err)
	require.Zero(t, a.since(id))
	a.add(body)
	a.add(body)
	require.Positive(t, a.since(id))
	require.Positive(t, a.since(id))
	require.Zero(t, a.since(id), "each is asked for once")
	require.Empty(t, a.from, "nothing stays behind")
}

// listening is a listener at an address.
type listening struct {
	net.Listener

	at net.Addr
}

func (l listening) Addr() net.Addr { return l.at }

func TestWithLoopback(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ at, want string }{
		{at: "127.0.0.1:8080", want: "127.0.0.1:8080"},
		{at: "[::1]:8080", want: "[::1]:8080"},
		{at: "0.0.0.0:8080", want: "127.0.0.1:8080"},
		{at: "[::]:8080", want: "127.0.0.1:8080"},
		{at: "192.0.2.1:8080"},
	} {
		t.Run(tc.at, func(t *testing.T) {
			t.Parallel()
			address, err := net.ResolveTCPAddr("tcp", tc.at)
			require.NoError(t, err)
			given := listening{at: address}
			all, at, err := withLoopback(t.Context(), given)
			require.NoError(t, err)
			require.Contains(t, all, given)
			if tc.want != "" {
				require.Len(t, all, 1)
				require.Equal(t, tc.want, at.String())
				return
			}
			require.Len(t, all, 2)
			require.True(t, at.IP.IsLoopback())
			for _, l := range all {
				if l != given {
					require.Equal(t, at, l.Addr())
					require.NoError(t, l.Close())
				}
			}
		})
	}
}

func TestFallbackURLs(t *testing.T) {
	t.Parallel()
	here, err := filepath.Abs(".")
	require.NoError(t, err)
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	const local = "127.0.0.1:8080/1234567890123456.mns.cn-shanghai.aliyuncs.com/queues/vod-events-fallback?http=true"
	for _, tc := range []struct{ setting, shown, functions string }{
		{setting: "", shown: "dir:/tmp/vod.db-fallback", functions: "dir:/tmp/vod.db-fallback?local=true"},
		{setting: "mns", shown: "mns://vodctl:secret@" + local, functions: "mns://" + local},
		{setting: "dir:spool", shown: "dir:" + here + "/spool", functions: "dir:" + here + "/spool?local=true"},
		{setting: "dir:///tmp/a%20b", shown: "dir:/tmp/a%20b", functions: "dir:/tmp/a%20b?local=true"},
		{setting: "oss://b/p?region=cn-shanghai", shown: "oss://b/p?region=cn-shanghai", functions: "oss://b/p?region=cn-shanghai"},
	} {
		l := &Local{settings: Settings{Fallback: tc.setting}, service: newService(at, newArrivals(), 0)}
		l.service.secret = "secret"
		shown, functions, err := l.fallbackURLs("sqlite:/tmp/vod.db")
		require.NoError(t, err, tc.setting)
		require.Equal(t, tc.shown, shown)
		require.Equal(t, tc.functions, functions)
	}
	require.NoError(t, CheckFallback("mns"))
	require.NoError(t, CheckFallback(""))
	require.ErrorContains(t, CheckFallback("paper:x"), "paper")
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	l := &Local{settings: Settings{Progress: &said}, service: newService(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, newArrivals(), 0)}
	l.deadLetter([]byte("x"))
	require.Contains(t, said.String(), "waits in the queue vod-events-dead-letters")
	require.Len(t, l.service.Messages(DeadLetters), 1)
	said.Reset()
	l.deadLetter(make([]byte, 64<<10+1))
	require.Contains(t, said.String(), "is lost")
	said.Reset()
	l.sayLost()
	require.Contains(t, said.String(), "1 messages that waited in the queue vod-events-dead-letters are gone")
}

func TestWatched(t *testing.T) {
	t.Parallel()
	body := vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Medium("ferry"))
	for _, tc := range []struct {
		name   string
		method string
		body   []byte
		answer http.HandlerFunc
		want   Handled
	}{
		{
			name: "new", method: http.MethodPost, body: body,
			answer: func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"outcome":"new"}`)) },
			want:   Handled{Status: 200, Outcome: pipeline.New, Type: vod.TypeTranscodeComplete, Subject: "ferry"},
		},
		{
			name: "refused", method: http.MethodPost, body: body,
			answer: func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = w.Write([]byte(`{"error":"not signed"}`))
			},
			want: Handled{Status: 401, Detail: "not signed", Type: vod.TypeTranscodeComplete, Subject: "ferry"},
		},
		{
			name: "dead letter", method: http.MethodPost, body: []byte("no"),
			answer: func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"outcome":"dead_letter"}`)) },
			want:   Handled{Status: 200, Outcome: pipeline.DeadLetter, Detail: "vod: not an event"},
		},
		{
			name: "answered by the platform", method: http.MethodPost, body: body,
			answer: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Fc-Error-Type", "ProcessExited")
				_, _ = w.Write([]byte(`{"errorMessage":"gone"}`))
			},
			want: Handled{
				Status: 200, Outcome: pipeline.Failed, Detail: "answered by the platform: ProcessExited: gone",
				Type: vod.TypeTranscodeComplete, Subject: "ferry",
			},
		},
		{
			name: "the caller left", method: http.MethodPost, body: body,
			answer: func(w http.ResponseWriter, r *http.Request) {
				<-r.Context().Done()
				w.WriteHeader(499)
			},
			want: Handled{Status: 499, Outcome: CallerLeft, Detail: "nobody waits", Type: vod.TypeTranscodeComplete, Subject: "ferry"},
		},
		{
			name: "a status of the function's own", method: http.MethodPost, body: body,
			answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(499) },
			want:   Handled{Status: 499, Type: vod.TypeTranscodeComplete, Subject: "ferry"},
		},
		{
			name: "a browser", method: http.MethodGet,
			answer: func(w http.ResponseWriter, _ *http.Request) {
				http.Error(w, `{"error":"only POST"}`, http.StatusMethodNotAllowed)
			},
			want: Handled{Status: 405, Detail: "only POST"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []Handled
			l := &Local{settings: Settings{Handled: func(h Handled) { got = append(got, h) }}}
			var seen []byte
			h := l.watched(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen = make([]byte, len(tc.body)+1)
				n, _ := r.Body.Read(seen)
				seen = seen[:n]
				tc.answer(w, r)
			}))
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			if tc.want.Outcome == CallerLeft {
				leave()
			}
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, tc.method, "/callback", strings.NewReader(string(tc.body))))
			require.Equal(t, string(tc.body), string(seen), "the trigger gets the body")
			require.Len(t, got, 1)
			require.True(t, strings.HasPrefix(got[0].Detail, tc.want.Detail), got[0].Detail)
			require.Equal(t, tc.want.Detail == "", got[0].Detail == "")
			got[0].Detail, tc.want.Detail = "", ""
			require.Positive(t, got[0].Duration)
			require.Equal(t, store.SourceHTTP, got[0].Via)
			got[0].Duration, got[0].Time, got[0].ID, got[0].Via = 0, time.Time{}, vod.ID{}, ""
			require.Equal(t, tc.want, got[0])
		})
	}
}
