package sinktest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/vod"
)

func testOpen(t *testing.T, h Harness) {
	t.Run("never dials", func(t *testing.T) {
		t.Parallel()
		h.open(t, h.Absent)
	})

	t.Run("unknown parameters and settings are named, their values are not", func(t *testing.T) {
		t.Parallel()
		place := h.URL(t)
		u, err := url.Parse(place)
		require.NoError(t, err)
		q := u.Query()
		q.Set("unheard_of", Secret)
		u.RawQuery = q.Encode()
		for _, raw := range []string{h.named(place) + "&unheard_of=" + Secret, h.named(u.String())} {
			routes, err := sink.Open([]string{raw}, sink.Options{WebhookSecrets: []string{webhookSecret}})
			if err == nil && strings.HasPrefix(u.Scheme, "http") { // whose query is the receiver's
				require.NoError(t, routes[0].Sink.Close())
				continue
			}
			require.ErrorContains(t, err, "unheard_of")
			require.NotContains(t, err.Error(), Secret)
		}
	})

	t.Run("what is no parameter or setting is not repeated", func(t *testing.T) {
		t.Parallel()
		place := h.URL(t)
		u, err := url.Parse(place)
		require.NoError(t, err)
		u.RawQuery = strings.TrimPrefix(u.RawQuery+"&", "&") + Secret + "=="
		for _, raw := range []string{h.named(place) + "&" + Secret + "==", h.named(u.String())} {
			routes, err := sink.Open([]string{raw}, sink.Options{WebhookSecrets: []string{webhookSecret}})
			if err == nil && strings.HasPrefix(u.Scheme, "http") { // whose query is the receiver's
				require.NoError(t, routes[0].Sink.Close())
				continue
			}
			require.ErrorContains(t, err, "unknown")
			require.NotContains(t, err.Error(), Secret)
		}
	})

	t.Run("errors hold no secret", func(t *testing.T) {
		t.Parallel()
		require.NotEmpty(t, h.SecretURLs)
		for _, raw := range h.SecretURLs {
			require.Contains(t, raw, Secret, "the harness has to try")
			if !strings.Contains(raw, "#") {
				raw = h.named(raw)
			}
			routes, err := sink.Open([]string{raw}, sink.Options{})
			if err == nil {
				if p, ok := routes[0].Sink.(sink.Prober); ok {
					if err := p.Probe(h.context(t)); err != nil { // it may find nothing wrong
						require.NotContains(t, err.Error(), Secret)
					}
				}
				err = routes[0].Sink.Deliver(h.context(t), events(0, 1))[0]
				require.NoError(t, routes[0].Sink.Close())
			}
			require.Error(t, err)
			require.NotContains(t, err.Error(), Secret)
		}
	})
}

func testCopies(t *testing.T, h Harness) {
	bodies := []string{
		`{"EventType":"X","Title":"<b>&amp;</b>"}`,
		`{"Title":"🎬 préface 视频"}`,
		`{"Title":"\u0000\ud83c\udfac \u003c"}`,
		`{"Size":9007199254740993,"Duration":0.1000}`,
		"\r\n {\t} \n",
		"\xef\xbb\xbf{}",
		"{\"Title\":\"\xff\xfe\xc3\"}",
		`{"Quotes":"'); -- \\' \r\n"}`,
		`{"Long":"` + strings.Repeat("0123456789abcdef", 2<<10) + `"}`,
	}

	t.Run("say everything", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		batch := events(0, len(bodies)+2)
		for i, body := range bodies {
			batch[i].Body = []byte(body)
		}
		bare := &batch[len(bodies)]
		*bare = sink.Event{ID: vod.ID{1}, Type: "Unheard", Received: bare.Received, Body: []byte(`{}`)}
		replayed := &batch[len(bodies)+1]
		replayed.Replay = "replay-1"
		p.deliver(t, batch...)

		got := p.copies(t)
		require.Len(t, got, len(batch))
		for i, e := range batch {
			require.Len(t, got[e.ID.String()], 1, "event %d", i)
			require.Equal(t, decode(t, e.JSON()), got[e.ID.String()][0], "event %d", i)
		}
	})

	t.Run("a full batch", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.deliver(t, events(0, sink.MaxBatch)...)
		require.Len(t, p.copies(t), sink.MaxBatch)
	})

	t.Run("bodies of any size", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		large := event(1)
		size := 1 << 20
		if h.MaxBody > 0 {
			size = h.MaxBody + 1
		}
		large.Body = []byte(`{"a":"` + strings.Repeat("a", size-8) + `"}`)
		batch := []sink.Event{event(0), large, event(2)}
		if h.MaxBody == 0 {
			p.deliver(t, batch...)
			require.Len(t, p.copies(t), 3)
			return
		}
		errs := p.Deliver(h.context(t), batch)
		require.Len(t, errs, 3)
		require.NoError(t, errs[0])
		require.ErrorIs(t, errs[1], sink.ErrRejected)
		require.NoError(t, errs[2])
		require.Len(t, p.copies(t), 2)
	})

	t.Run("are made without touching the batch", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		batch := events(0, 3)
		p.deliver(t, batch...)
		require.Equal(t, events(0, 3), batch)
		for i := range batch {
			clear(batch[i].Body)
			clear(batch[i].Facts)
		}
		p.deliver(t, events(3, 4)...)
		for _, e := range events(0, 4) {
			require.Equal(t, decode(t, e.JSON()), p.copies(t)[e.ID.String()][0])
		}
	})
}

