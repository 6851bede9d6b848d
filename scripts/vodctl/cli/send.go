package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

type sendCommand struct {
	What      string   `arg:"" hints:"types" help:"A type of event, a file with a body, or - for standard input."`
	Medium    string   `placeholder:"ID" help:"The id of the medium that the event is about. Default: ${medium}."`
	Variant   string   `placeholder:"NAME" hints:"variants" help:"The shape of the event; vodctl types lists them."`
	Fail      bool     `help:"The event says that it failed."`
	Set       []string `sep:"none" placeholder:"FIELD=VALUE" help:"Set a member: JSON, or text if it is none. Dots lead into objects. Repeatable."`
	Via       string   `type:"choice" choices:"http,topic,topic-json,queue" default:"http" placeholder:"WAY" help:"As a callback (http), or through an MNS topic (its subscription has the format STREAM, or JSON) or queue of vodctl dev. Default: ${default}."`
	URL       string   `help:"Where to; mns://… is a topic or queue. Default: VOD_CALLBACK_URL, if that is on this machine, else the vodctl dev that is running."`
	Key       string   `help:"The key that signs. Default: that of the vodctl dev that it is sent to, else VOD_AUTH_KEY."`
	SignedURL string   `name:"signed-url" placeholder:"URL" help:"What is signed, if it is not the URL that is called."`
	DryRun    bool     `help:"Print what would be sent as a curl command. Its signature holds for five minutes."`
}

// Help implements kong.HelpProvider.
func (sendCommand) Help() string {
	return `Makes an event, signs it and sends it by VOD's rule: at most three attempts of five seconds, one second apart, only ` +
		`status 200 counts. The exit code is 1 if VOD would have given up, or if the platform answered for a function that failed.

    vodctl send TranscodeComplete --fail --set Extend=order-17

With --json it prints one object with acknowledged and attempts.

The types: ` + strings.Join(typeNames(), ", ") + "."
}

// Run sends the event.
func (c *sendCommand) Run(ctx context.Context, a *app) error {
	body, err := c.body(a)
	if err != nil {
		return err
	}
	to, err := c.target(a)
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.print(ctx, a, to, body)
	}
	a.note("to %s", to)
	if !leadsToMNS(to.url) && to.key == "" && !a.json {
		a.note("not signed: there is no --key")
	}
	return c.send(ctx, a, to, body)
}

