package cli

import (
	"cmp"
	"context"
	"io"
	"sync"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/scripts/vodctl/tail"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/store"
)

// lastFollowed is how many events come before the new ones, if nothing else is said.
const lastFollowed = 10

// follow prints the last events, and new ones as they come, until the end of ctx.
func (c *eventsList) follow(ctx context.Context, a *app, r store.Reader, q store.EventQuery) error {
	// What is wrong from the beginning is not waited for.
	if err := checkTypes(ctx, r, q.Types); err != nil {
		return err
	}
	if _, err := r.Events(ctx, store.EventQuery{Limit: 1}); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	wg.Go(func() {
		a.waitForParent(ctx)
		stop()
	})
	table := newFollowed(a)
	if !a.json {
		a.say("%s", table.Titles())
	}
	f := tail.Follower{Reader: r, Query: q, Match: c.match(), Last: int(cmp.Or(c.Limit, lastFollowed))}
	for e, err := range f.Events(ctx) {
		switch {
		case err != nil:
			a.note("the store is away: %s; trying again", term.Clean(err.Error()))
			continue
		case a.json:
			err = a.printJSON(newEventJSON(e))
		default:
			_, err = io.WriteString(a.Stdout, table.Line(followedRow(e)...)+"\n")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// waitForParent waits for the end of ctx, or of the go run that started this program.
func (a *app) waitForParent(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for !a.orphaned() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// newFollowed returns the table of the events that come, in the columns of vodctl dev as
// far as they say the same. On a terminal the id is cut to what is left of it, and its
// beginning is enough to show the event.
func newFollowed(a *app) *term.Table {
	const others, least = 76, 18 // columns of the terminal: before the id, and for it
	return a.table(
		term.Column{Title: "received (UTC)"}, term.Column{Title: "via", Min: 5}, term.Column{Title: "type", Min: 27},
		term.Column{Title: "medium", Min: 14, Max: 14, Whole: idLength}, term.Column{Title: "status"}, term.Column{Title: "id", Max: max(a.width-others, least)},
	)
}

func followedRow(e store.Event) []term.Cell {
	row := term.Texts(e.Received.UTC().Format("01-02 15:04:05"), intake.Way(e.Source), string(e.Type), e.Subject)
	return append(row, outcomeCell(e.Status), term.Cell{Text: e.ID.String(), Style: term.Dim})
}
