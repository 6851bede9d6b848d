package mns

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
)

// DecodeBody returns the JSON object that text is the Base64 of, and text itself if
// it is anything else. A JSON object is never mistaken for Base64, since braces do
// not occur in that. Padding may be missing, lines may be broken and the alphabet
// may be that for URLs.
//
// Source: Simple Message Queue, guide to the encoding of message bodies, advises
// plain text for text and Base64 for everything else; which of them VOD uses is not
// documented (read 2026-11-23).
func DecodeBody(text []byte) []byte {
	trimmed := bytes.TrimRight(bytes.TrimSpace(text), "=")
	if len(trimmed) == 0 || trimmed[0] == '{' {
		return text
	}
	encoding := base64.RawStdEncoding
	if bytes.ContainsAny(trimmed, "-_") {
		encoding = base64.RawURLEncoding
	}
	decoded := make([]byte, encoding.DecodedLen(len(trimmed)))
	n, err := encoding.Decode(decoded, trimmed)
	if err != nil || !isObject(decoded[:n]) {
		return text
	}
	return decoded[:n]
}

// isObject says whether body is a JSON object, with or without a byte order mark.
func isObject(body []byte) bool {
	body = trim(body)
	return bytes.HasPrefix(body, []byte("{")) && json.Valid(body)
}
