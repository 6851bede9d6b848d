// Package fallbacktest is the conformance suite for fallbacks: it holds each sentence
// of package fallback against an implementation, by its seam alone.
//
//	func TestConformance(t *testing.T) {
//		fallbacktest.Run(t, fallbacktest.Harness{URL: newPlace, Absent: nowhere, …})
//	}
package fallbacktest

import (
	"cmp"
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
)

// Harness is what the suite needs to know about a fallback, which has to be registered.
type Harness struct {
	// URL returns the URL of a new and empty place that nobody else uses and that goes
	// away with the test.
	URL func(t *testing.T) string
	// Patient returns the URL of a new place in which what was handed over and not taken
	// comes again within seconds; nil if it does at once everywhere.
	Patient func(t *testing.T) string
	// Hanging returns the URL of a new place that never answers; nil if there is none.
	Hanging func(t *testing.T) string
	// Absent is the URL of a place that cannot be reached.
	Absent string
	// MaxBody is the size in bytes up to which text without control characters is
	// taken; zero means [fallback.MaxBody].
	MaxBody int
	// SecretURLs hold [Secret] where the scheme has place for a password, or where
	// people put one by mistake; none of them works.
	SecretURLs []string
	// Context adds to the context what is needed, such as credentials; nil adds nothing.
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
		{"bodies", testBodies},
		{"drain", testDrain},
		{"end", testEnd},
		{"concurrency", testConcurrency},
	} {
		t.Run(concept.name, func(t *testing.T) {
			t.Parallel()
			concept.test(t, h)
		})
	}
}

// place is an open fallback and the URL of what is behind it.
type place struct {
	fallback.Fallback

	h   Harness
	url string
}

// fresh opens a fallback on a new place.
func (h Harness) fresh(t *testing.T) place {
	t.Helper()
	return h.open(t, h.URL(t))
}

// patient opens a fallback on a new place in which things come again.
func (h Harness) patient(t *testing.T) place {
	t.Helper()
	if h.Patient == nil {
		return h.fresh(t)
	}
	return h.open(t, h.Patient(t))
}

// open opens a fallback on the place at url.
func (h Harness) open(t *testing.T, url string) place {
	t.Helper()
	f, err := fallback.Open(url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return place{Fallback: f, h: h, url: url}
}

func (h Harness) context(t *testing.T) context.Context {
	t.Helper()
	if h.Context == nil {
		return t.Context()
	}
	return h.Context(t.Context())
}

func (h Harness) maxBody() int { return cmp.Or(h.MaxBody, fallback.MaxBody) }

// put puts bodies and requires that all are taken.
func (p place) put(t *testing.T, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		require.NoError(t, p.Put(p.h.context(t), []byte(body)))
	}
}

// drain takes all that waits and returns it.
func (p place) drain(t *testing.T) []fallback.Item {
	t.Helper()
	var c collector
	n, err := p.Drain(p.h.context(t), c.take)
	require.NoError(t, err)
	require.Len(t, c.items, n)
	return c.items
}

// requireEmpty requires that nothing waits.
func (p place) requireEmpty(t *testing.T) {
	t.Helper()
	n, err := p.Waiting(p.h.context(t))
	require.NoError(t, err)
	require.Zero(t, n)
	require.Empty(t, p.drain(t))
}

// collector takes everything but what it refuses.
type collector struct {
	mu      sync.Mutex
	items   []fallback.Item
	batches []int                          // their sizes
	refuse  func(item fallback.Item) error // nil refuses nothing
}

func (c *collector) take(_ context.Context, items []fallback.Item) []error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.batches = append(c.batches, len(items))
	errs := make([]error, len(items))
	for i, item := range items {
		if c.refuse != nil {
			errs[i] = c.refuse(item)
		}
		if errs[i] == nil {
			c.items = append(c.items, item)
		}
	}
	return errs
}

// bodies returns what was taken.
func (c *collector) bodies() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bodiesOf(c.items)
}

func bodiesOf(items []fallback.Item) []string {
	var bodies []string
	for _, item := range items {
		bodies = append(bodies, string(item.Body))
	}
	return bodies
}
