package cli

import (
	"context"
	"os"
	"strconv"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/demo"
	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
)

type demoCommand struct {
	Keep      bool   `help:"Keep the store, and say where it is."`
	Functions string `type:"existingdir" placeholder:"DIR" help:"Use the binaries http and mns in this directory instead of building them."`
	Verbose   bool   `short:"v" help:"Print all logs of the functions on stderr."`
}

// Help implements kong.HelpProvider.
func (demoCommand) Help() string {
	return `Builds both functions and runs them under a local Function Compute with an empty SQLite store. Then it plays all ` +
		`23 shapes of events to them, some twice, some out of order, one broken, one forged, as callbacks and through MNS, and ` +
		`checks what became of each and of each medium. The exit code is 0 only if all ended as they must.

    vodctl demo --keep

With --json it prints one object with store, steps, media, counts, checks and ok.`
}

const demoIntro = `This plays the lives of some media to the receiver: its two functions, built and run
under a local Function Compute, with a SQLite store. Callbacks are signed, and repeated,
by VOD's rule; messages go through an MNS topic and an MNS queue.
`

// Run plays the demo.
func (c *demoCommand) Run(ctx context.Context, a *app) error {
	dir, err := c.dir()
	if err != nil {
		return err
	}
	if !c.Keep {
		defer os.RemoveAll(dir)
	}
	lines := a.table(
		term.Column{Title: "", Min: 1},
		term.Column{Title: "by", Min: 5},
		term.Column{Title: "event", Min: 31},
		term.Column{Title: "medium", Min: 8},
		term.Column{Title: "outcome", Min: 15},
		term.Column{Title: "shows"},
	)
	settings := demo.Settings{Dir: dir, Functions: c.Functions, Progress: a.Stderr}
	if c.Verbose {
		settings.Logs = a.Stderr
	}
	if !a.json {
		a.say("%s", demoIntro)
		settings.Started = func(dev.Address) { a.say("\n%s", lines.Titles()) }
		settings.Done = func(s demo.Step) { a.say("%s", lines.Line(stepRow(s)...)) }
	}
	report, err := demo.Play(ctx, settings)
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(report)
	} else {
		err = c.show(a, report)
	}
	if err == nil && !report.OK {
		err = errNot
	}
	return err
}

// dir makes a directory for the store: one that is removed, in the end or if this
// process is killed by the next one, or one that stays.
func (c *demoCommand) dir() (string, error) {
	if c.Keep {
		return os.MkdirTemp("", "vodctl-kept-")
	}
	return dev.TempDir("demo")
}

func stepRow(s demo.Step) []term.Cell {
	mark, style := "✓", outcomeStyle(s.Outcome)
	if !s.OK() {
		mark, style = "✗", term.Red
	}
	if s.Outcome == s.Want && style == term.Red {
		style = term.Yellow // it was refused, as it must be
	}
	way, _, _ := strings.Cut(s.Way, " ") // the format of a topic is of no interest here
	return []term.Cell{
		{Text: mark, Style: markStyle(s.OK())},
		{Text: way},
		{Text: s.Type},
		{Text: s.Medium},
		{Text: s.Answer, Style: style},
		{Text: s.Shows, Style: term.Dim},
	}
}

func markStyle(ok bool) term.Style {
	if ok {
		return term.Green
	}
	return term.Red
}

// show prints the media, the counts and the verdict.
func (c *demoCommand) show(a *app, r demo.Report) error {
	a.say("\nThe media, as the store tells them (view vod_media):\n")
	if err := a.mediaTable(r.Media).Write(a.Stdout); err != nil {
		return err
	}
	a.say("\nThe messages:\n")
	counts := a.table(
		term.Column{Title: "sent", Right: true},
		term.Column{Title: "new", Right: true},
		term.Column{Title: "known", Right: true},
		term.Column{Title: "dead letters", Right: true},
		term.Column{Title: "refused", Right: true},
		term.Column{Title: "webhooks", Right: true},
		term.Column{Title: "answered by the platform", Right: true},
	)
	n := r.Counts
	var row []string
	for _, count := range []int{n.Sent, n.New, n.Known, n.DeadLetters, n.Refused, n.Webhooks, n.Platform} {
		row = append(row, strconv.Itoa(count))
	}
	counts.Add(term.Texts(row...)...)
	if err := counts.Write(a.Stdout); err != nil {
		return err
	}
	a.say("")
	for _, problem := range r.Checks.Failed {
		a.say("%s", a.paint.Text(term.Red, "✗ "+term.Clean(problem)))
	}
	if !r.OK {
		a.say("%s: %d of %d checks failed", a.paint.Text(term.Red, "NOT AS IT MUST BE"), len(r.Checks.Failed), r.Checks.Done)
	} else {
		a.say("%s: %d checks passed: every event once, every medium in its state, every webhook made, nothing forged",
			a.paint.Text(term.Green, "ALL AS IT MUST BE"), r.Checks.Done)
	}
	c.next(a, r)
	return nil
}

func (c *demoCommand) next(a *app, r demo.Report) {
	a.say("\nnext:")
	if c.Keep {
		a.say("  %s media ferry --store %s", a.self, quote(r.Store))
		a.say("  %s dead-letters list --store %s", a.self, quote(r.Store))
	}
	a.say("  %s dev       start the receiver and send it events of your own", a.self)
	a.say("  %s --help    all commands", a.self)
}
