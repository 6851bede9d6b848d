package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/fielddoc"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/vod"
)

// output is where a command prints. The first error ends the command, cleanly: what
// was started is stopped, what is temporary removed.
type output struct {
	w      io.Writer
	broken context.CancelCauseFunc
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil {
		err = &outputError{err}
		o.broken(err)
	}
	return n, err
}

// outputError means that what is printed cannot be written.
type outputError struct{ err error }

func (e *outputError) Error() string { return "the output cannot be written: " + e.err.Error() }

func (e *outputError) Unwrap() error { return e.err }

// left reports whether the reader of a pipe has seen enough, as head has.
func (e *outputError) left() bool { return errors.Is(e.err, syscall.EPIPE) }

// table returns a table for people.
func (a *app) table(columns ...term.Column) *term.Table {
	return &term.Table{Columns: columns, Paint: a.paint, Width: a.width}
}

// idLength is how many characters VOD's ids of media have.
const idLength = 32

// printJSON prints v on one line.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.Stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// say prints a line.
func (a *app) say(format string, args ...any) { fmt.Fprintf(a.Stdout, format+"\n", args...) }

// note prints a line beside the output.
func (a *app) note(format string, args ...any) { fmt.Fprintf(a.Stderr, format+"\n", args...) }

// pairs prints names and values, aligned, without those that are empty. The values
// are cleaned.
func (a *app) pairs(pairs ...[2]string) {
	width := 0
	for _, p := range pairs {
		width = max(width, len(p[0]))
	}
	for _, p := range pairs {
		if p[1] != "" {
			a.say("%s%s  %s", a.paint.Text(term.Dim, p[0]), strings.Repeat(" ", width-len(p[0])), term.Clean(p[1]))
		}
	}
}

// when shows a time, in UTC, as its column says.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// whenUTC shows a time where no column says in which zone.
func whenUTC(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return when(t) + " UTC"
}

// outcomeCell shows how the work behind something ended.
func outcomeCell(o vod.Outcome) term.Cell {
	switch o {
	case vod.Succeeded:
		return term.Cell{Text: "ok", Style: term.Green}
	case vod.Failed:
		return term.Cell{Text: "failed", Style: term.Red}
	default:
		return term.Cell{Text: "-", Style: term.Dim}
	}
}

// pretty returns a body for people: JSON set in, all else line by line.
func pretty(body []byte) string {
	return term.CleanLines(strings.TrimRight(string(fielddoc.Indent(body)), "\n"))
}
