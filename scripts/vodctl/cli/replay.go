package cli

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

type replayCommand struct {
	Sink   []string `required:"" placeholder:"NAME" help:"To this sink of VOD_SINKS. Repeatable."`
	Type   []string `placeholder:"TYPE" hints:"types" help:"Only events of this type. Repeatable."`
	Medium string   `placeholder:"ID" help:"Only events about this medium."`
	Status string   `type:"choice" choices:"succeeded,failed" placeholder:"STATUS" help:"Only events of work that ended so: succeeded or failed."`
	Since  moment   `placeholder:"TIME" help:"Only events received since then, in UTC: 90m (ago), 2d, 2026-11-23 or 2026-11-23T08:00:00Z."`
	Until  moment   `placeholder:"TIME" help:"Only events received before then."`
	Reason string   `placeholder:"TEXT" help:"Why, for those who read vodctl replays."`
	Yes    bool     `help:"Do it. Without it, it only counts."`
	Store  storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (replayCommand) Help() string {
	return `Sends stored events to sinks once more, or for the first time if a sink is new. A sink gets only what its settings in ` +
		`VOD_SINKS ask for. The copies have the same ids as before and say which replay they are of: as replay in the event, and in ` +
		`the header vod-replay of webhooks. First it counts; with --yes it makes the events owed, and the timer delivers them ` +
		`within a minute, or vodctl redrive at once.

    vodctl replay --sink crm --type TranscodeComplete --since 2d

With --json it prints one object with deliveries, and with --yes the replay's id.`
}

// Run counts, or makes events owed again.
func (c *replayCommand) Run(ctx context.Context, a *app) error {
	r, err := c.selection()
	if err != nil {
		return err
	}
	return with(a, c.Store, "replayed: it keeps no deliveries", func(s store.Store) error {
		reader, ok := s.(store.Reader)
		if !ok {
			return pipeline.ErrUnable
		}
		p, err := c.Store.pipeline(a, s, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		if r.Sinks, err = choose(p.Sinks, c.Sink); err != nil {
			return err
		}
		if err := checkTypes(ctx, reader, r.Query.Types); err != nil {
			return err
		}
		n, err := p.Replay(ctx, r, !c.Yes)
		if err != nil {
			return err
		}
		return c.report(a, r, n)
	})
}

// selection is what the flags say.
func (c *replayCommand) selection() (pipeline.ReplayOf, error) {
	now := time.Now()
	var r pipeline.ReplayOf
	var err error
	r.Query = store.EventQuery{Types: documented(c.Type), Subject: c.Medium, Status: vod.Outcome(c.Status)}
	if r.Query.Since, err = c.Since.at(now); err != nil {
		return r, err
	}
	if r.Query.Until, err = c.Until.at(now); err != nil {
		return r, err
	}
	if !r.Query.Until.IsZero() && !r.Query.Until.After(r.Query.Since) {
		return r, usagef("--until %s is not after --since %s: no event is between them", c.Until.text, c.Since.text)
	}
	r.Replay = store.Replay{ID: "replay-" + now.UTC().Format("20060102T150405.000Z") + "-" + strconv.Itoa(os.Getpid()), Detail: c.detail()}
	return r, nil
}

// detail says what was asked for.
func (c *replayCommand) detail() string {
	var words []string
	for _, w := range []struct {
		name   string
		values []string
	}{
		{"to", c.Sink},
		{"type", c.Type},
		{"medium", []string{c.Medium}},
		{"status", []string{c.Status}},
		{"since", []string{c.Since.text}},
		{"until", []string{c.Until.text}},
	} {
		if text := strings.Join(w.values, ", "); text != "" {
			words = append(words, w.name+" "+text)
		}
	}
	if c.Reason != "" {
		words = append(words, "because "+c.Reason)
	}
	return strings.Join(words, "; ")
}

func (c *replayCommand) report(a *app, r pipeline.ReplayOf, n int) error {
	if a.json {
		out := struct {
			Deliveries int    `json:"deliveries"`
			Replay     string `json:"replay,omitempty"`
		}{Deliveries: n}
		if c.Yes {
			out.Replay = r.ID
		}
		return a.printJSON(out)
	}
	switch {
	case n == 0:
		a.say("no event is both selected and asked for by %s", names(r.Sinks))
	case c.Yes:
		a.say("%d deliveries are owed to %s as %s: the timer makes them, or %s redrive", n, names(r.Sinks), r.ID, a.self)
	default:
		a.say("%d deliveries to %s: add --yes to make them", n, names(r.Sinks))
	}
	return nil
}

func names(routes []*sink.Route) string {
	var all []string
	for _, r := range routes {
		all = append(all, r.Name)
	}
	return strings.Join(all, ", ")
}

type replaysCommand struct {
	Limit limit    `default:"50" help:"At most so many, the last started first. Default: ${default}."`
	Store storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (replaysCommand) Help() string {
	return `Lists what was replayed: when, what and why.

    vodctl replays

With --json each is an object with id, detail, started and deliveries.`
}

// replayJSON is a replay as JSON.
type replayJSON struct {
	ID         string    `json:"id"`
	Detail     string    `json:"detail"`
	Started    time.Time `json:"started"`
	Deliveries int       `json:"deliveries"`
}

// Run lists replays.
func (c *replaysCommand) Run(ctx context.Context, a *app) error {
	return with(a, c.Store, "replayed: it keeps no deliveries", func(o store.Outbox) error {
		found, err := o.Replays(ctx, int(c.Limit))
		if err != nil {
			return err
		}
		if a.json {
			for _, r := range found {
				if err := a.printJSON(replayJSON(r)); err != nil {
					return err
				}
			}
			return nil
		}
		if len(found) == 0 {
			a.note("no replays")
			return nil
		}
		t := a.table(
			term.Column{Title: "started (UTC)"}, term.Column{Title: "deliveries", Right: true}, term.Column{Title: "id"}, term.Column{Title: "what"},
		)
		for _, r := range found {
			t.Add(term.Cell{Text: when(r.Started)}, term.Cell{Text: strconv.Itoa(r.Deliveries)}, term.Cell{Text: r.ID, Style: term.Dim}, term.Cell{Text: r.Detail})
		}
		return t.Write(a.Stdout)
	})
}
