package trigger_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/trigger"
	"github.com/vodevents/vodevents/shared/vod"
)

// place is a fallback in memory. What it does before that, put says.
type place struct {
	put func(context.Context) error

	mu     sync.Mutex
	bodies []string
}

func (p *place) Put(ctx context.Context, body []byte) error {
	if p.put != nil {
		if err := p.put(ctx); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bodies = append(p.bodies, string(body))
	return nil
}

func (p *place) Drain(ctx context.Context, take fallback.Take) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	var left []string
	for i, body := range p.bodies {
		items := []fallback.Item{{Body: []byte(body), ID: "item", Landed: time.Now()}}
		if err := take(ctx, items)[0]; err != nil {
			left = append(left, p.bodies[i])
			continue
		}
		n++
	}
	p.bodies = left
	return n, nil
}

func (p *place) Waiting(context.Context) (int, error) { return len(p.got()), nil }
func (p *place) Close() error                         { return nil }

func (p *place) got() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bodies
}

// deaf hangs and does not listen to the end of its context.
func deaf() stubStore {
	return func(context.Context, []store.Record) ([]store.Outcome, error) { select {} }
}

func waits(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }

func TestLanding(t *testing.T) {
	t.Parallel()
	const share = time.Second // the head start of the store
	after := func(d time.Duration, state store.State) stubStore {
		return func(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
			select {
			case <-time.After(d):
				return all(state)(ctx, records)
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}
	}
	for _, tc := range []struct {
		name    string
		store   stubStore
		put     func(context.Context) error
		status  int
		outcome string
		took    time.Duration
		landed  bool
	}{
		{name: "the store takes it", store: all(store.New), status: 200, outcome: "new"},
		{name: "the store is slow", store: after(900*time.Millisecond, store.New), status: 200, outcome: "new", took: 900 * time.Millisecond},
		{name: "the store is away", store: down, status: 200, outcome: "fallback", took: share, landed: true},
		{name: "the store hangs", store: hangs, status: 200, outcome: "fallback", took: share, landed: true},
		{
			name: "the fallback fails at first", store: hangs, status: 200, outcome: "fallback", landed: true,
			put: func() func(context.Context) error {
				n := 0
				return func(context.Context) error {
					if n++; n < 3 {
						return errDown
					}
					return nil
				}
			}(),
		},
		{name: "the fallback hangs, the store comes back", store: after(3*time.Second, store.Known), put: waits, status: 200, outcome: "known", took: 3 * time.Second},
		{name: "both are away", store: down, put: func(context.Context) error { return errDown }, status: 503, took: 4 * time.Second},
		{name: "both hang", store: hangs, put: waits, status: 503, took: 4 * time.Second},
		{name: "the fallback refuses", store: down, put: func(context.Context) error { return fallback.ErrRefused }, status: 503, took: 4 * time.Second},
		{
			name: "the store refuses it, also as a dead letter", store: func(context.Context, []store.Record) ([]store.Outcome, error) {
				return []store.Outcome{{State: store.Rejected, Err: errDown}}, nil
			}, status: 200, outcome: "fallback", landed: true,
		},
		{name: "the store panics", store: func(context.Context, []store.Record) ([]store.Outcome, error) { panic("s3cret") }, status: 200, outcome: "fallback", took: share, landed: true},
		{name: "the fallback panics", store: down, put: func(context.Context) error { panic("s3cret") }, status: 503, took: 4 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, log := newHTTP(tc.store)
				p := &place{put: tc.put}
				h.Pipeline.Fallback = p
				start := time.Now()
				resp := handle(t.Context(), h, signed(upload))
				require.Equal(t, tc.status, resp.Status, "%s", resp.Body)
				a := answer(t, resp)
				require.Equal(t, tc.outcome, a["outcome"])
				if tc.took != 0 {
					require.Equal(t, tc.took, time.Since(start))
				}
				if tc.name == "the store refuses it, also as a dead letter" {
					require.Zero(t, time.Since(start))
				}
				if tc.landed {
					require.Equal(t, []string{upload}, p.got())
					require.Contains(t, log.String(), `msg="fallback used"`)
					id, err := vod.IDOf([]byte(upload))
					require.NoError(t, err)
					require.Equal(t, id.String(), a["id"])
				} else {
					require.Empty(t, p.got())
				}
				require.NotContains(t, string(resp.Body), "s3cret")
			})
		})
	}
}

// A store, or a fallback, that does not listen to the end of its context makes no
// answer late.
func TestDeafStore(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		put    func(context.Context) error
		status int
	}{
		{name: "fallback", status: 200},
		{name: "deaf fallback", put: func(context.Context) error { select {} }, status: 503},
		{name: "no fallback", status: 503},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			// Not in a bubble: whoever is deaf never ends.
			h, _ := newHTTP(deaf())
			h.Budget = time.Second
			if tc.name != "no fallback" {
				h.Pipeline.Fallback = &place{put: tc.put}
			}
			answered := make(chan int)
			go func() { answered <- handle(t.Context(), h, signed(upload)).Status }()
			select {
			case status := <-answered:
				require.Equal(t, tc.status, status)
			case <-time.After(time.Minute):
				require.Fail(t, "no answer")
			}
		})
	}
}

