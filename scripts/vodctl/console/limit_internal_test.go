package console // how long pages wait is not exported

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// hanging is a store that answers what it is told to, or not at all.
type hanging struct {
	store.Store
	store.Reader

	events  func(ctx context.Context) ([]store.Event, error)
	letters func(ctx context.Context) ([]store.DeadLetter, error)
}

func (h *hanging) Events(ctx context.Context, _ store.EventQuery) ([]store.Event, error) {
	if h.events == nil {
		return nil, nil
	}
	return h.events(ctx)
}

func (h *hanging) DeadLetters(ctx context.Context, _ store.DeadLetterQuery) ([]store.DeadLetter, error) {
	if h.letters == nil {
		return nil, nil
	}
	return h.letters(ctx)
}

func (*hanging) Deliveries(context.Context, store.DeliveryQuery) ([]store.Delivery, error) {
	return nil, nil
}

// withSinks is a store with sinks.
type withSinks struct {
	hanging
	store.Outbox

	states []store.SinkState
}

func (w *withSinks) Sinks(context.Context) ([]store.SinkState, error) { return w.states, nil }

// forever is an answer that never comes.
func forever(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// ask asks a console for a page, and returns how long that took.
func ask(t *testing.T, c *Console, path string) (*httptest.ResponseRecorder, time.Duration) {
	t.Helper()
	w, begin := httptest.NewRecorder(), time.Now()
	c.mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w, time.Since(begin)
}

func TestHangingStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &hanging{letters: func(ctx context.Context) ([]store.DeadLetter, error) { return nil, forever(ctx) }}
		c, err := New(Settings{Store: h})
		require.NoError(t, err)
		page, took := ask(t, c, "/events")
		require.Equal(t, http.StatusOK, page.Code, "without the count")
		require.NotContains(t, page.Body.String(), `class="count"`)
		require.Equal(t, menuTime, took)
		page, took = ask(t, c, "/events")
		require.Equal(t, http.StatusOK, page.Code)
		require.Zero(t, took, "it is not tried again and again")

		h.events = func(ctx context.Context) ([]store.Event, error) { return nil, forever(ctx) }
		for _, path := range []string{"/events", "/media/film-1", "/events/" + vod.ID{1}.String() + "/body"} {
			page, took = ask(t, c, path)
			require.Equal(t, http.StatusBadGateway, page.Code, path)
			require.Contains(t, page.Body.String(), errSlow.Error(), path)
			require.Equal(t, queryTime, took, "the menu of a failure takes no time: %s", path)
		}
	})
}

// The count is asked for once for many pages, and again after something was done.
func TestCountOfLetters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c, err := New(Settings{Store: &hanging{letters: func(context.Context) ([]store.DeadLetter, error) {
			asked++
			return make([]store.DeadLetter, asked), nil
		}}})
		require.NoError(t, err)
		count := func() string {
			page, _ := ask(t, c, "/events")
			_, after, _ := strings.Cut(page.Body.String(), `<span class="count">`)
			before, _, _ := strings.Cut(after, "<")
			return before
		}
		require.Equal(t, "1", count())
		require.Equal(t, "1", count())
		c.counted.forget()
		require.Equal(t, "2", count())
		time.Sleep(c.settings.Every)
		require.Equal(t, "3", count())
	})
}

// TestManyPages: no more than some pages are made at once, and who waits gives up.
func TestManyPages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var at, most atomic.Int32
		h := &hanging{events: func(ctx context.Context) ([]store.Event, error) {
			most.Store(max(most.Load(), at.Add(1)))
			defer at.Add(-1)
			return nil, forever(ctx)
		}}
		c, err := New(Settings{Store: h})
		require.NoError(t, err)
		codes := make(chan int)
		for range 3 * manyPages {
			go func() {
				page, _ := ask(t, c, "/events")
				codes <- page.Code
			}()
		}
		for range 3 * manyPages {
			require.Equal(t, http.StatusBadGateway, <-codes)
		}
		require.EqualValues(t, manyPages, most.Load())
	})
}

// A page that is open is told at times to look again, whatever is to be seen, and the
// store is left alone when the last one is closed.
func TestLiveAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		h := &hanging{events: func(context.Context) ([]store.Event, error) {
			asked.Add(1)
			return nil, nil
		}}
		c, err := New(Settings{Store: h, Every: 2 * time.Second})
		require.NoError(t, err)
		ctx, leave := context.WithCancel(t.Context())
		pages := []*httptest.ResponseRecorder{httptest.NewRecorder(), httptest.NewRecorder()}
		for _, w := range pages {
			go c.live(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/live", nil))
		}
		time.Sleep(2*againEvery + time.Second)
		require.EqualValues(t, 31, asked.Load(), "once for both pages")
		leave()
		synctest.Wait()
		for _, w := range pages {
			require.Equal(t, 3, strings.Count(w.Body.String(), "event: news"))
		}
		time.Sleep(time.Minute)
		require.EqualValues(t, 31, asked.Load())
	})
}

// A store that is slow is asked less often.
func TestLiveOfSlowStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		c, err := New(Settings{Store: &hanging{events: func(context.Context) ([]store.Event, error) {
			asked.Add(1)
			time.Sleep(3 * time.Second)
			return nil, nil
		}}})
		require.NoError(t, err)
		ctx, leave := context.WithCancel(t.Context())
		go c.live(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/live", nil))
		time.Sleep(64 * time.Second) // between two queries
		leave()
		require.EqualValues(t, 5, asked.Load(), "every 15 s")
	})
}

// What a beat is made of.
func TestBeat(t *testing.T) {
	t.Parallel()
	h := &withSinks{}
	c, err := New(Settings{Store: h})
	require.NoError(t, err)
	future := store.Event{ID: vod.ID{1}, Received: time.Now().Add(time.Hour)}
	old := store.DeadLetter{}
	old.ID = vod.ID{2}
	seen := map[string]bool{}
	for _, tc := range []struct {
		name    string
		events  []store.Event
		letters []store.DeadLetter
		sinks   []store.SinkState
	}{
		{name: "nothing"},
		{name: "an event of the future", events: []store.Event{future}},
		{name: "one of now", events: []store.Event{future, {ID: vod.ID{3}}}},
		{name: "two dead letters", letters: []store.DeadLetter{{}, old}},
		{name: "one was dropped", letters: []store.DeadLetter{{}}},
		{name: "a sink", sinks: []store.SinkState{{Name: "search", Seen: time.Now()}}},
		{name: "that fails", sinks: []store.SinkState{{Name: "search", Seen: time.Now(), Failures: 1}}},
	} {
		h.states = tc.sinks
		h.events = func(context.Context) ([]store.Event, error) { return tc.events, nil }
		h.letters = func(context.Context) ([]store.DeadLetter, error) { return tc.letters, nil }
		b := c.beat(t.Context())
		require.Equal(t, "news", b.event)
		require.NotContains(t, seen, b.state, tc.name)
		seen[b.state] = true
		require.Equal(t, b, c.beat(t.Context()), tc.name)
	}
	h.letters = func(context.Context) ([]store.DeadLetter, error) { return nil, context.DeadlineExceeded }
	require.Equal(t, "away", c.beat(t.Context()).event)
}