// send sends the body. A topic or queue is called only once.
func (c *sendCommand) send(ctx context.Context, a *app, to target, body []byte) error {
	byMNS, ok := leadsToMNS(to.url), http.StatusOK
	said := func(at vodtest.Attempt) {
		if !a.json {
			a.say("%s", attemptLine(a.paint, at, ok))
		}
	}
	var r vodtest.Result
	if byMNS {
		ok = http.StatusCreated
		to, err := openChannel(to.url)
		if err != nil {
			return err
		}
		at := to.Send(ctx, body)
		said(at)
		r.Attempts = append(r.Attempts, at)
		if err := to.Close(); err != nil {
			return err
		}
	} else {
		var err error
		sender := vodtest.Sender{URL: to.url, SignedURL: to.signedURL, Key: to.key, OnAttempt: said}
		if r, err = sender.Send(ctx, body); err != nil {
			return err
		}
	}
	last := r.Attempts[len(r.Attempts)-1]
	acknowledged := last.Status == ok && r.PlatformError == ""
	if a.json {
		if err := a.printJSON(newSentJSON(r, acknowledged)); err != nil {
			return err
		}
	}
	switch {
	case acknowledged && byMNS && !a.json:
		a.say("accepted: %s dev says what became of it", a.self)
	case acknowledged:
	case r.PlatformError != "":
		a.note("the platform answered 200 for a function that failed: VOD takes the event as delivered, and it is lost")
	case !byMNS:
		a.note("VOD would have given up: the event is lost")
		fallthrough
	default:
		if last.Err != nil {
			a.note("is %s dev running?", a.self)
		}
	}
	if !acknowledged {
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
	if at.Status != ok || at.Header.Get("X-Fc-Error-Type") != "" {
		style = term.Red
	}
	return line + p.Text(style, strconv.Itoa(at.Status)) + "  " + term.Cut(term.Clean(strings.TrimSpace(string(at.Body))), 300)
}

// sentJSON is the outcome as JSON.
type sentJSON struct {
	Acknowledged  bool          `json:"acknowledged"`
	PlatformError string        `json:"platform_error,omitempty"`
	Attempts      []attemptJSON `json:"attempts"`
}

type attemptJSON struct {
	Number int     `json:"number"`
	Status int     `json:"status,omitzero"`
	Body   string  `json:"body,omitempty"`
	Error  string  `json:"error,omitempty"`
	MS     float64 `json:"ms"`
}

func newSentJSON(r vodtest.Result, acknowledged bool) sentJSON {
	out := sentJSON{Acknowledged: acknowledged, PlatformError: r.PlatformError}
	for _, at := range r.Attempts {
		j := attemptJSON{Number: at.Number, Status: at.Status, Body: string(at.Body), MS: float64(at.Duration.Microseconds()) / 1000}
		if at.Err != nil {
			j.Error = failure(at.Err)
		}
		out.Attempts = append(out.Attempts, j)
	}
	return out
}

// body makes the event or reads it.
func (c *sendCommand) body(a *app) ([]byte, error) {
	if i := slices.IndexFunc(typeNames(), func(n string) bool { return strings.EqualFold(n, c.What) }); i >= 0 {
		return c.make(vod.Types()[i])
	}
	if c.Medium != "" || c.Variant != "" || c.Fail || len(c.Set) > 0 {
		if _, err := os.Stat(c.What); err == nil || c.What == "-" {
			return nil, usagef("--medium, --variant, --fail and --set are for events that are made, not for those that are read")
		}
	}
	if c.What == "-" {
		return io.ReadAll(a.Stdin)
	}
	body, err := os.ReadFile(c.What)
	if errors.Is(err, os.ErrNotExist) {
		return nil, usagef("%q is neither a type of event nor a file%s", c.What, nearest.Hint(c.What, typeNames()))
	}
	return body, err
}

// make makes an event of now, so that each call makes another one.
func (c *sendCommand) make(t vod.Type) ([]byte, error) {
	opts := []vodtest.Option{vodtest.At(time.Now())}
	if c.Medium != "" {
		opts = append(opts, vodtest.Medium(c.Medium))
	}
	if c.Variant != "" {
		if !slices.Contains(vodtest.Variants(t), c.Variant) {
			return nil, noVariant(t, c.Variant)
		}
		opts = append(opts, vodtest.Variant(c.Variant))
	}
	if c.Fail {
		opts = append(opts, vodtest.Fail())
	}
	for _, s := range c.Set {
		field, value, ok := strings.Cut(s, "=")
		if !ok || field == "" {
			return nil, usagef("--set %s: want FIELD=VALUE", s)
		}
		opts = append(opts, vodtest.Set(field, jsonOrText(value)))
	}
	return vodtest.NewEvent(t, opts...), nil
}

// defaultMedium returns the id of the video that events are about.
func defaultMedium() string {
	e, err := vod.Parse(vodtest.NewEvent(vod.TypeTranscodeComplete))
	if err != nil {
		return "" // cannot be: it was made a line ago
	}
	return e.Head().Subject
}

func noVariant(t vod.Type, variant string) error {
	names := named(vodtest.Variants(t))
	if len(names) == 0 {
		return usagef("%s comes in one shape only, it has no variant %q", t, variant)
	}
	return usagef("%s has no variant %q, only %s%s", t, variant, strings.Join(names, ", "), nearest.Hint(variant, names))
}

// jsonOrText returns a value for a member of an event.
func jsonOrText(text string) any {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return text
}

// print prints the request as a command for a shell.
func (c *sendCommand) print(ctx context.Context, a *app, to target, body []byte) error {
	if leadsToMNS(to.url) {
		return usagef("--dry-run is for callbacks: a message of MNS is signed by its sender")
	}
	req, err := vodtest.NewRequest(ctx, cmp.Or(to.signedURL, to.url), to.key, body, time.Now())
	if err != nil {
		return err
	}
	if a.json {
		headers := map[string]string{}
		for name := range req.Header {
			headers[name] = req.Header.Get(name)
		}
		return a.printJSON(struct {
			URL     string            `json:"url"`
			Headers map[string]string `json:"headers"`
			Body    string            `json:"body"`
		}{to.url, headers, string(body)})
	}
	a.say("curl -i -X POST %s \\", quote(to.url))
	for _, name := range []string{"Content-Type", vod.HeaderTimestamp, vod.HeaderSignature} {
		if value := req.Header.Get(name); value != "" {
			a.say("  -H %s \\", quote(name+": "+value))
		}
	}
	a.say("  --data-binary %s", quote(string(body)))
	return nil
}
