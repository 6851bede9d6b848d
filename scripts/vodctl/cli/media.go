package cli

import (
	"context"
	"strconv"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
)

type mediaCommand struct {
	ID    string   `arg:"" optional:"" help:"Show this medium and its facets. The beginning of an id will do."`
	State string   `type:"choice" choices:"created,uploaded,processing,playable,failed,blocked,archived,deleted" placeholder:"STATE" help:"Only media in this state: created, uploaded, processing, playable, failed, blocked, archived or deleted."`
	Kind  string   `type:"choice" choices:"video,image,attached" placeholder:"KIND" help:"Only media of this kind: video, image or attached."`
	Limit limit    `default:"50" help:"At most so many, the last updated first. Default: ${default}."`
	Store storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (mediaCommand) Help() string {
	return `Lists what is known about media now. With an id it shows every facet of that medium: what it says, since when, ` +
		`and by which event.

    vodctl media --state failed

With --json each medium is an object; with an id it has facets, too.`
}

// mediumJSON is one medium as JSON.
type mediumJSON struct {
	media.Media

	Facets []media.Fact `json:"facets"`
}

// Run lists media or shows one.
func (c *mediaCommand) Run(ctx context.Context, a *app) error {
	if c.ID != "" && (c.State != "" || c.Kind != "") {
		return usagef("an id or a choice of media: not both")
	}
	return with(a, c.Store, "read", func(r store.Reader) error {
		if c.ID != "" {
			return c.show(ctx, a, r)
		}
		found, err := r.Media(ctx, store.MediaQuery{Kind: media.Kind(c.Kind), State: media.State(c.State), Limit: int(c.Limit)})
		if err != nil {
			return err
		}
		if a.json {
			for _, m := range found {
				if err := a.printJSON(m); err != nil {
					return err
				}
			}
			return nil
		}
		if len(found) == 0 {
			a.note("no media")
			return nil
		}
		return a.mediaTable(found).Write(a.Stdout)
	})
}

func (c *mediaCommand) show(ctx context.Context, a *app, r store.Reader) error {
	m, err := c.find(ctx, a, r)
	if err != nil {
		return err
	}
	facts, err := r.Facts(ctx, m.ID)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(mediumJSON{Media: m, Facets: facts})
	}
	a.pairs(
		[2]string{"medium", m.ID},
		[2]string{"kind", string(m.Kind)},
		[2]string{"state", string(m.State)},
		[2]string{"title", m.Title},
		[2]string{"length", length(m.Duration)},
		[2]string{"cover", m.CoverURL},
		[2]string{"updated", whenUTC(m.Updated)},
	)
	a.say("")
	return a.factsTable(facts).Write(a.Stdout)
}

// factsTable returns a table of facts.
func (a *app) factsTable(facts []media.Fact) *term.Table {
	t := a.table(
		term.Column{Title: "facet", Max: 44}, term.Column{Title: "since (UTC)"}, term.Column{Title: "status"},
		term.Column{Title: "value", Max: 28},
	)
	for _, f := range facts {
		t.Add(term.Cell{Text: f.Facet}, term.Cell{Text: when(f.Time)}, outcomeCell(f.Status), term.Cell{Text: f.Value})
	}
	return t
}

// length shows a duration in seconds, such as 9m12s.
func length(seconds float64) string {
	if seconds <= 0 {
		return ""
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}

// mediaTable returns a table of media.
func (a *app) mediaTable(rows []media.Media) *term.Table {
	t := a.table(
		term.Column{Title: "medium", Max: 32},
		term.Column{Title: "kind"},
		term.Column{Title: "state"},
		term.Column{Title: "title", Max: 22},
		term.Column{Title: "length", Right: true},
		term.Column{Title: "facets", Right: true},
		term.Column{Title: "updated (UTC)"},
	)
	for _, m := range rows {
		t.Add(
			term.Cell{Text: m.ID}, term.Cell{Text: string(m.Kind)},
			term.Cell{Text: string(m.State), Style: stateStyle(m.State)},
			term.Cell{Text: m.Title}, term.Cell{Text: length(m.Duration)},
			term.Cell{Text: strconv.Itoa(len(m.Facts))}, term.Cell{Text: when(m.Updated)},
		)
	}
	return t
}

func stateStyle(s media.State) term.Style {
	switch s {
	case media.Playable, media.Uploaded:
		return term.Green
	case media.Failed, media.Blocked:
		return term.Red
	case media.Processing, media.Created:
		return term.Cyan
	default:
		return term.Dim
	}
}
