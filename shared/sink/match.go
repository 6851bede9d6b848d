package sink

import (
	"encoding/json"
	"slices"
	"strings"
)

// match reports whether text fits a pattern, in which * stands for any text.
func match(pattern, text string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	for {
		part, more, star := strings.Cut(rest, "*")
		if !star { // the last part
			return strings.HasSuffix(text, part)
		}
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text, rest = text[i+len(part):], more
	}
}

// anyMatch reports whether text fits one of the patterns.
func anyMatch(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, text) })
}

// matches applies the rule to the Extend of an event. Members that are no text are
// compared as JSON, such as 7 or true.
func (x extendRule) matches(extend string) bool {
	if x.member == "" {
		return anyMatch(x.patterns, extend)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(extend), &members) != nil {
		return false
	}
	value, ok := members[x.member]
	if !ok {
		return false
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		text = string(value)
	}
	return anyMatch(x.patterns, text)
}
