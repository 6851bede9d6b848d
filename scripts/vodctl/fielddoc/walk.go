package fielddoc

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// maxDepth is how deep members are looked at. VOD's own are at most 8 deep.
const maxDepth = 16

// maxUnwrap is how many texts within texts are opened, as package vod does.
const maxUnwrap = 2

// member is a member of an object, or an item of a list, in a body.
type member struct {
	parent *member // nil at the top
	name   string  // as it came, cut; empty for an item
	index  int     // of an item
	raw    json.RawMessage
	inner  json.RawMessage // raw, or the JSON that it holds as text
	field  *Field          // what is documented about it; nil if nothing is, and for an item
	known  bool
	count  int // how many members or items it has, if it is led into
	led    bool
}

// depth returns how many members it is in.
func (m *member) depth() int {
	n := 0
	for p := m.parent; p != nil; p = p.parent {
		n++
	}
	return n
}

// path returns where it is in the body, such as "StreamInfos[2].Bitrate".
func (m *member) path() string {
	switch {
	case m.parent == nil:
		return m.name
	case m.isItem():
		return m.parent.path() + "[" + strconv.Itoa(m.index) + "]"
	default:
		return m.parent.path() + "." + m.name
	}
}

// form returns the path with which members that are alike have in common, such as
// "StreamInfos[].Bitrate".
func (m *member) form() string {
	switch {
	case m.field != nil:
		return m.field.Path
	case m.parent == nil:
		return m.name
	case m.isItem():
		return m.parent.form() + "[]"
	default:
		return m.parent.form() + "." + m.name
	}
}

func (m *member) isItem() bool { return m.parent != nil && kindOf(m.parent.inner) == List }

// fields returns what is documented about what is in m.
func (m *member) fields() []Field {
	switch {
	case m.field != nil:
		return m.field.Fields
	case m.isItem():
		return m.parent.fields()
	default:
		return nil
	}
}

// closed reports whether m is one value, whatever is in it: VOD does not say what that
// is, or it is text, also if that looks like JSON.
func (m *member) closed() bool {
	f := m.field
	return f != nil && (f.Opaque || f.Kind == Any || kindOf(m.raw) == Text && f.Kind != Object && f.Kind != List)
}

// walker looks at the members of a body, in their order, each before what is in it.
type walker struct {
	visit func(*member)
	left  int  // how many more members are visited
	cut   bool // there are more than that, or some are too deep
}

// body walks through a whole body; one that is no JSON object has no members.
func (w *walker) body(body []byte, fields []Field) {
	text := bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\uFEFF")))
	if kindOf(text) != Object || !json.Valid(text) {
		return
	}
	all, _ := entries(text, w.left+1)
	w.members(nil, all, fields, 0)
}

// members walks through members of an object or items of a list.
func (w *walker) members(parent *member, all []entry, fields []Field, depth int) {
	isList := parent != nil && kindOf(parent.inner) == List
	var documented []*Field
	if !isList {
		documented = match(all, fields)
	}
	for i, e := range all {
		if w.left == 0 {
			w.cut = true
			return
		}
		w.left--
		m := &member{parent: parent, name: cutName(e.name), index: i, raw: e.raw, inner: e.raw}
		if isList {
			m.known = parent.known
		} else {
			m.field, m.known = documented[i], documented[i] != nil
		}
		w.value(m, depth)
	}
}

// value visits m and walks through what is in it.
func (w *walker) value(m *member, depth int) {
	if !m.closed() {
		m.inner = unwrap(m.raw)
	}
	kind := kindOf(m.inner)
	if m.closed() || kind != Object && kind != List {
		w.visit(m)
		return
	}
	if depth == maxDepth {
		w.cut = true
		w.visit(m)
		return
	}
	all, count := entries(m.inner, w.left+1)
	if kind == List && !hasContainer(all) || m.field != nil && m.field.isChange() && !hasAny(all, m.field.Fields) {
		w.cut = w.cut || count > len(all)
		w.visit(m) // one value
		return
	}
	m.led, m.count = true, count
	w.visit(m)
	w.members(m, all, m.fields(), depth+1)
}

// entry is a member of an object, or an item of a list, which has no name.
type entry struct {
	name string
	raw  json.RawMessage
}

