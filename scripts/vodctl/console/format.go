package console

import (
	"fmt"
	"html/template"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// functions are what templates call.
func functions(now func() time.Time) template.FuncMap {
	return template.FuncMap{
		"ago":        func(t time.Time) string { return ago(now(), t) },
		"asset":      asset,
		"became":     becameOf,
		"breaks":     breaks,
		"bytes":      byteSize,
		"clock":      func(t time.Time) string { return clock(now(), t) },
		"full":       full,
		"iso":        func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") },
		"length":     length,
		"mediumpath": mediumPath,
		"ms":         milliseconds,
		"outcome":    outcomeWord,
		"pathof":     url.PathEscape,
		"short":      short,
		"source":     intake.Way,
		"text":       func(b []byte) string { return string(b) },
		"way":        wayName,
		"tone":       tone,
		"verdict":    explain,
		"paragraphs": func(s string) []string { return strings.Split(s, "\n\n") },
		"printable":  printable,
	}
}

// clock returns a time in UTC as lists show it: without the date if that is today's.
func clock(now, t time.Time) string {
	t = t.UTC()
	switch {
	case t.IsZero():
		return "–"
	case t.Format(time.DateOnly) == now.UTC().Format(time.DateOnly):
		return t.Format(time.TimeOnly)
	case t.Year() == now.UTC().Year():
		return t.Format("Jan 2 15:04:05")
	default:
		return t.Format("2006-01-02 15:04")
	}
}

// full returns a time with all that is known of it.
func full(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format("2006-01-02 15:04:05.000 UTC")
}

// ago returns how long ago t was, in one unit.
func ago(now, t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d, form := now.Sub(t), "%s ago"
	if d < 0 {
		d, form = -d, "in %s"
	}
	switch {
	case d < time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf(form, strconv.Itoa(int(d.Seconds()))+" s")
	case d < time.Hour:
		return fmt.Sprintf(form, strconv.Itoa(int(d.Minutes()))+" min")
	case d < 48*time.Hour:
		return fmt.Sprintf(form, strconv.Itoa(int(d.Hours()))+" h")
	default:
		return fmt.Sprintf(form, strconv.Itoa(int(d.Hours()/24))+" days")
	}
}

// byteSize returns a size in bytes as people write it.
func byteSize(n int64) string {
	size, unit := float64(n), "B"
	for _, larger := range []string{"kB", "MB", "GB", "TB"} {
		if size < 1000 {
			break
		}
		size, unit = size/1000, larger
	}
	if unit == "B" || size >= 100 {
		return strconv.FormatFloat(math.Round(size), 'f', 0, 64) + " " + unit
	}
	return strconv.FormatFloat(size, 'f', 1, 64) + " " + unit
}

// length returns a length in seconds as players show it, such as 7:22.
func length(seconds float64) string {
	if seconds <= 0 || seconds > 1e7 {
		return ""
	}
	s := int(math.Round(seconds))
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

func milliseconds(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', 1, 64) + " ms"
}

// short returns the beginning of an id that is too long for a list.
func short(id string) string {
	const keep = 12
	if len([]rune(id)) <= keep+4 {
		return id
	}
	return string([]rune(id)[:keep]) + "…"
}

func outcomeWord(o vod.Outcome) string {
	if o == vod.None {
		return "no status"
	}
	return string(o)
}

// wayName says how an event is sent.
func wayName(way string) string {
	switch way {
	case "http":
		return "HTTP callback, signed"
	case "topic":
		return "MNS topic, format STREAM"
	case "topic-json":
		return "MNS topic, format JSON"
	case "queue":
		return "MNS queue"
	default:
		return way
	}
}

// tone returns the class of a badge: good, bad, warn or plain.
func tone(word any) string {
	switch fmt.Sprint(word) {
	case string(vod.Succeeded), string(store.Delivered), string(media.Playable), "new", "valid", "well":
		return "good"
	case string(vod.Failed), string(store.Parked), string(media.Blocked), "refused", "not stored":
		return "bad"
	case string(store.Owed), string(media.Processing), string(media.Archived), "dead_letter", "fallback", "resting":
		return "warn"
	default:
		return "plain"
	}
}

// maxUnbroken is how many characters of a name stay together.
const maxUnbroken = 24

// breaks returns a name such as StreamTranscodeComplete as it may be broken where it is
// too long: before its capitals.
func breaks(name any) template.HTML {
	var b strings.Builder
	var last rune
	together := 0
	for _, r := range printable(fmt.Sprint(name)) {
		if unicode.IsUpper(r) && unicode.IsLower(last) || together == maxUnbroken {
			b.WriteString("<wbr>")
			together = 0
		}
		b.WriteString(template.HTMLEscapeString(string(r)))
		last = r
		together++
	}
	return template.HTML(b.String()) //nolint:gosec // each character is escaped
}

// printable makes what cannot be seen in a text from outside visible, as \u and its
// number: control characters, and those that turn the direction of writing. Blanks of all
// kinds stay, and what joins the parts of emoji and of some scripts.
func printable(s string) string {
	if !strings.ContainsFunc(s, hides) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hides(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// The joiners: of Persian and of emoji, for example.
const (
	nonJoiner = '\u200c'
	joiner    = '\u200d'
)

func hides(r rune) bool {
	return r != '\n' && r != '\t' && r != nonJoiner && r != joiner && !strconv.IsPrint(r) && !unicode.Is(unicode.Zs, r)
}
