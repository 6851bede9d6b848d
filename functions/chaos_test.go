package functions_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// The fault bench. Senders that follow VOD's rule load the built functions, something
// breaks, and is mended. Then what they were told is compared with the rows. Each
// scenario is a line of one table, which is printed with -v, or if a test failed:
//
//	go test ./functions -run Chaos -v                                       a minute
//	go test ./functions -run Chaos -v -race -timeout 1h -args -chaos.long   half an hour; then
//	                                  the race detector watches the functions, too
//
// Nobody looks after the functions meanwhile: that they recover is a part of it.
var (
	chaosLong = flag.Bool("chaos.long", false, "break things for longer, and more often")
	chaosSeed = flag.Uint64("chaos.seed", uint64(time.Now().UnixNano()), "what the events, and the moments of faults, are derived from")
)

// pace is how often a sender begins with an event, if it has no other in hand: four
// of them send 200 events in a second.
const pace = 20 * time.Millisecond

// or returns what is for a short run, or what is for a long one.
func or[T any](short, long T) T {
	if *chaosLong {
		return long
	}
	return short
}

// load is senders, and what they were told.
type load struct {
	scenario string
	fault    string // what was done, in a few words: how long, or how often
	stop     chan struct{}
	senders  sync.WaitGroup

	mu        sync.Mutex
	sent      []sent
	ids       map[vod.ID]bool
	taken     []int         // of each sender: events that we acknowledged
	committed []int         // of each sender: those that were not put aside
	discarded int           // events that VOD dropped
	news      chan struct{} // closed at the next event
}

// sent is what became of one event, as VOD sees it.
type sent struct {
	id  vod.ID
	res vodtest.Result
	reply
	body []byte // of what went to the fallback
}

// acknowledged says that we answered 200, and not the platform in place of a
// function that it had killed.
func (s sent) acknowledged() bool { return s.res.Acknowledged && s.res.PlatformError == "" }

// fellBack says that it was acknowledged by way of the fallback.
func (s sent) fellBack() bool { return s.acknowledged() && s.Outcome == "fallback" }

// random is what a scenario draws its events and moments from.
func random(t testing.TB, stream int) *rand.Rand {
	t.Helper()
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.Name())) // it never fails
	return rand.New(rand.NewPCG(*chaosSeed, h.Sum64()+uint64(stream)))
}

// scenario is what the table calls a test.
func scenario(t testing.TB) string {
	t.Helper()
	return strings.ReplaceAll(strings.TrimPrefix(t.Name(), "TestChaos"), "_", " ")
}