func testAgain(t *testing.T, h Harness) {
	t.Run("the same id", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.deliver(t, events(0, 3)...)
		p.deliver(t, events(1, 4)...)
		got := p.copies(t)
		require.Len(t, got, 4)
		for id, copies := range got {
			if h.Once {
				require.Len(t, copies, 1, "%s left two traces", id)
			}
			require.Equal(t, copies[0], copies[len(copies)-1])
		}
	})

	t.Run("by another instance", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.deliver(t, event(0))
		other := place{Sink: h.open(t, p.url), h: h, url: p.url}
		other.deliver(t, events(0, 2)...)
		require.Len(t, p.copies(t), 2)
	})

	t.Run("as a replay", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		p.deliver(t, event(0))
		again := event(0)
		again.Replay = "replay-1"
		p.deliver(t, again)
		require.Len(t, p.copies(t), 1)
	})
}

func testFailure(t *testing.T, h Harness) {
	t.Run("out of reach", func(t *testing.T) {
		t.Parallel()
		s := h.open(t, h.Absent)
		errs := s.Deliver(h.context(t), events(0, sink.MaxBatch))
		require.Len(t, errs, sink.MaxBatch)
		tried := 0
		for _, err := range errs {
			require.Error(t, err)
			require.NotErrorIs(t, err, sink.ErrRejected, "it may come back")
			require.NotContains(t, err.Error(), "medium-", "nothing of a body")
			if !errors.Is(err, sink.ErrNotSent) {
				tried++
			}
		}
		require.Positive(t, tried, "something has to be tried, or attempts would never be counted")
	})

	t.Run("no time left", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		ctx, cancel := context.WithCancel(h.context(t))
		cancel()
		errs := p.Deliver(ctx, events(0, 3))
		require.Len(t, errs, 3)
		for _, err := range errs {
			require.ErrorIs(t, err, sink.ErrNotSent)
			require.NotErrorIs(t, err, sink.ErrRejected)
		}
		require.Empty(t, p.copies(t))
		p.deliver(t, events(0, 3)...)
		require.Len(t, p.copies(t), 3)
	})

	t.Run("closed", func(t *testing.T) {
		t.Parallel()
		routes, err := sink.Open([]string{h.named(h.URL(t))}, sink.Options{WebhookSecrets: []string{webhookSecret}})
		require.NoError(t, err)
		require.NoError(t, routes[0].Sink.Close())
	})
}

func testConcurrency(t *testing.T, h Harness) {
	t.Run("many at once", func(t *testing.T) {
		t.Parallel()
		p := h.fresh(t)
		const callers, each = 8, 10
		errs := make([]error, callers)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				// Every batch overlaps with the next.
				errs[i] = errors.Join(p.Deliver(h.context(t), events(i*each, (i+1)*each+5))...)
			})
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		got := p.copies(t)
		for _, e := range events(0, callers*each+5) {
			require.NotEmpty(t, got[e.ID.String()])
			require.True(t, !h.Once || len(got[e.ID.String()]) == 1)
		}
		require.Len(t, got, callers*each+5)
	})
}

// unmarshal reads JSON without rounding its numbers.
func unmarshal(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}
