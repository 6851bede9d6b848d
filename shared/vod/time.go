package vod

import (
	"strconv"
	"strings"
	"time"
)

// eventTime returns the EventTime of an event, in whole milliseconds, or the zero
// time.
func eventTime(root node) time.Time {
	n, ok := root.member("EventTime")
	if !ok {
		return time.Time{}
	}
	s, _ := n.scalar()
	t, _ := parseTime(s)
	return t.Truncate(time.Millisecond)
}

// parseTime reads a time in any form that VOD may send, see the package
// documentation. The result is in UTC and has a year from 1 to 9999, which is what
// JSON and databases can hold.
func parseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	t, ok := textTime(s)
	if d, isNumber := parseDecimal(s); isNumber {
		t, ok = unixTime(d)
	}
	if t = t.UTC(); !ok || t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t, true
}

// unixTime takes 10 digits before the decimal point for seconds, which is 2001 to
// 2286, and 13 for milliseconds. Others could mean anything.
func unixTime(d decimal) (time.Time, bool) {
	whole, fraction, ok := d.split()
	if !ok || d.negative {
		return time.Time{}, false
	}
	const seconds, milliseconds, nano = 10, 13, 9 // digits
	switch len(whole) {
	case seconds:
	case milliseconds:
		whole, fraction = whole[:seconds], whole[seconds:]+fraction
	default:
		return time.Time{}, false
	}
	fraction = (fraction + strings.Repeat("0", nano))[:nano]
	sec, _ := strconv.ParseInt(whole, 10, 64)
	nsec, _ := strconv.ParseInt(fraction, 10, 64)
	return time.Unix(sec, nsec), true
}

// textTime reads variants of RFC 3339.
func textTime(s string) (time.Time, bool) {
	const timeAt, fractionAt = len("2026-02-03"), len("2026-02-03T04:15:27") // in s
	s = strings.ToUpper(s)
	if len(s) < fractionAt {
		return time.Time{}, false
	}
	rest := s[fractionAt:]
	if rest != "" && rest[0] == ':' {
		rest = "." + rest[1:]
	}
	// Package time reads a fraction after a point or a comma by itself.
	rest = strings.TrimSuffix(strings.TrimSuffix(rest, "UTC"), "GMT")
	rest = strings.ReplaceAll(rest, " ", "")
	if sep := s[timeAt]; sep != 'T' && sep != ' ' {
		return time.Time{}, false
	}
	s = s[:timeAt] + "T" + s[timeAt+1:fractionAt] + rest
	for _, layout := range []string{
		"2006-01-02T15:04:05Z07:00",
		"2006-01-02T15:04:05",
		"2006-01-02T15:04:05Z0700",
		"2006-01-02T15:04:05Z07",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
