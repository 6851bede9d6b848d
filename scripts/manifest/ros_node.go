package manifest

import (
	"fmt"
	"iter"
	"strings"

	"go.yaml.in/yaml/v3"
)

// node is a value of a template as it is written: a scalar, a list, a map, or the call of
// an intrinsic function. A node that is empty is null.
type node struct {
	scalar any              // string, int, float64 or bool
	list   []*node          // not nil if it is a list
	keys   []string         // of fields, in the order of the file
	fields map[string]*node // not nil if it is a map
	call   string           // such as Ref or GetAtt; empty if it is no call
	arg    *node            // of the call
}

// field returns the field of a map, or nil.
func (n *node) field(name string) *node {
	if n == nil {
		return nil
	}
	return n.fields[name]
}

// all are the fields of a map, in the order of the file.
func (n *node) all() iter.Seq2[string, *node] {
	return func(yield func(string, *node) bool) {
		if n == nil {
			return
		}
		for _, key := range n.keys {
			if !yield(key, n.fields[key]) {
				return
			}
		}
	}
}

// text returns a scalar that is text, or else the empty string.
func (n *node) text() string {
	if n == nil {
		return ""
	}
	s, _ := n.scalar.(string)
	return s
}

// null reports whether nothing was written, or null.
func (n *node) null() bool {
	return n == nil || n.scalar == nil && n.list == nil && n.fields == nil && n.call == ""
}

// walk calls visit for the node and everything below it, with the path to it. It does
// not follow names.
func (n *node) walk(where string, visit func(where string, n *node)) {
	if n == nil {
		return
	}
	visit(where, n)
	for i, item := range n.list {
		item.walk(fmt.Sprintf("%s[%d]", where, i), visit)
	}
	for _, key := range n.keys {
		n.fields[key].walk(below(where, key), visit)
	}
	n.arg.walk(where, visit)
}

// rosCalls are the intrinsic functions that are understood, by their long names.
func rosCalls() map[string]string {
	calls := map[string]string{"Ref": "Ref"}
	for _, name := range []string{"GetAtt", "Sub", "If", "Equals", "Not", "And", "Or", "Join"} {
		calls["Fn::"+name] = name
	}
	return calls
}

// reader turns YAML into nodes.
type reader struct {
	calls  map[string]string
	report func(where, what string)
}

// read returns the node. Both forms of calls are one: !Ref x and {Ref: x}.
func (r reader) read(where string, y *yaml.Node) *node {
	if y.Kind == yaml.AliasNode {
		r.report(where, "is a YAML alias: write it out, since ROS does not promise to know them")
		return &node{}
	}
	if name, short := strings.CutPrefix(y.Tag, "!"); short && !strings.HasPrefix(name, "!") {
		plain := *y
		plain.Tag = ""
		if name != "Ref" && r.calls["Fn::"+name] == "" {
			r.report(where, "the function !"+name+" is not known")
			return &node{}
		}
		return &node{call: name, arg: r.read(where, &plain)}
	}
	switch y.Kind {
	case yaml.SequenceNode:
		n := &node{list: []*node{}}
		for i, item := range y.Content {
			n.list = append(n.list, r.read(fmt.Sprintf("%s[%d]", where, i), item))
		}
		return n
	case yaml.MappingNode:
		return r.readMap(where, y)
	default:
		n := &node{}
		if y.Tag == "" && y.Style == 0 || y.Tag != "" && y.Tag != "!!str" {
			if err := y.Decode(&n.scalar); err == nil {
				return n
			}
		}
		n.scalar = y.Value
		return n
	}
}

func (r reader) readMap(where string, y *yaml.Node) *node {
	if len(y.Content) == 2 {
		switch key := y.Content[0].Value; {
		case r.calls[key] != "":
			return &node{call: r.calls[key], arg: r.read(where, y.Content[1])}
		case strings.HasPrefix(key, "Fn::"):
			r.report(where, "the function "+key+" is not known")
			return &node{}
		}
	}
	n := &node{fields: map[string]*node{}}
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i].Value
		if n.fields[key] != nil {
			r.report(below(where, key), "is there twice")
			continue
		}
		n.keys = append(n.keys, key)
		n.fields[key] = r.read(below(where, key), y.Content[i+1])
	}
	return n
}
