package fielddoc

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/vodevents/vodevents/shared/vod"
)

// What a [Description] has at most.
const (
	// MaxMembers is how many members are described. VOD's largest events, with 150
	// streams, have some three thousand.
	MaxMembers = 4000
	// MaxValue is how many characters of a value are shown.
	MaxValue = 300
)

// Description is what a body says, member by member.
type Description struct {
	// Shape is what is documented about the event. For a body that is no event of VOD
	// it is the zero Shape.
	Shape Shape
	// Members are in the order of the body, those of an object after the object.
	Members []Member
	// Cut means that there are more members than MaxMembers, or some that are too deep.
	Cut bool
}

// Member is one member of an event, or an item of a list with objects in it.
type Member struct {
	// Name is as it came; of an item it is its place, such as "[2]".
	Name string
	// Path leads to it from the top, such as "StreamInfos[2].Bitrate".
	Path string
	// Depth is how many members it is in.
	Depth int
	// Came is what the value is by itself: Text, Number, Boolean, List, Object or Null.
	// With InText it came as a text that holds that as JSON.
	Came   Kind
	InText bool
	// Value is what came, up to MaxValue characters and "…": a text without quotation
	// marks, the items of a list with commas between, all else as JSON. It is empty if
	// members of it follow.
	Value string
	// Reading is Value in other words, for people, such as "12.3 MB", "7m22s" or
	// "3 items"; empty if there is nothing to add.
	Reading string
	// Known means that it is documented, or is an item of a list that is.
	Known bool
	// Field is what is documented about it; its Fields are left out.
	Field Field
}

// Describe holds a body against the documentation. It copes with any input: the time it
// takes is in proportion to the length of the body. A body that is no JSON object has no
// members.
func Describe(body []byte) Description {
	var d Description
	if e, err := vod.Parse(body); err == nil {
		d.Shape = Of(e.Head().Type, body)
	}
	w := walker{left: MaxMembers, visit: func(m *member) { d.Members = append(d.Members, describe(m)) }}
	w.body(body, d.Shape.Fields)
	d.Cut = w.cut
	return d
}

func describe(m *member) Member {
	d := Member{
		Name: m.name, Path: m.path(), Depth: m.depth(), Came: kindOf(m.inner), Known: m.known,
		InText: kindOf(m.inner) != kindOf(m.raw),
	}
	if m.isItem() {
		d.Name = d.Path[len(m.parent.path()):]
	}
	if m.field != nil {
		d.Field = *m.field
		d.Field.Fields = nil
	}
	switch {
	case m.led && d.Came == List:
		d.Reading = count(m.count, "item")
	case m.led:
		d.Reading = count(m.count, "member")
	case d.Came == List && !m.closed():
		values := itemsOf(m.inner)
		d.Value, d.Reading = short(strings.Join(values, ", ")), readings(d.Field, values)
	default:
		d.Value = value(m.inner)
		d.Reading = reading(d.Field, d.Came, d.Value)
	}
	return d
}

// itemsOf returns what the items of a list say, as many as could be shown.
func itemsOf(raw json.RawMessage) []string {
	all, _ := entries(raw, MaxValue)
	var values []string
	for _, e := range all {
		values = append(values, value(e.raw))
	}
	return values
}

// value returns what a value says, cut to what is shown.
func value(raw json.RawMessage) string {
	if k := kindOf(raw); k == Object || k == List {
		var b bytes.Buffer
		if json.Compact(&b, raw) == nil {
			raw = b.Bytes()
		}
	}
	return short(textOf(raw))
}

// short cuts what is too long to be shown.
func short(s string) string {
	if len(s) <= MaxValue {
		return s
	}
	end := 0
	for range MaxValue {
		_, size := utf8.DecodeRuneInString(s[end:])
		if end += size; end >= len(s) {
			return s
		}
	}
	return s[:end] + "…"
}
