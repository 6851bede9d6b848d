package vod

import "strings"

// maxUnwrap is how many strings within strings are opened: VOD sends JSON as text
// in JSON, and some queues between do it once more.
const maxUnwrap = 2

// scalar returns the text of a string, a number or a boolean.
func (n node) scalar() (string, bool) {
	switch n.kind() {
	case kindString:
		return n.text(), true
	case kindNumber, kindTrue, kindFalse:
		return n.raw(), true
	default:
		return "", false
	}
}

// unwrap returns the object or array that n holds if n is a string that holds one as
// JSON, possibly in one more string; else n.
func (n node) unwrap() node {
	inner := n
	for range maxUnwrap {
		if inner.kind() != kindString {
			break
		}
		text := trimText([]byte(inner.text()))
		if len(text) == 0 || !strings.ContainsRune(`{["`, rune(text[0])) {
			break
		}
		root, ok := inner.t.within(text)
		if !ok {
			break
		}
		inner = root
	}
	if k := inner.kind(); k == kindObject || k == kindArray {
		return inner
	}
	return n
}

// object returns the object that n is, holds, or is a list of.
func (n node) object() (node, bool) {
	n = n.unwrap()
	if n.kind() == kindArray && !n.isEmpty() {
		if first := (node{n.t, n.i + 1}); first.span().next == n.span().next {
			n = first.unwrap()
		}
	}
	return n, n.kind() == kindObject
}
