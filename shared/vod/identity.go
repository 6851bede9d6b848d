package vod

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Two kinds of content are identified; these keep their digests apart.
const (
	domainJSON  = "vodevents event v1: json\n"
	domainBytes = "vodevents event v1: bytes\n"
)

// contentID identifies an event by its decoded value.
func contentID(root node) ID {
	dst := make([]byte, 0, len(domainJSON)+len(root.t.src)*5/4)
	return newID(eventTime(root), sha256.Sum256(appendCanonical(append(dst, domainJSON...), root)))
}

// bytesID identifies a body that is no JSON.
func bytesID(body []byte) ID {
	h := sha256.New()
	h.Write([]byte(domainBytes))
	h.Write(body)
	return newID(time.Time{}, [sha256.Size]byte(h.Sum(nil)))
}

// appendCanonical appends the canonical form of n: the same for values that are
// equal as JSON, however they are written, and different for all others. No form
// is the beginning of another.
func appendCanonical(dst []byte, n node) []byte {
	switch n.kind() {
	case kindObject:
		return appendCanonicalObject(dst, n)
	case kindArray:
		dst = append(dst, '[')
		for item := range n.items() {
			dst = appendCanonical(dst, item)
		}
		return append(dst, ']')
	case kindString:
		return appendCanonicalString(dst, n.exact())
	case kindNumber:
		d, _ := parseDecimal(n.raw())
		return append(append(append(dst, '#'), d.String()...), ';')
	default: // true, false, null
		return append(dst, byte(n.kind()))
	}
}

func appendCanonicalString(dst []byte, s string) []byte {
	dst = strconv.AppendInt(append(dst, '"'), int64(len(s)), 10)
	return append(append(dst, ':'), s...)
}

// appendCanonicalObject appends the members sorted by name; of members with the
// same name only the last.
func appendCanonicalObject(dst []byte, n node) []byte {
	type member struct {
		name  string
		value node
	}
	members := make([]member, 0, n.countMembers())
	for k, v := range n.members() {
		members = append(members, member{k.exact(), v})
	}
	slices.SortStableFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	dst = append(dst, '{')
	for i, m := range members {
		if i+1 < len(members) && members[i+1].name == m.name {
			continue
		}
		dst = appendCanonical(appendCanonicalString(dst, m.name), m.value)
	}
	return append(dst, '}')
}
