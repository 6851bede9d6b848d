package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
)

// fakePlace is a fallback in memory that hands over two items at once.
type fakePlace struct {
	bodies []string
	put    func(context.Context) error
	err    error // of Drain
	calls  int   // of take
}

func (p *fakePlace) Put(ctx context.Context, body []byte) error {
	if p.put != nil {
		if err := p.put(ctx); err != nil {
			return err
		}
	}
	p.bodies = append(p.bodies, string(body))
	return nil
}

func (p *fakePlace) Drain(ctx context.Context, take fallback.Take) (int, error) {
	removed := 0
	var left []string
	for len(p.bodies) > 0 {
		n := min(2, len(p.bodies))
		var items []fallback.Item
		for i, body := range p.bodies[:n] {
			items = append(items, fallback.Item{Body: []byte(body), ID: fmt.Sprint("item-", i), Landed: landed})
		}
		p.calls++
		taken := 0
		for i, err := range take(ctx, items) {
			if err != nil {
				left = append(left, p.bodies[i])
				continue
			}
			taken++
		}
		p.bodies = p.bodies[n:]
		removed += taken
		if taken == 0 {
			break
		}
	}
	p.bodies = append(left, p.bodies...)
	return removed, p.err
}

func (p *fakePlace) Waiting(context.Context) (int, error) { return len(p.bodies), p.err }
func (*fakePlace) Close() error                           { return nil }

var landed = time.Date(2026, 2, 3, 4, 11, 55, 0, time.UTC)

// body is an event about a medium.
func body(medium string) string {
	return `{"EventType":"FileUploadComplete","EventTime":"2026-02-03T04:11:52Z","VideoId":"` + medium + `","Status":"success"}`
}

func logged(s store.Store) (*pipeline.Pipeline, *bytes.Buffer) {
	var log bytes.Buffer
	return &pipeline.Pipeline{Store: s, Log: slog.New(slog.NewTextHandler(&log, nil))}, &log
}

func TestDrain(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	p, log := logged(s)
	place := &fakePlace{bodies: []string{body("a"), "garbage", body("b"), body("a"), body("c")}}
	p.Fallback = place
	d, err := p.Drain(t.Context())
	require.NoError(t, err)
	require.Equal(t, pipeline.Drained{Items: 5, New: 3, Known: 1, DeadLetters: 1}, d)
	require.Empty(t, place.bodies)
	require.Len(t, s.events, 3)
	for _, r := range s.events {
		require.Equal(t, store.SourceHTTP, r.Source, "nobody else puts anything there")
		require.Equal(t, landed, r.Received)
		require.NotEmpty(t, r.SourceID)
	}
	require.Len(t, s.letters, 1)
	require.Contains(t, log.String(), "msg=drained place=fallback items=5 new=3 known=1 dead_letters=1 failed=0")

	d, err = p.Drain(t.Context())
	require.NoError(t, err)
	require.Zero(t, d)
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("msg=drained")), "nothing to say")
}

// A place whose store is away keeps what it has, and is not asked for all of it.
func TestDrainWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFakeStore()
		s.fail = func(int) (bool, error) { return false, errDown }
		p, log := logged(s)
		place := &fakePlace{bodies: []string{body("a"), body("b"), body("c")}}
		p.Fallback = place
		start := time.Now()
		d, err := p.Drain(t.Context())
		require.NoError(t, err)
		require.Equal(t, pipeline.Drained{Failed: 2, Cause: errDown}, d)
		require.Len(t, place.bodies, 3)
		require.Equal(t, 1, place.calls)
		require.LessOrEqual(t, time.Since(start), 5*time.Second, "there is no hurry")
		require.Contains(t, log.String(), `level=WARN msg="not drained" place=fallback items=0 new=0 known=0 dead_letters=0 failed=2 error="store: connection refused"`)

		s.fail = nil
		d, err = p.Drain(t.Context())
		require.NoError(t, err)
		require.Equal(t, 3, d.New)
		require.Empty(t, place.bodies)
	})
}

// A commit whose reply is lost, and a copy that is in the store already, are one row.
func TestDrainWhatIsInBothPlaces(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	p, _ := logged(s)
	require.Equal(t, pipeline.New, p.Process(t.Context(), []pipeline.Message{message(body("a"))})[0].Outcome)
	require.Equal(t, pipeline.FellBack, func() pipeline.Outcome {
		p.Fallback = &fakePlace{}
		return p.FallBack(t.Context(), message(body("a")), errDown).Outcome
	}())
	d, err := p.Drain(t.Context())
	require.NoError(t, err)
	require.Equal(t, pipeline.Drained{Items: 1, Known: 1}, d)
	require.Len(t, s.events, 1)
}

