package vodtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// Player sends many events by VOD's rule, with [Faults], and counts what becomes of
// them. Its zero value, with the URL and the Key of Sender, sends one event after the
// other without waiting. The same settings and events give the same play: every
// random choice follows from Seed.
type Player struct {
	// Sender sends each event. Its OnAttempt is called by several goroutines at once if
	// Parallel is more than 1, also for what Publish sends.
	Sender Sender
	// Publish, if not nil, sends events in place of Sender: each once, for example to
	// a queue. An event is lost if the Status of the attempt is not 200 to 299.
	Publish func(ctx context.Context, body []byte) Attempt
	Faults  Faults
	// Seed decides which events the faults hit.
	Seed int
	// Rate is how many events to send each second at most, copies included and
	// repeated attempts not, before Faults.Delay; 0 means no limit. What a slow receiver
	// holds up is not made up for.
	Rate float64
	// Speed is how much faster than the events themselves the play is: at 1, events a
	// minute apart are sent a minute apart at least, at 60 a second. 0 means not to wait.
	Speed float64
	// LongestPause is how long to wait at most from one event to the next for the sake of
	// Speed: stories may take a year. 0 means no limit.
	LongestPause time.Duration
	// Parallel is how many events may be under way at once: VOD does not wait for
	// one answer before it sends the next event. 0 means 1: each waits for the one
	// before it.
	Parallel int
	// Count is how many events there will be. Only Faults.NextKey needs it, to know the
	// middle; of one event there is no second half.
	Count int
	// OnPlayed, if not nil, is called after each event, by one goroutine at a time; also
	// for those that were under way when the play was stopped.
	OnPlayed func(Played)
}

// Played is an event that was sent.
type Played struct {
	Happening

	Number    int  // of the event, from 1 in the order of the story
	Duplicate bool // the second copy
	Tampered  bool // by somebody else, see [Faults.Tamper]
	Result    Result
}

// Play sends the events in their order, waits for all answers and returns what became
// of them. If ctx ends or an event cannot be sent at all, it stops and returns the
// error with the tally so far; what is under way then is [Counts.Interrupted]. Other
// errors come before anything is sent: settings
// that do not go together.
func (p *Player) Play(ctx context.Context, events iter.Seq[Happening]) (Tally, error) {
	if err := p.check(); err != nil {
		return Tally{}, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	parallel := max(1, p.Parallel)
	sender := p.Sender
	if sender.Client == nil {
		client, done := ownClient(parallel)
		defer done()
		sender.Client = client
	}
	g := playing{
		Player: p, sender: sender, stop: stop, places: make(chan struct{}, parallel),
		pace:    pace{rate: p.Rate, speed: p.Speed, longest: p.LongestPause},
		counted: tallying{types: map[vod.Type]*Counts{}},
	}
	started := time.Now()
	if err := g.all(ctx, events); err != nil {
		g.fail(err)
	}
	g.underway.Wait()
	return g.counted.tally(time.Since(started)), g.failed
}

func (p *Player) check() error {
	switch {
	case !atLeastZero(p.Rate) || !atLeastZero(p.Speed):
		return fmt.Errorf("vodtest: Rate is %v and Speed %v: want numbers from 0", p.Rate, p.Speed)
	case p.LongestPause < 0 || p.Parallel < 0 || p.Count < 0:
		return errors.New("vodtest: LongestPause, Parallel or Count is less than 0")
	case p.Publish != nil && p.Faults.ofCallbacks():
		return errors.New("vodtest: DropReply, Tamper, ClockSkew and NextKey are faults of callbacks: leave them out with Publish")
	case p.Sender.Key == "" && (p.Faults.Tamper > 0 || p.Faults.NextKey != ""):
		return errors.New("vodtest: Tamper and NextKey need the Key of the Sender")
	case p.Count == 0 && p.Faults.NextKey != "":
		return errors.New("vodtest: NextKey needs Count, to know the middle")
	}
	return p.Faults.Check()
}

// ownClient returns a client that keeps a connection for each event under way, and
// what closes them.
func ownClient(parallel int) (*http.Client, func()) {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		transport = t.Clone()
	}
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = parallel, parallel
	return &http.Client{Transport: transport}, transport.CloseIdleConnections
}

