package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

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
	switch {
	case len(c.ID) > 0 && c.All:
		return usagef("the ids of dead letters or --all: not both")
	case len(c.ID) == 0 && !c.All:
		return usagef("give the ids of dead letters, or --all")
	default:
		return nil
	}
}

type deadLettersRedrive struct {
	chosen `embed:""`
}

// Help implements kong.HelpProvider.
func (deadLettersRedrive) Help() string {
	return `Puts dead letters through the whole pipeline again, say after an upgrade that can read them. Those that are events ` +
		`now are removed from the dead letters. Those that vodctl events drop took out come back if their ids are given, and are ` +
		`left alone by --all. The exit code is 1 if one still cannot be read, or failed and is as it was.

    vodctl dead-letters redrive --all --dry-run

With --json each is an object with id and outcome: new, known, dead_letter, failed, or dry_run. With dead_letter and ` +
		`failed comes detail, which says why.`
}

// Run puts dead letters through the pipeline again.
func (c *deadLettersRedrive) Run(ctx context.Context, a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	return with(a, c.Store, "written", func(s store.Store) error {
		p, err := c.Store.pipeline(a, s, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		return c.each(ctx, a, s, "tried again", store.ReasonDropped, func(l store.DeadLetter) (string, error) {
			r, err := p.RedriveDeadLetter(ctx, l)
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

With --json each is an object with id and outcome: dropped, failed, or dry_run. With failed comes detail, which says why.`
}

// Run removes dead letters.
func (c *deadLettersDrop) Run(ctx context.Context, a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	return with(a, c.Store, "repaired", func(m store.Maintainer) error {
		return c.each(ctx, a, m, "dropped", "", func(l store.DeadLetter) (string, error) {
			_, err := m.DropDeadLetters(ctx, l.ID)
			return "dropped", err
		})
	})
}

// each calls do for the chosen dead letters of a store and prints what became of
// each. One that fails does not keep the others from being tried. A dry run says
// what would be done. With --all, those kept for the reason spared are left alone.
func (c *chosen) each(
	ctx context.Context, a *app, s any, would string, spared store.Reason, do func(store.DeadLetter) (string, error),
) error {
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
	if c.All {
		found = spare(a, found, spared)
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
		if perr := c.report(a, l, would, outcome, err); perr != nil {
			return perr
		}
	}
	if !done {
		return errNot
	}
	return nil
}

// spare leaves out the dead letters kept for a reason, and says how many.
func spare(a *app, found []store.DeadLetter, reason store.Reason) []store.DeadLetter {
	rest := slices.DeleteFunc(slices.Clone(found), func(l store.DeadLetter) bool { return l.Reason == reason })
	if n := len(found) - len(rest); n > 0 {
		a.note("%d %s left alone: only an id brings one back", n, reason)
	}
	return rest
}

func (c *chosen) report(a *app, l store.DeadLetter, would, outcome string, err error) error {
	detail := ""
	switch {
	case err != nil:
		outcome, detail = "failed", err.Error()
	case outcome == string(pipeline.DeadLetter):
		detail = l.Detail
	}
	if a.json {
		return a.printJSON(struct {
			ID      vod.ID `json:"id"`
			Outcome string `json:"outcome"`
			Detail  string `json:"detail,omitempty"`
		}{l.ID, outcome, detail})
	}
	switch {
	case c.DryRun:
		detail = fmt.Sprintf("would be %s: %s, %d bytes", would, l.Reason, l.Size)
	case outcome == string(pipeline.DeadLetter):
		detail = "still cannot be read: " + detail
	}
	a.say("%s  %-11s  %s", l.ID, outcome, term.Clean(detail))
	return nil
}
