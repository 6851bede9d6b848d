package cli

import (
	"strings"
	"time"
)

// moment is a time on the command line: RFC 3339, a date, or how long ago.
type moment struct{ text string }

// UnmarshalText takes any text; it is read when it is needed.
func (m *moment) UnmarshalText(text []byte) error {
	m.text = string(text)
	_, err := m.at(time.Time{})
	return err
}

// at returns the time; the zero time if there is none. A time without a zone is in
// UTC.
func (m *moment) at(now time.Time) (time.Time, error) {
	if m.text == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(m.text, "d"); ok {
		if d, err := time.ParseDuration(days + "h"); err == nil {
			return now.Add(-24 * d), nil
		}
	}
	if d, err := time.ParseDuration(m.text); err == nil {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, m.text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("%q is no time: write 90m, 2d, 2026-11-23 or 2026-11-23T08:00:00Z", m.text)
}
