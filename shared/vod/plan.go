package vod

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// plan says where the members of an object go in a struct.
//
// A field is known by its json tag. The tag vod:"subject" marks the id of the
// medium that an event is about, vod:"opaque" and vod:"id" the form of its text. A
// field Extra takes the members that no other takes.
type plan struct {
	fields   []field
	names    map[string]int // index in fields
	subjects [][]int        // indexes of the fields, for reflect
	extra    []int          // nil if there is no field Extra
}

type field struct {
	name  string
	index []int // for reflect
	form  form
}

// form is what text a field takes.
type form int

const (
	plain form = iota
	// opaque text takes an object or a list as its JSON.
	opaque
	// identifier has no blanks around it; lists of these are cut at blanks too.
	identifier
)

// formOf returns the form of a field by its name and its tag: most ids show in the
// name.
func formOf(name, tag string) form {
	switch {
	case tag == "opaque":
		return opaque
	case tag == "id", strings.HasSuffix(name, "Id"), strings.HasSuffix(name, "Ids"):
		return identifier
	default:
		return plain
	}
}

var plans sync.Map //nolint:gochecknoglobals // a cache: types do not change

// planOf returns the plan of a struct type.
func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan) //nolint:errcheck // plans holds nothing else
	}
	p := &plan{names: make(map[string]int)}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous: // its fields are visible themselves
		case f.Type == reflect.TypeFor[map[string]json.RawMessage]():
			p.extra = f.Index
		case name != "" && name != "-":
			p.names[name] = len(p.fields)
			p.fields = append(p.fields, field{name, f.Index, formOf(name, f.Tag.Get("vod"))})
			if f.Tag.Get("vod") == "subject" {
				p.subjects = append(p.subjects, f.Index)
			}
		}
	}
	actual, _ := plans.LoadOrStore(t, p)
	return actual.(*plan) //nolint:errcheck // plans holds nothing else
}

// field returns the index of the field that takes a member, and how well it fits.
func (p *plan) field(name string) (int, match) {
	if i, ok := p.names[name]; ok {
		return i, exactMatch
	}
	for i := range p.fields {
		if strings.EqualFold(name, p.fields[i].name) {
			return i, foldedMatch
		}
	}
	return -1, noMatch
}
