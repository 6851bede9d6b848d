package trigger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/httpevent"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/trigger"
	"github.com/vodevents/vodevents/shared/vod"
)

const (
	callbackURL = "https://hooks.harbor-media.example/vod/events"
	key         = "Nk7rTq2Zb9"
	upload      = `{"EventType":"FileUploadComplete","EventTime":"2026-02-03T04:11:52Z","VideoId":"v1","Status":"success"}`
)

// stubStore commits as its function says.
type stubStore func(context.Context, []store.Record) ([]store.Outcome, error)

func (s stubStore) Commit(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
	return s(ctx, records)
}
func (stubStore) Close() error { return nil }

// all gives every record the same outcome.
func all(state store.State) stubStore {
	return func(_ context.Context, records []store.Record) ([]store.Outcome, error) {
		outcomes := make([]store.Outcome, len(records))
		for i := range outcomes {
			outcomes[i].State = state
		}
		return outcomes, nil
	}
}

var errDown = errors.New("store: password s3cret refused")

func down(context.Context, []store.Record) ([]store.Outcome, error) { return nil, errDown }

// hangs waits until it is told to stop.
func hangs(ctx context.Context, _ []store.Record) ([]store.Outcome, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func newHTTP(s store.Store) (*trigger.HTTP, *bytes.Buffer) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	return &trigger.HTTP{
		Pipeline: &pipeline.Pipeline{Store: s, Log: log},
		Verifier: &vod.Verifier{URLs: []string{callbackURL}, Keys: []string{key, "OldKey1"}},
		Budget:   4 * time.Second,
		Log:      log,
	}, &out
}

func signed(body string) httpevent.Request {
	h := vod.Sign(callbackURL, key, time.Now())
	h.Set("Content-Type", "application/json")
	return httpevent.Request{
		Method: http.MethodPost, Path: "/vod/events", RawPath: "/vod/events",
		Header: h, Body: []byte(body), RequestID: "req-1", Time: time.Now().UTC().Truncate(time.Millisecond),
	}
}

func handle(ctx context.Context, h *trigger.HTTP, r httpevent.Request) httpevent.Response {
	return h.Handle(ctx, r, func() ([]byte, error) { return r.Body, nil })
}

func answer(t *testing.T, r httpevent.Response) map[string]string {
	t.Helper()
	require.Equal(t, "application/json", r.Header.Get("Content-Type"))
	var a map[string]string
	require.NoError(t, json.Unmarshal(r.Body, &a), "%s", r.Body)
	return a
}

