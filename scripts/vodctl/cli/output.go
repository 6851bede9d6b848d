package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/vod"
)

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

// when shows a time, in UTC.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
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
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") != nil {
		b.Reset()
		b.Write(body)
	}
	return term.CleanLines(strings.TrimRight(b.String(), "\n"))
}
