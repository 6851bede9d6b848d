package trigger_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/vodevents/vodevents/shared/fallback"
	_ "github.com/vodevents/vodevents/shared/fallback/dir"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/sqlite"
	"github.com/vodevents/vodevents/shared/trigger"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestModel does at random what can happen to a receiver, and after each step holds
// what must be true of it: what was acknowledged is in the store or in the fallback, what
// was forged is nowhere, no answer is late. In the end everything is mended, and all of
// it is in the store, once, and was delivered.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		actions := rapid.SliceOfN(rapid.Custom(drawAction), 1, 25).Draw(rt, "actions")
		var problem string
		synctest.Test(t, func(t *testing.T) { problem = play(t, actions) })
		if problem != "" {
			rt.Fatal(problem)
		}
	})
}

// action is one step.
type action struct {
	What  string
	Event int           // which event, or how many
	Mode  string        // of a place
	For   time.Duration // how long
}

func drawAction(t *rapid.T) action {
	return action{
		What: rapid.SampledFrom([]string{
			"post", "post", "post", "many", "forge", "garbage", "tick", "tick", "store", "fallback", "sink", "wait", "crash", "freeze", "replay", "hasten",
		}).Draw(t, "what"),
		Event: rapid.IntRange(0, 11).Draw(t, "event"),
		Mode:  rapid.SampledFrom([]string{"well", "well", "error", "hang", "slow", "reply lost", "panic"}).Draw(t, "mode"),
		For:   time.Duration(rapid.IntRange(0, 20_000).Draw(t, "for")) * time.Millisecond,
	}
}

// modes are those of a place in which something may go wrong.
type modes struct {
	mu     sync.Mutex
	mode   string
	frozen chan struct{} // closed: it goes on
	delay  time.Duration
}

func (m *modes) set(mode string, delay time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mode, m.delay = mode, delay
}

// well reports whether nothing goes wrong there.
func (m *modes) well() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mode == "" || m.mode == "well"
}

var errWrong = errors.New("model: something is wrong")

