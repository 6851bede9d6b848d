package fielddoc

import (
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// reading says what a value means in other words; "" if there is nothing to add.
func reading(f Field, came Kind, value string) string {
	kind := f.Kind
	if kind == List { // its items, as a list or as text
		kind = f.Of
	}
	read := ""
	switch kind {
	case Time:
		read = moment(came, value)
	case Status:
		read = string(vod.Status(value).Outcome())
	case Boolean:
		read = truth(value)
	case Number:
		if n, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil {
			read = quantity(n, f.Unit)
		}
	default:
	}
	if read == value {
		return ""
	}
	return read
}

// readings reads each item of a list.
func readings(f Field, values []string) string {
	var all []string
	for _, v := range values {
		if r := reading(f, Text, v); r != "" {
			all = append(all, r)
		}
	}
	return short(strings.Join(all, ", "))
}

// moment reads a time in any form that package vod reads.
func moment(came Kind, value string) string {
	if came != Number {
		value = strconv.Quote(value)
	}
	e, err := vod.Parse([]byte(`{"EventType":"-","EventTime":` + value + `}`))
	if err != nil || e.Head().Time.IsZero() {
		return ""
	}
	return e.Head().Time.Format("2006-01-02 15:04:05.999 UTC")
}

// truth reads a boolean that came as text or as a number.
func truth(value string) string {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "true", "1":
		return "true"
	case "false", "0":
		return "false"
	default:
		return ""
	}
}

// quantity says how much n of a unit is; "" if n says so itself.
func quantity(n float64, u Unit) string {
	const tooMuch = 1e15 // what no file, rate or duration is
	if n < 0 || n > tooMuch || n != n {
		return ""
	}
	switch u {
	case Bytes:
		return scaled(n, "B", "kB", "MB", "GB", "TB")
	case KilobitsPerS:
		return scaled(n, "kbit/s", "Mbit/s", "Gbit/s")
	case Seconds:
		return duration(n)
	case Milliseconds:
		return duration(n / 1000)
	default:
		return ""
	}
}

// scaled writes n in the largest of the units, each of which is a thousand of the one
// before, that leaves a whole part; "" if that is the first.
func scaled(n float64, units ...string) string {
	const thousand, digits = 999.5, 3 // what is rounded to three digits
	i := 0
	for n >= thousand && i < len(units)-1 {
		n /= 1000
		i++
	}
	if i == 0 {
		return ""
	}
	precision := digits - len(strconv.Itoa(int(n)))
	return strconv.FormatFloat(n, 'f', max(precision, 0), 64) + " " + units[i]
}

// duration writes a number of seconds, such as "7m22s".
func duration(seconds float64) string {
	const longest = 1e9 // over thirty years, which no video has, fit a Duration
	if seconds >= longest {
		return ""
	}
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Minute:
		return d.Round(10 * time.Millisecond).String()
	default:
		return d.Round(time.Second).String()
	}
}

// count writes how many there are.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
