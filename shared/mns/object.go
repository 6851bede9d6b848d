package mns

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"
)

// jsonSpace is the white space of JSON (RFC 8259, section 2).
const jsonSpace = " \t\r\n"

// trim returns raw without the white space and the byte order mark around it: a
// receiver may ignore the mark (RFC 8259, section 8.1).
func trim(raw []byte) []byte {
	return bytes.Trim(bytes.TrimPrefix(bytes.Trim(raw, jsonSpace), []byte("\uFEFF")), jsonSpace)
}

// object is a JSON object whose members are kept as they came. Names count in their
// exact case, and the last of several members of one name counts.
type object map[string]json.RawMessage

func parseObject(raw []byte) (object, bool) {
	raw = trim(raw)
	if !bytes.HasPrefix(raw, []byte("{")) {
		return nil, false
	}
	var o object
	if json.Unmarshal(raw, &o) != nil {
		return nil, false
	}
	return o, true
}

// parseArray reads an array of at most limit elements. Longer ones are not read to
// their end, so that they cost no memory.
func parseArray(raw []byte, limit int) ([]json.RawMessage, bool) {
	raw = trim(raw)
	if !bytes.HasPrefix(raw, []byte("[")) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil { // the bracket
		return nil, false
	}
	elements := []json.RawMessage{}
	for d.More() {
		var e json.RawMessage
		if len(elements) == limit || d.Decode(&e) != nil {
			return nil, false
		}
		elements = append(elements, e)
	}
	if _, err := d.Token(); err != nil { // the bracket
		return nil, false
	}
	_, err := d.Token()
	return elements, errors.Is(err, io.EOF)
}

func (o object) has(name string) bool { return !isNull(o[name]) }

func (o object) hasAny(names ...string) bool {
	return slices.ContainsFunc(names, o.has)
}

func (o object) isString(name string) bool { return bytes.HasPrefix(o[name], []byte(`"`)) }

func (o object) isObject(name string) bool { return bytes.HasPrefix(o[name], []byte("{")) }

// text returns a member as text: see the function of this name.
func (o object) text(name string) string { return text(o[name]) }

// text returns a JSON string unescaped, "" for null and for what is missing, and
// any other value as its JSON.
func text(raw json.RawMessage) string {
	if isNull(raw) {
		return ""
	}
	var s string
	if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return string(raw)
	}
	return s
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// maxMillis is the last millisecond of the year 9999, after which times cannot be
// written as RFC 3339.
const maxMillis = 253402300799999

// instant reads a time: milliseconds since 1970, or RFC 3339; else it is the zero time.
func instant(s string) time.Time {
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms > 0 && ms <= maxMillis {
		return time.UnixMilli(ms).UTC()
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