// newLoad lets that many senders send to url until [load.end].
func newLoad(t testing.TB, url string, senders int) *load {
	t.Helper()
	l := &load{
		scenario: scenario(t), stop: make(chan struct{}),
		ids: map[vod.ID]bool{}, taken: make([]int, senders), committed: make([]int, senders), news: make(chan struct{}),
	}
	for w := range senders {
		rng := random(t, w)
		l.senders.Go(func() {
			if err := l.send(t.Context(), url, w, rng); err != nil && t.Context().Err() == nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(l.end)
	return l
}

// send sends events, one after the other.
func (l *load) send(ctx context.Context, url string, w int, rng *rand.Rand) error {
	s := sender(url)
	s.Interval = 0 // VOD's
	types := vod.Types()
	next := time.NewTicker(pace)
	defer next.Stop()
	for {
		select {
		case <-l.stop:
			return nil
		case <-next.C:
		}
		body := vodtest.NewEvent(types[rng.IntN(len(types))], vodtest.Seed(rng.Int()))
		id, err := vod.IDOf(body)
		if err != nil {
			return err
		}
		if !l.first(id) {
			continue
		}
		res, err := s.Send(ctx, body)
		if err != nil {
			return err
		}
		l.note(w, sent{id: id, res: res, body: body})
	}
}

// first says whether no event with this id was sent yet.
func (l *load) first(id vod.ID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.ids[id]
	l.ids[id] = true
	return !known
}

// note notes what became of an event, and forgets what nobody will ask for: a long run
// has many.
func (l *load) note(w int, e sent) {
	attempts := e.res.Attempts
	// The platform's answers are in another form.
	_ = json.Unmarshal(attempts[len(attempts)-1].Body, &e.reply)
	if e.acknowledged() {
		for i := range attempts {
			attempts[i].Header, attempts[i].Body = nil, nil
		}
	}
	if !e.fellBack() {
		e.body = nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.res.Discarded() {
		l.discarded++
	}
	if e.acknowledged() {
		l.taken[w]++
		if !e.fellBack() {
			l.committed[w]++
		}
	}
	l.sent = append(l.sent, e)
	close(l.news)
	l.news = make(chan struct{})
}

// await waits until every sender had n more events acknowledged by us.
func (l *load) await(t testing.TB, n int) {
	t.Helper()
	l.awaitCount(t, n, l.taken)
}

// awaitStore waits until every sender had n more events stored, and not put aside.
func (l *load) awaitStore(t testing.TB, n int) {
	t.Helper()
	l.awaitCount(t, n, l.committed)
}

// dropped says that VOD discarded some event.
func (l *load) dropped() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.discarded > 0
}

func (l *load) awaitCount(t testing.TB, n int, counts []int) {
	t.Helper()
	patience := time.After(2 * time.Minute)
	var start []int
	for {
		l.mu.Lock()
		news, most := l.news, n
		if start == nil {
			start = append(start, counts...)
		}
		for w, count := range counts {
			most = min(most, count-start[w])
		}
		l.mu.Unlock()
		if most == n {
			return
		}
		select {
		case <-news:
		case <-patience:
			require.FailNow(t, "a sender gets no answers", "%s: %d of %d", l.scenario, most, n)
		}
	}
}

// end ends the load. Each sender ends with the event that it has in hand.
func (l *load) end() {
	select {
	case <-l.stop:
	default:
		close(l.stop)
	}
	l.senders.Wait()
}

// count compares what the senders were told with the rows.
func (l *load) count(t testing.TB, db database) outcome {
	t.Helper()
	events, err := db.Events(t.Context(), store.EventQuery{Limit: 1 << 20})
	require.NoError(t, err)
	rows := make(map[vod.ID]bool, len(events))
	for _, e := range events {
		rows[e.ID] = true
	}
	o := outcome{
		scenario: l.scenario, fault: l.fault,
		sent: len(l.sent), stored: len(rows), duplicated: len(events) - len(rows),
	}
	for _, e := range l.sent {
		o.attempts += len(e.res.Attempts)
		for _, a := range e.res.Attempts {
			o.longest = max(o.longest, a.Duration)
			if errors.Is(a.Err, context.DeadlineExceeded) {
				o.late++
			}
			if a.Status != 0 && a.Status != http.StatusOK && a.Status != http.StatusServiceUnavailable {
				t.Errorf("%s: %d: %s", l.scenario, a.Status, a.Body)
			}
		}
		switch {
		case e.acknowledged():
			o.acknowledged++
			if e.fellBack() {
				o.fallback++
			}
			if !rows[e.id] {
				o.lost++
				t.Errorf("%s: lost: %v: %+v", l.scenario, e.id, e.res)
			}
		case e.res.Discarded():
			o.discarded++
		default:
			o.platform++
		}
		delete(rows, e.id)
	}
	for id := range rows {
		t.Errorf("%s: a row of an event that nobody sent: %v", l.scenario, id)
	}
	return o
}

// bench is both functions on one store, under load.
type bench struct {
	*load
	db        database
	http, mns *emulator.Pool
	spool     spool
}

// senders is how many a bench has.
const senders = 4

// newBench starts both functions and the load.
func newBench(t testing.TB, db database, s spool, more ...string) *bench {
	t.Helper()
	env := db.settings(append(more, "LOG_LEVEL=warn", s.setting)...)
	b := &bench{db: db, spool: s, http: startReceiver(t, env)}
	b.startTimer(t, env)
	b.load = newLoad(t, serve(t, b.http.HTTPTrigger()), senders)
	return b
}

// startTimer starts the MNS function. Its timer goes off often.
func (b *bench) startTimer(t testing.TB, env []string) {
	t.Helper()
	b.mns = start(t, "mns", emulator.Function{Env: env, Instances: 2, Async: emulator.Async{Retries: -1}, Output: newTail(t)})
	require.True(t, b.mns.Timer(t.Context(), emulator.TimerTrigger{Every: 500 * time.Millisecond}))
}

// startReceiver starts the HTTP function, with more instances than there are senders:
// a function that is late keeps its instance.
func startReceiver(t testing.TB, env []string) *emulator.Pool {
	t.Helper()
	return start(t, "http", emulator.Function{Env: env, Instances: 2 * senders, Output: newTail(t)})
}

// until waits for what comes about without us.
func (b *bench) until(t testing.TB, done func() bool) {
	t.Helper()
	require.True(t, becomes(done), "%s: it does not come about", b.scenario)
}

// becomes waits until done says so, for a while.
func becomes(done func() bool) bool {
	deadline := time.After(2 * time.Minute)
	for !done() {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-deadline:
			return false
		}
	}
	return true
}

// settle ends the load, waits until the fallback is empty, compares, adds a line to the
// table, and requires what holds always.
func (b *bench) settle(t testing.TB) outcome {
	t.Helper()
	o := b.compare(t)
	b.requireAlways(t, o)
	return o
}

// compare is settle without a requirement, for those who have two benches.
func (b *bench) compare(t testing.TB) outcome {
	t.Helper()
	b.end()
	if b.spool.waiting != nil && !becomes(func() bool { return b.spool.waiting(t) == 0 }) {
		t.Errorf("%s: the fallback is not drained", b.scenario)
	}
	o := b.count(t, b.db)
	o.store, _, _ = strings.Cut(b.db.url, ":")
	o.behind = b.spool.kind
	report(o)
	return o
}

// requireAlways holds that, whatever happened, nothing that was acknowledged is lost,
// nothing is there twice, and nothing is a dead letter. Answers come in VOD's time, but
// for a few: the sender's clock runs on when the machine has no time for the function.
func (b *bench) requireAlways(t testing.TB, o outcome) {
	t.Helper()
	require.Zero(t, o.lost, "acknowledged and lost")
	require.Zero(t, o.duplicated, "rows twice")
	require.LessOrEqual(t, o.late, max(3, o.attempts/50), "answered after VOD's time")
	require.Positive(t, o.acknowledged)
	letters, err := b.db.DeadLetters(t.Context(), store.DeadLetterQuery{})
	require.NoError(t, err)
	require.Empty(t, letters)
}
