package fallbacktest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
)

var errRefused = errors.New("refused by the test, with " + Secret)

// numbered returns n bodies.
func numbered(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = `{"n":` + strconv.Itoa(i) + `}`
	}
	return all
}

func testDrain(t *testing.T, h Harness) {
	t.Run("the same body twice", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.put(t, "a", "a", "b")
		bodies := bodiesOf(p.drain(t))
		slices.Sort(bodies)
		require.Equal(t, []string{"a", "b"}, slices.Compact(bodies))
		p.requireEmpty(t)
		p.put(t, "a")
		require.Equal(t, []string{"a"}, bodiesOf(p.drain(t)), "also when it was drained before")
	})

	t.Run("in batches", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		all := numbered(2*fallback.MaxBatch + 1)
		p.put(t, all...)
		var c collector
		n, err := p.Drain(h.context(t), c.take)
		require.NoError(t, err)
		require.Equal(t, len(all), n)
		require.ElementsMatch(t, all, c.bodies())
		for _, size := range c.batches {
			require.Positive(t, size)
			require.LessOrEqual(t, size, fallback.MaxBatch)
		}
		require.LessOrEqual(t, len(c.batches), 2*3, "they are not handed over one by one")
		p.requireEmpty(t)
	})

	t.Run("what is not taken comes again", func(t *testing.T) {
		t.Parallel()
		p := h.patient(t)
		p.put(t, "good", "bad", "better", "worse")
		refused := func(item fallback.Item) error {
			if body := string(item.Body); body == "bad" || body == "worse" {
				return errRefused
			}
			return nil
		}
		c := collector{refuse: refused}
		n, err := p.Drain(h.context(t), c.take)
		require.NoError(t, err, "what take has errors for is not an error of Drain")
		require.Equal(t, 2, n)
		require.ElementsMatch(t, []string{"good", "better"}, c.bodies())
		n, err = p.Waiting(h.context(t))
		require.NoError(t, err)
		require.Equal(t, 2, n)
		requireAgain(t, p, "bad", "worse")
		p.requireEmpty(t)
	})

	t.Run("ends when nothing is taken", func(t *testing.T) {
		t.Parallel()
		p := h.patient(t)
		all := numbered(fallback.MaxBatch + 20)
		p.put(t, all...)
		c := collector{refuse: func(fallback.Item) error { return errRefused }}
		n, err := p.Drain(h.context(t), c.take)
		require.NoError(t, err, "errors of take are not repeated, and are why it ended")
		require.Zero(t, n)
		require.Len(t, c.batches, 1)
		n, err = p.Waiting(h.context(t))
		require.NoError(t, err)
		require.Equal(t, len(all), n)
		requireAgain(t, p, all...)
		p.requireEmpty(t)
	})

	t.Run("answers that do not fit remove nothing", func(t *testing.T) {
		t.Parallel()
		p := h.patient(t)
		p.put(t, "a", "b")
		n, err := p.Drain(h.context(t), func(context.Context, []fallback.Item) []error { return nil })
		require.Error(t, err)
		require.Zero(t, n)
		requireAgain(t, p, "a", "b")
	})

	t.Run("what comes meanwhile", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.put(t, "first")
		meanwhile := []string{"second", "first"} // the latter once more, after it was removed
		var c collector
		n, err := p.Drain(h.context(t), func(ctx context.Context, items []fallback.Item) []error {
			if i := len(c.bodies()); i < len(meanwhile) {
				if err := p.Put(ctx, []byte(meanwhile[i])); err != nil {
					t.Error(err)
				}
			}
			return c.take(ctx, items)
		})
		require.NoError(t, err)
		require.Equal(t, 3, n)
		require.Equal(t, []string{"first", "second", "first"}, c.bodies())
	})
}

// requireAgain drains until each of the bodies was handed over.
func requireAgain(t *testing.T, p place, bodies ...string) {
	t.Helper()
	var c collector
	require.Eventually(t, func() bool {
		if _, err := p.Drain(p.h.context(t), c.take); err != nil {
			t.Error(err)
			return true
		}
		return len(c.bodies()) >= len(bodies)
	}, time.Minute, 20*time.Millisecond)
	require.ElementsMatch(t, bodies, c.bodies())
}
