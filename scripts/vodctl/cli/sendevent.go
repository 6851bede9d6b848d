package cli

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/fielddoc"
	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
	"github.com/vodevents/vodevents/scripts/vodctl/scenario"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// event makes the event or reads it, and returns how to make more, if there are.
func (c *sendCommand) event(a *app) (first vodtest.Happening, more func(n int) vodtest.Happening, err error) {
	if i := slices.IndexFunc(typeNames(), func(n string) bool { return strings.EqualFold(n, c.What) }); i >= 0 {
		opts, err := c.options(vod.Types()[i])
		if err != nil {
			return first, nil, err
		}
		more = func(n int) vodtest.Happening { return c.make(vod.Types()[i], nthSeed(c.seed(), n), opts) }
		first = more(0)
		if len(c.Set) > 0 && !a.json {
			noteUndocumented(a, first.Body)
		}
		return first, more, nil
	}
	if c.Medium != "" || c.Variant != "" || c.Fail || len(c.Set) > 0 {
		if _, err := os.Stat(c.What); err == nil || c.What == "-" {
			return first, nil, usagef("--medium, --variant, --fail and --set are for events that are made, not for those that are read")
		}
	}
	body, err := c.read(a)
	if e, err := vod.Parse(body); err == nil {
		first.Type, first.At = e.Head().Type, e.Head().Time
	}
	first.Body = body
	return first, nil, err
}

// read reads a body.
func (c *sendCommand) read(a *app) ([]byte, error) {
	if c.What == "-" {
		return io.ReadAll(a.Stdin)
	}
	body, err := os.ReadFile(c.What)
	if !errors.Is(err, os.ErrNotExist) {
		return body, err
	}
	if slices.Contains(scenario.Names(), c.What) {
		return nil, usagef("%s is a story, not an event: run %s play %s", c.What, a.self, c.What)
	}
	return nil, usagef("%q is neither a type of event nor a file%s", c.What, nearest.Hint(c.What, typeNames()))
}

// make makes an event of now, so that each call makes another one.
func (c *sendCommand) make(t vod.Type, seed int, opts []vodtest.Option) vodtest.Happening {
	now := time.Now()
	return vodtest.Happening{
		Step: vodtest.Step{Type: t, Variant: c.Variant, Fail: c.Fail}, At: now,
		Body: vodtest.NewEvent(t, append(slices.Clip(opts), vodtest.Seed(seed), vodtest.At(now))...),
	}
}

// noteUndocumented says which members an event has that VOD would not send: --set takes
// them, since VOD adds some now and then, but most are slips.
func noteUndocumented(a *app, body []byte) {
	d := fielddoc.Describe(body)
	if !d.Shape.Documented() {
		return
	}
	var found []string
	inside := math.MaxInt // of a member that was found
	for _, m := range d.Members {
		if m.Depth > inside {
			continue
		}
		inside = math.MaxInt
		if !m.Known {
			found, inside = append(found, m.Path), m.Depth
		}
	}
	switch names := term.Clean(strings.Join(found, ", ")); len(found) {
	case 0:
	case 1:
		a.note("%s is no documented member of %s: VOD would not send it", names, d.Shape.Type)
	default:
		a.note("%s are no documented members of %s: VOD would not send them", names, d.Shape.Type)
	}
}

// options returns what shapes an event of a type.
func (c *sendCommand) options(t vod.Type) ([]vodtest.Option, error) {
	var opts []vodtest.Option
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
	return opts, nil
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
