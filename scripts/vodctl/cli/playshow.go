package cli

import (
	"context"
	"iter"

	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// playing is what play and send show of many events while they are sent.
type playing struct {
	player *player
	to     target
	events iter.Seq[vodtest.Happening]
	each   bool                    // a line for each event
	story  func(number int) string // of an event, nil without stories
}

// play sends the events, shows them and ends with a table.
func (a *app) play(ctx context.Context, p playing) error {
	var worst vodtest.Played // the last event that is lost
	var shown func(vodtest.Played)
	stopShowing := func() {}
	switch {
	case a.json:
		shown = func(x vodtest.Played) { _ = a.printJSON(newPlayedJSON(x, p.story)) } // if nobody reads it, that ends all
	case p.each:
		lines := newPlayLines(a, p.to)
		a.say("\n%s", lines.Titles())
		shown = lines.print
	default:
		progress := newProgress(a, p.player.Count)
		shown, stopShowing = progress.count, progress.stop
	}
	p.player.OnPlayed = func(x vodtest.Played) {
		if x.Ending() == vodtest.EndingLost {
			worst = x
		}
		shown(x)
	}
	tally, err := p.player.Play(ctx, p.events)
	stopShowing()
	if p.each && !a.json {
		a.say("")
	}
	if perr := a.printTally(p, tally, worst, err != nil); perr != nil {
		return perr
	}
	switch {
	case err != nil:
		return err
	case !tally.Kept():
		return errNot
	default:
		return nil
	}
}