func TestHTTPAnswers(t *testing.T) {
	t.Parallel()
	id, err := vod.IDOf([]byte(upload))
	require.NoError(t, err)
	for _, tc := range []struct {
		name    string
		store   stubStore
		request func(*httpevent.Request)
		trigger func(*trigger.HTTP)
		status  int
		outcome string
		problem string // in the error
	}{
		{name: "new", status: 200, outcome: "new"},
		{name: "known", store: all(store.Known), status: 200, outcome: "known"},
		{name: "garbage that is signed", request: func(r *httpevent.Request) { r.Body = []byte("x") }, status: 200, outcome: "dead_letter"},
		{name: "another product's event", request: func(r *httpevent.Request) { r.Body = []byte(`{"EventType":"X","MessageBody":{}}`) }, status: 200, outcome: "dead_letter"},
		{name: "not signed", request: func(r *httpevent.Request) { r.Header = nil }, status: 401, problem: "not signed"},
		{name: "wrong signature", request: func(r *httpevent.Request) { r.Header.Set(vod.HeaderSignature, strings.Repeat("0", 32)) }, status: 401, problem: "signature does not match"},
		{name: "signed for another URL", request: func(r *httpevent.Request) { r.Header = vod.Sign("https://x.example", key, time.Now()) }, status: 401, problem: "signature does not match"},
		{name: "old key", request: func(r *httpevent.Request) { r.Header = vod.Sign(callbackURL, "OldKey1", time.Now()) }, status: 200, outcome: "new"},
		{name: "ten minutes late", request: func(r *httpevent.Request) { r.Header = vod.Sign(callbackURL, key, time.Now().Add(-10*time.Minute)) }, status: 401, problem: "outside the tolerance"},
		{name: "ten minutes early", request: func(r *httpevent.Request) { r.Header = vod.Sign(callbackURL, key, time.Now().Add(10*time.Minute)) }, status: 401, problem: "outside the tolerance"},
		{name: "GET", request: func(r *httpevent.Request) { r.Method = http.MethodGet }, status: 405, problem: "POST"},
		{name: "not configured", trigger: func(h *trigger.HTTP) { h.Broken = errDown; h.Pipeline.Store = nil }, status: 503, problem: "not configured"},
		{name: "without signatures", trigger: func(h *trigger.HTTP) { h.Verifier = nil }, request: func(r *httpevent.Request) { r.Header = nil }, status: 200, outcome: "new"},
		{name: "without signatures, no event", trigger: func(h *trigger.HTTP) { h.Verifier = nil }, request: func(r *httpevent.Request) { r.Body = []byte(`{"a":1}`) }, status: 401, problem: "VOD_AUTH=off"},
		{name: "without signatures, too large to be read", trigger: func(h *trigger.HTTP) { h.Verifier = nil }, request: func(r *httpevent.Request) {
			r.Body = []byte(`{"EventType":"X","a":"` + strings.Repeat("x", pipeline.MaxBody) + `"}`)
		}, status: 401, problem: "VOD_AUTH=off"},
		{name: "without signatures, foreign", trigger: func(h *trigger.HTTP) { h.Verifier = nil }, request: func(r *httpevent.Request) { r.Body = []byte(`{"EventType":"X","MessageBody":{}}`) }, status: 200, outcome: "dead_letter"},
		{name: "panic", trigger: func(h *trigger.HTTP) { h.Pipeline = nil }, status: 500, problem: "internal error"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if tc.store == nil {
				tc.store = all(store.New)
			}
			h, log := newHTTP(tc.store)
			r := signed(upload)
			if tc.request != nil {
				tc.request(&r)
			}
			if tc.trigger != nil {
				tc.trigger(h)
			}
			resp := handle(t.Context(), h, r)
			require.Equal(t, tc.status, resp.Status, "%s", resp.Body)
			a := answer(t, resp)
			require.Equal(t, tc.outcome, a["outcome"])
			if tc.outcome == "new" || tc.outcome == "known" {
				require.Equal(t, id.String(), a["id"])
			}
			if tc.problem != "" {
				require.Contains(t, a["error"], tc.problem)
			}
			require.NotContains(t, string(resp.Body), "s3cret", "no cause in the answer")
			require.NotContains(t, string(resp.Body), r.Header.Get(vod.HeaderSignature)+"x")
			if tc.status != 200 {
				require.NotEmpty(t, log.String(), "what is refused is logged")
			}
			if tc.status == 405 {
				require.Equal(t, "POST", resp.Header.Get("Allow"))
			}
		})
	}
}

func TestHTTPStoresNothingThatItRefuses(t *testing.T) {
	t.Parallel()
	h, _ := newHTTP(stubStore(func(context.Context, []store.Record) ([]store.Outcome, error) {
		t.Error("a refused request reached the store")
		return nil, errDown
	}))
	r := signed(upload)
	r.Header.Set(vod.HeaderSignature, "wrong")
	require.Equal(t, 401, handle(t.Context(), h, r).Status)
}

func TestHTTPReadsTheBodyOnlyIfTheRestIsInOrder(t *testing.T) {
	t.Parallel()
	body := func(err error) func() ([]byte, error) {
		return func() ([]byte, error) { return nil, err }
	}
	h, _ := newHTTP(all(store.New))
	never := func() ([]byte, error) {
		t.Error("the body was read")
		return nil, nil
	}
	r := signed(upload)
	r.Header.Set(vod.HeaderSignature, "wrong")
	require.Equal(t, 401, h.Handle(t.Context(), r, never).Status)
	r = signed(upload)
	r.Method = http.MethodPut
	require.Equal(t, 405, h.Handle(t.Context(), r, never).Status)
	require.Equal(t, 413, h.Handle(t.Context(), signed(upload), body(httpevent.ErrTooLarge)).Status)
	resp := h.Handle(t.Context(), signed(upload), body(errors.New("s3cret")))
	require.Equal(t, 400, resp.Status)
	require.NotContains(t, string(resp.Body), "s3cret")
	resp = h.Handle(t.Context(), signed(upload), func() ([]byte, error) { panic("s3cret") })
	require.Equal(t, 500, resp.Status)
}

