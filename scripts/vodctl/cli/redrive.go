package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// chosen is how dead letters are chosen.
type chosen struct {
	ID     []string `arg:"" optional:"" name:"id" help:"Their ids."`
	All    bool     `help:"All of them."`
	DryRun bool     `help:"Only say which."`
	Store  storeURL `placeholder:"URL" help:"${store}"`
}

func (c *chosen) check() error {
	if (len(c.ID) > 0) == c.All {
		return usagef("give the ids of dead letters, or --all")
	}
	return nil
}

type deadLettersRedrive struct {
	chosen `embed:""`
}

// Help implements kong.HelpProvider.
func (deadLettersRedrive) Help() string {
	return `Puts dead letters through the whole pipeline again, say after an upgrade that can read them. Those that are events ` +
		`now are removed from the dead letters. The exit code is 1 if one still cannot be read.

    vodctl dead-letters redrive --all --dry-run

With --json each is an object with id and outcome: new, known or dead_letter, or dry_run.`
}

// Run puts dead letters through the pipeline again.
func (c *deadLettersRedrive) Run(ctx context.Context, a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	return with(a, c.Store, "written", func(s store.Store) error {
		p := &pipeline.Pipeline{Store: s, Log: slog.New(slog.DiscardHandler)}
		return c.each(ctx, a, s, func(l store.DeadLetter) (string, error) {
			r, err := p.Redrive(ctx, l)
			return string(r.Outcome), err
		})
	})
}

type deadLettersDrop struct {
	chosen `embed:""`
}

// Help implements kong.HelpProvider.
func (deadLettersDrop) Help() string {
	return `Removes dead letters for good.

    vodctl dead-letters drop 00000000-0000-8a3c-9f31-5cf0b3b7d1aa

With --json each is an object with id and outcome: dropped, or dry_run.`
}

// Run removes dead letters.
func (c *deadLettersDrop) Run(ctx context.Context, a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	return with(a, c.Store, "repaired", func(m store.Maintainer) error {
		return c.each(ctx, a, m, func(l store.DeadLetter) (string, error) {
			_, err := m.DropDeadLetters(ctx, l.ID)
			return "dropped", err
		})
	})
}

// each calls do for the chosen dead letters of a store and prints what became of
// each. One that fails does not keep the others from being tried.
func (c *chosen) each(ctx context.Context, a *app, s any, do func(store.DeadLetter) (string, error)) error {
	r, ok := s.(store.Reader)
	if !ok {
		return errors.New("this kind of store cannot be read")
	}
	found, err := letters(ctx, r, c.ID, c.All)
	if err != nil {
		return err
	}
	if len(found) == 0 && !a.json {
		a.note("no dead letters")
	}
	done := true
	for _, l := range found {
		outcome := "dry_run"
		if !c.DryRun {
			if outcome, err = do(l); ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
		done = done && err == nil && outcome != string(pipeline.DeadLetter)
		if perr := c.report(a, l, outcome, err); perr != nil {
			return perr
		}
	}
	if !done {
		return errNot
	}
	return nil
}

func (c *chosen) report(a *app, l store.DeadLetter, outcome string, err error) error {
	problem := ""
	if err != nil {
		outcome, problem = "failed", err.Error()
	}
	if a.json {
		return a.printJSON(struct {
			ID      vod.ID `json:"id"`
			Outcome string `json:"outcome"`
			Error   string `json:"error,omitempty"`
		}{l.ID, outcome, problem})
	}
	switch {
	case c.DryRun:
		problem = fmt.Sprintf("would be taken: %s, %d bytes", l.Reason, l.Size)
	case outcome == string(pipeline.DeadLetter):
		problem = "still cannot be read: " + l.Detail
	}
	a.say("%s  %-11s  %s", l.ID, outcome, term.Clean(problem))
	return nil
}
