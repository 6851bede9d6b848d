package console

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
)

// sinksPage is what takes copies of events.
type sinksPage struct {
	Sinks []sinkCard
	// Unable says that the store keeps no deliveries.
	Unable bool
}

// sinkCard is what is known about one sink.
type sinkCard struct {
	store.SinkState
	store.Backlog

	Name   string
	Health health
	// Rests says that it is not tried before RestsUntil.
	Rests bool
	// Parked is how many deliveries were given up, and there is a + behind it if they
	// are more; empty for none.
	Parked string
	// Missing says that what is behind the console has no such sink.
	Missing bool
	Chart   sparkline
}

// health is how a sink is.
type health string

const (
	well    health = "well"
	failing health = "failing"
	gaveUp  health = "gave up some"    // deliveries were parked, since then it is well
	never   health = "never seen"      // no function has said that it has it
	away    health = "not seen lately" // nor for so long that what is owed is given up
)

// Tone returns the class of its badge.
func (h health) Tone() string {
	switch h {
	case well:
		return "good"
	case failing:
		return "bad"
	case away, gaveUp:
		return "warn"
	case never:
	}
	return "plain"
}

// sinks shows all sinks.
func (c *Console) sinks(r *http.Request) (view, error) {
	all, err := c.sinkCards(r.Context())
	if err != nil {
		return view{}, err
	}
	var page sinksPage
	_, able := c.settings.Store.(store.Outbox)
	page.Unable = !able
	for _, name := range slices.Sorted(maps.Keys(all)) {
		card, err := c.complete(r.Context(), all[name])
		if err != nil {
			return view{}, err
		}
		page.Sinks = append(page.Sinks, card)
	}
	return view{Name: "sinks", Title: "Sinks", Nav: "sinks", Data: page}, nil
}

// sinkCards returns what is known about each sink without looking at its deliveries, by
// name; nothing if the store keeps none.
func (c *Console) sinkCards(ctx context.Context) (map[string]sinkCard, error) {
	all := map[string]sinkCard{}
	outbox, ok := c.settings.Store.(store.Outbox)
	if !ok {
		return all, nil
	}
	states, err := outbox.Sinks(ctx)
	if err != nil {
		return nil, err
	}
	backlog, err := outbox.Backlog(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range states {
		all[s.Name] = sinkCard{SinkState: s}
	}
	for _, b := range backlog {
		all[b.Sink] = sinkCard{SinkState: all[b.Sink].SinkState, Backlog: b}
	}
	here := map[string]bool{}
	if c.settings.Pipeline != nil {
		for _, route := range c.settings.Pipeline.Sinks {
			here[route.Name] = true
			if _, known := all[route.Name]; !known {
				all[route.Name] = sinkCard{} // not seen yet
			}
		}
	}
	for name, card := range all {
		card.Name, card.Health = name, c.healthOf(card.SinkState)
		card.Rests = card.RestsUntil.After(c.settings.Now())
		card.Missing = c.settings.Pipeline != nil && !here[name]
		all[name] = card
	}
	return all, nil
}

// healthOf says how a sink is.
func (c *Console) healthOf(s store.SinkState) health {
	switch {
	case s.Failures > 0:
		return failing
	case s.Seen.IsZero():
		return never
	case c.settings.Now().Sub(s.Seen) > pipeline.Unseen:
		return away
	default:
		return well
	}
}

// manyParked is where counting what was given up ends.
const manyParked = 1000

// complete adds what the deliveries of a sink say.
func (c *Console) complete(ctx context.Context, card sinkCard) (sinkCard, error) {
	parked, err := c.reader.Deliveries(ctx, store.DeliveryQuery{Sink: card.Name, State: store.Parked, Limit: manyParked})
	if err != nil {
		return card, err
	}
	if n := len(parked); n > 0 {
		card.Parked = strconv.Itoa(n)
		if n == manyParked {
			card.Parked += "+"
		}
		if card.Health == well {
			card.Health = gaveUp
		}
	}
	last, err := c.reader.Deliveries(ctx, store.DeliveryQuery{Sink: card.Name, Limit: manyDrawn})
	card.Chart = drawn(c.settings.Now(), last)
	return card, err
}
