package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// playLines shows each event of a play on a line.
type playLines struct {
	*term.Table

	app *app
	to  target
}

func newPlayLines(a *app, to target) *playLines {
	return &playLines{app: a, to: to, Table: a.table(
		term.Column{Title: "in story", Min: 9, Right: true},
		term.Column{Title: "type", Min: 27},
		term.Column{Title: "medium", Min: 14, Max: 14, Whole: idLength},
		term.Column{Title: "says", Min: 14},
		term.Column{Title: "tries", Right: true},
		term.Column{Title: "ms", Min: 5, Right: true},
		term.Column{Title: "answer", Max: 60},
	)}
}

func (l *playLines) print(x vodtest.Played) {
	subject, says := saysOf(x)
	attempts := x.Result.Attempts
	l.app.say("%s", l.Line(
		term.Cell{Text: storyTime(x.After), Style: term.Dim},
		term.Cell{Text: string(x.Type)},
		term.Cell{Text: subject},
		says,
		term.Cell{Text: strconv.Itoa(len(attempts))},
		term.Cell{Text: milliseconds(attempts[len(attempts)-1].Duration)},
		l.answer(x),
	))
}

// saysOf returns which medium an event is about, and what it says of it in a word or
// two.
func saysOf(x vodtest.Played) (subject string, says term.Cell) {
	e, err := vod.Parse(x.Body)
	if err != nil {
		return "", term.Cell{Text: "not an event", Style: term.Yellow}
	}
	subject = e.Head().Subject
	switch {
	case x.Duplicate:
		return subject, term.Cell{Text: "(again)", Style: term.Dim}
	case x.Tampered:
		return subject, term.Cell{Text: "(forged)", Style: term.Dim}
	}
	says = outcomeCell(e.Head().Status.Outcome())
	switch e := e.(type) {
	case *vod.TranscodeComplete:
		failed := 0
		for _, s := range e.StreamInfos {
			if s.Status.Outcome() == vod.Failed {
				failed++
			}
		}
		if failed > 0 {
			says = term.Cell{Text: fmt.Sprintf("%d of %d failed", failed, len(e.StreamInfos)), Style: term.Yellow}
		}
	default:
		if x.Variant != "" {
			says.Text = strings.TrimPrefix(says.Text+" ", "- ") + x.Variant
		}
	}
	return subject, says
}

// answer shows what was answered, such as "503, 200 new".
func (l *playLines) answer(x vodtest.Played) term.Cell {
	var words []string
	for _, at := range x.Result.Attempts {
		words = append(words, attemptText(at))
	}
	text := strings.Join(words, ", ")
	if len(words) > 1 && len(slices.Compact(slices.Clone(words))) == 1 {
		text = strconv.Itoa(len(words)) + " × " + words[0] // so that there is room for how it ended
	}
	switch x.Ending() {
	case vodtest.EndingForgedTaken:
		return term.Cell{Text: text + ", and must be refused", Style: term.Red}
	case vodtest.EndingForgedRefused:
		return term.Cell{Text: text + ", as it must be", Style: term.Green}
	case vodtest.EndingForgedUnclear:
		return term.Cell{Text: text + ", which refuses nothing", Style: term.Yellow}
	case vodtest.EndingByPlatform:
		return term.Cell{Text: text + " by the platform, lost: " + x.Result.PlatformError, Style: term.Red}
	case vodtest.EndingLost:
		text += ", lost"
		if reason := x.Result.Attempts[len(words)-1].PlatformError(); reason != "" {
			text += ": " + reason
		}
		return term.Cell{Text: text, Style: term.Red}
	case vodtest.EndingUnheard:
		return term.Cell{Text: text + ", taken", Style: term.Yellow}
	case vodtest.EndingInterrupted:
		return term.Cell{Text: text + ", interrupted", Style: term.Yellow}
	case vodtest.EndingAcknowledged:
		if len(x.Result.Attempts) > 1 {
			return term.Cell{Text: text, Style: term.Yellow}
		}
	}
	return term.Cell{Text: text, Style: term.Green}
}

// attemptText shows the answer to one attempt: its status and what the function says
// became of the event.
func attemptText(at vodtest.Attempt) string {
	switch {
	case at.Dropped != 0:
		return strconv.Itoa(at.Dropped) + " dropped"
	case at.Err != nil:
		return failure(at.Err)
	}
	var said struct {
		Outcome string `json:"outcome"`
	}
	text := strconv.Itoa(at.Status)
	if json.Unmarshal(at.Body, &said) == nil && said.Outcome != "" {
		text += " " + said.Outcome
	}
	return text
}
