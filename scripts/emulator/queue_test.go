package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/events"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

func TestQueueForms(t *testing.T) {
	t.Parallel()
	const body = `{"do":"do=tell","x":"<å>"}`
	for _, tc := range []struct {
		name string
		form emulator.Form
		// unwrap returns the events of a payload.
		unwrap func(t *testing.T, payload string) []string
		want   []int // messages in each batch of three sent
	}{
		{name: "array of CloudEvents", form: emulator.CloudEvents, unwrap: array, want: []int{2, 1}},
		{name: "single", form: emulator.Single, unwrap: func(_ *testing.T, p string) []string { return []string{p} }, want: []int{1, 1, 1}},
		{name: "array of texts", form: emulator.Strings, unwrap: texts, want: []int{2, 1}},
		{name: "raw data", form: emulator.RawData, unwrap: array, want: []int{2, 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, true)
			pool := start(t, emulator.Function{Name: "mns", Env: []string{g.env}})
			queue := pool.Queue(t.Context(), emulator.QueueTrigger{Form: tc.form, BatchSize: 2})
			require.NoError(t, queue.Send(body, body, body))
			require.NoError(t, queue.Drain(t.Context()))
			require.Len(t, g.told, len(tc.want))
			ids := map[string]bool{}
			for _, size := range tc.want {
				batch := tc.unwrap(t, g.next(t))
				require.Len(t, batch, size)
				for _, event := range batch {
					data := &events.Data{}
					if tc.form == emulator.RawData {
						require.NoError(t, json.Unmarshal([]byte(event), data))
					} else {
						data = cloudEventData(t, event)
					}
					require.Equal(t, body, *data.MessageBody)
					ids[*data.MessageID] = true
				}
			}
			require.Len(t, ids, 3, "each message has an id of its own")
			require.Zero(t, pool.Counts().Failures())
		})
	}
}

func array(t *testing.T, payload string) []string {
	t.Helper()
	var items []json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(payload), &items))
	var list []string
	for _, item := range items {
		list = append(list, string(item))
	}
	return list
}

func texts(t *testing.T, payload string) []string {
	t.Helper()
	var list []string
	require.NoError(t, json.Unmarshal([]byte(payload), &list))
	return list
}

func cloudEventData(t *testing.T, text string) *events.Data {
	t.Helper()
	var event events.MnsQueueEvent
	require.NoError(t, json.Unmarshal([]byte(text), &event))
	require.Equal(t, "MNS-mns-mnstrigger", *event.Source)
	require.Equal(t, "1.0", *event.Specversion)
	require.Equal(t, "mns:Queue:SendMessage", *event.Type)
	require.Equal(t, "acs:mns:cn-shanghai:1234567890123456:queues/vod-events", *event.Subject)
	require.NotEmpty(t, *event.ID)
	return event.Data
}

