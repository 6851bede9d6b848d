package redis_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/sinktest"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	server := start(t)
	c := server.client(t)
	var places atomic.Int32
	sinktest.Run(t, sinktest.Harness{
		URL: func(*testing.T) string { return server.url(fmt.Sprintf("/0?prefix=place-%d:", places.Add(1))) },
		Copies: func(t *testing.T, rawURL string) [][]byte {
			t.Helper()
			u, err := url.Parse(rawURL)
			require.NoError(t, err)
			var copies [][]byte
			for _, e := range entries(t, c, u.Query().Get("prefix")+"events") {
				copies = append(copies, []byte(e["event"]))
			}
			return copies
		},
		Absent: "redis://127.0.0.1:1",
		Once:   true,
		SecretURLs: []string{
			"redis://:" + sinktest.Secret + "@127.0.0.1:1",
			"redis://vod:" + sinktest.Secret + "@" + server.addr,
			"redis://:" + sinktest.Secret + "@" + server.addr,
			"redis://" + sinktest.Secret + "@" + server.addr,
			"redis://vod:" + sinktest.Secret + "@%zz",
			"redis://" + server.addr + "/" + sinktest.Secret,
			"redis:" + sinktest.Secret,
			"redis://" + server.addr + "?maxlen=" + sinktest.Secret,
			"redis://" + server.addr + "?" + sinktest.Secret + "=%zz",
			"rediss://" + server.addr + "?ca=" + sinktest.Secret,
			"redis://" + server.addr + "#name=x&timeout=" + sinktest.Secret,
		},
	})
}

// event is the n-th event of medium v1, with its fact.
func event(n int) sink.Event {
	at := time.Date(2026, 3, 17, 10, 30, n, 0, time.UTC)
	body := fmt.Sprintf(`{"EventType":"MediaBaseChangeComplete","MediaId":"v1","MediaContent":{"Title":{"NewValue":"Title %d"}}}`, n)
	id, err := vod.IDOf([]byte(body))
	if err != nil {
		panic(err)
	}
	return sink.Event{
		ID: id, Type: "MediaBaseChangeComplete", Subject: "v1", Status: vod.Succeeded, Time: at,
		Received: at.Add(time.Second), Body: []byte(body),
		Facts: []media.Fact{{
			Medium: "v1", Kind: media.Video, Facet: "base/Title", Time: at, Rank: 12, Event: id,
			Status: vod.Succeeded, Value: fmt.Sprintf("Title %d", n), Data: json.RawMessage(fmt.Sprintf(`{"Title":"Title %d"}`, n)),
		}},
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	server := start(t)
	c := server.client(t)
	e := event(7)
	e.Facts[0].Value = `<"&">` + "\x00🎬"
	bare := sink.Event{ID: vod.ID{1}, Type: "Unheard", Received: e.Received, Body: []byte(`{}`)}
	deliver(t, open(t, server.url("")), e, bare)

	require.Equal(t, []map[string]string{
		{"id": e.ID.String(), "type": "MediaBaseChangeComplete", "subject": "v1", "event": string(e.JSON())},
		{"id": bare.ID.String(), "type": "Unheard", "subject": "", "event": string(bare.JSON())},
	}, entries(t, c, "vod:events"))

	fields, err := do(t, c, "HGETALL vod:media:v1").AsStrMap()
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"base/Title": `{"version":"2026-03-17T10:30:07.000Z 12 ` + e.ID.String() + `","kind":"video","status":"succeeded",` +
			`"value":"<\"&\">\u0000🎬","data":{"Title":"Title 7"}}`,
	}, fields)

	left, err := do(t, c, "PTTL vod:seen:"+e.ID.String()).AsInt64()
	require.NoError(t, err)
	require.InDelta(t, (8 * 24 * time.Hour).Milliseconds(), left, 60_000)
	keys, err := do(t, c, "KEYS *").AsStrSlice()
	require.NoError(t, err)
	require.Len(t, keys, 4)
}

