package cli

import (
	"context"
	"strconv"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

type deliveriesCommand struct {
	Event string   `placeholder:"ID" help:"Only those of this event."`
	Sink  string   `placeholder:"NAME" help:"Only those to this sink."`
	State string   `type:"choice" choices:"owed,delivered,parked" aliases:"pending=owed,done=delivered,failed=parked" placeholder:"STATE" help:"Only those that are so: owed, delivered or parked (given up)."`
	Limit limit    `default:"50" help:"At most so many, the last changed first. Default: ${default}."`
	Store storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (deliveriesCommand) Help() string {
	return `Lists what is or was owed to sinks: one delivery for each event and sink that asks for it.

    vodctl deliveries --sink crm --state parked

With --json each is an object with event, sink, state, attempts, owed_since, due, last_error, replay and updated.`
}

// deliveryJSON is a delivery as JSON.
type deliveryJSON struct {
	Event     vod.ID              `json:"event"`
	Sink      string              `json:"sink"`
	State     store.DeliveryState `json:"state"`
	Attempts  int                 `json:"attempts"`
	OwedSince time.Time           `json:"owed_since"`
	Due       time.Time           `json:"due"`
	LastError string              `json:"last_error"`
	Replay    string              `json:"replay"`
	Updated   time.Time           `json:"updated"`
}

// Run lists deliveries.
func (c *deliveriesCommand) Run(ctx context.Context, a *app) error {
	q := store.DeliveryQuery{Sink: c.Sink, State: store.DeliveryState(c.State), Limit: int(c.Limit)}
	if c.Event != "" {
		var err error
		if q.Event, err = parseID(c.Event); err != nil {
			return err
		}
	}
	return with(a, c.Store, "read", func(r store.Reader) error {
		found, err := r.Deliveries(ctx, q)
		if err != nil {
			return err
		}
		if a.json {
			for _, d := range found {
				if err := a.printJSON(deliveryJSON(d)); err != nil {
					return err
				}
			}
			return nil
		}
		if len(found) == 0 {
			a.note("no deliveries")
			return nil
		}
		t := a.table(
			term.Column{Title: "changed (UTC)"}, term.Column{Title: "sink", Max: 16}, term.Column{Title: "state"},
			term.Column{Title: "tries", Right: true}, term.Column{Title: "event"}, term.Column{Title: "last error"},
		)
		for _, d := range found {
			t.Add(
				term.Cell{Text: d.Updated.UTC().Format("01-02 15:04:05")}, term.Cell{Text: d.Sink}, deliveryCell(d.State),
				term.Cell{Text: strconv.Itoa(d.Attempts)}, term.Cell{Text: d.Event.String(), Style: term.Dim},
				term.Cell{Text: d.LastError},
			)
		}
		return t.Write(a.Stdout)
	})
}

// deliveryCell shows how far a delivery has come.
func deliveryCell(s store.DeliveryState) term.Cell {
	style := term.Yellow
	switch s {
	case store.Delivered:
		style = term.Green
	case store.Parked:
		style = term.Red
	case store.Owed:
	}
	return term.Cell{Text: string(s), Style: style}
}
