package vod

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// exactEscape marks, in exact text, what UTF-8 cannot hold: it never occurs in
// UTF-8.
const exactEscape = 0xFF

// replacement stands for what is no valid UTF-8.
const replacement = string(utf8.RuneError)

// text returns what a string says, as valid UTF-8 without the control characters
// that databases refuse.
func (n node) text() string {
	s := n.content()
	if strings.IndexByte(s, '\\') >= 0 {
		s = unescape(s, false)
	}
	return strings.ToValidUTF8(s, replacement)
}

// exact returns what a string says so that two different strings never come out
// the same: invalid bytes stay, and the halves of surrogate pairs that stand alone
// are marked by exactEscape.
func (n node) exact() string {
	s := n.content()
	if strings.IndexByte(s, '\\') < 0 && strings.IndexByte(s, exactEscape) < 0 {
		return s
	}
	return unescape(s, true)
}

// content returns what stands between the quotation marks of a string.
func (n node) content() string {
	s := n.raw()
	return s[1 : len(s)-1]
}

// isControl reports whether text must not contain c: PostgreSQL refuses NUL, SQLite
// ends the names of members at it, terminals obey others.
func isControl(c rune) bool { return c < ' ' && c != '\t' && c != '\n' && c != '\r' }

// unescape resolves the escapes of JSON in s, which must be valid. If it need not be
// exact, control characters are replaced.
func unescape(s string, exact bool) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == exactEscape && exact:
			b = append(b, exactEscape, exactEscape)
			i++
		case c != '\\':
			b = append(b, c)
			i++
		default:
			r, size := unescapeRune(s[i:])
			switch {
			case exact && utf16.IsSurrogate(r):
				// The second byte is 0xD8 to 0xDF, so that it is no exactEscape.
				b = append(b, exactEscape, byte(r>>8), byte(r)) //nolint:gosec // surrogates have 16 bits
			case !exact && isControl(r):
				b = append(b, replacement...)
			default:
				b = utf8.AppendRune(b, r) // U+FFFD for half a pair
			}
			i += size
		}
	}
	return string(b)
}

// unescapeRune returns the character that s begins with, written as \n, as \u0000 or
// as a surrogate pair of these, and its length in s. Half a pair is returned as it is.
func unescapeRune(s string) (r rune, size int) {
	if s[1] != 'u' {
		return rune(unescapeByte(s[1])), len(`\n`)
	}
	const size1 = len(`\u0000`)
	r = hexRune(s)
	if rest := s[size1:]; utf16.IsSurrogate(r) && strings.HasPrefix(rest, `\u`) {
		if pair := utf16.DecodeRune(r, hexRune(rest)); pair != utf8.RuneError {
			return pair, 2 * size1
		}
	}
	return r, size1
}

// hexRune returns what the escape \u0000 that s begins with stands for.
func hexRune(s string) rune {
	n, _ := strconv.ParseUint(s[len(`\u`):len(`\u0000`)], 16, 16) // valid JSON has the digits
	return rune(n)
}

// unescapeByte returns what a backslash and c stand for.
func unescapeByte(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	default:
		return c
	}
}
