package cli

import (
	"context"
	"log/slog"
	"strings"

	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/trigger"
)

type drainCommand struct {
	Fallback string   `placeholder:"URL" help:"Drain only this place. Default: VOD_FALLBACK and VOD_DEAD_LETTER_QUEUE, else the fallback of the vodctl dev that uses the store."`
	DryRun   bool     `help:"Only say how much waits."`
	Store    storeURL `placeholder:"URL" help:"${store}"`
	remoteFlags
}

// Help implements kong.HelpProvider.
func (drainCommand) Help() string {
	return `Puts into the store what waits in the fallback, where events land that the store did not take in time, and in the platform's ` +
		`dead-letter queues, as the timer of the MNS function does every minute. What the store has already stays one event. What is ` +
		`delivered to sinks then, redrive or the timer does. The exit code is 1 if something could not be put into the store; it waits on.` +
		remoteHelp + `

    vodctl drain --dry-run
    vodctl drain --remote

With --json it prints one object with items, new, known, dead_letters and failed; with --dry-run one for each place, with place ` +
		`and waiting.`
}

// Run drains.
func (c *drainCommand) Run(ctx context.Context, a *app) error {
	if c.wanted() {
		return c.remote(ctx, a)
	}
	places, err := c.places(a)
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.dryRun(ctx, a, places)
	}
	return with(a, c.Store, "written", func(s store.Store) error {
		p, err := c.Store.pipeline(a, s, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		p.Inlets = places
		d, err := p.Drain(ctx)
		if err != nil {
			return err
		}
		err = c.report(a, d)
		if d.Failed > 0 {
			a.note("the first that failed: %v", d.Cause)
		}
		return err
	})
}

// remote has the function drain.
func (c *drainCommand) remote(ctx context.Context, a *app) error {
	if err := c.check(c.Fallback != "", c.DryRun, c.Store != ""); err != nil {
		return err
	}
	var done struct {
		Drained pipeline.Drained `json:"drained"`
	}
	if err := c.invoke(ctx, a, "drain", &done); err != nil {
		return err
	}
	return c.report(a, done.Drained)
}

// report says what was done. What failed is not as it must be.
func (*drainCommand) report(a *app, d pipeline.Drained) error {
	if a.json {
		if err := a.printJSON(d); err != nil {
			return err
		}
	} else {
		a.say("%d taken out: %d new, %d known, %d dead letters; %d failed and wait on", d.Items, d.New, d.Known, d.DeadLetters, d.Failed)
	}
	if d.Failed > 0 {
		return errNot
	}
	return nil
}

// places returns what to drain. What waits for one store must not get into another: only
// the fallback of vodctl dev goes with the store of vodctl dev.
func (c *drainCommand) places(a *app) ([]pipeline.Inlet, error) {
	var places []pipeline.Inlet
	url := strings.TrimSpace(c.Fallback)
	if url == "" {
		settings, _ := config.Load(a.Getenv) // what is wrong with other settings is not for us to say
		url = settings.Fallback
		var err error
		if places, err = trigger.OpenDeadLetterQueues(settings.DeadLetterQueues); err != nil {
			return nil, usagef("VOD_DEAD_LETTER_QUEUE: %v", err)
		}
	}
	running, ok := c.Store.running(a)
	switch {
	case url == "" && len(places) == 0 && !ok:
		return nil, usagef("drain what? give --fallback URL, or set VOD_FALLBACK or VOD_DEAD_LETTER_QUEUE as the functions have it")
	case url == "" && len(places) == 0:
		url = running.Fallback
	case !c.DryRun && c.Store == "" && strings.TrimSpace(a.Getenv("VOD_STORE")) == "":
		return nil, usagef("into which store? give --store URL, or set VOD_STORE as the functions have it")
	}
	f, err := fallback.Open(url)
	if err != nil {
		return nil, usagef("%v", err)
	}
	if f != nil {
		places = append([]pipeline.Inlet{pipeline.FallbackInlet(f)}, places...)
	}
	return places, nil
}

// dryRun says how much waits in each place.
func (c *drainCommand) dryRun(ctx context.Context, a *app, places []pipeline.Inlet) error {
	for _, in := range places {
		n, err := in.Place.Waiting(ctx)
		if err != nil {
			return err
		}
		if a.json {
			err = a.printJSON(struct {
				Place   string `json:"place"`
				Waiting int    `json:"waiting"`
			}{in.Name, n})
		} else {
			a.say("%s: %d waiting", in.Name, n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