// Only the newest fact stays, and what comes again leaves no trace even if nothing
// of the first time but the mark is left.
func TestAgain(t *testing.T) {
	t.Parallel()
	server := start(t)
	c := server.client(t)
	s := open(t, server.url(""))
	title := func() string {
		text, err := do(t, c, "HGET vod:media:v1 base/Title").ToString()
		require.NoError(t, err)
		return text
	}
	deliver(t, s, event(1), event(3), event(2), event(1))
	require.Contains(t, title(), `"Title 3"`)
	require.Len(t, entries(t, c, "vod:events"), 3)

	do(t, c, "DEL vod:events vod:media:v1")
	deliver(t, s, event(1), event(3))
	require.Empty(t, entries(t, c, "vod:events"))

	replayed := event(2)
	replayed.Replay = "replay-1"
	deliver(t, s, replayed, replayed)
	require.Contains(t, title(), `"Title 2"`, "a replay mends what was lost")
	all := entries(t, c, "vod:events")
	require.Len(t, all, 1)
	require.Contains(t, all[0]["event"], `"replay":"replay-1"`)

	replayed.Replay = "replay-2"
	replayed.Facts[0].Data = json.RawMessage(`{"Title":"Title 2","CateId":7}`)
	deliver(t, s, replayed)
	require.Contains(t, title(), `"CateId":7`, "what a newer program makes of the same event counts")
	require.Len(t, entries(t, c, "vod:events"), 2)
}

func TestMaxLength(t *testing.T) {
	t.Parallel()
	server := start(t)
	c := server.client(t)
	do(t, c, "CONFIG SET stream-node-max-entries 10")
	s := open(t, server.url("?maxlen=20"))
	for from := range 10 {
		var batch []sink.Event
		for i := range 10 {
			batch = append(batch, event(10*from+i))
		}
		deliver(t, s, batch...)
	}
	left := entries(t, c, "vod:events")
	require.Less(t, len(left), 40, "trimmed")
	require.GreaterOrEqual(t, len(left), 20)
	require.Equal(t, event(99).ID.String(), left[len(left)-1]["id"])

	deliver(t, s, event(0))
	require.Len(t, entries(t, c, "vod:events"), len(left), "an event that was trimmed leaves no second trace")
}

// A batch that needs several rounds, each of which carries the script.
func TestLargeBatch(t *testing.T) {
	t.Parallel()
	server := start(t)
	c := server.client(t)
	batch := make([]sink.Event, 20)
	for i := range batch {
		batch[i] = event(i)
		batch[i].Body = []byte(`{"a":"` + strings.Repeat("a", 1<<19) + `"}`)
	}
	s := open(t, server.url(""))
	deliver(t, s, batch...)
	require.Len(t, entries(t, c, "vod:events"), 20)

	// And the largest number of facts that one event has.
	e := event(30)
	e.Facts = nil
	for i := range media.MaxFacts {
		f := event(30).Facts[0]
		f.Facet = fmt.Sprintf("stream/%d", i)
		e.Facts = append(e.Facts, f)
	}
	deliver(t, s, e)
	n, err := do(t, c, "HLEN vod:media:v1").AsInt64()
	require.NoError(t, err)
	require.EqualValues(t, media.MaxFacts+1, n)
}

// A batch that takes several round trips ends with the first one that fails; the rest
// is not tried.
func TestRestIsNotSent(t *testing.T) {
	t.Parallel()
	s := open(t, fake(t, "", func(net.Conn) {})) // which closes the connection
	batch := make([]sink.Event, 10)
	for i := range batch {
		batch[i] = event(i)
		batch[i].Body = []byte(`{"a":"` + strings.Repeat("a", 1<<20) + `"}`)
	}
	tried := 0
	for i, err := range s.Deliver(t.Context(), batch) {
		require.ErrorContains(t, err, "closed the connection")
		if !errors.Is(err, sink.ErrNotSent) {
			require.Equal(t, tried, i)
			tried++
		}
	}
	require.Equal(t, 4, tried, "4 MiB")
}
