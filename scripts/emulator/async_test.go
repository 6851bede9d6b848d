package emulator_test

import (
	"context"
	"crypto/md5"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

// soon is the pause before retries in tests that must see them.
const soon = time.Millisecond

func TestAsyncRetriesUntilItSucceeds(t *testing.T) {
	t.Parallel()
	records := make(chan []byte, 10)
	pool := start(t, emulator.Function{Async: emulator.Async{RetryDelay: soon, OnFailure: func(r []byte) { records <- r }}})
	_, err := pool.InvokeAsync(t.Context(), []byte("do=flaky")) // wants the retry count to be 2
	require.NoError(t, err)
	require.NoError(t, pool.Drain(t.Context()))
	require.Empty(t, records)
	require.Equal(t, emulator.Counts{Invocations: 3, ColdStarts: 1, Errors: 2, Retries: 2}, pool.Counts())
}

func TestAsyncGivesUp(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name      string
		retries   int
		event     string
		errorType string
		want      emulator.Counts
	}{
		{
			name: "by default three retries", event: "do=error", errorType: "UnhandledInvocationError",
			want: emulator.Counts{Invocations: 4, ColdStarts: 1, Errors: 4, Retries: 3, DeadLetters: 1},
		},
		{
			name: "none", retries: -1, event: "do=panic", errorType: "UnhandledInvocationError",
			want: emulator.Counts{Invocations: 1, ColdStarts: 1, Panics: 1, DeadLetters: 1},
		},
		{
			name: "killed each time", retries: 1, event: "do=exit", errorType: "ProcessExited",
			want: emulator.Counts{Invocations: 2, ColdStarts: 2, Killed: 2, Retries: 1, DeadLetters: 1},
		},
		{
			name: "too late each time", retries: 1, event: "do=hang", errorType: "InvocationTimeout",
			want: emulator.Counts{Invocations: 2, ColdStarts: 2, Timeouts: 2, Retries: 1, DeadLetters: 1},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			records := make(chan []byte, 10)
			pool := start(t, emulator.Function{Name: "mns", Timeout: time.Second, Async: emulator.Async{
				Retries: tc.retries, RetryDelay: soon, OnFailure: func(r []byte) { records <- r },
			}})
			id, err := pool.InvokeAsync(t.Context(), []byte(tc.event))
			require.NoError(t, err)
			require.NoError(t, pool.Drain(t.Context()))
			require.Equal(t, tc.want, pool.Counts())

			require.Len(t, records, 1)
			var record struct {
				Timestamp      int64
				RequestContext struct {
					RequestID              string `json:"requestId"`
					FunctionArn, Condition string
					ApproximateInvokeCount int
				}
				RequestPayload  string
				ResponseContext struct {
					StatusCode    int
					FunctionError string
				}
				ResponsePayload string
			}
			require.NoError(t, json.Unmarshal(<-records, &record))
			require.WithinDuration(t, time.Now(), time.UnixMilli(record.Timestamp), time.Minute)
			require.Equal(t, id, record.RequestContext.RequestID)
			require.Equal(t, "acs:fc:cn-shanghai:1234567890123456:functions/mns/LATEST", record.RequestContext.FunctionArn)
			require.Equal(t, tc.errorType, record.RequestContext.Condition)
			require.Equal(t, tc.want.Invocations, record.RequestContext.ApproximateInvokeCount)
			require.Equal(t, tc.event, record.RequestPayload)
			require.Equal(t, 200, record.ResponseContext.StatusCode)
			require.Equal(t, tc.errorType, record.ResponseContext.FunctionError)
			require.Contains(t, record.ResponsePayload, "errorMessage")
		})
	}
}

// Delivery is at least once: the second one is under the same id.
func TestAsyncDuplicates(t *testing.T) {
	t.Parallel()
	out := &buffer{}
	pool := start(t, emulator.Function{Output: out, Async: emulator.Async{Duplicate: 2, RetryDelay: soon}})
	var ids []string
	for range 3 {
		id, err := pool.InvokeAsync(t.Context(), []byte("do=ok"))
		require.NoError(t, err)
		require.NoError(t, pool.Drain(t.Context()))
		ids = append(ids, id)
	}
	_, err := pool.InvokeAsync(t.Context(), []byte("do=error"))
	require.NoError(t, err)
	require.NoError(t, pool.Drain(t.Context()))
	require.Equal(t, emulator.Counts{
		Invocations: 3 + 1 + 4, ColdStarts: 1, Errors: 4, Retries: 3, DeadLetters: 1, Duplicates: 1,
	}, pool.Counts(), "what failed does not come twice")
	require.NoError(t, pool.Shutdown(t.Context()))
	for i, want := range []int{1, 2, 1} {
		require.Equal(t, want, strings.Count(out.String(), "Start RequestId: "+ids[i]))
	}
}

// What nobody waits for is throttled by waiting, and is not lost.
func TestAsyncWaitsForAnInstance(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{Instances: 2, Env: []string{g.env}})
	for range 20 {
		_, err := pool.InvokeAsync(t.Context(), []byte("do=tell"))
		require.NoError(t, err)
	}
	g.next(t)
	g.next(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, pool.Drain(ctx), context.Canceled)
	require.Len(t, pool.Instances(), 2)
	g.open()
	require.NoError(t, pool.Drain(t.Context()))
	require.Len(t, g.told, 18)
	counts := pool.Counts()
	require.Equal(t, 20, counts.Invocations)
	require.Equal(t, 2, counts.ColdStarts)
	require.GreaterOrEqual(t, counts.Throttled, 1)
}

func TestTopicFormats(t *testing.T) {
	t.Parallel()
	const body = `{"do":"do=tell","x":"<å>"}`
	attrs := map[string]string{"Extend": `{"k":"v"}`}
	g := newGate(t, true)
	pool := start(t, emulator.Function{Name: "mns", Env: []string{g.env}})
	stream := pool.Topic(emulator.TopicTrigger{})
	asJSON := pool.Topic(emulator.TopicTrigger{Name: "t", Format: emulator.JSON})
	publish := func(topic *emulator.Topic, attrs map[string]string) (event, id string) {
		id, err := topic.Publish(t.Context(), body, attrs)
		require.NoError(t, err)
		require.NoError(t, pool.Drain(t.Context()))
		return g.next(t), id
	}

	event, _ := publish(stream, nil)
	require.Equal(t, body, event)

	event, _ = publish(stream, attrs)
	want, err := json.Marshal(map[string]any{"body": body, "attrs": attrs})
	require.NoError(t, err)
	require.JSONEq(t, string(want), event)

	event, id := publish(asJSON, attrs)
	var message map[string]any
	require.NoError(t, json.Unmarshal([]byte(event), &message))
	at, ok := message["PublishTime"].(float64)
	require.True(t, ok)
	require.WithinDuration(t, time.Now(), time.UnixMilli(int64(at)), time.Minute)
	delete(message, "PublishTime")
	require.Equal(t, map[string]any{
		"TopicOwner": emulator.AccountID, "TopicName": "t", "Subscriber": emulator.AccountID, "SubscriptionName": "mns",
		"MessageId": id, "Message": body, "MessageMD5": fmt.Sprintf("%X", md5.Sum([]byte(body))), "Extend": `{"k":"v"}`,
	}, message)

	_, err = stream.Publish(t.Context(), strings.Repeat("x", 64<<10+1), nil)
	_, refused := errors.AsType[*mns.Error](err)
	require.True(t, refused)
}