func TestDrainOtherPlaces(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	s.outcome = func(_ int, r store.Record) (store.Outcome, bool) {
		return store.Outcome{State: store.Rejected, Err: errDown}, string(r.Body) == "nowhere"
	}
	p, log := logged(s)
	split := func(i fallback.Item) []pipeline.Message {
		var messages []pipeline.Message
		for part := range bytes.SplitSeq(i.Body, []byte(";")) {
			if len(part) > 0 {
				messages = append(messages, pipeline.Message{Body: part, Source: store.SourceQueue})
			}
		}
		return messages
	}
	several := &fakePlace{bodies: []string{body("a") + ";" + body("b"), ";", body("c") + ";nowhere"}}
	broken := &fakePlace{bodies: []string{body("d")}, err: errors.New("cannot be listed")}
	panics := &fakePlace{bodies: []string{"x"}}
	p.Inlets = []pipeline.Inlet{
		{Name: "several", Place: several, Unwrap: split},
		{Name: "broken", Place: broken, Unwrap: split},
		{Name: "panics", Place: panics, Unwrap: func(fallback.Item) []pipeline.Message { panic("s3cret") }},
	}
	d, err := p.Drain(t.Context())
	require.ErrorContains(t, err, "cannot be listed")
	require.ErrorContains(t, err, "panics panicked")
	require.NotContains(t, err.Error(), "s3cret")
	require.Equal(t, pipeline.Drained{Items: 3, New: 4, Failed: 1, Cause: errDown}, d)
	require.Equal(t, []string{body("c") + ";nowhere"}, several.bodies, "an item is done with when all of its messages are")
	require.Contains(t, log.String(), `msg="no message in it" place=several`)
	require.Contains(t, log.String(), `level=ERROR msg="not drained" place=broken`)
}

// When half of the time is over the next drain goes on. It is an error only if nothing
// came out: the place may hang.
func TestDrainLeavesTime(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		bodies []string
		err    string
	}{"much waits": {bodies: []string{body("a")}}, "it hangs": {err: "the time for draining is used up"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, _ := logged(newFakeStore())
				p.Fallback = &endlessPlace{fakePlace{bodies: tc.bodies}}
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
				defer cancel()
				start := time.Now()
				_, err := p.Drain(ctx)
				require.Equal(t, 25*time.Second, time.Since(start))
				if tc.err == "" {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, tc.err)
				}
			})
		})
	}
}

// endlessPlace goes on until the end of the time.
type endlessPlace struct{ fakePlace }

func (p *endlessPlace) Drain(ctx context.Context, take fallback.Take) (int, error) {
	n, _ := p.fakePlace.Drain(ctx, take)
	<-ctx.Done()
	return n, fmt.Errorf("place: drain: %w", context.Cause(ctx))
}

func TestStopEndsDraining(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	p, _ := logged(s)
	place := &fakePlace{bodies: []string{body("a"), body("b"), body("c"), body("d"), body("e")}}
	p.Fallback = place
	s.outcome = func(int, store.Record) (store.Outcome, bool) {
		p.Stop() // while the first two are in hand
		return store.Outcome{}, false
	}
	d, err := p.Drain(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, d.New)
	require.Equal(t, 2, d.Items)
	require.Len(t, place.bodies, 3)
}

func TestFallBack(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		put  func(context.Context) error
		none bool
		want pipeline.Outcome
		err  string
		took time.Duration
	}{
		{name: "taken", want: pipeline.FellBack},
		{name: "refused", put: func(context.Context) error { return fmt.Errorf("too large: %w", fallback.ErrRefused) }, want: pipeline.Failed, err: "too large"},
		{name: "away", put: func(context.Context) error { return errDown }, want: pipeline.Failed, err: errDown.Error(), took: time.Second},
		{name: "hangs", put: func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }, want: pipeline.Failed, err: "deadline", took: time.Second},
		{name: "panics", put: func(context.Context) error { panic("s3cret") }, want: pipeline.Failed, err: "fallback panicked", took: time.Second},
		{name: "none", none: true, want: pipeline.Failed, err: "VOD_FALLBACK"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, _ := logged(newFakeStore())
				if !tc.none {
					p.Fallback = &fakePlace{put: tc.put}
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				start := time.Now()
				r := p.FallBack(ctx, message(body("a")), errDown)
				require.Equal(t, tc.want, r.Outcome)
				require.InDelta(t, tc.took, time.Since(start), float64(time.Second/2))
				if tc.err != "" {
					require.ErrorContains(t, r.Err, tc.err)
					require.NotContains(t, r.Err.Error(), "s3cret")
				}
			})
		})
	}
}

func TestFallBackOfALargeBody(t *testing.T) {
	t.Parallel()
	p, _ := logged(newFakeStore())
	p.Fallback = &fakePlace{}
	large := message(string(bytes.Repeat([]byte("x"), pipeline.MaxBody+1)))
	r := p.FallBack(t.Context(), large, errDown)
	require.Equal(t, pipeline.FellBack, r.Outcome)
	require.Equal(t, p.Process(t.Context(), []pipeline.Message{large})[0].ID, r.ID, "the same id both ways")
}