// before is called before something is done: it may not be.
func (m *modes) before(ctx context.Context, dead <-chan struct{}) error {
	m.mu.Lock()
	mode, delay, frozen := m.mode, m.delay, m.frozen
	m.mu.Unlock()
	wait := func(d <-chan time.Time) error {
		select {
		case <-d:
			return nil
		case <-dead:
			return errWrong
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if frozen != nil {
		<-frozen // deaf to everything, as a process is that was stopped
	}
	select {
	case <-dead:
		return errWrong
	default:
	}
	switch mode {
	case "error":
		return errWrong
	case "hang":
		return wait(nil)
	case "slow":
		return wait(time.After(delay % (5 * time.Second)))
	case "panic":
		panic("model")
	default:
		return nil
	}
}

// after is called when it is done: the reply may be lost.
func (m *modes) after(dead <-chan struct{}, err error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-dead:
		return errWrong
	default:
	}
	if m.mode == "reply lost" {
		return errWrong
	}
	return err
}

// guarded is the store as one instance sees it.
type guarded struct {
	*sqlite.Store
	w    *world
	dead chan struct{}
}

func (g *guarded) Commit(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
	if err := g.w.store.before(ctx, g.dead); err != nil {
		return nil, err
	}
	outcomes, err := g.Store.Commit(ctx, records)
	return outcomes, g.w.store.after(g.dead, err)
}

func (g *guarded) Claim(ctx context.Context, c store.Claim) ([]store.Claimed, error) {
	if err := g.w.store.before(ctx, g.dead); err != nil {
		return nil, err
	}
	claimed, err := g.Store.Claim(ctx, c)
	return claimed, g.w.store.after(g.dead, err)
}

func (g *guarded) Mark(ctx context.Context, token string, marks []store.Mark) error {
	if err := g.w.store.before(ctx, g.dead); err != nil {
		return err
	}
	return g.w.store.after(g.dead, g.Store.Mark(ctx, token, marks))
}

// guardedFallback is the fallback as one instance sees it.
type guardedFallback struct {
	fallback.Fallback
	w    *world
	dead chan struct{}
}

func (g *guardedFallback) Put(ctx context.Context, body []byte) error {
	if err := g.w.fallback.before(ctx, g.dead); err != nil {
		return err
	}
	return g.w.fallback.after(g.dead, g.Fallback.Put(ctx, body))
}

func (g *guardedFallback) Drain(ctx context.Context, take fallback.Take) (int, error) {
	if err := g.w.fallback.before(ctx, g.dead); err != nil {
		return 0, err
	}
	n, err := g.Fallback.Drain(ctx, func(ctx context.Context, items []fallback.Item) []error {
		errs := take(ctx, items)
		for i := range errs { // whoever dies after the commit removes nothing
			errs[i] = errors.Join(errs[i], g.w.fallback.after(g.dead, nil))
		}
		return errs
	})
	return n, g.w.fallback.after(g.dead, err)
}

// world is everything that outlives a process, and the process.
type world struct {
	t        *testing.T
	real     *sqlite.Store
	landing  fallback.Fallback
	store    modes
	fallback modes
	sink     modes

	running *trigger.HTTP
	dead    chan struct{}

	mu           sync.Mutex
	acknowledged map[vod.ID]bool
	delivered    map[vod.ID]int
	problem      string
	inHand       sync.WaitGroup
}

func (w *world) wrong(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.problem == "" {
		w.problem = fmt.Sprintf(format, args...)
	}
}

// guardedSink is the sink of all events as one instance sees it.
type guardedSink struct {
	w    *world
	dead chan struct{}
}

func (g *guardedSink) Deliver(ctx context.Context, batch []sink.Event) []error {
	if err := g.w.sink.before(ctx, g.dead); err != nil {
		return sink.All(len(batch), err)
	}
	g.w.mu.Lock()
	for _, e := range batch {
		g.w.delivered[e.ID]++
	}
	g.w.mu.Unlock()
	return sink.All(len(batch), g.w.sink.after(g.dead, nil))
}

func (*guardedSink) Close() error { return nil }

// start starts an instance.
func (w *world) start() {
	w.dead = make(chan struct{})
	log := slog.New(slog.DiscardHandler)
	w.running = &trigger.HTTP{
		Pipeline: &pipeline.Pipeline{
			Store: &guarded{Store: w.real, w: w, dead: w.dead}, Fallback: &guardedFallback{Fallback: w.landing, w: w, dead: w.dead},
			Sinks: []*sink.Route{{Name: "crm", Sink: &guardedSink{w: w, dead: w.dead}, Timeout: sink.DefaultTimeout}}, Log: log,
		},
		Verifier: &vod.Verifier{URLs: []string{callbackURL}, Keys: []string{key}}, Budget: 4 * time.Second, Log: log,
	}
}

// bodies are the events that are posted: some of the same medium.
func bodies() [][]byte { return vodtest.Life()[:12] }

// post sends a body as VOD does, once, and notes the answer, unless the process has
// died. Alone means that nothing else is done until it has been answered.
func (w *world) post(body []byte, forged, alone bool) {
	h, dead := w.running, w.dead
	sure := w.store.well() || w.fallback.well() // and nothing else happens until it is answered
	r := signed(string(body))
	if forged {
		r.Header.Set(vod.HeaderSignature, "0123456789abcdef0123456789abcdef")
	}
	w.inHand.Go(func() {
		start := time.Now()
		resp := handle(context.Background(), h, r)
		select {
		case <-dead:
			return
		default:
		}
		switch {
		case resp.Status == http.StatusOK && forged:
			w.wrong("a forged request was acknowledged")
		case resp.Status == http.StatusOK:
			id, _ := vod.IDOf(body)
			w.mu.Lock()
			w.acknowledged[id] = true
			w.mu.Unlock()
		case !forged && alone && sure:
			w.wrong("status %d, and store or fallback was well", resp.Status)
		case forged && resp.Status != http.StatusUnauthorized, !forged && resp.Status != http.StatusServiceUnavailable:
			w.wrong("status %d", resp.Status)
		}
		if time.Since(start) > 4500*time.Millisecond {
			w.wrong("an answer took %s", time.Since(start))
		}
	})
}

// play does what the actions say and returns what was wrong.
func play(t *testing.T, actions []action) string {
	dir := t.TempDir()
	u := &url.URL{Scheme: "sqlite", OmitHost: true, Path: filepath.Join(dir, "vod.db")}
	s, err := sqlite.Open(u)
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.Migrate(t.Context()))
	landing, err := fallback.Open("dir:" + filepath.Join(dir, "fallback"))
	require.NoError(t, err)
	defer landing.Close()
	w := &world{t: t, real: s, landing: landing, acknowledged: map[vod.ID]bool{}, delivered: map[vod.ID]int{}}
	w.start()
	for _, a := range actions {
		w.do(a)
		if w.hold(); w.problem != "" {
			break
		}
	}
	w.mend()
	w.hold()
	w.holdInTheEnd()
	return w.problem
}

