package trigger_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/trigger"
)

func TestMain(m *testing.M) {
	fallback.Register("place", func(u *url.URL) (fallback.Fallback, error) {
		if u.Host == "" {
			return nil, errors.New("place: no host")
		}
		return &place{bodies: u.Query()["body"]}, nil
	})
	m.Run()
}

// placeURL is the URL of a place in which bodies wait.
func placeURL(bodies ...string) string {
	return "place://host/?" + url.Values{"body": bodies}.Encode()
}

// failed is the record of an asynchronous invocation that failed for the last time.
func failed(t *testing.T, payload string) string {
	t.Helper()
	record, err := json.Marshal(map[string]any{
		"timestamp":      1770091912000,
		"requestContext": map[string]any{"requestId": "r-1", "condition": "RetriesExhausted", "approximateInvokeCount": 4},
		"requestPayload": payload, "responseContext": map[string]any{"statusCode": 200, "functionError": "UnhandledInvocationError"},
		"responsePayload": `{"errorMessage":"not stored"}`,
	})
	require.NoError(t, err)
	return string(record)
}

func TestDeadLetterQueuesAreReadBack(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex // the queues are drained at once
	var got []store.Record
	m := newMNS(stubStore(func(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, records...)
		return all(store.New)(ctx, records)
	}))
	onFailure := placeURL(
		failed(t, notification("")),
		failed(t, `{"triggerTime":"2026-02-03T04:12:00Z","triggerName":"tick","payload":""}`),
		failed(t, `{"operation":"rebuild"}`),
		failed(t, upload),
	)
	givenUp := placeURL(event(upload), "["+event(`{"EventType":"A"}`)+","+event("garbage")+"]")
	inlets, err := trigger.OpenDeadLetterQueues([]string{onFailure, givenUp})
	require.NoError(t, err)
	m.Pipeline.Inlets = inlets
	out, err := m.Invoke(t.Context(), []byte(`{"triggerTime":"2026-02-03T04:12:00Z","triggerName":"tick","payload":""}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"delivered":0,"failed":0,"parked":0,"settled":0,
		"drained":{"items":6,"new":4,"known":0,"dead_letters":1,"failed":0}}`, string(out))

	sources := map[store.Source]int{}
	for _, r := range got {
		sources[r.Source]++
		require.NotEmpty(t, r.SourceID)
		require.False(t, r.Received.IsZero())
	}
	require.Equal(t, map[store.Source]int{store.SourceTopic: 2, store.SourceQueue: 3}, sources)
}

// What the store does not take waits on in the queue.
func TestDeadLetterQueuesKeepWhatIsNotStored(t *testing.T) {
	t.Parallel()
	calls := 0
	m := newMNS(stubStore(func(_ context.Context, records []store.Record) ([]store.Outcome, error) {
		calls++
		outcomes := make([]store.Outcome, len(records))
		for i, r := range records {
			outcomes[i].State = store.New
			if r.Type == "Bad" {
				outcomes[i] = store.Outcome{State: store.Rejected, Err: errDown}
			}
			if r.Reason == store.ReasonRejected {
				outcomes[i] = store.Outcome{State: store.Rejected, Err: errDown} // neither as a dead letter
			}
		}
		return outcomes, nil
	}))
	inlets, err := trigger.OpenDeadLetterQueues([]string{placeURL(
		failed(t, upload), failed(t, "["+event(`{"EventType":"Good"}`)+","+event(`{"EventType":"Bad"}`)+"]"),
	)})
	require.NoError(t, err)
	m.Pipeline.Inlets = inlets
	m.Tick(t.Context())
	n, err := inlets[0].Place.Waiting(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n, "the record of which one message is nowhere")
	require.Positive(t, calls)
}

func TestOpenDeadLetterQueues(t *testing.T) {
	t.Parallel()
	inlets, err := trigger.OpenDeadLetterQueues([]string{placeURL(), "place://", "mongodb://s3cret", placeURL()})
	require.ErrorContains(t, err, "queue 2: place: no host")
	require.ErrorContains(t, err, `queue 3: fallback: unknown scheme "mongodb"`)
	require.NotContains(t, err.Error(), "s3cret")
	require.Len(t, inlets, 2)
	require.Equal(t, "dead-letter queue 4", inlets[1].Name)
	inlets, err = trigger.OpenDeadLetterQueues([]string{placeURL()})
	require.NoError(t, err)
	require.Equal(t, "dead-letter queue", inlets[0].Name)
}
