package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

// againEvery is how often pages fetch themselves again although there is no news that
// can be seen: what was in the fallback comes in with an old time, for example.
const againEvery = 30 * time.Second

// live tells a page by server-sent events that there is news, whereupon it fetches
// itself again: what it shows then is what it would have shown anyway.
//
// Source: HTML Standard, "Server-sent events" (read 2026-11-24).
func (c *Console) live(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	defer c.pulse.join(r.Context(), c.watch)()
	again := time.NewTicker(againEvery)
	defer again.Stop()
	var last beat
	for {
		now, changed := c.pulse.now()
		if now != last {
			if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", now.event, now.state); err != nil {
				return
			}
			if out.Flush() != nil {
				return
			}
			last = now
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		case <-again.C:
			last = beat{}
		}
	}
}

// beat is a text that changes when something that pages show has changed, and what to
// call it: "news", or "away" if the store does not answer.
type beat struct{ state, event string }

// pulse is what all pages that are open wait for. The store is asked once for all of
// them, and not at all while there is none.
type pulse struct {
	mu      sync.Mutex
	pages   int
	stop    context.CancelFunc // of the watch
	last    beat               // empty before the first
	changed chan struct{}      // is closed when last changes
}

// join counts a page, and begins the watch if it is the first one; leave takes it back.
func (p *pulse) join(ctx context.Context, watch func(context.Context)) (leave func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pages++; p.pages == 1 {
		ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx)) // it may be others that stay
		p.last, p.changed = beat{}, make(chan struct{})
		go watch(ctx)
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.pages--; p.pages == 0 {
			p.stop()
		}
	}
}

// now returns the last beat, and what is closed when there is another one.
func (p *pulse) now() (beat, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last, p.changed
}

// set tells all pages of a beat, unless the watch that found it has ended.
func (p *pulse) set(ctx context.Context, b beat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil || b == p.last {
		return
	}
	p.last = b
	close(p.changed)
	p.changed = make(chan struct{})
}

// restTimes is how many times as long as it took to ask the store it is left alone.
const restTimes = 4

// watch asks the store again and again whether there is news.
func (c *Console) watch(ctx context.Context) {
	for {
		begin := time.Now()
		b := c.beat(ctx)
		rest := max(c.settings.Every, min(restTimes*time.Since(begin), againEvery))
		if last, _ := c.pulse.now(); b != last {
			c.counted.forget() // before pages ask for it
			c.pulse.set(ctx, b)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(rest):
		}
	}
}

// How many of the newest rows are looked at. More than one, since an event with a time
// in the future stays the first.
const (
	beatRows    = 50
	beatLetters = 20
)

// beat returns the beat of what the store holds now.
func (c *Console) beat(ctx context.Context) beat {
	ctx, cancel := context.WithTimeout(ctx, queryTime)
	defer cancel()
	sum := sha256.New()
	if c.sumRows(ctx, sum) != nil || c.sumSinks(ctx, sum) != nil {
		return beat{state: "away", event: "away"}
	}
	if c.settings.Intake != nil {
		for _, a := range c.settings.Intake.List(1) {
			fmt.Fprintln(sum, a.Number)
		}
	}
	return beat{state: hex.EncodeToString(sum.Sum(nil)[:8]), event: "news"}
}

// sumRows writes what the newest events, deliveries and dead letters are told apart by.
func (c *Console) sumRows(ctx context.Context, sum io.Writer) error {
	events, err := c.reader.Events(ctx, store.EventQuery{Limit: beatRows})
	if err != nil {
		return err
	}
	for _, e := range events {
		fmt.Fprintln(sum, e.ID, e.Received.UnixMilli())
	}
	deliveries, err := c.reader.Deliveries(ctx, store.DeliveryQuery{Limit: beatRows})
	if err != nil {
		return err
	}
	for _, d := range deliveries {
		fmt.Fprintf(sum, "%s %q %s %d %d\n", d.Event, d.Sink, d.State, d.Attempts, d.Updated.UnixNano())
	}
	letters, err := c.reader.DeadLetters(ctx, store.DeadLetterQuery{Limit: beatLetters})
	for _, l := range letters {
		fmt.Fprintln(sum, l.ID, l.Reason, l.Attempts)
	}
	return err
}

// sumSinks writes how the sinks are, but for when they were seen: that is always news.
func (c *Console) sumSinks(ctx context.Context, sum io.Writer) error {
	outbox, ok := c.settings.Store.(store.Outbox)
	if !ok {
		return nil
	}
	sinks, err := outbox.Sinks(ctx)
	for _, s := range sinks {
		fmt.Fprintf(sum, "%q %t %d %d %q\n", s.Name, s.Seen.IsZero(), s.Failures, s.RestsUntil.UnixNano(), s.LastError)
	}
	return err
}
