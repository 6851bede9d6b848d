package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

type eventsDrop struct {
	ID     []string `arg:"" name:"id" help:"Their ids, in full."`
	Why    string   `required:"" placeholder:"TEXT" help:"Why, for those who read vodctl dead-letters."`
	DryRun bool     `help:"Only say what would go, and what would be left."`
	Store  storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (eventsDrop) Help() string {
	return `Takes out events that VOD never sent, as if they had not come in: VOD's signature covers the URL and the time of a ` +
		`callback, not its body. What they said about their media is derived anew from the other events, and what sinks have not got ` +
		`of them they will not get. Copies that were delivered cannot be called back: tell whoever has them. Each event leaves a dead ` +
		`letter; vodctl dead-letters redrive with its id undoes it. If the same body comes in once more, also out of the fallback, it ` +
		`counts again: change the key or the callback's path first, and drain.

    vodctl events drop 019cfb58-77c8-8555-b697-4c8600a58ae0 --why "not in VOD's console" --dry-run

With --json each is an object with id and outcome: dropped, failed, or dry_run. With failed comes detail, which says why; with ` +
		`the others type, subject, received, source, delivered (the sinks that have a copy), owed (those that will get none) and ` +
		`medium, what is left of it, or null.`
}

// dropJSON is an event that was dropped, or would be, as JSON.
type dropJSON struct {
	ID      vod.ID `json:"id"`
	Outcome string `json:"outcome"`
	Detail  string `json:"detail,omitempty"`
	*goingJSON
}

// goingJSON is what goes with an event, and what is left.
type goingJSON struct {
	Type      vod.Type     `json:"type"`
	Subject   string       `json:"subject"`
	Received  time.Time    `json:"received"`
	Source    store.Source `json:"source"`
	Delivered []string     `json:"delivered"`
	Owed      []string     `json:"owed"`
	Medium    *media.Media `json:"medium"`
}

// Run drops events.
func (c *eventsDrop) Run(ctx context.Context, a *app) error {
	if strings.TrimSpace(c.Why) == "" {
		return usagef("--why: say why, for those who find them gone")
	}
	ids, err := c.ids()
	if err != nil {
		return err
	}
	return with(a, c.Store, "repaired", func(m store.Maintainer) error {
		s, isStore := m.(store.Store)
		r, isReader := m.(store.Reader)
		if !isStore || !isReader {
			return errors.New("this kind of store cannot be read")
		}
		p, err := c.Store.pipeline(a, s, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		found, err := findAll(ctx, a, r, ids)
		if err != nil {
			return err
		}
		done := true
		for _, e := range found {
			err := c.drop(ctx, a, r, p, e, ids)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err != nil {
				done = false
				err = c.report(a, dropJSON{ID: e.ID, Outcome: "failed", Detail: err.Error()})
			}
			if err != nil {
				return err
			}
		}
		if !done {
			return errNot
		}
		return nil
	})
}

// ids returns the ids, each once.
func (c *eventsDrop) ids() ([]vod.ID, error) {
	var ids []vod.ID
	for _, text := range c.ID {
		id, err := parseID(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// findAll returns the events with the ids. One that is not there is an error.
func findAll(ctx context.Context, a *app, r store.Reader, ids []vod.ID) ([]store.Event, error) {
	var found []store.Event
	for _, id := range ids {
		one, err := r.Events(ctx, store.EventQuery{IDs: []vod.ID{id}})
		if err == nil && len(one) == 0 {
			err = noEvent(ctx, a, r, id)
		}
		if err != nil {
			return nil, err
		}
		found = append(found, one[0])
	}
	return found, nil
}

// drop drops one event of those that are chosen, or only says what would go.
func (c *eventsDrop) drop(ctx context.Context, a *app, r store.Reader, p *pipeline.Pipeline, e store.Event, chosen []vod.ID) error {
	going, err := goingWith(ctx, r, p, e, chosen)
	if err != nil {
		return err
	}
	out := dropJSON{ID: e.ID, Outcome: "dry_run", goingJSON: going}
	if !c.DryRun {
		out.Outcome = "dropped"
		dropped, err := p.DropEvent(ctx, e.ID, c.Why)
		if err == nil && !dropped {
			err = errors.New("it is gone already")
		}
		if err != nil {
			return err
		}
	}
	return c.report(a, out)
}

// goingWith returns what goes with an event, and what is left when all that are chosen
// are gone.
func goingWith(ctx context.Context, r store.Reader, p *pipeline.Pipeline, e store.Event, chosen []vod.ID) (*goingJSON, error) {
	g := &goingJSON{
		Type: e.Type, Subject: e.Subject, Received: e.Received, Source: e.Source, Delivered: []string{}, Owed: []string{},
	}
	deliveries, err := r.Deliveries(ctx, store.DeliveryQuery{Event: e.ID, Limit: math.MaxInt32})
	if err != nil {
		return nil, err
	}
	for _, d := range deliveries {
		if d.State == store.Delivered {
			g.Delivered = append(g.Delivered, d.Sink)
		} else {
			g.Owed = append(g.Owed, d.Sink)
		}
	}
	slices.Sort(g.Delivered)
	slices.Sort(g.Owed)
	if e.Subject == "" {
		return g, nil
	}
	left, err := p.MediumWithout(ctx, e.Subject, chosen...)
	if err == nil && len(left.Facts) > 0 {
		g.Medium = &left
	}
	return g, err
}

func (c *eventsDrop) report(a *app, d dropJSON) error {
	if a.json {
		return a.printJSON(d)
	}
	if d.goingJSON == nil {
		a.say("%s  %-7s  %s", d.ID, d.Outcome, term.Clean(d.Detail))
		return nil
	}
	what := string(d.Type)
	if d.Subject != "" {
		what += " about " + d.Subject
	}
	what += fmt.Sprintf(", received %s by %s", whenUTC(d.Received), intake.Way(d.Source))
	if c.DryRun {
		what = "would be dropped: " + what
	}
	a.say("%s  %-7s  %s", d.ID, d.Outcome, term.Clean(what))
	if len(d.Delivered) > 0 {
		a.say("  delivered to %s: these copies cannot be called back", term.Clean(strings.Join(d.Delivered, ", ")))
	}
	if len(d.Owed) > 0 {
		a.say("  not delivered to %s any more", term.Clean(strings.Join(d.Owed, ", ")))
	}
	switch {
	case d.Medium != nil:
		a.say("  leaves %s %s, with %d facets", term.Clean(d.Subject), d.Medium.State, len(d.Medium.Facts))
	case d.Subject != "":
		a.say("  leaves nothing of %s", term.Clean(d.Subject))
	}
	return nil
}
