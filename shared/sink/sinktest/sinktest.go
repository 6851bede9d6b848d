// Package sinktest is the conformance suite for sinks: it holds each sentence of
// package sink against an implementation, by its seam alone. A sink passes it
// against the real server, where there is one to be had.
//
//	func TestConformance(t *testing.T) {
//		sinktest.Run(t, sinktest.Harness{URL: newPlace, Copies: copiesAt, …})
//	}
package sinktest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/vod"
)

// Harness is what the suite needs to know about a sink, which has to be registered.
type Harness struct {
	// URL returns the URL of a new and empty place that nobody else uses and that goes
	// away with the test, without a fragment.
	URL func(t *testing.T) string
	// Settings is what has to stand in the fragment besides the name, such as
	// private=allow.
	Settings string
	// Copies returns what the place has got so far: the JSON of each copy.
	Copies func(t *testing.T, url string) [][]byte
	// Absent is the URL of a place that cannot be reached.
	Absent string
	// Once says that a copy that comes again leaves no second trace.
	Once bool
	// MaxBody is the size in bytes up to which bodies are taken; larger ones are
	// rejected. Zero means that 1 MiB, which is all that an event may have, is taken.
	MaxBody int
	// SecretURLs hold [Secret] where the scheme has place for a password, or where
	// people put one by mistake; none of them works.
	SecretURLs []string
	// Context adds to the context what deliveries need, such as credentials; nil adds
	// nothing.
	Context func(context.Context) context.Context
}

// Secret is the text that no error may hold.
const Secret = "c0rrecthorse"

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	for _, concept := range []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"open", testOpen},
		{"copies", testCopies},
		{"again", testAgain},
		{"failure", testFailure},
		{"probe", testProbe},
		{"concurrency", testConcurrency},
	} {
		t.Run(concept.name, func(t *testing.T) {
			t.Parallel()
			concept.test(t, h)
		})
	}
}

// place is an open sink and the URL of what is behind it.
type place struct {
	sink.Sink
	h   Harness
	url string
}

// fresh opens a sink on a new place.
func (h Harness) fresh(t *testing.T) place {
	t.Helper()
	url := h.URL(t)
	return place{Sink: h.open(t, url), h: h, url: url}
}

// open opens a sink on the place at url.
func (h Harness) open(t *testing.T, url string) sink.Sink {
	t.Helper()
	routes, err := sink.Open([]string{h.named(url)}, sink.Options{WebhookSecrets: []string{webhookSecret}})
	require.NoError(t, err)
	require.Len(t, routes, 1)
	t.Cleanup(func() { require.NoError(t, routes[0].Sink.Close()) })
	return routes[0].Sink
}

// webhookSecret is what webhooks sign with that have no secret of their own.
const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" //nolint:gosec // of the suite

func (h Harness) named(url string) string {
	if h.Settings != "" {
		return url + "#name=test&timeout=5s&" + h.Settings
	}
	return url + "#name=test&timeout=5s"
}

func (h Harness) context(t *testing.T) context.Context {
	t.Helper()
	if h.Context == nil {
		return t.Context()
	}
	return h.Context(t.Context())
}

// deliver delivers the events and requires that all are taken.
func (p place) deliver(t *testing.T, events ...sink.Event) {
	t.Helper()
	errs := p.Deliver(p.h.context(t), events)
	require.Len(t, errs, len(events))
	for i, err := range errs {
		require.NoError(t, err, "event %d", i)
	}
}

// copies returns the copies that the place has, by id.
func (p place) copies(t *testing.T) map[string][]map[string]any {
	t.Helper()
	byID := map[string][]map[string]any{}
	for _, text := range p.h.Copies(t, p.url) {
		c := decode(t, text)
		id, ok := c["id"].(string)
		require.True(t, ok, "a copy has an id: %s", text)
		byID[id] = append(byID[id], c)
	}
	return byID
}

// decode reads JSON without rounding its numbers.
func decode(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var c map[string]any
	require.NoError(t, unmarshal(text, &c), "%s", text)
	return c
}

// event is the n-th event: an upload, with its fact.
func event(n int) sink.Event {
	medium := fmt.Sprintf("medium-%d", n)
	body := fmt.Sprintf(`{"EventType":"FileUploadComplete","VideoId":%q,"Size":%d}`, medium, n)
	id, err := vod.IDOf([]byte(body))
	if err != nil {
		panic(err)
	}
	at := time.Date(2026, 11, 23, 8, 0, n, 0, time.UTC)
	return sink.Event{
		ID: id, Type: "FileUploadComplete", Subject: medium, Status: vod.Succeeded, Time: at,
		Received: at.Add(250 * time.Millisecond), Body: []byte(body),
		Facts: []media.Fact{{
			Medium: medium, Kind: media.Video, Facet: "source", Time: at, Event: id,
			Status: vod.Succeeded, Value: "https://example.com/" + medium, Data: json.RawMessage(`{}`),
		}},
	}
}

// events are the events from..to-1.
func events(from, to int) []sink.Event {
	var all []sink.Event
	for n := from; n < to; n++ {
		all = append(all, event(n))
	}
	return all
}
