package fielddoc

import (
	"strings"
	"time"
)

// suggestion returns a line for a struct of package vod that would take m, such as
//
//	HdrType string `json:"HdrType,omitzero"`
//
// It is empty if m has no name, or one that Go cannot have.
func suggestion(m *member) string {
	name := goName(m.name)
	if name == "" {
		return ""
	}
	return name + " " + goType(m) + " `json:\"" + m.name + ",omitzero\"`"
}

// goName returns how Go would call a member; "" if that is not clear.
func goName(name string) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if len(name) > maxName || strings.Trim(name, letters+"0123456789_-") != "" || !strings.ContainsAny(name[:min(1, len(name))], letters) {
		return ""
	}
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '_' || r == '-' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	upper := b.String()
	for _, short := range []string{"Id", "Url"} {
		upper = initialism(upper, short)
	}
	return upper
}

// initialism writes a word in a name in capitals, also in the plural: URL, URLs.
func initialism(name, word string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(name, word)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		this := word
		if rest := strings.TrimPrefix(after, "s"); rest == "" || rest[0] < 'a' || rest[0] > 'z' {
			this = strings.ToUpper(word) // it ends there
		}
		b.WriteString(this)
		name = after
	}
}

// goType returns the type of a field that takes the value of m.
func goType(m *member) string {
	switch kindOf(m.inner) {
	case Text:
		if _, err := time.Parse(time.RFC3339, textOf(m.inner)); err == nil {
			return "time.Time"
		}
		return "string"
	case Number:
		return numberType(string(m.inner))
	case Boolean:
		return "bool"
	case List:
		return listType(m)
	default:
		return "json.RawMessage"
	}
}

// listType returns the type of a list of texts or numbers; of others nothing is known.
func listType(m *member) string {
	all, _ := entries(m.inner, 1)
	if len(all) == 1 && !m.led {
		switch kindOf(all[0].raw) {
		case Text:
			return "[]string"
		case Number:
			return "[]" + numberType(string(all[0].raw))
		default:
		}
	}
	return "json.RawMessage"
}

func numberType(number string) string {
	if strings.ContainsAny(number, ".eE") {
		return "float64"
	}
	return "int64"
}
