package cli

import (
	"context"
	"log/slog"
	"slices"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
)

type redriveCommand struct {
	Sink   []string `placeholder:"NAME" help:"Only to this sink. Repeatable. Default: all in VOD_SINKS."`
	All    bool     `help:"Also what is not due yet, and to sinks that rest."`
	Parked bool     `help:"Also what was given up, and all that --all adds."`
	DryRun bool     `help:"Only say what is owed."`
	Store  storeURL `placeholder:"URL" help:"${store}"`
	remoteFlags
}

// Help implements kong.HelpProvider.
func (redriveCommand) Help() string {
	return `Delivers what is owed to sinks and due, as the timer of the MNS function does every minute, until nothing is. The sinks ` +
		`are those of VOD_SINKS, or of the vodctl dev that uses the store. It may run beside the timer: no delivery is made ` +
		`by both. The exit code is 1 if something could not be delivered; it stays owed.` +
		remoteHelp + `

    vodctl redrive --sink crm --parked --dry-run
    vodctl redrive --remote

With --json it prints one object with delivered, failed and parked; with --dry-run one for each sink, as vodctl sinks does.`
}

// Run redrives deliveries.
func (c *redriveCommand) Run(ctx context.Context, a *app) error {
	if c.wanted() {
		return c.remote(ctx, a)
	}
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
		if c.All || c.Parked {
			for _, r := range p.Sinks {
				if _, err := o.Hasten(ctx, r.Name, c.Parked); err != nil {
					return err
				}
			}
		}
		tally, err := p.Redrive(ctx)
		if err != nil {
			return err
		}
		return c.report(ctx, a, o, p, tally)
	})
}

// remote has the function redrive what is due.
func (c *redriveCommand) remote(ctx context.Context, a *app) error {
	if err := c.check(len(c.Sink) > 0, c.All, c.Parked, c.DryRun, c.Store != ""); err != nil {
		return err
	}
	var tally pipeline.Tally
	if err := c.invoke(ctx, a, "redrive", &tally); err != nil {
		return err
	}
	if err := c.reportTally(a, tally); err != nil {
		return err
	}
	if tally.Failed+tally.Parked > 0 {
		return errNot
	}
	return nil
}

// reportTally says what was done.
func (*redriveCommand) reportTally(a *app, tally pipeline.Tally) error {
	if a.json {
		return a.printJSON(tally)
	}
	a.say("%d delivered, %d failed, %d given up", tally.Delivered, tally.Failed, tally.Parked)
	return nil
}

// report says what was done, and what is left.
func (c *redriveCommand) report(ctx context.Context, a *app, o store.Outbox, p *pipeline.Pipeline, tally pipeline.Tally) error {
	if err := c.reportTally(a, tally); err != nil {
		return err
	}
	backlog, err := o.Backlog(ctx)
	if err != nil {
		return err
	}
	for _, b := range backlog {
		mine := slices.ContainsFunc(p.Sinks, func(r *sink.Route) bool { return r.Name == b.Sink })
		switch {
		case !mine && len(c.Sink) == 0:
			a.note("%d owed to %s, which VOD_SINKS does not name", b.Owed, term.Clean(b.Sink))
		case mine && !c.All:
			a.note("%d owed to %s wait for their time: --all tries them now", b.Owed, b.Sink)
		}
	}
	if tally.Failed+tally.Parked > 0 {
		return errNot
	}
	return nil
}

// dryRun says what is owed to the chosen sinks.
func (c *redriveCommand) dryRun(ctx context.Context, a *app, o store.Outbox, p *pipeline.Pipeline) error {
	all, err := sinksOf(ctx, o)
	if err != nil {
		return err
	}
	var chosen []sinkJSON
	for _, r := range p.Sinks {
		one := sinkJSON{Name: r.Name}
		if i := slices.IndexFunc(all, func(s sinkJSON) bool { return s.Name == r.Name }); i >= 0 {
			one = all[i]
		}
		chosen = append(chosen, one)
	}
	return a.sinks(chosen)
}
