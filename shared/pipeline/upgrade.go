package pipeline

import (
	"bytes"
	"slices"
	"strings"
)

// upgradeURLs returns the body with the http:// URLs of the domains as https://.
// Ports and other hosts, also below the domains, are left as they are: nobody said
// that they have certificates. Without any such URL it returns body itself.
//
// It works on the text, so that whatever VOD writes a URL into is covered: lists, and
// JSON within strings, where slashes may be escaped.
func upgradeURLs(body []byte, domains []string) []byte {
	if len(domains) == 0 {
		return body
	}
	const scheme = "http:"
	var out []byte
	done := 0 // what of body is in out
	for at := 0; ; {
		i := bytes.Index(body[at:], []byte(scheme))
		if i < 0 {
			break
		}
		start := at + i
		at = start + len(scheme)
		host, ok := cutSlashes(body[at:])
		if !ok || start > 0 && isHostByte(body[start-1]) {
			continue
		}
		end := 0
		for end < len(host) && isHostByte(host[end]) {
			end++
		}
		if end < len(host) && (host[end] == ':' || host[end] == '@') {
			continue // a port, or a user
		}
		if slices.ContainsFunc(domains, func(d string) bool { return strings.EqualFold(d, string(host[:end])) }) {
			out = append(append(out, body[done:at-1]...), 's')
			done = at - 1
		}
	}
	if out == nil {
		return body
	}
	return append(out, body[done:]...)
}

// cutSlashes cuts the // before a host, whose slashes JSON may escape once for each
// string that they are in.
func cutSlashes(text []byte) ([]byte, bool) {
	for range 2 {
		text = bytes.TrimLeft(text, `\`)
		rest, ok := bytes.CutPrefix(text, []byte("/"))
		if !ok {
			return nil, false
		}
		text = rest
	}
	return text, true
}

func isHostByte(b byte) bool {
	return b == '-' || b == '.' || b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
