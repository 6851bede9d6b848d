package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// event reads one item of events; before is the one before.
func (r reader) event(n *yaml.Node, before vodtest.Step) (vodtest.Step, error) {
	s := vodtest.Step{After: before.After}
	var typ string
	var typed, varied *yaml.Node
	var unknown bool
	err := r.members(n, map[string]func(*yaml.Node) error{
		"after": func(n *yaml.Node) (err error) {
			if s.After, err = duration(n.Value); err != nil || n.Kind != yaml.ScalarNode {
				return r.wrong(n, "after has to be a time since the beginning, such as 90s, 20m, 1h30m or 30d")
			}
			return nil
		},
		"type": func(n *yaml.Node) error {
			typed = n
			return r.text("type", &typ)(n)
		},
		"variant": func(n *yaml.Node) error {
			varied = n
			return r.text("variant", &s.Variant)(n)
		},
		"fail":    r.truth("fail", &s.Fail),
		"run":     r.number("run", &s.Run),
		"medium":  r.text("medium", &s.Medium),
		"set":     r.object(&s.Set),
		"unknown": r.truth("unknown", &unknown),
	})
	if err != nil {
		return s, err
	}
	if typ == "" {
		return s, r.wrong(n, "the event has no type")
	}
	s.Type = vod.Type(typ)
	if known := slices.Contains(vod.Types(), s.Type); known == unknown {
		return s, r.wrongType(typed, known)
	}
	if variants := named(s.Type); s.Variant != "" && !slices.Contains(variants, s.Variant) {
		return s, r.wrong(varied, fmt.Sprintf("%s has no variant %q; it has %s%s",
			typ, s.Variant, cmp.Or(strings.Join(variants, ", "), "none"), nearest.Hint(s.Variant, variants)))
	}
	return s, nil
}

// wrongType says what is wrong with a type that is known, or not.
func (r reader) wrongType(n *yaml.Node, known bool) error {
	if known {
		return r.wrong(n, "VOD has the type "+n.Value+": unknown has to go")
	}
	var names []string
	for _, t := range vod.Types() {
		names = append(names, string(t))
	}
	return r.wrong(n, fmt.Sprintf("VOD has no type %q: vodctl types lists them, and unknown: true sends it all the same%s",
		n.Value, nearest.Hint(n.Value, names)))
}

// named returns the variants of the type that have a name.
func named(t vod.Type) []string {
	return slices.DeleteFunc(vodtest.Variants(t), func(v string) bool { return v == "" })
}

// longest is how late in its story an event may be: the year still has four digits.
const longest = 100 * 365 * 24 * time.Hour

// duration reads "90s" as package time does, with days: "1d12h". It has no sign.
func duration(text string) (time.Duration, error) {
	wrong := fmt.Errorf("scenario: %q is no time", text)
	if strings.ContainsAny(text, "+-") {
		return 0, wrong
	}
	var sum time.Duration
	days, rest, ok := strings.Cut(text, "d")
	if ok {
		n, err := strconv.Atoi(days)
		if err != nil || n > int(longest.Hours())/24 {
			return 0, wrong
		}
		sum, text = time.Duration(n)*24*time.Hour, rest
	}
	if text != "" || !ok {
		part, err := time.ParseDuration(text)
		if err != nil || part > longest {
			return 0, wrong
		}
		sum += part
	}
	if sum > longest {
		return 0, wrong
	}
	return sum, nil
}
