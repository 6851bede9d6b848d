package manifest

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// form says what a value has to look like: it notes what does not fit.
type form func(d *deployment, where string, v any)

// fields is a map with these members, of which some have to be there, and no others.
func fields(known map[string]form, required ...string) form {
	return func(d *deployment, where string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			d.wrong(where, "must be a map")
			return
		}
		for _, key := range sortedKeys(m) {
			if check, ok := known[key]; ok {
				check(d, below(where, key), m[key])
			} else {
				d.wrong(below(where, key), "is not known here: there are "+strings.Join(sortedKeys(known), ", "))
			}
		}
		for _, key := range required {
			if m[key] == nil {
				d.wrong(below(where, key), "is missing")
			}
		}
	}
}

// emptyOr is a form, or a map with nothing in it, which stands for nothing.
func emptyOr(check form) form {
	return func(d *deployment, where string, v any) {
		if m, ok := v.(map[string]any); !ok || len(m) > 0 {
			check(d, where, v)
		}
	}
}

// list is a list whose items have the form.
func list(check form) form {
	return func(d *deployment, where string, v any) {
		items, ok := v.([]any)
		if !ok {
			d.wrong(where, "must be a list")
			return
		}
		for i, item := range items {
			check(d, where+position(i), item)
		}
	}
}

// position is the index of an item in a path.
func position(i int) string { return "[" + strconv.Itoa(i) + "]" }

// words is a text that is not empty.
func words(d *deployment, where string, v any) {
	if s, ok := v.(string); !ok || s == "" {
		d.wrong(where, "must be a text, and not empty")
	}
}

// text is any text.
func text(d *deployment, where string, v any) {
	if _, ok := v.(string); !ok {
		d.wrong(where, "must be a text")
	}
}

// flag is true or false.
func flag(d *deployment, where string, v any) {
	if _, ok := v.(bool); !ok {
		d.wrong(where, "must be true or false")
	}
}

// like is a text that the pattern matches as a whole.
func like(pattern, must string) form {
	re := regexp.MustCompile(`^(?:` + pattern + `)$`)
	return func(d *deployment, where string, v any) {
		if s, ok := v.(string); !ok || !re.MatchString(s) {
			d.wrong(where, "must be "+must)
		}
	}
}

// oneOf is one of some texts.
func oneOf(values ...string) form {
	return func(d *deployment, where string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			d.wrong(where, "must be "+strings.Join(values, " or "))
		}
	}
}

// exactly is one value alone, for a reason.
func exactly(want any, why string) form {
	return func(d *deployment, where string, v any) {
		if v != want {
			d.wrong(where, fmt.Sprintf("must be %v: %s", want, why))
		}
	}
}

// between is a number from low to high in steps.
func between(low, high, step float64) form {
	return func(d *deployment, where string, v any) {
		n, ok := number(v)
		steps := n / step
		if !ok || n < low || n > high || math.Abs(steps-math.Round(steps)) > 1e-9 {
			d.wrong(where, fmt.Sprintf("must be a number from %v to %v, a multiple of %v", low, high, step))
		}
	}
}

// number returns a number of YAML or JSON.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	default:
		return 0, false
	}
}
