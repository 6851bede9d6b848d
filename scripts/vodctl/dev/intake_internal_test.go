package dev // what is between the functions and the outside is not exported

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// intakeOf returns what remembers the requests that the handler gets.
func intakeOf(s Settings, trigger http.HandlerFunc) (*intake.Log, http.Handler) {
	s.Intake = &intake.Log{}
	s.Handled = func(Handled) {}
	l := &Local{settings: s, Address: Address{CallbackURL: "http://127.0.0.1:8080/callback"}}
	return s.Intake, l.watched(trigger)
}

func TestIntakeOfRequests(t *testing.T) {
	t.Parallel()
	log, h := intakeOf(Settings{}, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		_, _ = w.Write([]byte(`{"outcome":"new"}`))
	})
	body := vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Medium("ferry"))
	id, err := vod.IDOf(body)
	require.NoError(t, err)
	ask := func(r *http.Request) intake.Arrival {
		r.Header.Set("Cookie", "s3cret")
		r.Header.Set("User-Agent", "VOD")
		h.ServeHTTP(httptest.NewRecorder(), r)
		return log.List(1)[0]
	}

	a := ask(httptest.NewRequest(http.MethodPost, "http://tunnel.example.com/callback?x=y", strings.NewReader(string(body))))
	require.Equal(t, 1, a.Number)
	require.Equal(t, store.SourceHTTP, a.Via)
	require.Equal(t, id, a.ID)
	require.Equal(t, vod.TypeTranscodeComplete, a.Type)
	require.Equal(t, "ferry", a.Subject)
	require.Equal(t, pipeline.New, a.Outcome)
	require.Positive(t, a.Duration)
	require.WithinDuration(t, time.Now(), a.Time, time.Minute)
	require.Equal(t, "POST http://tunnel.example.com/callback?x=…", a.Method+" "+a.URL)
	require.Equal(t, http.Header{"Cookie": {"…"}, "User-Agent": {"VOD"}}, a.Header)
	require.Equal(t, string(body), string(a.Body))
	require.Equal(t, int64(len(body)), a.Size)
	require.Equal(t, http.StatusOK, a.Status)
	require.Equal(t, `{"outcome":"new"}`, string(a.Answer))
	require.Equal(t, "unsigned", a.Signature.Reason)

	a = ask(httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusMethodNotAllowed, a.Status)
	require.Equal(t, http.MethodGet, a.Method)
	require.Empty(t, a.Body)
	require.Zero(t, a.ID)

	// One that says how large it is, and one that does not.
	const size = pipeline.MaxBody + 100
	large := strings.Repeat("x", size)
	for _, content := range []io.Reader{strings.NewReader(large), io.MultiReader(strings.NewReader(large))} {
		a = ask(httptest.NewRequest(http.MethodPost, "/", content))
		require.Len(t, a.Body, intake.MaxBody)
		require.Equal(t, int64(size), a.Size)
	}
	require.Equal(t, 4, a.Number)
}

func TestIntakeSaysWhatIsWithTheSignature(t *testing.T) {
	t.Parallel()
	const tunnel = "https://tunnel.example.com/callback"
	s := Settings{Keys: []string{"New0Key", "Old0Key"}, CallbackURLs: []string{tunnel}}
	const here = "http://127.0.0.1:8080/callback"
	now := time.Now()
	milliseconds := vod.Sign(here, "New0Key", now)
	milliseconds.Set(vod.HeaderTimestamp, strconv.FormatInt(now.UnixMilli(), 10))
	for _, tc := range []struct {
		name   string
		header http.Header
		valid  bool
		reason string
		key    int
		url    string
		change string
	}{
		{name: "right", header: vod.Sign(here, "New0Key", now), valid: true, key: 1, url: here},
		{name: "key that is changed", header: vod.Sign(here, "Old0Key", now), valid: true, key: 2, url: here},
		{name: "URL of a tunnel", header: vod.Sign(tunnel, "Old0Key", now), valid: true, key: 2, url: tunnel},
		{name: "missing", header: http.Header{}, reason: "unsigned", url: here},
		{name: "expired", header: vod.Sign(here, "New0Key", now.Add(-time.Hour)), reason: "expired", key: 1, url: here},
		{name: "expired, URL of a tunnel", header: vod.Sign(tunnel, "New0Key", now.Add(-time.Hour)), reason: "expired", key: 1, url: tunnel},
		{name: "other key", header: vod.Sign(here, "0therKey", now), reason: "signature", url: here},
		{name: "nearly the URL", header: vod.Sign(tunnel+"/", "New0Key", now), reason: "signature", url: tunnel, change: "with a slash at the end"},
		{name: "wrong", header: milliseconds, reason: "signature", url: here, change: "with the timestamp in seconds"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			log, h := intakeOf(s, func(http.ResponseWriter, *http.Request) {})
			r := httptest.NewRequest(http.MethodPost, "/callback", nil)
			r.Header = tc.header
			h.ServeHTTP(httptest.NewRecorder(), r)
			a := log.List(1)[0]
			require.Equal(t, tc.valid, a.Signature.Valid)
			require.Equal(t, tc.reason, a.Signature.Reason)
			require.Equal(t, tc.key, a.Signature.Key)
			require.Equal(t, tc.url, a.SignedURL)
			if tc.change != "" {
				require.Equal(t, []string{tc.change}, a.Signature.Variants[0].Changes)
			}
		})
	}
}

func TestIntakeOfMessages(t *testing.T) {
	t.Parallel()
	var log intake.Log
	var told []Handled
	handled := recorded(&log, func(h Handled) { told = append(told, h) })
	message := Handled{
		Time: time.Now(), Via: store.SourceQueue, Outcome: pipeline.DeadLetter, ID: vod.ID{1}, Type: "X", Subject: "ferry",
		Detail: "foreign", Duration: time.Second,
	}
	all := []Handled{message, {Via: store.SourceHTTP}, {Sink: "crm", Events: 1}, {Place: "fallback", Events: 1}}
	for _, h := range all {
		handled(h)
	}
	require.Equal(t, all, told)
	require.Equal(t, []intake.Arrival{{
		Number: 1, Time: message.Time, Via: store.SourceQueue, Outcome: pipeline.DeadLetter, ID: vod.ID{1}, Type: "X", Subject: "ferry",
		Detail: "foreign", Duration: time.Second,
	}}, log.List(10), "requests are remembered when they are answered, and the rest is no arrival")
}
