package redis_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/rueidis"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/vod"
)

// Whatever comes in whatever order, how often and in what batches, by whichever
// instance: the hash holds the facts that media.Fold counts.
func TestFold(t *testing.T) {
	t.Parallel()
	server := start(t)
	c := server.client(t)
	do(t, c, "CONFIG SET appendfsync no")
	s, other := open(t, server.url("")), open(t, server.url(""))
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		events := drawEvents(t, fmt.Sprintf("run-%d", run))
		var facts []media.Fact
		for _, e := range events {
			facts = append(facts, e.Facts...)
		}
		for _, order := range [][]sink.Event{rapid.Permutation(events).Draw(t, "order"), rapid.Permutation(events).Draw(t, "again")} {
			for len(order) > 0 {
				n := rapid.IntRange(1, len(order)).Draw(t, "batch")
				to := rapid.SampledFrom([]sink.Sink{s, other}).Draw(t, "instance")
				for _, err := range to.Deliver(t.Context(), order[:n]) {
					require.NoError(t, err)
				}
				order = order[n:]
			}
		}
		require.Equal(t, media.Fold(facts), media.Fold(factsOf(t, c, facts[0].Medium)))
	})
}

// drawEvents draws events about one medium, at few times, with few facets, so that
// ties are common.
func drawEvents(t *rapid.T, medium string) []sink.Event {
	facets := []string{"base/Title", "source", "life", "stream/1", "stream/1#v", "transcode", "storage/All", `failure/"Some" 🎬`, ""}
	times := []time.Time{
		{},
		time.Date(1969, 12, 31, 23, 59, 59, 999e6, time.UTC),
		time.Date(2026, 3, 17, 10, 30, 5, 0, time.UTC),
		time.Date(2026, 3, 17, 10, 30, 5, 1e6, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC),
	}
	events := make([]sink.Event, rapid.IntRange(1, 8).Draw(t, "events"))
	for i := range events {
		at := rapid.SampledFrom(times).Draw(t, "time")
		id, err := vod.IDOf(fmt.Appendf(nil, `{"EventType":"X","n":"%s-%d"}`, medium, i))
		require.NoError(t, err)
		events[i] = sink.Event{ID: id, Type: "X", Subject: medium, Time: at, Body: []byte(`{}`)}
		for _, facet := range rapid.SliceOfNDistinct(rapid.SampledFrom(facets), 1, 3, rapid.ID).Draw(t, "facets") {
			events[i].Facts = append(events[i].Facts, media.Fact{
				Medium: medium, Facet: facet, Time: at, Event: id,
				Kind:   rapid.SampledFrom([]media.Kind{media.Video, media.Image, media.Attached}).Draw(t, "kind"),
				Rank:   rapid.SampledFrom([]int{0, 2, 9, 10, 12, 22, 99}).Draw(t, "rank"),
				Status: rapid.SampledFrom([]vod.Outcome{vod.None, vod.Succeeded, vod.Failed}).Draw(t, "status"),
				Value:  rapid.SampledFrom([]string{"", "deleted", "Archive", `A <"title"> 🎬` + "\x00"}).Draw(t, "value"),
				Data:   json.RawMessage(rapid.SampledFrom([]string{`{}`, `{"Duration":61.48}`, `{"a\u0000":"<&>"}`}).Draw(t, "data")),
			})
		}
	}
	return events
}

// factsOf reads the facts of a medium back, as a reader would.
func factsOf(t *rapid.T, c rueidis.Client, medium string) []media.Fact {
	fields, err := c.Do(t.Context(), c.B().Hgetall().Key("vod:media:"+medium).Build()).AsStrMap()
	require.NoError(t, err)
	var facts []media.Fact
	for facet, text := range fields {
		var f struct {
			media.Fact
			Version string `json:"version"`
		}
		require.NoError(t, json.Unmarshal([]byte(text), &f))
		f.Medium, f.Facet = medium, facet
		version := strings.Fields(f.Version)
		require.Len(t, version, 3)
		f.Time, err = time.Parse(time.RFC3339, version[0])
		require.NoError(t, err)
		_, err = fmt.Sscan(version[1], &f.Rank)
		require.NoError(t, err)
		f.Event, err = vod.ParseID(version[2])
		require.NoError(t, err)
		facts = append(facts, f.Fact)
	}
	return facts
}
