package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/tail"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

type eventsCommand struct {
	List eventsList `cmd:"" default:"withargs" help:"List events, or show one."`
	Drop eventsDrop `cmd:"" help:"Take out events that VOD never sent."`
}

type eventsList struct {
	ID     string   `arg:"" optional:"" help:"Show this event: its body, and what it says about its medium. The beginning of an id will do."`
	Type   []string `placeholder:"TYPE" hints:"types" help:"Only events of this type. Repeatable."`
	Medium string   `placeholder:"ID" help:"Only events about this medium."`
	Since  moment   `placeholder:"TIME" help:"Only events received since then, in UTC: 90m (ago), 2d, 2026-11-23 or 2026-11-23T08:00:00Z."`
	Source string   `type:"choice" choices:"http,topic,queue" aliases:"mns-topic=topic,mns-queue=queue" placeholder:"SOURCE" help:"Only events that came so: http, topic or queue."`
	Search string   `placeholder:"TEXT" help:"Only events with this text in their body, id, type or medium; case does not matter."`
	Status string   `type:"choice" choices:"succeeded,failed" aliases:"ok=succeeded,success=succeeded,succeed=succeeded,successful=succeeded,fail=failed,failure=failed" placeholder:"STATUS" help:"Only events of work that ended so: succeeded or failed."`
	Limit  limit    `help:"At most so many, the last received first; with --follow that many of those that are there, oldest first. Default: 50, with --follow 10."`
	Follow bool     `short:"f" help:"Go on with new events as they come, one line for each. Ctrl-C ends it."`
	Store  storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (eventsList) Help() string {
	return `Lists the events in the store. With an id it shows one: where it came from, its body as it came, and the facts ` +
		`that it states. The word list may be left out. With --follow it goes on until Ctrl-C.

    vodctl events list --type TranscodeComplete --status failed --since 2d
    vodctl events --follow --search ferry

With --json each event is an object with its body; with an id it is one object, with facts.`
}

// eventJSON is an event as JSON.
type eventJSON struct {
	ID          vod.ID          `json:"id"`
	Type        vod.Type        `json:"type"`
	Subject     string          `json:"subject"`
	Status      vod.Outcome     `json:"status"`
	Time        time.Time       `json:"time,omitzero"`
	Received    time.Time       `json:"received"`
	Source      store.Source    `json:"source"`
	SourceID    string          `json:"source_id"`
	BusinessKey string          `json:"business_key"`
	Body        json.RawMessage `json:"body"`
	Facts       []media.Fact    `json:"facts,omitempty"`
}

func newEventJSON(e store.Event) eventJSON {
	return eventJSON{
		ID: e.ID, Type: e.Type, Subject: e.Subject, Status: e.Status, Time: e.Time, Received: e.Received,
		Source: e.Source, SourceID: e.SourceID, BusinessKey: e.BusinessKey, Body: e.Body,
	}
}

// Run lists events or shows one.
func (c *eventsList) Run(ctx context.Context, a *app) error {
	since, err := c.Since.at(time.Now())
	if err != nil {
		return err
	}
	if c.ID != "" && (c.chooses() || c.Follow) {
		return usagef("an id or a choice of events: not both")
	}
	return with(a, c.Store, "read", func(r store.Reader) error {
		q := store.EventQuery{Types: documented(c.Type), Subject: c.Medium, Status: vod.Outcome(c.Status), Since: since, Limit: int(c.Limit)}
		switch {
		case c.ID != "":
			return c.show(ctx, a, r)
		case c.Follow:
			return c.follow(ctx, a, r, q)
		}
		q.Limit = cmp.Or(q.Limit, lastListed)
		found, err := tail.Search(ctx, r, q, c.match(), max(searchedThrough, q.Limit))
		if err == nil && len(found.Events) == 0 {
			err = checkTypes(ctx, r, q.Types)
		}
		if err != nil {
			return err
		}
		if found.Next != (store.Cursor{}) && len(found.Events) < q.Limit {
			a.note("stopped after %d events, back to %s: --type, --medium and --status make it look further", found.Looked, whenUTC(found.Next.Received))
		}
		return c.list(a, found.Events)
	})
}

// lastListed is how many events are listed, if nothing else is said.
const lastListed = 50

// searchedThrough is how many events are looked through for a source or a text.
const searchedThrough = 100_000

// chooses reports whether only some events are wanted.
func (c *eventsList) chooses() bool {
	return len(c.Type) > 0 || c.Medium+c.Status+c.Source+c.Search+c.Since.text != ""
}

// match returns what tells whether an event is wanted that is what a query can ask for.
func (c *eventsList) match() func(store.Event) bool {
	f := tail.Filter{Text: c.Search}
	switch c.Source {
	case "http":
		f.Source = store.SourceHTTP
	case "topic":
		f.Source = store.SourceTopic
	case "queue":
		f.Source = store.SourceQueue
	}
	return f.Match()
}

func (c *eventsList) list(a *app, found []store.Event) error {
	if a.json {
		for _, e := range found {
			if err := a.printJSON(newEventJSON(e)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(found) == 0 {
		a.note("no events")
		return nil
	}
	t := a.table(
		term.Column{Title: "received (UTC)"}, term.Column{Title: "type", Max: 31}, term.Column{Title: "status"},
		term.Column{Title: "medium", Max: 12}, term.Column{Title: "id"},
	)
	for _, e := range found {
		t.Add(
			term.Cell{Text: e.Received.UTC().Format("01-02 15:04:05")}, term.Cell{Text: string(e.Type)}, outcomeCell(e.Status),
			term.Cell{Text: e.Subject}, term.Cell{Text: e.ID.String(), Style: term.Dim},
		)
	}
	return t.Write(a.Stdout)
}

func (c *eventsList) show(ctx context.Context, a *app, r store.Reader) error {
	e, err := c.find(ctx, a, r)
	if err != nil {
		return err
	}
	var facts []media.Fact
	if decoded, _, err := vod.Decode(e.Body); err == nil {
		facts = media.Facts(decoded, e.ID)
	}
	if a.json {
		out := newEventJSON(e)
		out.Facts = facts
		return a.printJSON(out)
	}
	a.pairs(
		[2]string{"id", e.ID.String()},
		[2]string{"type", string(e.Type)},
		[2]string{"status", string(e.Status)},
		[2]string{"medium", e.Subject},
		[2]string{"about", e.BusinessKey},
		[2]string{"happened", whenUTC(e.Time)},
		[2]string{"received", whenUTC(e.Received)},
		[2]string{"came by", strings.TrimSpace(string(e.Source) + " " + e.SourceID)},
	)
	a.say("\n%s", pretty(e.Body))
	if len(facts) == 0 {
		return nil
	}
	a.say("\n%s", a.paint.Text(term.Dim, "It says:"))
	return a.factsTable(facts).Write(a.Stdout)
}
