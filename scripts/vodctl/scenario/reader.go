package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
)

// reader reads the nodes of a YAML file strictly.
type reader struct{ file string }

// wrong returns an error about a node.
func (r reader) wrong(n *yaml.Node, problem string) error {
	return fmt.Errorf("%s:%d: %s", r.file, max(n.Line, 1), problem)
}

// members calls the function of each key that the mapping has.
func (r reader) members(n *yaml.Node, read map[string]func(*yaml.Node) error) error {
	keys := slices.Sorted(maps.Keys(read))
	return r.each(n, strings.Join(keys, ", "), func(key, value *yaml.Node) error {
		f, ok := read[key.Value]
		if !ok {
			return r.wrong(key, fmt.Sprintf("unknown key %q; allowed are %s%s", key.Value, strings.Join(keys, ", "), nearest.Hint(key.Value, keys)))
		}
		return f(value)
	})
}

// each calls f for each member of a mapping, whose keys are text and stand there once.
func (r reader) each(n *yaml.Node, what string, f func(key, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return r.wrong(n, "here go lines of the form key: value; the keys are "+what)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			return r.wrong(key, "a key has to be text; the keys are "+what)
		case seen[key.Value]:
			return r.wrong(key, fmt.Sprintf("%q stands here twice", key.Value))
		}
		seen[key.Value] = true
		if err := f(key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (r reader) text(key string, to *string) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
			return r.wrong(n, key+" has to be text")
		}
		*to = n.Value
		return nil
	}
}

func (r reader) truth(key string, to *bool) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
			return r.wrong(n, key+" has to be true or false")
		}
		*to = strings.EqualFold(n.Value, "true")
		return nil
	}
}

func (r reader) number(key string, to *int) func(*yaml.Node) error {
	return func(n *yaml.Node) (err error) {
		if *to, err = strconv.Atoi(n.Value); err != nil || *to < 0 || n.Kind != yaml.ScalarNode {
			return r.wrong(n, key+" has to be a number from 0 on")
		}
		return nil
	}
}

// object reads a mapping as JSON would have it.
func (r reader) object(to *map[string]any) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		*to = map[string]any{}
		return r.each(n, "the names of members", func(key, value *yaml.Node) error {
			v, err := r.value(value)
			(*to)[key.Value] = v
			return err
		})
	}
}

// value reads what JSON can say. Numbers stay as they are written, times are text.
func (r reader) value(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		var o map[string]any
		err := r.object(&o)(n)
		return o, err
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			v, err := r.value(item)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	default:
		return r.scalar(n)
	}
}

func (r reader) scalar(n *yaml.Node) (any, error) {
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true"), nil
	case "!!int", "!!float":
		if !json.Valid([]byte(n.Value)) {
			return nil, r.wrong(n, fmt.Sprintf("%q is no number in JSON; for text put it in quotation marks", n.Value))
		}
		return json.Number(n.Value), nil
	case "!!str", "!!timestamp":
		return n.Value, nil
	default:
		return nil, r.wrong(n, "what a value is cannot be said with "+n.ShortTag())
	}
}
