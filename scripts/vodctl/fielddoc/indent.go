package fielddoc

import (
	"bytes"
	"encoding/json"
)

// What a body that is set in may be at most: what VOD sends is 8 deep, and grows by half.
const (
	maxIndentDepth = 32
	maxIndented    = 2 << 20 // bytes
)

// Indent returns a body with each member on a line of its own, or as it came if it is not
// JSON, nested more than 32 deep, or would take more than 2 MiB: a deep body grows by the
// square of its depth.
func Indent(body []byte) []byte {
	if !indentable(body) {
		return body
	}
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") != nil {
		return body
	}
	return b.Bytes()
}

// indentable reports whether a body, if it is JSON, stays small when it is set in.
func indentable(body []byte) bool {
	depth, size := 0, len(body)
	inText, escaped := false, false
	for _, c := range body {
		switch {
		case escaped:
			escaped = false
		case inText:
			inText, escaped = c != '"', c == '\\'
		case c == '"':
			inText = true
		case c == '{', c == '[':
			depth++
			size += 1 + 2*depth
		case c == '}', c == ']':
			depth--
			size += 1 + 2*max(0, depth)
		case c == ',':
			size += 1 + 2*max(0, depth)
		case c == ':':
			size++
		}
		if depth > maxIndentDepth || size > maxIndented {
			return false
		}
	}
	return true
}