// entries returns what is in an object or a list, which is valid JSON: up to most of
// it, and how much it is.
func entries(raw []byte, most int) (all []entry, count int) {
	isObject := kindOf(raw) == Object
	for i := next(raw, 1); raw[i] != '}' && raw[i] != ']'; i = next(raw, i) {
		var e entry
		if isObject {
			end := valueEnd(raw, i)
			if count < most {
				e.name = textOf(raw[i:end])
			}
			i = next(raw, end)
		}
		end := valueEnd(raw, i)
		e.raw = raw[i:end]
		if count++; count <= most {
			all = append(all, e)
		}
		i = end
	}
	return all, count
}

// next returns where, from i on, the next value begins, or its container ends.
func next(raw []byte, i int) int {
	for strings.IndexByte(" \t\r\n,:", raw[i]) >= 0 {
		i++
	}
	return i
}

// valueEnd returns the index after the value that begins at i.
func valueEnd(raw []byte, i int) int {
	for open := 0; ; i++ {
		switch raw[i] {
		case '{', '[':
			open++
		case '}', ']':
			open--
		case '"':
			for i++; raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case ' ', '\t', '\r', '\n', ',', ':':
			continue
		default:
			for i+1 < len(raw) && strings.IndexByte(" \t\r\n,:]}", raw[i+1]) < 0 {
				i++
			}
		}
		if open == 0 {
			return i + 1
		}
	}
}

// match returns what is documented about each member. If several fit one field, the one
// with the field's very name counts, else the last, and with it those of the same name:
// as package vod has it.
func match(all []entry, fields []Field) []*Field {
	documented := make([]*Field, len(all))
	if len(fields) == 0 {
		return documented
	}
	type winner struct {
		name  string
		exact bool
	}
	winners := map[*Field]winner{}
	for i, e := range all {
		index, exact := find(fields, e.name)
		if index < 0 {
			continue
		}
		documented[i] = &fields[index]
		if w, ok := winners[documented[i]]; !ok || exact || !w.exact {
			winners[documented[i]] = winner{e.name, exact}
		}
	}
	for i, f := range documented {
		if f != nil && f.Name != "*" && winners[f].name != all[i].name {
			documented[i] = nil
		}
	}
	return documented
}

// maxName is how many bytes of the name of a member are kept, and of a type.
const maxName = 100

func cutName(s string) string {
	if len(s) <= maxName {
		return s
	}
	return strings.ToValidUTF8(s[:maxName], "") + "…"
}

func hasAny(all []entry, fields []Field) bool {
	for _, e := range all {
		if i, _ := find(fields, e.name); i >= 0 {
			return true
		}
	}
	return false
}

func hasContainer(all []entry) bool {
	for _, e := range all {
		if k := kindOf(unwrap(e.raw)); k == Object || k == List {
			return true
		}
	}
	return false
}

// unwrap returns the object or list that raw holds if it is a text that holds one as
// JSON, possibly in one more text; else raw.
func unwrap(raw json.RawMessage) json.RawMessage {
	inner := raw
	for range maxUnwrap {
		if kindOf(inner) != Text {
			break
		}
		if bytes.IndexAny(inner[1:], "{[\\\"") == len(inner)-len(`""`) { // as in most texts
			break
		}
		text := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(textOf(inner)), "\uFEFF"))
		if text == "" || !strings.ContainsRune(`{["`, rune(text[0])) || !json.Valid([]byte(text)) {
			break
		}
		inner = json.RawMessage(text)
	}
	if k := kindOf(inner); k == Object || k == List {
		return inner
	}
	return raw
}

// kindOf returns what a JSON value is by itself.
func kindOf(raw []byte) Kind {
	if len(raw) == 0 {
		return Null
	}
	switch raw[0] {
	case '{':
		return Object
	case '[':
		return List
	case '"':
		return Text
	case 't', 'f':
		return Boolean
	case 'n':
		return Null
	default:
		return Number
	}
}

// textOf returns what a value says: a text without quotation marks, all else as JSON.
func textOf(raw json.RawMessage) string {
	if kindOf(raw) == Text {
		if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 {
			return strings.ToValidUTF8(string(inner), "\uFFFD")
		}
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return s
		}
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}
