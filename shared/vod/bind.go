package vod

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// bind sets v, which must be zero, to what n says, as far as it can be read as a
// value of that type, and reports whether it can.
func bind(v reflect.Value, n node, opaque bool) bool {
	if n.kind() == kindNull {
		return false
	}
	switch v.Kind() {
	case reflect.Pointer:
		elem := reflect.New(v.Type().Elem())
		if !bind(elem.Elem(), n, opaque) {
			return false
		}
		v.Set(elem)
		return true
	case reflect.Struct:
		switch p := v.Addr().Interface().(type) {
		case *time.Time:
			return bindScalar(v, n, false)
		case *Change:
			return p.bind(n)
		default:
			return bindStruct(v, n)
		}
	case reflect.Slice:
		if raw, ok := v.Addr().Interface().(*json.RawMessage); ok {
			*raw = json.RawMessage(n.raw())
			return true
		}
		return bindSlice(v, n)
	case reflect.Map:
		return bindMap(v, n)
	default:
		return bindScalar(v, n, opaque)
	}
}

// bindStruct sets the fields of v to the members of the object that n is or holds.
func bindStruct(v reflect.Value, n node) bool {
	n, ok := n.object()
	if ok {
		bindMembers(v, n)
	}
	return ok
}

// bindMembers sets the fields of v to the members of the object n, and its Extra
// to those that no field takes.
func bindMembers(v reflect.Value, n node) {
	type candidate struct {
		name  string
		value node
		match match
	}
	p := planOf(v.Type())
	chosen := make([]candidate, len(p.fields))
	var extra map[string]json.RawMessage
	for k, value := range n.members() {
		c := candidate{name: k.text(), value: value}
		i, m := p.field(strings.TrimSpace(c.name))
		c.match = m
		if m != noMatch && m >= chosen[i].match {
			c, chosen[i] = chosen[i], c // c is now the one left out, if any
		}
		if p.extra != nil && c.value.t != nil && (m == noMatch || c.name != chosen[i].name) {
			if extra == nil {
				extra = make(map[string]json.RawMessage)
			}
			extra[c.name] = json.RawMessage(c.value.raw())
		}
	}
	for i, c := range chosen {
		if f := p.fields[i]; c.match != noMatch {
			bind(v.FieldByIndex(f.index), c.value, f.opaque)
		}
	}
	if extra != nil {
		v.FieldByIndex(p.extra).Set(reflect.ValueOf(extra))
	}
}

// bindSlice sets v to the items of the list that n is, holds or would be the only
// item of. A list without items is nil.
func bindSlice(v reflect.Value, n node) bool {
	n = n.unwrap()
	elem := v.Type().Elem()
	add := func(set func(item reflect.Value)) {
		item := reflect.New(elem).Elem()
		set(item)
		v.Set(reflect.Append(v, item))
	}
	if s, ok := n.scalar(); ok && elem.Kind() != reflect.Struct {
		for _, piece := range splitList(s) {
			add(func(item reflect.Value) { setScalar(item, piece) })
		}
		return true
	}
	switch n.kind() {
	case kindArray:
		for child := range n.items() {
			add(func(item reflect.Value) { bind(item, child, false) })
		}
		return true
	case kindObject:
		if elem.Kind() == reflect.Struct {
			add(func(item reflect.Value) { bind(item, n, false) })
			return true
		}
	}
	return false
}

// bindMap sets v, a map with text for keys, to the members of the object that n is or holds.
func bindMap(v reflect.Value, n node) bool {
	n, ok := n.object()
	if !ok {
		return false
	}
	v.Set(reflect.MakeMap(v.Type()))
	for k, value := range n.members() {
		elem := reflect.New(v.Type().Elem()).Elem()
		bind(elem, value, false)
		v.SetMapIndex(reflect.ValueOf(k.text()), elem)
	}
	return true
}

// bindScalar sets v to a scalar or, if it is opaque text, to anything.
func bindScalar(v reflect.Value, n node, opaque bool) bool {
	s, ok := n.scalar()
	if !ok && opaque {
		s, ok = strings.ToValidUTF8(n.raw(), replacement), true
	}
	return ok && setScalar(v, s)
}

// bind sets c to the change that n is or holds. VOD sends an object in a string;
// anything else that is not null is the new value itself.
func (c *Change) bind(n node) bool {
	if object, ok := n.object(); ok {
		bindMembers(reflect.ValueOf(c).Elem(), object)
		return true
	}
	return bind(reflect.ValueOf(&c.NewValue).Elem(), n, true)
}
