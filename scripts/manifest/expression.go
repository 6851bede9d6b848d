package manifest

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// magic is an expression in a text, as in acs:mns:${vars.region}. It ends at the first
// brace, whatever is inside, so that none can hold one.
var magic = regexp.MustCompile(`\$\{([^}]*)\}`)

// resolver gives the expressions of s.yaml their values. They are those of Serverless
// Devs (@serverless-devs/s 3.1), of which it knows what s.yaml uses:
//
//	env('NAME')  env('NAME', default)   a variable; one that is empty counts as not set,
//	                                    and a member that is not there as no default;
//	                                    one that holds an expression is refused here
//	vars.a.b     vars.a[…]              what stands below vars
//	json(…)                             a text in JSON, as what it says
//	'text'  a + b  a && b  a || b       as in JavaScript
type resolver struct {
	getenv func(string) string
	vars   map[string]any
}

// unsetError is about a variable that has no default and is not set.
type unsetError struct{ variable string }

func (e unsetError) Error() string { return e.variable + " is not set, and has no default" }

// memberError is about a member that is not there.
type memberError struct{ what string }

func (e memberError) Error() string { return e.what }

// resolve returns the value of a text: as it is if it has no expression, any kind of value
// if it is one, and a text again if it has some. What an expression gives is resolved
// again, but only once; it is from s.yaml, never from a variable, and errors may quote it.
func (r *resolver) resolve(text string) (any, error) {
	v, err := r.once(text)
	if again, ok := v.(string); ok && err == nil {
		return r.once(again)
	}
	return v, err
}

func (r *resolver) once(text string) (any, error) {
	found := magic.FindAllStringSubmatchIndex(text, -1)
	var whole strings.Builder
	end := 0
	for _, at := range found {
		v, err := r.evaluate(text[at[2]:at[3]])
		if err != nil {
			return nil, err
		}
		if at[0] == 0 && at[1] == len(text) {
			return v, nil
		}
		whole.WriteString(text[end:at[0]])
		whole.WriteString(joined(v))
		end = at[1]
	}
	return whole.String() + text[end:], nil
}

// evaluate returns the value of an expression.
func (r *resolver) evaluate(source string) (any, error) {
	tokens, err := split(source)
	if err != nil {
		return nil, err
	}
	p := &parser{resolver: r, tokens: tokens}
	v, err := p.either()
	switch {
	case p.malformed != nil:
		return nil, p.malformed
	case err != nil:
		return nil, err
	case len(p.tokens) > 0:
		return nil, errors.New("the expression goes on where it should end")
	case v == nil:
		return nil, errors.New("the expression has no value")
	}
	return v, nil
}

var token = regexp.MustCompile(`^\s*('[^'\\]*'|"[^"\\]*"|[A-Za-z_][A-Za-z0-9_]*|&&|\|\||[][().,+])\s*`)

// split cuts an expression into its tokens.
func split(source string) ([]string, error) {
	var tokens []string
	for source != "" {
		m := token.FindStringSubmatch(source)
		if m == nil {
			return nil, errors.New("the expression cannot be read: there are 'texts', env, json, vars, +, && and ||")
		}
		tokens = append(tokens, m[1])
		source = source[len(m[0]):]
	}
	return tokens, nil
}

// truthy says what && and || make of a value.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case int:
		return v != 0
	case float64:
		return v != 0
	default:
		return true
	}
}

// joined is a value as a part of a text.
func joined(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}
