package manifest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// parser evaluates as it reads. What && and || pass over is evaluated too, but only its
// form has to be right.
type parser struct {
	*resolver
	tokens    []string
	malformed error // the first thing that is wrong with the form
}

// bad notes what is wrong with the form.
func (p *parser) bad(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	p.malformed = cmp.Or(p.malformed, err)
	return err
}

// take takes the next token if it is the one that is wanted.
func (p *parser) take(wanted string) bool {
	if len(p.tokens) == 0 || p.tokens[0] != wanted {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

// need is take for what has to be there.
func (p *parser) need(wanted string) error {
	if !p.take(wanted) {
		return p.bad("the expression lacks a %s", wanted)
	}
	return nil
}

func (p *parser) either() (any, error) {
	v, err := p.both()
	for p.take("||") {
		other, otherErr := p.both()
		if err == nil && !truthy(v) {
			v, err = other, otherErr
		}
	}
	return v, err
}

func (p *parser) both() (any, error) {
	v, err := p.sum()
	for p.take("&&") {
		other, otherErr := p.sum()
		if err == nil && truthy(v) {
			v, err = other, otherErr
		}
	}
	return v, err
}

func (p *parser) sum() (any, error) {
	v, err := p.term()
	for p.take("+") {
		other, otherErr := p.term()
		if err == nil && otherErr == nil {
			v = joined(v) + joined(other)
		}
		if err == nil {
			err = otherErr
		}
	}
	return v, err
}

func (p *parser) term() (any, error) {
	if len(p.tokens) == 0 {
		return nil, p.bad("the expression ends too early")
	}
	next := p.tokens[0]
	p.tokens = p.tokens[1:]
	switch {
	case next[0] == '\'' || next[0] == '"':
		return next[1 : len(next)-1], nil
	case next == "env":
		return p.env()
	case next == "json":
		return p.json()
	case next == "vars":
		return p.member(any(p.vars), "vars")
	default:
		return nil, p.bad("the expression has a %s that nobody knows: there are 'texts', env, json, vars, +, && and ||", next)
	}
}

// env is env('NAME') or env('NAME', default).
func (p *parser) env() (any, error) {
	if err := p.need("("); err != nil {
		return nil, err
	}
	name, err := p.either()
	if err != nil {
		return nil, err
	}
	variable, ok := name.(string)
	if !ok {
		return nil, errors.New("env takes the name of a variable")
	}
	v, err := any(nil), error(unsetError{variable})
	if p.take(",") {
		v, err = p.either()
		if _, none := errors.AsType[memberError](err); none {
			err = unsetError{variable}
		}
	}
	if closing := p.need(")"); closing != nil {
		return nil, closing
	}
	set := p.getenv(variable)
	switch {
	case strings.Contains(set, "${"): // what is in it may be a part of a secret, and would show in errors
		return nil, fmt.Errorf("%s has a ${ in it, which Serverless Devs takes for an expression: write $ as %%24", variable)
	case set != "":
		return set, nil
	default:
		return v, err
	}
}

// json is json(…).
func (p *parser) json() (any, error) {
	if err := p.need("("); err != nil {
		return nil, err
	}
	v, err := p.either()
	if closing := p.need(")"); closing != nil {
		return nil, closing
	}
	if err != nil {
		return nil, err
	}
	var decoded any
	if err := json.Unmarshal([]byte(joined(v)), &decoded); err != nil {
		return nil, errors.New("json() is given what is no JSON") // which is not quoted: it may be a secret
	}
	if n, ok := decoded.(float64); ok && n == math.Trunc(n) {
		return int(n), nil // as it would be in YAML
	}
	return decoded, nil
}

// member is what .name and […] after v lead to.
func (p *parser) member(v any, path string) (any, error) {
	for {
		var name, step string
		switch {
		case p.take("."):
			if len(p.tokens) == 0 {
				return nil, p.bad("the expression ends too early")
			}
			name, p.tokens = p.tokens[0], p.tokens[1:]
			step = "." + name
		case p.take("["):
			index, err := p.either()
			if closing := p.need("]"); closing != nil {
				return nil, closing
			}
			if err != nil {
				return nil, err
			}
			name, step = joined(index), "[…]" // it may be the value of a variable, and is not quoted
		default:
			return v, nil
		}
		members, _ := v.(map[string]any)
		inner, ok := members[name]
		if !ok {
			return nil, memberError{path + " has no such member: there are " + strings.Join(slices.Sorted(maps.Keys(members)), ", ")}
		}
		v, path = inner, path+step
	}
}