// While the store is away callbacks do not all wait for it; now and then one does, and
// finds that it is back.
func TestStoreIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		away, asked := true, 0
		h, _ := newHTTP(stubStore(func(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
			asked++
			if away {
				return hangs(ctx, records)
			}
			time.Sleep(700 * time.Millisecond) // a new connection takes its time
			return all(store.New)(ctx, records)
		}))
		p := &place{}
		h.Pipeline.Fallback = p
		took := func(want string) time.Duration {
			start := time.Now()
			require.Equal(t, want, answer(t, handle(t.Context(), h, signed(upload)))["outcome"])
			return time.Since(start)
		}
		require.Equal(t, time.Second, took("fallback"))
		for range 20 {
			require.Zero(t, took("fallback"))
		}
		require.Equal(t, 1, asked, "nobody begins what he calls off")
		time.Sleep(3 * time.Second)
		require.Equal(t, time.Second, took("fallback"), "one asks again")
		require.Zero(t, took("fallback"))
		require.Equal(t, 2, asked)

		away = false
		require.Zero(t, took("fallback"))
		time.Sleep(3 * time.Second)
		require.Equal(t, 700*time.Millisecond, took("new"), "it is back")
		require.Equal(t, 700*time.Millisecond, took("new"), "for all")

		away = true
		require.Equal(t, time.Second, took("fallback"))
		p.put = func(context.Context) error { return errDown }
		away = false
		require.Equal(t, 1700*time.Millisecond, took("new"), "and if the fallback is away, too, the store is asked")
	})
}

// Whoever is second has ended when the answer goes: the instance may be frozen.
func TestNobodyIsLeftInTheMiddle(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		ends     time.Duration // how long the store takes to end when it is called off
		answered time.Duration
	}{
		{name: "soon", ends: 300 * time.Millisecond, answered: 1300 * time.Millisecond},
		{name: "too late", ends: 10 * time.Second, answered: 4250 * time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, _ := newHTTP(stubStore(func(ctx context.Context, _ []store.Record) ([]store.Outcome, error) {
					<-ctx.Done()
					time.Sleep(tc.ends)
					return nil, context.Cause(ctx)
				}))
				h.Pipeline.Fallback = &place{}
				start := time.Now()
				require.Equal(t, "fallback", answer(t, handle(t.Context(), h, signed(upload)))["outcome"])
				require.Equal(t, tc.answered, time.Since(start))
				time.Sleep(tc.ends) // the bubble waits for all
			})
		})
	}
}

// A panic where nobody expects one ends no process: what runs beside the answer is
// caught, too.
func TestPanicBesideTheAnswer(t *testing.T) {
	t.Parallel()
	h, log := newHTTP(all(store.New))
	h.Pipeline.Now = func() time.Time { panic("s3cret") }
	resp := handle(t.Context(), h, signed(upload))
	require.Equal(t, 503, resp.Status)
	require.NotContains(t, string(resp.Body), "s3cret")
	require.Contains(t, log.String(), "msg=panic")
	h.Pipeline.Fallback = &place{}
	require.Equal(t, "fallback", answer(t, handle(t.Context(), h, signed(upload)))["outcome"])
}

// What is told to stop begins nothing more.
func TestStop(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*pipeline.Pipeline){
		"HTTP": func(p *pipeline.Pipeline) { (&trigger.HTTP{Pipeline: p}).Stop() },
		"MNS":  func(p *pipeline.Pipeline) { (&trigger.MNS{Pipeline: p}).Stop() },
	} {
		h, _ := newHTTP(all(store.New))
		p := &place{bodies: []string{upload}}
		h.Pipeline.Fallback = p
		stop(h.Pipeline)
		h.Tick(t.Context())
		require.Len(t, p.got(), 1, name)
		require.Equal(t, "new", answer(t, handle(t.Context(), h, signed(upload)))["outcome"], "but goes on answering")
	}
}

// What is wrong with the store or the sinks is no reason to lose events.
func TestNotConfiguredWithAFallback(t *testing.T) {
	t.Parallel()
	h, log := newHTTP(nil)
	h.Broken = errors.New("config: VOD_STORE: unknown scheme")
	p := &place{}
	h.Pipeline.Fallback = p
	require.Equal(t, "fallback", answer(t, handle(t.Context(), h, signed(upload)))["outcome"])
	require.Equal(t, "fallback", answer(t, handle(t.Context(), h, signed("garbage")))["outcome"])
	require.Equal(t, []string{upload, "garbage"}, p.got())
	require.Contains(t, log.String(), "not configured")
	require.Contains(t, log.String(), "VOD_STORE")

	forged := signed(upload)
	forged.Header.Set(vod.HeaderSignature, "wrong")
	require.Equal(t, http.StatusUnauthorized, handle(t.Context(), h, forged).Status)
	require.Len(t, p.got(), 2)

	h.Tick(t.Context()) // which has no store to drain into
	require.Len(t, p.got(), 2)
}

// What fell back gets into the store with the next tick.
func TestTickDrains(t *testing.T) {
	t.Parallel()
	var got []store.Record
	h, log := newHTTP(stubStore(func(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
		got = append(got, records...)
		return all(store.New)(ctx, records)
	}))
	p := &place{bodies: []string{upload, "garbage"}}
	h.Pipeline.Fallback = p
	h.Tick(t.Context())
	require.Len(t, got, 2)
	for _, r := range got {
		require.Equal(t, store.SourceHTTP, r.Source)
	}
	require.Equal(t, store.ReasonMalformed, got[1].Reason)
	require.Contains(t, log.String(), `msg=drained`)
	require.Contains(t, log.String(), `msg=tick drained=2`)
	require.Empty(t, p.got())
}
