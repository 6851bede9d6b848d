package console

import (
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxText = 64 << 10 // bytes of a body that are shown as text
	maxHex  = 4 << 10  // bytes that are shown one by one
)

// shownBody is a body as pages show it.
type shownBody struct {
	Text string
	// Hex says that it is not text, so that its bytes are shown.
	Hex bool
	// Shown is how many bytes are shown, Kept how many there are, Size how many came in.
	Shown, Kept, Size int64
}

// shown returns a body, or its kept beginning, as pages show it.
func shown(kept []byte, size int64) shownBody {
	s := shownBody{Kept: int64(len(kept)), Size: max(size, int64(len(kept)))}
	part := kept[:min(len(kept), maxText)]
	if s.Size > int64(len(part)) {
		part = wholeRunes(part)
	}
	if isText(part) {
		s.Shown, s.Text = int64(len(part)), printable(string(part))
		if s.Shown == s.Size {
			s.Text = pretty(part)
		}
		return s
	}
	part = kept[:min(len(kept), maxHex)]
	s.Hex, s.Shown, s.Text = true, int64(len(part)), strings.TrimSuffix(hex.Dump(part), "\n")
	return s
}

// wholeRunes returns a text that was cut off anywhere without the character that was.
func wholeRunes(text []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return text[:len(text)-n]
			}
			break
		}
	}
	return text
}

// isText reports whether bytes are a text that people can read: with few characters that
// cannot be seen, and no NUL.
func isText(b []byte) bool {
	const few = 20 // one in so many
	hidden := 0
	for _, r := range string(b) {
		switch {
		case r == 0:
			return false
		case unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t':
			hidden++
		}
	}
	return utf8.Valid(b) && hidden*few <= len(b)
}
