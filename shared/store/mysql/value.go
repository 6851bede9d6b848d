package mysql

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

const timeFormat = "2006-01-02 15:04:05.000"

// noTime is what the time of a fact is that has none: unlike NULL it can be compared,
// and is before all others, which begin a year later.
const noTime = "1000-01-01 00:00:00.000"

func timeText(t time.Time) string { return t.UTC().Format(timeFormat) }

// timeOrNull is NULL for the zero time.
func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return timeText(t)
}

// timeOrNone is noTime for the zero time.
func timeOrNone(t time.Time) string {
	if t.IsZero() {
		return noTime
	}
	return timeText(t)
}

// checkTime returns an error if DATETIME has no place for the time.
func checkTime(t time.Time) error {
	if year := t.UTC().Year(); !t.IsZero() && (year <= 1000 || year > 9999) {
		return fmt.Errorf("a time is in the year %d", year)
	}
	return nil
}

// checkName returns an error if what has to be a name is none.
func checkName(what, name string) error {
	switch {
	case name == "":
		return errors.New("a " + what + " is empty")
	case strings.ContainsRune(name, 0):
		return errors.New("a " + what + " holds a NUL")
	}
	return nil
}

// timeColumn scans what the functions above return.
type timeColumn time.Time

// Scan implements [sql.Scanner].
func (c *timeColumn) Scan(value any) error {
	b, ok := value.([]byte)
	if text := string(b); value == nil || text == noTime {
		*c = timeColumn{}
		return nil
	} else if ok {
		t, err := time.Parse(timeFormat, text)
		*c = timeColumn(t)
		return err
	}
	return fmt.Errorf("a time is text, not %T", value)
}

// blob is never NULL, unlike a nil slice.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// places is the list of n arguments in a statement: (?, ?, ?).
func places(n int) string { return "(" + strings.Repeat(", ?", n)[2:] + ")" }

func idValues(ids []vod.ID) []any {
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = id[:]
	}
	return values
}

func textValues(texts []string) []any {
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = []byte(text)
	}
	return values
}
