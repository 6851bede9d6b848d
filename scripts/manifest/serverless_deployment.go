package manifest

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// deployment is s.yaml with all its expressions resolved, and what is wrong with it.
type deployment struct {
	file     string
	source   string
	root     map[string]any
	unset    []string  // variables that have no default and are not set
	missing  []Problem // one for each of unset
	problems []Problem
}

// openDeployment reads s.yaml and resolves it in the order of Serverless Devs: first all
// but the resources, whose expressions see vars as they are written, then the resources,
// into each of which the template is merged that it extends. A value that cannot be
// resolved is a problem, and missing; one that is not set is the empty text.
func openDeployment(file string, getenv func(string) string) (*deployment, error) {
	source, err := os.ReadFile(file) //nolint:gosec // the caller names the file
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	var raw map[string]any
	if err := yaml.Unmarshal(source, &raw); err != nil {
		return nil, fmt.Errorf("manifest: %s: %w", file, err)
	}
	d := &deployment{file: file, source: string(source), root: map[string]any{}}
	written := &resolver{getenv: getenv, vars: mapOf(raw["vars"])}
	for _, key := range sortedKeys(raw) {
		if key != "resources" {
			d.root[key] = d.values(written, key, raw[key])
		}
	}
	resolved := &resolver{getenv: getenv, vars: mapOf(d.root["vars"])}
	resources := map[string]any{}
	for _, id := range sortedKeys(mapOf(raw["resources"])) {
		where := below("resources", id)
		resource := maps.Clone(mapOf(dig(raw, "resources", id)))
		if resource == nil {
			d.wrong(where, "must be a map")
			continue
		}
		if name := asText(dig(resource, "extend", "name")); name != "" {
			base, ok := mapOf(d.root["template"])[name]
			if !ok {
				d.wrong(where+".extend.name", "is no member of template")
			}
			resource["props"] = merged(mapOf(base), mapOf(resource["props"]))
		}
		resources[id] = d.values(resolved, where, resource)
	}
	d.root["resources"] = resources
	return d, nil
}

// wrong notes a problem.
func (d *deployment) wrong(where, what string) {
	d.problems = append(d.problems, Problem{File: d.file, Where: where, What: what})
}

// values returns a value with what is in it resolved, without members that are null.
func (d *deployment) values(r *resolver, where string, v any) any {
	switch v := v.(type) {
	case string:
		return d.value(r, where, v)
	case []any:
		all := make([]any, len(v))
		for i, item := range v {
			all[i] = d.values(r, fmt.Sprintf("%s[%d]", where, i), item)
		}
		return all
	case map[string]any:
		all := map[string]any{}
		for _, key := range sortedKeys(v) {
			if inner := d.values(r, below(where, key), v[key]); inner != nil {
				all[key] = inner
			}
		}
		return all
	case map[any]any:
		d.wrong(where, "has a key that is no text")
		return nil
	default:
		return v
	}
}

// value resolves a text.
func (d *deployment) value(r *resolver, where, text string) any {
	v, err := r.resolve(text)
	if unset, ok := errors.AsType[unsetError](err); ok {
		if !slices.Contains(d.unset, unset.variable) { // aliases repeat it
			d.unset = append(d.unset, unset.variable)
			d.missing = append(d.missing, Problem{File: d.file, Where: where, What: unset.Error()})
		}
		return ""
	}
	if err != nil {
		d.wrong(where, err.Error())
		return nil
	}
	again, ok := v.(string)
	switch {
	case ok && strings.Contains(again, "${"):
		d.wrong(where, "an expression is left over: Serverless Devs resolves what an expression gives once more, and no further")
		return nil
	case ok:
		return again
	default:
		return d.values(r, where, v)
	}
}

// merged returns base with what is over it: maps member by member, everything else whole.
func merged(base, over map[string]any) map[string]any {
	all := map[string]any{}
	maps.Copy(all, base)
	for key, v := range over {
		inner, innerOK := all[key].(map[string]any)
		outer, outerOK := v.(map[string]any)
		if innerOK && outerOK {
			v = merged(inner, outer)
		}
		all[key] = v
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
