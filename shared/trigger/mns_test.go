package trigger_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/trigger"
)

func newMNS(s store.Store) *trigger.MNS {
	log := slog.New(slog.DiscardHandler)
	return &trigger.MNS{Pipeline: &pipeline.Pipeline{Store: s, Log: log}, Log: log}
}

func event(body string) string {
	data, err := json.Marshal(map[string]any{
		"id": "e1", "specversion": "1.0", "source": "q", "type": "mns:Queue:SendMessage",
		"data": map[string]string{"requestId": "r", "messageId": "m-1", "messageBody": body},
	})
	if err != nil {
		panic(err)
	}
	return string(data)
}

// notification is upload as a topic hands it over in JSON format.
func notification(md5 string) string {
	data, err := json.Marshal(map[string]string{
		"TopicName": "t", "MessageId": "m-2", "Message": upload, "MessageMD5": md5,
	})
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestMNSAnswers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, payload string
		store         stubStore
		want          string
		source        store.Source
	}{
		{name: "topic", payload: upload, want: `{"new":1}`, source: store.SourceTopic},
		{name: "queue, one bad among good ones", payload: "[" + event(upload) + "," + event("garbage") + "]", want: `{"new":1,"dead_letter":1}`, source: store.SourceQueue},
		{name: "known", payload: upload, store: all(store.Known), want: `{"known":1}`, source: store.SourceTopic},
		{name: "a message that names a trigger", payload: `{"triggerName":"x","orderId":"lost"}`, want: `{"dead_letter":1}`, source: store.SourceTopic},
		{name: "a message that names an unknown operation", payload: `{"operation":"explode"}`, want: `{"dead_letter":1}`, source: store.SourceTopic},
		{name: "an array of something else", payload: `[0,0,0]`, want: `{"dead_letter":1}`, source: store.SourceTopic},
		{name: "nothing", payload: "[]", want: `{}`},
		{name: "timer", payload: `{"triggerTime":"2026-02-03T04:12:00Z","triggerName":"tick","payload":""}`, want: `{"delivered":0,"failed":0,"parked":0,"settled":0,
			"drained":{"items":0,"new":0,"known":0,"dead_letters":0,"failed":0}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if tc.store == nil {
				tc.store = all(store.New)
			}
			m := newMNS(stubStore(func(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
				for _, r := range records {
					if r.Source != tc.source {
						t.Errorf("source %q", r.Source)
					}
				}
				return tc.store(ctx, records)
			}))
			out, err := m.Invoke(t.Context(), []byte(tc.payload))
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(out))
		})
	}
}

func TestMNSBringsABatchBackThatIsNotStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		_, err := newMNS(stubStore(func(_ context.Context, records []store.Record) ([]store.Outcome, error) {
			outcomes := make([]store.Outcome, len(records))
			for i, r := range records {
				outcomes[i].State = store.New
				if r.Type == "Bad" {
					outcomes[i] = store.Outcome{State: store.Failed, Err: errDown}
				}
			}
			return outcomes, nil
		})).Invoke(ctx, []byte("["+event(upload)+","+event(`{"EventType":"Bad"}`)+"]"))
		require.ErrorIs(t, err, errDown)
		require.ErrorContains(t, err, "1 of 2 messages not stored")
		require.Less(t, time.Since(start), 10*time.Second, "the error is ours, before the runtime kills")
	})
}

func TestMNSWithoutADeadlineEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, err := newMNS(stubStore(hangs)).Invoke(t.Context(), []byte(upload))
		require.ErrorContains(t, err, "1 of 1 messages not stored")
	})
}

func TestMNSNotConfigured(t *testing.T) {
	t.Parallel()
	m := newMNS(nil)
	m.Broken = errors.New("config: VOD_STORE is not set")
	_, err := m.Invoke(t.Context(), []byte(upload))
	require.ErrorIs(t, err, m.Broken)
}

func TestMNSPanicIsAnError(t *testing.T) {
	t.Parallel()
	m := newMNS(all(store.New))
	m.Pipeline = nil
	_, err := m.Invoke(t.Context(), []byte(upload))
	require.ErrorContains(t, err, "internal error")

	synctest.Test(t, func(t *testing.T) {
		_, err := newMNS(stubStore(func(context.Context, []store.Record) ([]store.Outcome, error) { panic("s3cret") })).
			Invoke(t.Context(), []byte(upload))
		require.ErrorContains(t, err, "1 of 1 messages not stored")
		require.NotContains(t, err.Error(), "s3cret")
	})
}

// able is a store with the abilities that operations need.
type able struct {
	stubStore
	migrated *bool
	err      error
}

func (a able) Migrate(context.Context) error { *a.migrated = true; return a.err }

func TestMNSOperations(t *testing.T) {
	t.Parallel()
	migrated := false
	out, err := newMNS(able{stubStore: all(store.New), migrated: &migrated}).Invoke(t.Context(), []byte(`{"operation":"migrate"}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"operation":"migrate"}`, string(out))
	require.True(t, migrated)

	_, err = newMNS(able{migrated: &migrated, err: errDown}).Invoke(t.Context(), []byte(`{"operation":"migrate"}`))
	require.ErrorIs(t, err, errDown)

	_, err = newMNS(all(store.New)).Invoke(t.Context(), []byte(`{"operation":"rebuild"}`))
	require.ErrorIs(t, err, pipeline.ErrUnable)

	drains := newMNS(all(store.New))
	drains.Pipeline.Fallback = &place{bodies: []string{upload, "garbage"}}
	out, err = drains.Invoke(t.Context(), []byte(`{"operation":"drain"}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"operation":"drain","drained":{"items":2,"new":1,"known":0,"dead_letters":1,"failed":0}}`, string(out))

	_, err = newMNS(all(store.New)).Invoke(t.Context(), []byte(`{"operation":"prune"}`))
	require.ErrorContains(t, err, `no operation "prune"`)
}

func TestMNSSaysThatADigestDiffers(t *testing.T) {
	t.Parallel()
	for digest, want := range map[string]string{"": "", "00": `level=WARN msg="message digest differs" message_id=m-2` + "\n"} {
		var log strings.Builder
		m := newMNS(all(store.New))
		m.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			},
		}))
		out, err := m.Invoke(t.Context(), []byte(notification(digest)))
		require.NoError(t, err)
		require.JSONEq(t, `{"new":1}`, string(out), "the message is taken all the same")
		require.Equal(t, want, log.String())
	}
}

// A tick that fails is no error of the invocation: the platform would repeat it, and the
// next one comes by itself.
func TestATickThatFails(t *testing.T) {
	t.Parallel()
	m := newMNS(all(store.New))
	m.Pipeline.Inlets = []pipeline.Inlet{{Name: "broken", Place: &brokenPlace{}}}
	out, err := m.Invoke(t.Context(), []byte(`{"triggerTime":"2026-02-03T04:12:00Z","triggerName":"tick","payload":""}`))
	require.NoError(t, err)
	require.Contains(t, string(out), `"delivered":0`)
}

// brokenPlace cannot be drained.
type brokenPlace struct{ place }

func (*brokenPlace) Drain(context.Context, fallback.Take) (int, error) { return 0, errDown }

func TestMNSExaminesItself(t *testing.T) {
	t.Parallel()
	m := newMNS(all(store.New))
	const operation = `{"operation":"doctor"}`
	_, err := m.Invoke(t.Context(), []byte(operation))
	require.ErrorContains(t, err, "nobody who could examine")
	m.Doctor = func(context.Context) any { return []string{"well"} }
	for _, m.Broken = range []error{nil, errors.New("config: VOD_STORE is not set")} {
		out, err := m.Invoke(t.Context(), []byte(operation))
		require.NoError(t, err, "also if nothing else works")
		require.JSONEq(t, `{"operation":"doctor","report":["well"]}`, string(out))
	}
	_, err = m.Invoke(t.Context(), []byte(`{"operation":"migrate"}`))
	require.ErrorIs(t, err, m.Broken)
}
