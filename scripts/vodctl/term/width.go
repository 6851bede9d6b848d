package term

import (
	"io"
	"os"
	"strconv"
)

// usual is how wide a terminal is that does not tell.
const usual = 100

// Columns returns how wide w is if it is a terminal, else 0. COLUMNS, if it is set,
// has the last word.
func Columns(w io.Writer, getenv func(string) string) int {
	f, ok := terminal(w)
	if !ok {
		return 0
	}
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if n := windowColumns(f); n > 0 {
		return n
	}
	return usual
}

// terminal returns the terminal that w is, if it is one.
func terminal(w io.Writer) (*os.File, bool) {
	f, ok := w.(*os.File)
	if !ok {
		return nil, false
	}
	info, err := f.Stat()
	return f, err == nil && info.Mode()&os.ModeCharDevice != 0
}