func TestQueueBodies(t *testing.T) {
	t.Parallel()
	const jsonText = `{"do":"do=tell"}`
	for _, tc := range []struct {
		name string
		sent string
		as   emulator.Body
		want string
	}{
		{name: "text", sent: jsonText, want: `"{\"do\":\"do=tell\"}"`},
		{name: "base64", sent: jsonText, as: emulator.Base64, want: `"` + base64.StdEncoding.EncodeToString([]byte(jsonText)) + `"`},
		{name: "parsed", sent: jsonText, as: emulator.Parsed, want: jsonText},
		{name: "not to be parsed", sent: "do=tell", as: emulator.Parsed, want: `"do=tell"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dead := make(chan []byte, 1)
			pool := start(t, emulator.Function{Env: []string{"STARTUP=crash"}})
			queue := pool.Queue(t.Context(), emulator.QueueTrigger{
				Form: emulator.RawData, Body: tc.as, Retries: -1, DeadLetter: func(event []byte) { dead <- event },
			})
			require.NoError(t, queue.Send(tc.sent))
			require.NoError(t, queue.Drain(t.Context()))
			var data struct {
				MessageBody json.RawMessage `json:"messageBody"`
			}
			require.NoError(t, json.Unmarshal(<-dead, &data))
			require.JSONEq(t, tc.want, string(data.MessageBody))
		})
	}
}

// A batch has one answer: one bad message brings all of it back.
func TestQueueRetriesWholeBatches(t *testing.T) {
	t.Parallel()
	g := newGate(t, true)
	dead := make(chan string, 10)
	pool := start(t, emulator.Function{Env: []string{g.env}})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{
		BatchSize: 10, Retries: 2, RetryDelay: soon, DeadLetter: func(event []byte) { dead <- string(event) },
	})
	require.NoError(t, queue.Send("do=tellfail", "good"))
	require.NoError(t, queue.Drain(t.Context()))
	require.Len(t, g.told, 3)
	first := g.next(t)
	require.Equal(t, first, g.next(t), "the same messages with the same ids")
	require.Equal(t, first, g.next(t))
	require.Equal(t, emulator.Counts{Invocations: 3, ColdStarts: 1, Errors: 3, Retries: 2, DeadLetters: 2}, pool.Counts())
	require.Len(t, dead, 2)
	for _, event := range array(t, first) {
		require.Equal(t, event, <-dead)
	}
}

func TestQueueGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{Retries: 2, RetryDelay: soon})
	require.NoError(t, queue.Send("do=exit", "do=flaky", "do=ok"))
	require.NoError(t, queue.Drain(t.Context()))
	require.Equal(t, emulator.Counts{
		Invocations: 7, ColdStarts: 4, Killed: 3, Errors: 3, Retries: 4, DeadLetters: 2,
	}, pool.Counts(), "flaky goes by the retry count, which pushes do not have")
}

func TestQueueDuplicates(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		every int
		want  string // the messages as they come
	}{
		{every: 0, want: "1,2 3"},
		{every: 1, want: "1,2 3,1 2,3"},
		{every: 3, want: "1,2 3 3"},
	} {
		t.Run(strconv.Itoa(tc.every), func(t *testing.T) {
			t.Parallel()
			g := newGate(t, true)
			pool := start(t, emulator.Function{Env: []string{g.env}})
			queue := pool.Queue(t.Context(), emulator.QueueTrigger{Form: emulator.RawData, BatchSize: 2, Duplicate: tc.every})
			require.NoError(t, queue.Send("1 do=tell", "2 do=tell", "3 do=tell"))
			require.NoError(t, queue.Drain(t.Context()))
			require.NoError(t, pool.Shutdown(t.Context()))
			require.Equal(t, tc.want, batches(t, g))
			require.Equal(t, strings.Count(tc.want, "1")+strings.Count(tc.want, "2")+strings.Count(tc.want, "3")-3, pool.Counts().Duplicates)
		})
	}
}

// batches lists the first letters of the messages in the batches told, as "1,2 3".
func batches(t *testing.T, g *gate) string {
	t.Helper()
	var list []string
	for range len(g.told) {
		var letters []string
		for _, item := range array(t, g.next(t)) {
			var data struct{ MessageBody string }
			require.NoError(t, json.Unmarshal([]byte(item), &data))
			letters = append(letters, data.MessageBody[:1])
		}
		list = append(list, strings.Join(letters, ","))
	}
	return strings.Join(list, " ")
}

// The messages of a failed batch come back in other company, and a bad one takes
// fewer and fewer good ones along.
func TestQueueCutsBatchesAnew(t *testing.T) {
	t.Parallel()
	g := newGate(t, true)
	dead := make(chan string, 10)
	pool := start(t, emulator.Function{Env: []string{g.env}})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{
		Form: emulator.RawData, BatchSize: 4, Recut: true, Retries: 2, RetryDelay: soon,
		DeadLetter: func(event []byte) { dead <- string(event) },
	})
	require.NoError(t, queue.Send("1 do=tellfail", "2", "3", "4", "5"))
	require.NoError(t, queue.Drain(t.Context()))
	require.Equal(t, "1,2,3,4 5,1 1", batches(t, g))
	require.Equal(t, emulator.Counts{Invocations: 5, ColdStarts: 1, Errors: 3, Retries: 2, DeadLetters: 1}, pool.Counts())
	require.Contains(t, <-dead, "1 do=tellfail")
}

func TestQueuePushesInParallel(t *testing.T) {
	t.Parallel()
	g := newGate(t, false)
	pool := start(t, emulator.Function{Env: []string{g.env}})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{Pushers: 3})
	require.NoError(t, queue.Send("do=tell", "do=tell", "do=tell", "do=tell"))
	for range 3 {
		g.next(t)
	}
	require.Len(t, pool.Instances(), 3)
	g.open()
	require.NoError(t, queue.Drain(t.Context()))
	require.Equal(t, 4, pool.Counts().Invocations)
}

func TestQueueRefusesLargeMessages(t *testing.T) {
	t.Parallel()
	pool := start(t, emulator.Function{})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{})
	_, refused := errors.AsType[*mns.Error](queue.Send("small", strings.Repeat("x", 64<<10+1)))
	require.True(t, refused)
	require.NoError(t, queue.Drain(t.Context()))
	require.Zero(t, pool.Counts())
}

// What a function does not take before its pool ends is there for the next one.
func TestQueueOutlivesItsFunction(t *testing.T) {
	t.Parallel()
	server := mns.New()
	t.Cleanup(server.Close)
	server.CreateQueue("q", mns.QueueSettings{})
	g := newGate(t, true)
	trigger := emulator.QueueTrigger{Server: server, Name: "q", BatchSize: 2, RetryDelay: time.Hour}
	pool := start(t, emulator.Function{Env: []string{g.env}})
	queue := pool.Queue(t.Context(), trigger)
	require.NoError(t, server.Send("q", "do=tellfail", "2", "3"))
	g.next(t)
	require.NoError(t, pool.Shutdown(t.Context()))
	require.ErrorIs(t, queue.Drain(t.Context()), emulator.ErrClosed)
	left := server.Messages("q")
	require.Len(t, left, 3)
	require.Equal(t, 0, left[0].Deliveries)
	require.Equal(t, 1, left[2].Deliveries)

	dead := make(chan []byte, 3)
	trigger.RetryDelay, trigger.Retries, trigger.DeadLetter = soon, -1, func(event []byte) { dead <- event }
	next := start(t, emulator.Function{Env: []string{g.env}})
	require.NoError(t, next.Queue(t.Context(), trigger).Drain(t.Context()))
	require.Empty(t, server.Messages("q"))
	require.Equal(t, 2, next.Counts().Invocations)
	require.NotEmpty(t, dead)
}
