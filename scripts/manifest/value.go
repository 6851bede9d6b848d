package manifest

import (
	"fmt"
	"time"
)

// below is the path of a member of what is at the path where.
func below(where, key string) string {
	if where == "" {
		return key
	}
	return where + "." + key
}

// dig returns what is at the path below v, or nil.
func dig(v any, path ...string) any {
	for _, name := range path {
		v = mapOf(v)[name]
	}
	return v
}

// mapOf returns a map, or nil if v is none.
func mapOf(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// listOf returns a list, or nil if v is none.
func listOf(v any) []any {
	l, _ := v.([]any)
	return l
}

// texts returns the items of a list as text.
func texts(v any) []string {
	all := []string{}
	for _, item := range listOf(v) {
		all = append(all, asText(item))
	}
	return all
}

// asText returns a scalar as text; nil is the empty text.
func asText(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// seconds returns a number of seconds.
func seconds(v any) time.Duration {
	n, _ := number(v)
	return time.Duration(n * float64(time.Second))
}
