package cli

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

type sendCommand struct {
	What    string   `arg:"" hints:"types" help:"A type of event, a file with a body, or - for standard input."`
	Medium  string   `placeholder:"ID" help:"The id of the medium that the event is about. Default: ${medium}."`
	Variant string   `placeholder:"NAME" hints:"variants" help:"The shape of the event; vodctl types lists them."`
	Fail    bool     `help:"The event says that it failed."`
	Set     []string `sep:"none" placeholder:"FIELD=VALUE" help:"Set a member: JSON, or text if it is none. Dots lead into objects. Repeatable."`

	sending

	DryRun bool `help:"Print what would be sent as a curl command. Its signature holds for five minutes."`
}

// Help implements kong.HelpProvider.
func (sendCommand) Help() string {
	return `Makes an event, signs it and sends it by VOD's rule: at most three attempts of five seconds, one second apart, only ` +
		`status 200 counts. The exit code is 1 if VOD would have given up, or if the platform answered for a function that failed.

    vodctl send TranscodeComplete --fail --set Extend=order-17

Many events, or such as something goes wrong with, end with a table, as those of vodctl play do:

    vodctl send FileUploadComplete --count 1000 --rate 50 --duplicate 5%

With --json it prints one object with acknowledged and attempts; of many events one for each and a summary.

The types: ` + strings.Join(typeNames(), ", ") + "."
}

// Run sends the event.
func (c *sendCommand) Run(ctx context.Context, a *app) error {
	events, err := c.events(a)
	if err != nil {
		return err
	}
	to, err := c.target(a, c.DryRun)
	if err != nil {
		return err
	}
	if c.DryRun && c.faults() != (vodtest.Faults{}) {
		return errDryFaults
	}
	if c.DryRun {
		return printRequests(ctx, a, to, events)
	}
	player, err := c.player(to, int(c.Count))
	if err != nil {
		return err
	}
	defer player.done()
	a.introduce(to, "")
	if c.plain() {
		return send(ctx, a, to, player, events)
	}
	return a.play(ctx, playing{player: player, to: to, events: events, each: c.Count == 1})
}

// events returns the events to send: made or read, the first at once.
func (c *sendCommand) events(a *app) (iter.Seq[vodtest.Happening], error) {
	first, more, err := c.event(a)
	if err != nil {
		return nil, err
	}
	return func(yield func(vodtest.Happening) bool) {
		for i := range int(c.Count) {
			h := first
			if i > 0 && more != nil {
				h = more(i)
			}
			if !yield(h) {
				return
			}
		}
	}, nil
}

// send sends one event and shows each attempt. A topic or queue is called only once.
func send(ctx context.Context, a *app, to target, player *player, events iter.Seq[vodtest.Happening]) error {
	if !a.json {
		player.Sender.OnAttempt = func(at vodtest.Attempt) { a.say("%s", attemptLine(a.paint, at, to.accepted())) }
	}
	var played vodtest.Played
	player.OnPlayed = func(p vodtest.Played) { played = p }
	tally, err := player.Play(ctx, events)
	if err != nil {
		return err
	}
	r := played.Result
	last := r.Attempts[len(r.Attempts)-1]
	if a.json {
		if err := a.printJSON(newSentJSON(played)); err != nil {
			return err
		}
	}
	switch {
	case tally.Kept() && to.mns() && !a.json:
		a.say("accepted: %s dev says what became of it", a.self)
	case tally.Kept():
	case r.PlatformError != "":
		a.note("the platform answered 200 for a function that failed: VOD takes the event as delivered, and it is lost")
	case !to.mns():
		a.note("VOD would have given up: the event is lost")
		fallthrough
	default:
		if last.Err != nil {
			a.note("is %s dev running?", a.self)
		}
	}
	if !tally.Kept() {
		return errNot
	}
	return nil
}

// attemptLine shows one attempt.
func attemptLine(p term.Paint, at vodtest.Attempt, ok int) string {
	line := fmt.Sprintf("attempt %d  %4d ms  ", at.Number, at.Duration.Milliseconds())
	if at.Err != nil {
		return line + p.Text(term.Red, term.Clean(failure(at.Err)))
	}
	style := term.Green
	if at.Status != ok || at.PlatformError() != "" {
		style = term.Red
	}
	return line + p.Text(style, strconv.Itoa(at.Status)) + "  " + term.Cut(term.Clean(strings.TrimSpace(string(at.Body))), 300)
}

// sentJSON is the outcome as JSON.
type sentJSON struct {
	Ending        vodtest.Ending `json:"ending"`
	Acknowledged  bool           `json:"acknowledged"`
	PlatformError string         `json:"platform_error,omitempty"`
	Attempts      []attemptJSON  `json:"attempts"`
}

type attemptJSON struct {
	Number        int     `json:"number"`
	Status        int     `json:"status,omitzero"`
	Dropped       int     `json:"dropped,omitzero"` // the status that did not come through
	PlatformError string  `json:"platform_error,omitempty"`
	Body          string  `json:"body,omitempty"`
	Error         string  `json:"error,omitempty"`
	MS            float64 `json:"ms"`
}

func newSentJSON(x vodtest.Played) sentJSON {
	r := x.Result
	out := sentJSON{Ending: x.Ending(), Acknowledged: r.Acknowledged && r.PlatformError == "", PlatformError: r.PlatformError}
	for _, at := range r.Attempts {
		j := attemptJSON{
			Number: at.Number, Status: at.Status, Dropped: at.Dropped, PlatformError: at.PlatformError(), Body: string(at.Body),
			MS: float64(at.Duration.Microseconds()) / 1000,
		}
		if at.Err != nil {
			j.Error = failure(at.Err)
		}
		out.Attempts = append(out.Attempts, j)
	}
	return out
}
