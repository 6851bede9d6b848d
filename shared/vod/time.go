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

// textTime reads variants of RFC 3339. A leap second is the second after it, as in
// Unix time.
func textTime(s string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil { // nearly all are like this
		return t, true
	}
	s = strings.ToUpper(s)
	at := strings.IndexAny(s, "T ")
	if at < 0 {
		return time.Time{}, false
	}
	date, clock := s[:at], strings.TrimSuffix(strings.TrimSuffix(s[at+1:], "UTC"), "GMT")
	clock, zone := cutZone(strings.ReplaceAll(clock, " ", ""))
	clock, leap, ok := plainClock(clock)
	if !ok {
		return time.Time{}, false
	}
	for _, layout := range []string{
		"2006-1-2T15:4:5Z07:00",
		"2006-1-2T15:4:5Z0700",
		"2006-1-2T15:4:5Z07",
	} {
		if t, err := time.Parse(layout, date+"T"+clock+zone); err == nil {
			return t.Add(leap), true
		}
	}
	return time.Time{}, false
}

// cutZone splits the text of a time of day before its zone, which is UTC if there is
// none.
func cutZone(s string) (clock, zone string) {
	if i := strings.IndexAny(s, "Z+-"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, "Z"
}

// plainClock returns a time of day as package time reads it: with seconds, a point
// before their fraction and no leap second, which is what to add.
func plainClock(s string) (clock string, leap time.Duration, ok bool) {
	const hour, minute, second, fraction = 0, 1, 2, 3
	parts := strings.Split(strings.ReplaceAll(s, ",", "."), ":")
	switch len(parts) {
	case fraction + 1:
		parts[second] += "." + parts[fraction]
	case second + 1:
	case minute + 1:
		parts = append(parts, "00")
	default:
		return "", 0, false
	}
	whole, part, _ := strings.Cut(parts[second], ".")
	if whole == "60" {
		whole, leap = "59", time.Second
	}
	if part != "" {
		whole += "." + part
	}
	return parts[hour] + ":" + parts[minute] + ":" + whole, leap, true
}
