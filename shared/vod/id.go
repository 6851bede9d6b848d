package vod

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"time"
)

// ID identifies an event by its content: a UUID of version 8 (RFC 9562), made of
// the EventTime and a digest of everything in the event. The same event has the
// same ID however often and through whichever channel it comes, also if the order
// of its members, the white space or the form of its numbers changed on the way;
// events that differ in any value have different ones. IDs sort by EventTime.
//
// From the first bit: 48 bits milliseconds since 1970, 0 if the event has no
// EventTime or one before 1970; 4 bits version; 12 bits digest; 2 bits variant; 62
// bits digest. The digest is SHA-256 over a canonical form of the decoded value:
// members sorted by name, the last of those with the same name, text without
// escapes, numbers as exact decimals.
type ID [16]byte

// IDOf returns the ID of the event in body. It needs no more than JSON: what [Parse]
// refuses as another product's event, for having no EventType or for having too many
// values, has an ID too. It takes time in proportion to the length of body, and at
// most 40 times its length in memory.
//
// If body is no JSON, the error wraps [ErrMalformed] and the ID is still good: it
// identifies the bytes of the body.
func IDOf(body []byte) (ID, error) {
	root, err := readTree(body, math.MaxInt)
	if err != nil {
		return bytesID(body), err
	}
	return contentID(root), nil
}

// newID makes an ID of a time and a digest.
func newID(t time.Time, digest [32]byte) ID {
	var id ID
	if ms := t.UnixMilli(); ms > 0 {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(ms)) // below 2^48 up to the year 10889
		copy(id[:6], b[2:])
	}
	copy(id[6:], digest[:])
	id[6] = id[6]&0x0F | 0x80 // version 8
	id[8] = id[8]&0x3F | 0x80 // variant of RFC 9562
	return id
}

// Time returns the EventTime in id, in UTC and whole milliseconds. It is the zero
// time if the event had none, or one before 1970.
func (id ID) Time() time.Time {
	var b [8]byte
	copy(b[2:], id[:6])
	ms := int64(binary.BigEndian.Uint64(b[:])) //nolint:gosec // 48 bits
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// uuidLen is the length of a UUID as text.
const uuidLen = len("00000000-0000-0000-0000-000000000000")

// String returns id as a UUID in lower case, such as
// "019c21c2-c270-8d41-9a3c-0f6f5f0e2a77".
func (id ID) String() string {
	text, _ := id.MarshalText()
	return string(text)
}

// MarshalText returns the text of [ID.String]. The error is always nil.
func (id ID) MarshalText() ([]byte, error) {
	b := make([]byte, uuidLen)
	hex.Encode(b, id[:4])
	hex.Encode(b[9:], id[4:6])
	hex.Encode(b[14:], id[6:8])
	hex.Encode(b[19:], id[8:10])
	hex.Encode(b[24:], id[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return b, nil
}

// UnmarshalText sets id to the ID that text holds, see [ParseID].
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := ParseID(string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// ParseID reads an ID in the form that [ID.String] writes, in either case. It does
// not ask for a version or variant.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != uuidLen {
		return ID{}, fmt.Errorf("vod: parse id: %d characters, want %d", len(s), uuidLen)
	}
	if s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return ID{}, fmt.Errorf("vod: parse id %q: want 8-4-4-4-12 hexadecimal digits", s)
	}
	digits := s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	if _, err := hex.Decode(id[:], []byte(digits)); err != nil {
		return ID{}, fmt.Errorf("vod: parse id %q: want 8-4-4-4-12 hexadecimal digits", s)
	}
	return id, nil
}
