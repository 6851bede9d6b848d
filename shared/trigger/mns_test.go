package trigger_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

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
		{name: "nothing", payload: "[]", want: `{}`},
		{name: "timer", payload: `{"triggerTime":"2026-02-03T04:12:00Z","triggerName":"tick","payload":""}`, want: `{}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if tc.store == nil {
				tc.store = all(store.New)
			}
			m := newMNS(stubStore(func(ctx context.Context, b store.Batch) ([]store.Outcome, error) {
				for _, r := range b.Records {
					if r.Source != tc.source {
						t.Errorf("source %q", r.Source)
					}
				}
				return tc.store(ctx, b)
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
		_, err := newMNS(stubStore(func(_ context.Context, b store.Batch) ([]store.Outcome, error) {
			outcomes := make([]store.Outcome, len(b.Records))
			for i, r := range b.Records {
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
	_, err := newMNS(stubStore(func(context.Context, store.Batch) ([]store.Outcome, error) { panic("s3cret") })).
		Invoke(t.Context(), []byte(upload))
	require.ErrorContains(t, err, "internal error")
	require.NotContains(t, err.Error(), "s3cret")
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

	_, err = newMNS(all(store.New)).Invoke(t.Context(), []byte(`{"operation":"explode"}`))
	require.ErrorContains(t, err, `unknown operation "explode"`)
}
