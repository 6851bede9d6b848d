package vod

import (
	"iter"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// setScalar sets v to what s says, and reports whether that can be read as a value
// of v's type and fits it.
func setScalar(v reflect.Value, s string) bool {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
		return true
	case reflect.Int64:
		n, ok := parseInt(s)
		v.SetInt(n)
		return ok
	case reflect.Float64:
		f, ok := parseFloat(s)
		v.SetFloat(f)
		return ok
	case reflect.Bool:
		b, ok := parseBool(s)
		v.SetBool(b)
		return ok
	case reflect.Struct:
		if p, ok := reflect.TypeAssert[*time.Time](v.Addr()); ok {
			*p, ok = parseTime(s)
			return ok
		}
	}
	return false
}

// parseInt reads a number and cuts it toward zero.
func parseInt(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	d, ok := parseDecimal(s)
	if !ok {
		return 0, false
	}
	return d.int64()
}

// parseFloat reads a number; unlike strconv it knows no NaN, infinity or
// hexadecimals.
func parseFloat(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if _, ok := parseDecimal(s); !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil { // out of range
		return 0, false
	}
	return f, true
}

// parseBool reads true and false in any case, and 1 and 0.
func parseBool(s string) (value, ok bool) {
	s = strings.TrimSpace(s)
	if d, isNumber := parseDecimal(s); isNumber {
		s = d.String()
	}
	switch {
	case strings.EqualFold(s, "true"), s == "1e0":
		return true, true
	case strings.EqualFold(s, "false"), s == "0":
		return false, true
	default:
		return false, false
	}
}

// splitList ranges over the items of a list in text, without blanks around them and
// without empty ones. Ids have commas, semicolons or blanks between.
func splitList(s string, f form) iter.Seq[string] {
	if f == identifier {
		return strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })
	}
	return splitCommas(s)
}

// splitCommas cuts text at commas. URLs may contain commas: if the first item is a
// URL, what looks like none belongs to the item before.
func splitCommas(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start, end := 0, -1 // of the item before; there is none if end < 0
		urls := false
		for at := 0; at <= len(s); {
			next := len(s)
			if i := strings.IndexByte(s[at:], ','); i >= 0 {
				next = at + i
			}
			piece := strings.TrimSpace(s[at:next])
			switch {
			case piece == "":
			case end < 0:
				start, end = at, next
				urls = strings.Contains(piece, "://")
			case urls && !strings.Contains(piece, "://"):
				end = next
			case !yield(strings.TrimSpace(s[start:end])):
				return
			default:
				start, end = at, next
			}
			at = next + 1
		}
		if end >= 0 {
			yield(strings.TrimSpace(s[start:end]))
		}
	}
}
