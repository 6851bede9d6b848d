package console

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The words themselves; each is empty for what an event does not say.

// some returns the words that are there.
func some(all ...string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return strings.TrimSpace(s) == "" })
}

func when(is bool, word string) string {
	if !is {
		return ""
	}
	return word
}

// clip returns the beginning of a text from outside, on one line.
func clip(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most])) + "…"
	}
	return s
}

func named(what, name string) string {
	if name = clip(name, shortText); name == "" {
		return ""
	}
	return what + " " + name
}

// manyWords is how many items of a list are named.
const manyWords = 4

func list(items []string) string {
	items = some(items...)
	rest := len(items) - manyWords
	if rest > 0 {
		items = items[:manyWords]
	}
	for i := range items {
		items[i] = clip(items[i], shortText)
	}
	return strings.Join(items, ", ") + when(rest > 0, fmt.Sprintf(" +%d", rest))
}

func counted(n int, one, many string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 " + one
	default:
		return strconv.Itoa(n) + " " + many
	}
}

func size(n int64) string {
	if n <= 0 {
		return ""
	}
	return byteSize(n)
}

func picture(width, height int64) string {
	if width <= 0 || height <= 0 {
		return ""
	}
	return fmt.Sprintf("%d×%d", width, height)
}

// perSecond returns a frame rate, which is a decimal number as text.
func perSecond(fps string) string {
	f, err := strconv.ParseFloat(fps, 64)
	if err != nil || f <= 0 || f > 1e6 {
		return ""
	}
	return strconv.FormatFloat(f, 'f', -1, 64) + " fps"
}

// kilobits returns a data rate, which is a decimal number of kbit/s as text.
func kilobits(rate string) string {
	f, err := strconv.ParseFloat(rate, 64)
	switch {
	case err != nil || f <= 0 || f > 1e9:
		return ""
	case f >= 1000:
		return strconv.FormatFloat(f/1000, 'f', 1, 64) + " Mbit/s"
	default:
		return strconv.FormatFloat(f, 'f', 0, 64) + " kbit/s"
	}
}

func from(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	return named("from", u.Hostname())
}

func liveStream(app, stream string) string { return clip(strings.Trim(app+"/"+stream, "/"), shortText) }

func between(start, end time.Time) string {
	if start.IsZero() || !end.After(start) {
		return ""
	}
	return lasting(end.Sub(start))
}

func until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return "readable until " + t.UTC().Format("2006-01-02 15:04 UTC")
}

// lasting returns how long something took, in its two largest units.
func lasting(d time.Duration) string {
	const day = 24 * time.Hour
	two := func(large, small time.Duration, a, b string) string {
		text := strconv.FormatInt(int64(d/large), 10) + " " + a
		if rest := d % large / small; rest > 0 {
			text += " " + strconv.FormatInt(int64(rest), 10) + " " + b
		}
		return text
	}
	switch {
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < time.Minute:
		return strconv.FormatFloat(d.Truncate(100*time.Millisecond).Seconds(), 'f', -1, 64) + " s"
	case d < time.Hour:
		return two(time.Minute, time.Second, "min", "s")
	case d < 2*day:
		return two(time.Hour, time.Minute, "h", "min")
	default:
		return strconv.FormatInt(int64(d/day), 10) + " days"
	}
}
