package cli

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/pipeline"
)

// eventLines prints one line for each message that was handled.
type eventLines struct {
	app   *app
	table *term.Table

	mu      sync.Mutex
	waiting []dev.Handled // handled before the welcome
	opened  bool
}

func newEventLines(a *app) *eventLines {
	return &eventLines{app: a, table: a.table(
		term.Column{Title: "time (UTC)"},
		term.Column{Title: "via", Min: 5},
		term.Column{Title: "type", Min: 27},
		term.Column{Title: "medium", Min: 14, Max: 14, Whole: idLength},
		term.Column{Title: "outcome", Min: 15},
		term.Column{Title: "ms", Min: 5, Right: true},
		term.Column{Title: "", Max: 120},
	)}
}

// open starts printing.
func (e *eventLines) open() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.opened = true
	if !e.app.json {
		e.app.say("%s", e.table.Titles())
	}
	for _, h := range e.waiting {
		e.write(h)
	}
}

func (e *eventLines) print(h dev.Handled) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.opened {
		e.waiting = append(e.waiting, h)
		return
	}
	e.write(h)
}

func (e *eventLines) write(h dev.Handled) {
	if e.app.json {
		_ = e.app.printJSON(h) // if nobody reads it, that ends all
		return
	}
	at := h.Time.UTC().Format(time.TimeOnly)
	var row []term.Cell
	switch {
	case h.Place != "":
		row = term.Texts(at, "←", strconv.Itoa(h.Events)+" out of the "+h.Place, "", "", "", "")
	case h.Sink == "":
		row = term.Texts(at, intake.Way(h.Via), string(h.Type), h.Subject)
		row = append(row, handledCell(h), term.Cell{Text: milliseconds(h.Duration)}, term.Cell{Text: h.Detail})
	case h.Outcome == pipeline.Failed:
		row = term.Texts(at, "→ "+h.Sink, strconv.Itoa(h.Events)+" not delivered", "", "", "", h.Detail)
		row[2].Style = term.Yellow // it is tried again
	default:
		row = term.Texts(at, "→ "+h.Sink, strconv.Itoa(h.Events)+" delivered", "", "", "", "")
	}
	_, _ = io.WriteString(e.app.Stdout, e.table.Line(row...)+"\n")
}

func milliseconds(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return strconv.FormatInt(d.Milliseconds(), 10)
}

// handledCell shows status and outcome, such as "200 new".
func handledCell(h dev.Handled) term.Cell {
	var words []string
	if h.Status != 0 {
		words = append(words, strconv.Itoa(h.Status))
	}
	switch {
	case h.Outcome == dev.CallerLeft:
		words = append(words, "caller left")
	case h.HandedOn:
		words = append(words, "handed on") // it is known, of course
	case h.Outcome != "":
		words = append(words, string(h.Outcome))
	case h.Status >= http.StatusInternalServerError || h.Status == http.StatusTooManyRequests:
		words = append(words, "not stored")
	case h.Status >= http.StatusBadRequest:
		words = append(words, "refused")
	}
	return term.Cell{Text: strings.Join(words, " "), Style: outcomeStyle(h.Outcome)}
}

func outcomeStyle(o pipeline.Outcome) term.Style {
	switch o {
	case pipeline.New:
		return term.Green
	case pipeline.Known:
		return term.Cyan
	case pipeline.DeadLetter, pipeline.FellBack, dev.CallerLeft:
		return term.Yellow
	default:
		return term.Red
	}
}
