package sqlite

import (
	"fmt"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// timeFormat has a fixed width, so that the text sorts as the time does. Years of
// more than four digits do not fit: the tables refuse them.
const timeFormat = "2006-01-02T15:04:05.000Z"

func timeText(t time.Time) string { return t.UTC().Format(timeFormat) }

// timeOrNull is NULL for the zero time.
func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return timeText(t)
}

// timeOrEmpty is ” for the zero time: unlike NULL it can be compared, and is
// before all others.
func timeOrEmpty(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return timeText(t)
}

// timeColumn scans what the functions above return.
type timeColumn time.Time

// Scan implements [sql.Scanner].
func (c *timeColumn) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*c = timeColumn{}
		return nil
	case time.Time: // the driver's reading of a text that is no column of a table
		*c = timeColumn(v.UTC())
		return nil
	case string:
		if v == "" {
			*c = timeColumn{}
			return nil
		}
		t, err := time.Parse(timeFormat, v)
		*c = timeColumn(t)
		return err
	default:
		return fmt.Errorf("a time is text, not %T", value)
	}
}

// blob is never NULL, unlike a nil slice.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

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
		values[i] = text
	}
	return values
}
