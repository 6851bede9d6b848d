package term

import (
	"io"
	"strconv"
)

// Style is how text looks.
type Style int

// The styles, by their ANSI numbers.
const (
	Plain  Style = 0
	Bold   Style = 1
	Dim    Style = 2
	Red    Style = 31
	Green  Style = 32
	Yellow Style = 33
	Cyan   Style = 36
)

// Paint puts styles on text, or does not.
type Paint bool

// Wanted reports whether w is a terminal that shows colours and NO_COLOR is not set.
//
// Source: https://no-color.org (read 2026-11-23).
func Wanted(w io.Writer, getenv func(string) string) Paint {
	_, ok := terminal(w)
	return Paint(ok && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb")
}

// Text returns text in the style.
func (p Paint) Text(s Style, text string) string {
	if !p || s == Plain || text == "" {
		return text
	}
	return "\x1b[" + strconv.Itoa(int(s)) + "m" + text + "\x1b[0m"
}
