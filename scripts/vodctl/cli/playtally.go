package cli

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// printTally ends a play: a table, and whether the promises held. worst is an event
// that is lost.
func (a *app) printTally(p playing, t vodtest.Tally, worst vodtest.Played, stopped bool) error {
	to := p.to
	if a.json {
		return a.printJSON(newSummaryJSON(t, p.player.Seed, stopped))
	}
	if t.Sent+t.Refused+t.Taken+t.Unclear+t.Interrupted == 0 {
		a.say("nothing was sent")
		return nil
	}
	if err := a.tallyTable(t).Write(a.Stdout); err != nil {
		return err
	}
	a.say("\n%s", paceOf(t))
	if t.Unheard > 0 {
		a.say("%s taken, but every such answer was dropped: VOD does not know, and nothing is lost.", were(t.Unheard, "event"))
	}
	if t.Unclear > 0 {
		a.say("%s neither refused nor taken: whether the receiver would have is not known.", a.paint.Text(term.Yellow, were(t.Unclear, "forged event")))
	}
	if t.Interrupted > 0 {
		a.say("%s under way: what became of %s is not known.", were(t.Interrupted, "event"), themOrIt(t.Interrupted))
	}
	switch broken := brokenPromises(to, t.Counts); {
	case len(broken) > 0:
		a.say("%s %s.", a.paint.Text(term.Red, "Promises were broken:"), strings.Join(broken, "; "))
		a.reason(worst)
	case stopped:
		a.say("It was stopped; until then, nothing was lost.")
	default:
		a.say("%s %s", a.paint.Text(term.Green, "The promises held, as far as the sender can tell:"), a.keptPromises(to, t.Counts))
	}
	return nil
}

// tallyTable has a row for each type, and one for all. Columns that say nothing are
// left out.
func (a *app) tallyTable(t vodtest.Tally) *term.Table {
	table := a.table(
		term.Column{Title: "type"},
		term.Column{Title: "sent", Right: true},
		term.Column{Title: "twice", Right: true},
		term.Column{Title: "1st try", Right: true},
		term.Column{Title: "2nd", Right: true},
		term.Column{Title: "3rd", Right: true},
		term.Column{Title: "unheard", Right: true},
		term.Column{Title: "lost", Right: true},
		term.Column{Title: "platform", Right: true},
		term.Column{Title: "dropped", Right: true},
		term.Column{Title: "forged refused", Right: true},
		term.Column{Title: "forged taken", Right: true},
		term.Column{Title: "forged unclear", Right: true},
		term.Column{Title: "under way", Right: true},
	)
	add := func(name string, c vodtest.Counts, style term.Style) {
		row := []term.Cell{{Text: name, Style: style}, {Text: number(c.Sent), Style: style}}
		for _, n := range []struct {
			count int
			style term.Style
		}{
			{c.Duplicates, term.Dim},
			{c.Acknowledged[0], term.Green},
			{c.Acknowledged[1], term.Yellow},
			{c.Acknowledged[2], term.Yellow},
			{c.Unheard, term.Yellow},
			{c.Discarded, term.Red},
			{c.PlatformErrors, term.Red},
			{c.RepliesDropped, term.Dim},
			{c.Refused, term.Green},
			{c.Taken, term.Red},
			{c.Unclear, term.Yellow},
			{c.Interrupted, term.Yellow},
		} {
			cell := term.Cell{Text: number(n.count), Style: n.style}
			if n.count == 0 {
				cell.Text = ""
			}
			row = append(row, cell)
		}
		table.Add(row...)
	}
	for _, typ := range slices.SortedFunc(maps.Keys(t.Types), byTypes) {
		add(cmp.Or(string(typ), "(not an event)"), t.Types[typ], term.Plain)
	}
	if len(t.Types) > 1 {
		add("all", t.Counts, term.Bold)
	}
	return table
}

// byTypes orders types as VOD's reference does, those that it does not have at the
// end.
func byTypes(a, b vod.Type) int {
	all := vod.Types()
	place := func(t vod.Type) int {
		if i := slices.Index(all, t); i >= 0 {
			return i
		}
		return len(all)
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
}

// paceOf says how long it took.
func paceOf(t vodtest.Tally) string {
	text := counted(t.Sent, "event") + " in " + shortly(t.Duration)
	if t.Sent+t.Refused+t.Taken+t.Unclear == 0 {
		return text + "." // no attempt has ended
	}
	if seconds := t.Duration.Seconds(); seconds >= 1 && float64(t.Sent) > seconds {
		text += ", " + number(int(float64(t.Sent)/seconds)) + " a second"
	}
	return text + fmt.Sprintf("; an attempt took %s (median), %s (p99), %s at most.",
		shortly(t.Latency.P50), shortly(t.Latency.P99), shortly(t.Latency.Max))
}

// brokenPromises says what must not be.
func brokenPromises(to target, c vodtest.Counts) []string {
	var broken []string
	switch {
	case c.Discarded > 0 && to.mns():
		broken = append(broken, were(c.Discarded, "event")+" not accepted by the queue or topic")
	case c.Discarded > 0:
		broken = append(broken, were(c.Discarded, "event")+" lost, as VOD would have given up")
	}
	if c.PlatformErrors > 0 {
		broken = append(broken, were(c.PlatformErrors, "event")+" answered by the platform with 200 for a function that failed")
	}
	if c.Taken > 0 {
		broken = append(broken, were(c.Taken, "forged event")+" taken")
	}
	return broken
}

// keptPromises says what held.
func (a *app) keptPromises(to target, c vodtest.Counts) string {
	text := "every event was acknowledged by the function"
	switch {
	case to.mns():
		return "every event was accepted; what becomes of it, " + a.self + " dev says."
	case c.Unheard > 0:
		text = "every event was taken by the function"
	}
	if c.Refused > 0 && c.Unclear == 0 {
		text += ", and every forged one refused"
	}
	return text + "."
}

// reason says what may be the reason that events are lost.
func (a *app) reason(worst vodtest.Played) {
	attempts := worst.Result.Attempts
	if len(attempts) == 0 {
		return
	}
	last := attempts[len(attempts)-1]
	switch {
	case last.Err != nil && last.Dropped == 0:
		a.note("the last one: %s; is %s dev running?", failure(last.Err), a.self)
	case last.Status == http.StatusUnauthorized || last.Status == http.StatusForbidden:
		a.note("the last one was refused with %d: is --key right, and the clock within the receiver's tolerance (usually 5m)?", last.Status)
	case last.Status != 0:
		a.note("the last one was answered with %d: %s", last.Status, term.Cut(term.Clean(strings.TrimSpace(string(last.Body))), 300))
	}
}

// were returns such as "1 event was" and "2 events were".
func were(n int, what string) string {
	if n == 1 {
		return counted(n, what) + " was"
	}
	return counted(n, what) + " were"
}

func themOrIt(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// counted returns such as "1 event" and "2,000 events".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return number(n) + " " + what + "s"
}

// number groups the digits of n, which is not negative.
func number(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// shortly shows a duration with two or three digits.
func shortly(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	default:
		return d.Round(100 * time.Microsecond).String()
	}
}
