package vod

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// tree is a JSON text cut into its values. Decoding and identity both read it,
// so that a body is scanned once.
type tree struct {
	src string
	// spans holds the values in the order of the text: a container comes before
	// what is in it, the name of a member, as a string, before its value.
	spans []span
	// left is how many more values may be read from text within text; below 0 once
	// there were too many. Trees of the same body share it.
	left *int
}

// span is one value: src[start:end]. The values in it, if any, are those between
// it and the index next.
type span struct{ start, end, next int }

// node is one value of a tree.
type node struct {
	t *tree
	i int
}

// kind is what a value is: its first byte, but one for all numbers.
type kind byte

const (
	kindObject kind = '{'
	kindArray  kind = '['
	kindString kind = '"'
	kindTrue   kind = 't'
	kindFalse  kind = 'f'
	kindNull   kind = 'n'
	kindNumber kind = '0'
)

// readTree returns the root of the JSON text in body, after an optional byte
// order mark and white space, if that has no more than most values.
func readTree(body []byte, most int) (node, error) {
	text := trimText(body)
	if !json.Valid(text) {
		if len(text) == 0 {
			return node{}, fmt.Errorf("%w: empty", ErrMalformed)
		}
		// Valid does not say where; Unmarshal does.
		var raw json.RawMessage
		if syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(text, &raw)); ok {
			return node{}, fmt.Errorf("%w: no JSON at byte %d of %d", ErrMalformed, syntax.Offset, len(text))
		}
		return node{}, fmt.Errorf("%w: no JSON", ErrMalformed)
	}
	src := string(text)
	count := countValues(src)
	if count > most {
		return node{}, tooMany()
	}
	return scan(src, count), nil
}

// tooMany returns the error for more than [MaxValues] values.
func tooMany() error { return fmt.Errorf("%w: over 100,000 values", ErrMalformed) }

// within returns the root of the JSON in text, which a string of t holds, and false
// if it is none or there are too many values.
func (t *tree) within(text []byte) (node, bool) {
	if !json.Valid(text) {
		return node{}, false
	}
	src := string(text)
	count := countValues(src)
	if *t.left -= count; *t.left < 0 {
		return node{}, false
	}
	root := scan(src, count)
	root.t.left = t.left
	return root, true
}

// trimText returns text without white space around it and a byte order mark before
// it.
func trimText(text []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(text), []byte("\uFEFF")))
}

// countValues returns how many values, names among them, src has, which must be
// valid JSON.
func countValues(src string) int {
	count := 0
	for start, end := token(src, 0); start < len(src); start, end = token(src, end) {
		if c := src[start]; c != '}' && c != ']' {
			count++
		}
	}
	return count
}

// scan cuts up src, which must be valid JSON of count values, and returns its root.
func scan(src string, count int) node {
	t := &tree{src: src, spans: make([]span, 0, count)}
	var open []int // the containers around the token
	for start, end := token(src, 0); start < len(src); start, end = token(src, end) {
		switch src[start] {
		case '{', '[':
			open = append(open, len(t.spans))
			t.spans = append(t.spans, span{start: start})
		case '}', ']':
			s := &t.spans[open[len(open)-1]]
			s.end, s.next = end, len(t.spans)
			open = open[:len(open)-1]
		default:
			t.spans = append(t.spans, span{start: start, end: end, next: len(t.spans) + 1})
		}
	}
	return node{t: t}
}

// token returns where the first bracket or scalar of src from i on is; start is
// len(src) if there is none.
func token(src string, i int) (start, end int) {
	for ; i < len(src); i++ {
		switch src[i] {
		case ' ', '\t', '\r', '\n', ',', ':':
		case '{', '[', '}', ']':
			return i, i + 1
		default:
			return i, scalarEnd(src, i)
		}
	}
	return i, i
}

// scalarEnd returns the index after the scalar that starts at i.
func scalarEnd(src string, i int) int {
	if src[i] != '"' {
		if n := strings.IndexAny(src[i:], " \t\r\n,]}"); n >= 0 {
			return i + n
		}
		return len(src)
	}
	for i++; src[i] != '"'; i++ {
		if src[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func (n node) span() span { return n.t.spans[n.i] }

// raw returns the value as it stands in the text.
func (n node) raw() string {
	s := n.span()
	return n.t.src[s.start:s.end]
}

func (n node) kind() kind {
	switch c := n.t.src[n.span().start]; c {
	case '{', '[', '"', 't', 'f', 'n':
		return kind(c)
	default:
		return kindNumber
	}
}

// isEmpty reports whether an object or array has nothing in it.
func (n node) isEmpty() bool { return n.span().next == n.i+1 }

// value returns the value of the member whose name n is.
func (n node) value() node { return node{n.t, n.i + 1} }

// items ranges over the values of an array.
func (n node) items() iter.Seq[node] {
	return func(yield func(node) bool) {
		for i := n.i + 1; i < n.span().next; i = n.t.spans[i].next {
			if !yield(node{n.t, i}) {
				return
			}
		}
	}
}

// members ranges over the names and values of an object.
func (n node) members() iter.Seq2[node, node] {
	return func(yield func(name, value node) bool) {
		for i := n.i + 1; i < n.span().next; i = n.t.spans[i+1].next {
			name := node{n.t, i}
			if !yield(name, name.value()) {
				return
			}
		}
	}
}

// countMembers returns how many members an object has.
func (n node) countMembers() int {
	count := 0
	for i := n.i + 1; i < n.span().next; i = n.t.spans[i+1].next {
		count++
	}
	return count
}

// member returns the value of an object's member as a struct's field finds it.
func (n node) member(name string) (node, bool) {
	var found node
	best := noMatch
	if n.kind() != kindObject {
		return found, false
	}
	for k, v := range n.members() {
		if m := matchName(strings.TrimSpace(k.text()), name); m != noMatch && m >= best {
			found, best = v, m
		}
	}
	return found, best != noMatch
}

// has reports whether an object has a member of one of the names.
func (n node) has(names ...string) bool {
	for _, name := range names {
		if _, ok := n.member(name); ok {
			return true
		}
	}
	return false
}

// match says how well the name of a member fits; a better match is greater.
type match int

const (
	noMatch match = iota
	foldedMatch
	exactMatch
)

// matchName compares the name of a member, without blanks around it, to the one
// wanted.
func matchName(got, want string) match {
	switch {
	case got == want:
		return exactMatch
	case strings.EqualFold(got, want):
		return foldedMatch
	default:
		return noMatch
	}
}
