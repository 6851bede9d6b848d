package vodtest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// object is a JSON object whose members keep their order; a member whose value
// is nil is left out.
type object []member

type member struct {
	name  string
	value any
}

// array is a JSON array.
type array []any

// quoted is a JSON string that holds the JSON of its value.
type quoted struct{ value any }

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for _, m := range o {
		if m.value == nil {
			continue
		}
		name, err := encode(m.name)
		if err != nil {
			return nil, err
		}
		value, err := encode(m.value)
		if err != nil {
			return nil, err
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(b, name...)
		b = append(b, ':')
		b = append(b, value...)
	}
	return append(b, '}'), nil
}

// MarshalJSON writes the JSON of the value as a string.
func (q quoted) MarshalJSON() ([]byte, error) {
	b, err := encode(q.value)
	if err != nil {
		return nil, err
	}
	return encode(string(b))
}

// encode returns v as compact JSON, with <, > and & as they are: VOD does not
// escape them.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}

// set returns v with the place at path set to value, or removed if value is nil.
func set(v any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	switch v := v.(type) {
	case quoted:
		return quoted{set(v.value, path, value)}
	case array:
		if i, err := strconv.Atoi(path[0]); err == nil && i >= 0 {
			return setItem(v, i, path[1:], value)
		}
	case object:
		return setMember(v, path[0], path[1:], value)
	}
	if value == nil {
		return v
	}
	return setMember(nil, path[0], path[1:], value)
}

func setMember(o object, name string, rest []string, value any) object {
	for i := range o {
		if o[i].name == name {
			o[i].value = set(o[i].value, rest, value)
			return o
		}
	}
	if value == nil {
		return o
	}
	return append(o, member{name, set(nil, rest, value)})
}

func setItem(a array, i int, rest []string, value any) array {
	switch {
	case i >= len(a) && value == nil:
		return a
	case i >= len(a):
		return append(a, set(nil, rest, value))
	case len(rest) == 0 && value == nil:
		return slices.Delete(a, i, i+1)
	}
	a[i] = set(a[i], rest, value)
	return a
}
