package vod

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// bind sets v, which must be zero, to what n says, as far as it can be read as a
// value of that type and form, and reports whether it can.
func bind(v reflect.Value, n node, f form) bool {
	if n.kind() == kindNull {
		return false
	}
	switch v.Kind() {
	case reflect.Pointer:
		elem := reflect.New(v.Type().Elem())
		if !bind(elem.Elem(), n, f) {
			return false
		}
		v.Set(elem)
		return true
	case reflect.Struct:
		switch p := v.Addr().Interface().(type) {
		case *time.Time:
			return bindScalar(v, n, f)
		case *Change:
			return p.bind(n)
		default:
			return bindStruct(v, n)
		}
	case reflect.Slice:
		if raw, ok := reflect.TypeAssert[*json.RawMessage](v.Addr()); ok {
			*raw = json.RawMessage(n.raw())
			return true
		}
		return bindSlice(v, n, f)
	case reflect.Map:
		return bindMap(v, n)
	default:
		return bindScalar(v, n, f)
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
	if n.isEmpty() {
		return
	}
	type choice struct {
		name  node
		match match
	}
	p := planOf(v.Type())
	chosen := make([]choice, len(p.fields))
	var left []node // names of members that no field takes
	for name := range n.members() {
		i, m := p.field(strings.TrimSpace(name.text()))
		if m == noMatch {
			left = append(left, name)
			continue
		}
		winner, loser := choice{name, m}, chosen[i]
		if m < loser.match {
			winner, loser = loser, winner
		}
		chosen[i] = winner
		// A duplicate does not count at all, a name that only looks the same is
		// another member.
		if loser.match != noMatch && loser.name.text() != winner.name.text() {
			left = append(left, loser.name)
		}
	}
	for i, c := range chosen {
		if f := p.fields[i]; c.match != noMatch {
			bind(v.FieldByIndex(f.index), c.name.value(), f.form)
		}
	}
	if p.extra != nil && left != nil {
		extra := make(map[string]json.RawMessage, len(left))
		for _, name := range left {
			extra[name.text()] = json.RawMessage(name.value().raw())
		}
		v.FieldByIndex(p.extra).Set(reflect.ValueOf(extra))
	}
}

// bindSlice sets v to the items of the list that n is, holds or would be the only
// item of. A list without items is nil.
func bindSlice(v reflect.Value, n node, f form) bool {
	n = n.unwrap()
	isStruct := v.Type().Elem().Kind() == reflect.Struct
	if s, ok := n.scalar(); ok && !isStruct {
		count := 0
		for range splitList(s, f) {
			count++
		}
		grow(v, count)
		i := 0
		for piece := range splitList(s, f) {
			setScalar(v.Index(i), piece)
			i++
		}
		return true
	}
	switch kind := n.kind(); {
	case kind == kindArray:
		count := 0
		for range n.items() {
			count++
		}
		grow(v, count)
		i := 0
		for item := range n.items() {
			bind(v.Index(i), item, f)
			i++
		}
		return true
	case kind == kindObject && isStruct:
		grow(v, 1)
		bind(v.Index(0), n, f)
		return true
	default:
		return false
	}
}

// grow makes v, a nil slice, one of n zero values.
func grow(v reflect.Value, n int) {
	if n > 0 {
		v.Set(reflect.MakeSlice(v.Type(), n, n))
	}
}

// bindMap sets v, a map with text for keys, to the members of the object that n is
// or holds.
func bindMap(v reflect.Value, n node) bool {
	n, ok := n.object()
	if !ok {
		return false
	}
	v.Set(reflect.MakeMap(v.Type()))
	for k, value := range n.members() {
		elem := reflect.New(v.Type().Elem()).Elem()
		bind(elem, value, plain)
		v.SetMapIndex(reflect.ValueOf(k.text()), elem)
	}
	return true
}

// bindScalar sets v to a scalar or, if it is opaque text, to anything.
func bindScalar(v reflect.Value, n node, f form) bool {
	s, ok := n.scalar()
	switch {
	case !ok && f == opaque:
		s, ok = strings.ToValidUTF8(n.raw(), replacement), true
	case f == identifier:
		s = strings.TrimSpace(s)
	}
	return ok && setScalar(v, s)
}

// bind sets c to the change that n is or holds. VOD sends an object in a string;
// anything else that is not null is the new value itself.
func (c *Change) bind(n node) bool {
	if object, ok := n.object(); ok && object.has("OldValue", "NewValue") {
		bindMembers(reflect.ValueOf(c).Elem(), object)
		return true
	}
	return bind(reflect.ValueOf(&c.NewValue).Elem(), n, opaque)
}