// playing is one call of [Player.Play].
type playing struct {
	*Player

	sender   Sender
	stop     context.CancelCauseFunc
	pace     pace
	places   chan struct{} // holds one for each event under way
	underway sync.WaitGroup

	mu      sync.Mutex
	failed  error
	counted tallying
}

// parcel is one event to send, and what it meets.
type parcel struct {
	Played

	delay time.Duration
	drops uint64
}

// held are the copies of an event that is overtaken by all up to number until.
type held struct {
	parcels []parcel
	until   int
}

// all sends everything, or returns why it could not go on.
func (g *playing) all(ctx context.Context, events iter.Seq[Happening]) error {
	var late []held
	n := 0
	for h := range events {
		n++
		c := g.Faults.chance(g.Seed, n)
		if c.behind > 0 {
			late = append(late, held{parcelsOf(h, n, c), n + c.behind})
		} else if err := g.begin(ctx, parcelsOf(h, n, c)); err != nil {
			return err
		}
		for i := 0; i < len(late); {
			if late[i].until > n {
				i++
				continue
			}
			if err := g.begin(ctx, late[i].parcels); err != nil {
				return err
			}
			late = slices.Delete(late, i, i+1)
		}
	}
	for _, l := range late {
		if err := g.begin(ctx, l.parcels); err != nil {
			return err
		}
	}
	return nil
}

// parcelsOf returns what is sent of event n, in this order.
func parcelsOf(h Happening, n int, c chance) []parcel {
	var all []parcel
	add := func(p Played) {
		p.Happening, p.Number = h, n
		all = append(all, parcel{p, c.delays[len(all)], c.drops[len(all)]})
	}
	if c.tamper {
		add(Played{Tampered: true})
	}
	add(Played{})
	if c.duplicate {
		add(Played{Duplicate: true})
	}
	return all
}

// begin waits for a place, and until it is time, and begins to send.
func (g *playing) begin(ctx context.Context, parcels []parcel) error {
	for _, x := range parcels {
		select {
		case g.places <- struct{}{}:
		case <-ctx.Done():
			return interrupted(ctx)
		}
		if !wait(ctx, time.Until(g.pace.next(x.At, time.Now()))) {
			return interrupted(ctx)
		}
		g.underway.Go(func() {
			defer func() { <-g.places }()
			g.deliver(ctx, x)
		})
	}
	return nil
}

// deliver sends one event and counts it.
func (g *playing) deliver(ctx context.Context, x parcel) {
	if !wait(ctx, x.delay) {
		g.fail(interrupted(ctx))
		return
	}
	var err error
	if g.Publish != nil {
		x.Result, err = g.publish(ctx, x.Body)
	} else {
		sender := g.senderFor(x)
		x.Result, err = sender.Send(ctx, x.Body)
	}
	if err != nil {
		g.fail(err)
		if len(x.Result.Attempts) == 0 {
			return // it was not begun
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.counted.add(x.Played)
	if g.OnPlayed != nil {
		g.OnPlayed(x.Played)
	}
}

// senderFor returns the Sender with the faults that one event meets.
func (g *playing) senderFor(x parcel) Sender {
	s := g.sender
	now := s.Now
	if now == nil {
		now = time.Now
	}
	s.Now = func() time.Time { return now().Add(g.Faults.ClockSkew) }
	s.dropReply = g.Faults.dropper(x.drops)
	if x.Number > g.Count-g.Count/2 { // the second half
		s.Key = cmp.Or(g.Faults.NextKey, s.Key)
	}
	if x.Tampered {
		s.Key, s.Attempts = "not "+s.Key, 1
	}
	return s
}

// publish sends by the other way.
func (g *playing) publish(ctx context.Context, body []byte) (Result, error) {
	a := g.Publish(ctx, body)
	a.Number = 1
	r := Result{Attempts: []Attempt{a}}
	if g.sender.OnAttempt != nil {
		g.sender.OnAttempt(a)
	}
	if a.Status == 0 && ctx.Err() != nil {
		return r, interrupted(ctx)
	}
	r.Acknowledged = a.Status/100 == 2
	r.gaveUp = !r.Acknowledged
	return r, nil
}

func interrupted(ctx context.Context) error {
	return fmt.Errorf("vodtest: play: %w", context.Cause(ctx))
}

// fail ends the play. The first error is the one that counts.
func (g *playing) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed == nil {
		g.failed = err
	}
	g.stop(err)
}