func (w *world) do(a action) {
	body := bodies()[a.Event]
	switch a.What {
	case "post":
		w.post(body, false, true)
		w.inHand.Wait()
	case "many":
		for i := range 1 + a.Event {
			w.post(bodies()[i], false, false)
			w.post(body, false, false)
		}
		time.Sleep(a.For / 8) // and something else happens meanwhile
	case "forge":
		w.post([]byte(`{"EventType":"DeleteMediaComplete","MediaIds":"forged"}`), true, false)
	case "garbage":
		w.post(fmt.Appendf(nil, "garbage %d", a.Event), false, false)
	case "tick":
		running := w.running
		w.inHand.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 54*time.Second)
			defer cancel()
			running.Tick(ctx)
		})
		time.Sleep(a.For / 8)
	case "store":
		w.store.set(a.Mode, a.For)
	case "fallback":
		w.fallback.set(a.Mode, a.For)
	case "sink":
		w.sink.set(a.Mode, a.For)
	case "wait":
		time.Sleep(10 * a.For)
	case "crash":
		close(w.dead)
		w.start()
	case "freeze":
		w.post(body, false, false)
		thaw := make(chan struct{})
		for _, m := range []*modes{&w.store, &w.fallback} {
			m.mu.Lock()
			m.frozen = thaw
			m.mu.Unlock()
		}
		time.Sleep(a.For)
		close(thaw)
	case "replay":
		_, err := w.running.Pipeline.Replay(w.t.Context(), pipeline.ReplayOf{Sinks: w.running.Pipeline.Sinks}, false)
		require.NoError(w.t, err)
	case "hasten":
		_, err := w.real.Hasten(w.t.Context(), "crm", true)
		require.NoError(w.t, err)
	}
}

// waiting returns what is in the fallback, without touching it.
func (w *world) waiting() map[vod.ID]bool {
	ids := map[vod.ID]bool{}
	_, err := w.landing.Drain(w.t.Context(), func(_ context.Context, items []fallback.Item) []error {
		errs := make([]error, len(items))
		for i, item := range items {
			id, _ := vod.IDOf(item.Body)
			ids[id], errs[i] = true, errWrong
		}
		return errs
	})
	require.NoError(w.t, err)
	return ids
}

// stored returns what is in the store.
func (w *world) stored() (events map[vod.ID]store.Event, letters map[vod.ID]bool) {
	events, letters = map[vod.ID]store.Event{}, map[vod.ID]bool{}
	all, err := w.real.Events(w.t.Context(), store.EventQuery{Limit: 1000})
	require.NoError(w.t, err)
	for _, e := range all {
		if _, twice := events[e.ID]; twice {
			w.wrong("event %s is there twice", e.ID)
		}
		events[e.ID] = e
	}
	dead, err := w.real.DeadLetters(w.t.Context(), store.DeadLetterQuery{Limit: 1000})
	require.NoError(w.t, err)
	for _, l := range dead {
		letters[l.ID] = true
	}
	return events, letters
}

// hold checks what is always true.
func (w *world) hold() {
	w.mu.Lock()
	acknowledged := slices.Collect(maps.Keys(w.acknowledged))
	w.mu.Unlock()
	waiting := w.waiting() // what is drained after this is in the store then
	events, letters := w.stored()
	for _, id := range acknowledged {
		if _, ok := events[id]; !ok && !letters[id] && !waiting[id] {
			w.wrong("%s was acknowledged and is nowhere", id)
		}
	}
	for _, e := range events {
		if e.Subject == "forged" {
			w.wrong("a forged event is stored")
		}
	}
}

// mend makes everything well and lets the timer do its work.
func (w *world) mend() {
	for _, m := range []*modes{&w.store, &w.fallback, &w.sink} {
		m.set("well", 0)
	}
	w.inHand.Wait()
	for range 200 {
		ctx, cancel := context.WithTimeout(context.Background(), 54*time.Second)
		w.running.Tick(ctx)
		cancel()
		time.Sleep(time.Minute)
		owed, err := w.real.Backlog(w.t.Context())
		require.NoError(w.t, err)
		if n, err := w.landing.Waiting(w.t.Context()); err == nil && n == 0 && len(owed) == 0 {
			return
		}
	}
	w.wrong("it never comes to rest")
}

// holdInTheEnd checks what is true when nothing is left to do.
func (w *world) holdInTheEnd() {
	events, letters := w.stored()
	for id := range w.acknowledged {
		if _, ok := events[id]; !ok && !letters[id] {
			w.wrong("%s was acknowledged and is lost", id)
		}
	}
	facts := map[string][]media.Fact{}
	for id, e := range events {
		if w.delivered[id] == 0 {
			w.wrong("%s was never delivered", id)
		}
		event, err := vod.Parse(e.Body)
		require.NoError(w.t, err)
		facts[e.Subject] = append(facts[e.Subject], media.Facts(event, id)...)
	}
	for id := range w.delivered {
		if _, ok := events[id]; !ok {
			w.wrong("%s was delivered and is not stored", id)
		}
	}
	for subject, of := range facts {
		want := media.Fold(of)
		got, err := w.real.Media(w.t.Context(), store.MediaQuery{IDs: []string{subject}})
		require.NoError(w.t, err)
		if len(got) != 1 || got[0].State != want.State || got[0].Title != want.Title {
			w.wrong("medium %s is %+v, not %+v", subject, got, want)
		}
	}
}
