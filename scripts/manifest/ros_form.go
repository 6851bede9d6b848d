package manifest

import "fmt"

// resourceType is a type of resources.
type resourceType struct {
	properties form
	attributes []string // that GetAtt can ask for
}

// matching is a text that the pattern matches as a whole.
func matching(pattern string) form { return like(pattern, "like "+pattern) }

// sized is a text of so many characters.
func sized(low, high int) form {
	return func(d *deployment, where string, v any) {
		if s, ok := v.(string); !ok || len([]rune(s)) < low || len([]rune(s)) > high {
			d.wrong(where, fmt.Sprintf("must be a text of %d to %d characters", low, high))
		}
	}
}

// some is a list that is not empty.
func some(check form) form {
	return func(d *deployment, where string, v any) {
		if items, ok := v.([]any); ok && len(items) == 0 {
			d.wrong(where, "must not be empty")
		}
		list(check)(d, where, v)
	}
}

// single is a list of one item.
func single(check form) form {
	return func(d *deployment, where string, v any) {
		if items, ok := v.([]any); ok && len(items) != 1 {
			d.wrong(where, "must have one item")
		}
		list(check)(d, where, v)
	}
}

// anyMap is a map whose members others define, such as environment variables.
func anyMap(d *deployment, where string, v any) {
	if _, ok := v.(map[string]any); !ok {
		d.wrong(where, "must be a map")
	}
}
