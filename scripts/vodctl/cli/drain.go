package cli

import (
	"context"
	"log/slog"
	"strconv"
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
}

// Help implements kong.HelpProvider.
func (drainCommand) Help() string {
	return `Puts into the store what waits in the fallback, where events land that the store did not take in time, and in the platform's ` +
		`dead-letter queues, as the timer of the MNS function does every minute. What the store has already stays one event. What is ` +
		`delivered to sinks then, redrive or the timer does. The exit code is 1 if something could not be put into the store; it waits on.

    vodctl drain --dry-run

With --json it prints one object with items, new, known, dead_letters and failed; with --dry-run one for each place, with place ` +
		`and waiting.`
}

// Run drains.
func (c *drainCommand) Run(ctx context.Context, a *app) error {
	return with(a, c.Store, "written", func(s store.Store) error {
		p, err := c.Store.pipeline(a, s, slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
		if err != nil {
			return err
		}
		if err := c.places(a, p); err != nil {
			return err
		}
		if c.DryRun {
			return c.dryRun(ctx, a, p)
		}
		d, err := p.Drain(ctx)
		if err != nil {
			return err
		}
		if a.json {
			err = a.printJSON(d)
		} else {
			a.say("%d taken out: %d new, %d known, %d dead letters; %d failed and wait on", d.Items, d.New, d.Known, d.DeadLetters, d.Failed)
		}
		if err == nil && d.Failed > 0 {
			return errNot
		}
		return err
	})
}

// places gives the pipeline the places to drain.
func (c *drainCommand) places(a *app, p *pipeline.Pipeline) (err error) {
	url := strings.TrimSpace(c.Fallback)
	if url == "" {
		settings, _ := config.Load(a.Getenv) // what is wrong with other settings is not for us to say
		url = settings.Fallback
		if p.Inlets, err = trigger.OpenDeadLetterQueues(settings.DeadLetterQueues); err != nil {
			return usagef("VOD_DEAD_LETTER_QUEUE: %v", err)
		}
	}
	if running, ok := c.Store.running(a); ok && url == "" && len(p.Inlets) == 0 {
		url = running.Fallback
	}
	if url == "" && len(p.Inlets) == 0 {
		return usagef("drain what? give --fallback URL, or set VOD_FALLBACK or VOD_DEAD_LETTER_QUEUE as the functions have it")
	}
	if p.Fallback, err = fallback.Open(url); err != nil {
		return usagef("%v", err)
	}
	return nil
}

// dryRun says how much waits in each place.
func (c *drainCommand) dryRun(ctx context.Context, a *app, p *pipeline.Pipeline) error {
	places := p.Inlets
	if own, ok := p.FallbackInlet(); ok {
		places = append([]pipeline.Inlet{own}, places...)
	}
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
			a.say("%s: %s waiting", in.Name, strconv.Itoa(n))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
