package cli

import (
	"context"
	"log/slog"
	"slices"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
)

type redriveCommand struct {
	Sink   []string `placeholder:"NAME" help:"Only to this sink. Repeatable. Default: all in VOD_SINKS."`
	All    bool     `help:"Also what is not due yet, and to sinks that rest."`
	Parked bool     `help:"Also what was given up."`
	DryRun bool     `help:"Only say what is owed."`
	Store  storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (redriveCommand) Help() string {
	return `Delivers what is owed to sinks and due, as the timer of the MNS function does every minute, until nothing is. The sinks ` +
		`are those of VOD_SINKS, or of the vodctl dev that uses the store. It may run beside the timer: no delivery is made ` +
		`by both. The exit code is 1 if something could not be delivered; it stays owed.

    vodctl redrive --sink crm --parked --dry-run

With --json it prints one object with delivered, failed and parked; with --dry-run one for each sink, as vodctl sinks does.`
}

// maxAgain is how many deliveries --all and --parked bring forward in one go.
const maxAgain = 100_000

// Run redrives deliveries.
func (c *redriveCommand) Run(ctx context.Context, a *app) error {
	return with(a, c.Store, "redriven: it keeps no deliveries", func(o store.Outbox) error {
		s, ok := o.(store.Store)
		if !ok {
			return pipeline.ErrUnable
		}
		p, err := c.Store.pipeline(a, s, slog.New(slog.NewTextHandler(a.Stderr, nil)))
		if err != nil {
			return err
		}
		if len(c.Sink) > 0 {
			if p.Sinks, err = choose(p.Sinks, c.Sink); err != nil {
				return err
			}
		}
		if len(p.Sinks) == 0 {
			return usagef("which sinks? set VOD_SINKS as the functions have it")
		}
		if c.DryRun {
			return c.dryRun(ctx, a, o, p)
		}
		if err := c.bringForward(ctx, o, p); err != nil {
			return err
		}
		tally, err := p.Redrive(ctx)
		if err != nil {
			return err
		}
		if a.json {
			err = a.printJSON(tally)
		} else {
			a.say("%d delivered, %d failed, %d given up", tally.Delivered, tally.Failed, tally.Parked)
		}
		if err == nil && tally.Failed+tally.Parked > 0 {
			err = errNot
		}
		return err
	})
}

// dryRun says what is owed to the chosen sinks.
func (c *redriveCommand) dryRun(ctx context.Context, a *app, o store.Outbox, p *pipeline.Pipeline) error {
	states, err := o.Sinks(ctx)
	if err != nil {
		return err
	}
	var chosen []store.SinkState
	for _, r := range p.Sinks {
		i := slices.IndexFunc(states, func(s store.SinkState) bool { return s.Name == r.Name })
		one := store.SinkState{Name: r.Name}
		if i >= 0 {
			one = states[i]
		}
		if c.Parked {
			given, err := deliveries(ctx, o, store.DeliveryQuery{Sink: r.Name, State: store.Parked})
			if err != nil {
				return err
			}
			one.Owed += len(given)
		}
		chosen = append(chosen, one)
	}
	return a.sinks(chosen)
}

// bringForward makes what --all and --parked are about due.
func (c *redriveCommand) bringForward(ctx context.Context, o store.Outbox, p *pipeline.Pipeline) error {
	for _, r := range p.Sinks {
		var states []store.DeliveryState
		if c.All {
			states = append(states, store.Owed)
			if err := o.Rest(ctx, r.Name, 0, 0, ""); err != nil {
				return err
			}
		}
		if c.Parked {
			states = append(states, store.Parked)
		}
		for _, state := range states {
			found, err := deliveries(ctx, o, store.DeliveryQuery{Sink: r.Name, State: state})
			if err != nil {
				return err
			}
			for part := range slices.Chunk(found, pipeline.PageSize) {
				owed := make([]store.Owing, len(part))
				for i, d := range part {
					owed[i] = store.Owing{Event: d.Event, Sink: d.Sink}
				}
				if _, err := o.Owe(ctx, store.Replay{}, owed); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// deliveries reads deliveries from a store that has an outbox.
func deliveries(ctx context.Context, o store.Outbox, q store.DeliveryQuery) ([]store.Delivery, error) {
	r, ok := o.(store.Reader)
	if !ok {
		return nil, pipeline.ErrUnable
	}
	q.Limit = maxAgain
	return r.Deliveries(ctx, q)
}