func TestHTTPInvokeTakesPayloads(t *testing.T) {
	t.Parallel()
	h, _ := newHTTP(all(store.New))
	for name, payload := range map[string][]byte{"FC": signed(upload).EncodeFC(), "Lambda": signed(upload).EncodeLambda()} {
		out, err := h.Invoke(t.Context(), payload)
		require.NoError(t, err, name)
		resp, err := httpevent.ParseResponse(out)
		require.NoError(t, err, name)
		require.Equal(t, 200, resp.Status, "%s: %s", name, resp.Body)
	}
	for _, payload := range []string{"", "null", "[]", `{"key":"value"}`, upload} {
		out, err := h.Invoke(t.Context(), []byte(payload))
		require.NoError(t, err, payload)
		resp, err := httpevent.ParseResponse(out)
		require.NoError(t, err, payload)
		require.Equal(t, 400, resp.Status, payload)
	}
}

func TestHTTPAnswersWithinTheBudget(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		age      time.Duration // of the request by the platform's stamp
		deadline time.Duration // of the runtime
		want     time.Duration
	}{
		{name: "fresh", want: 4 * time.Second},
		{name: "waited for a cold start", age: 1500 * time.Millisecond, want: 2500 * time.Millisecond},
		{name: "budget nearly gone", age: 3900 * time.Millisecond, want: time.Second},
		{name: "stamp too old to be true", age: 6 * time.Second, want: 4 * time.Second},
		{name: "stamp from the future", age: -time.Second, want: 4 * time.Second},
		{name: "runtime ends earlier", deadline: 3 * time.Second, want: 2500 * time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, s := range []stubStore{down, hangs} {
					h, _ := newHTTP(s)
					r := signed(upload)
					r.Time = time.Now().Add(-tc.age)
					ctx := t.Context()
					if tc.deadline != 0 {
						var cancel context.CancelFunc
						ctx, cancel = context.WithTimeout(ctx, tc.deadline)
						defer cancel()
					}
					start := time.Now()
					resp := handle(ctx, h, r)
					require.Equal(t, 503, resp.Status)
					require.Contains(t, answer(t, resp)["error"], "not stored")
					require.Equal(t, tc.want, time.Since(start))
				}
			})
		})
	}
}

func TestHTTPReportsAnOldKey(t *testing.T) {
	t.Parallel()
	h, log := newHTTP(all(store.New))
	handle(t.Context(), h, signed(upload))
	require.NotContains(t, log.String(), "old key in use")
	r := signed(upload)
	r.Header = vod.Sign(callbackURL, "OldKey1", time.Now())
	handle(t.Context(), h, r)
	require.Contains(t, log.String(), "old key in use")
	require.NotContains(t, log.String(), "OldKey1")
}

// topicFunc is a topic.
type topicFunc func(ctx context.Context, body []byte) error

func (f topicFunc) Publish(ctx context.Context, body []byte) (string, error) {
	return "m-1", f(ctx, body)
}

func TestHTTPPublishesWhatIsNew(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name      string
		state     store.State
		body      string
		published bool
	}{
		{name: "new", state: store.New, body: upload, published: true},
		{name: "known", state: store.Known, body: upload},
		{name: "dead letter", state: store.New, body: "garbage"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h, _ := newHTTP(all(tc.state))
			var got []string
			h.Topic = topicFunc(func(_ context.Context, body []byte) error { got = append(got, string(body)); return nil })
			require.Equal(t, http.StatusOK, handle(t.Context(), h, signed(tc.body)).Status)
			if tc.published {
				require.Equal(t, []string{tc.body}, got)
			} else {
				require.Empty(t, got)
			}
		})
	}
}

func TestHTTPAnswersWhateverTheTopicDoes(t *testing.T) {
	t.Parallel()
	for name, publish := range map[string]topicFunc{
		"fails": func(context.Context, []byte) error { return errDown },
		"hangs": func(ctx context.Context, _ []byte) error { <-ctx.Done(); return context.Cause(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, log := newHTTP(all(store.New))
				h.Topic = publish
				start := time.Now()
				require.Equal(t, http.StatusOK, handle(t.Context(), h, signed(upload)).Status)
				require.LessOrEqual(t, time.Since(start), 500*time.Millisecond)
				require.Contains(t, log.String(), "not published")
			})
		})
	}
}

func TestATickThatIsNotConfiguredDoesNothing(t *testing.T) {
	t.Parallel()
	h, log := newHTTP(nil)
	h.Broken = errDown
	h.Tick(t.Context())
	require.Contains(t, log.String(), `level=ERROR msg="not configured"`)
	require.NotContains(t, log.String(), "msg=tick")
	h, log = newHTTP(all(store.New))
	h.Tick(t.Context())
	require.Contains(t, log.String(), `msg=tick`)
}
