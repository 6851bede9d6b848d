package cli

import (
	"fmt"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/doctor"
)

// doctorJSON is what the doctor says as JSON.
type doctorJSON struct {
	Settings []config.Setting `json:"settings"`
	Findings []finding        `json:"findings"`
	OK       int              `json:"ok"`
	Warnings int              `json:"warnings"`
	Failures int              `json:"failures"`
	Skipped  int              `json:"skipped"`
}

// show says what came out, and returns errNot if it is not as it must be.
func (d *examination) show(strict bool) error {
	out := doctorJSON{Settings: d.settings, Findings: d.findings}
	for _, f := range d.findings {
		switch f.Verdict {
		case doctor.OK:
			out.OK++
		case doctor.Warn:
			out.Warnings++
		case doctor.Fail:
			out.Failures++
		case doctor.Skipped:
			out.Skipped++
		}
	}
	bad := out.Failures > 0 || strict && out.Warnings > 0
	var err error
	if d.json {
		err = d.printJSON(out)
	} else {
		err = d.print(out, bad)
	}
	if err == nil && bad {
		err = errNot
	}
	return err
}

func (d *examination) print(out doctorJSON, bad bool) error {
	t := d.table(term.Column{Title: "setting"}, term.Column{Title: "value"}, term.Column{Title: "from"})
	for _, s := range out.Settings {
		style := term.Plain
		if s.Origin == config.OriginDefault || s.Origin == config.OriginNone {
			style = term.Dim
		}
		value := s.Value
		if value == "" {
			value = "-"
		}
		t.Add(term.Cell{Text: s.Name, Style: style}, term.Cell{Text: value, Style: style}, term.Cell{Text: s.Origin, Style: style})
	}
	if t.Len() > 0 {
		if err := t.Write(d.Stdout); err != nil {
			return err
		}
	}
	width := 0
	for _, f := range out.Findings {
		width = max(width, term.Width(f.Check))
	}
	where, check := "\x00", ""
	for _, f := range out.Findings {
		if f.Where != where {
			where, check = f.Where, ""
			d.say("")
			if where != "" {
				d.say("%s", d.paint.Text(term.Bold, where))
			}
		}
		name := ""
		if f.Check != check { // its name stands beside the first finding
			name, check = f.Check, f.Check
		}
		pad := strings.Repeat(" ", width-term.Width(name))
		d.say("%s  %s%s  %s", d.mark(f.Verdict), term.Clean(name), pad, term.Clean(f.Detail))
		if f.Advice != "" {
			d.say("%s   %s", strings.Repeat(" ", width+2), d.paint.Text(term.Dim, "→ "+term.Clean(f.Advice)))
		}
	}
	d.say("")
	verdict := d.paint.Text(term.Green, "it will do")
	if bad {
		verdict = d.paint.Text(term.Red, "it will not do")
	}
	d.say("%s: %d ok, %s, %s, %d not examined", verdict, out.OK, several(out.Warnings, "warning"), several(out.Failures, "failure"), out.Skipped)
	return nil
}

// mark shows a verdict.
func (d *examination) mark(v doctor.Verdict) string {
	switch v {
	case doctor.OK:
		return d.paint.Text(term.Green, "✓")
	case doctor.Warn:
		return d.paint.Text(term.Yellow, "!")
	case doctor.Fail:
		return d.paint.Text(term.Red, "✗")
	default:
		return d.paint.Text(term.Dim, "–")
	}
}

// several is a number with its noun.
func several(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
