package manifest

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// limits are values that a parameter must take, and values that it must refuse, since the
// services do. Sources: ApsaraVideo VOD, "SetMessageCallback"; Tablestore, "Naming
// conventions and data types"; Simple Log Service, "Manage a logstore"; Function Compute
// 3.0, "Limits"; for the names, those of all that is made from them.
func limits() map[string]struct{ takes, refuses []string } {
	const address = "https://hooks.example.com/"
	return map[string]struct{ takes, refuses []string }{
		"Name": {
			[]string{"vod", "a" + strings.Repeat("-b", 15) + "c"},
			[]string{"", "Vod", "vod_events", "1vod", "vod-", "a" + strings.Repeat("b", 32)},
		},
		"TablestoreInstance": {
			[]string{"", "vod-events-7f3a", "Vod1"},
			[]string{"vod_events", "1vod", "vod-", "vod-events-7f3a2b", "my-ots", "alivod", "vod-day", "taobao1", "vod-admin"},
		},
		"CallbackUrl": {
			[]string{"", address, address + strings.Repeat("x", 256-len(address))},
			[]string{"hooks.example.com", "ftp://hooks.example.com/", address + strings.Repeat("x", 257-len(address))},
		},
		"CallbackUrls": {
			[]string{"", address, address + "a " + address + "b"},
			[]string{"hooks.example.com", address + "a," + address + "b c"},
		},
		"AuthKey": {
			[]string{"Aa1", "A" + strings.Repeat("b1", 15) + "c"},
			[]string{"A" + strings.Repeat("b1", 16), "abc123", "ABC123", "AbcDef", "Abc 123"},
		},
		"CallbackEvents": {
			[]string{"AIComplete", "TranscodeComplete,AIComplete"},
			[]string{"", ",", "TranscodeComplete,", "TranscodeComplete, AIComplete"}, // an empty list switches all off
		},
		"CallbackType": {[]string{"MNS", "HTTP"}, []string{"", "http"}},
		"HttpRuntime":  {[]string{"go1", "custom.debian12"}, []string{"", "custom"}},
		"MnsRuntime":   {[]string{"go1", "custom.debian12"}, []string{"", "custom"}},
		"Auth":         {[]string{"on", "off"}, []string{"", "no"}},
		"LogLevel":     {[]string{"debug", "info", "warn", "error"}, []string{"", "INFORMATION"}},
		"LogDays":      {[]string{"1", "3600"}, []string{"0", "3601"}},
		"Concurrency":  {[]string{"1", "200"}, []string{"0", "201"}},
	}
}

// parameters checks what is said about each parameter.
func (c *checker) parameters() {
	grouped := map[string]bool{}
	c.t.section("Metadata").walk("Metadata", func(where string, n *node) {
		if n.fields == nil || n.field("Parameters") == nil {
			return
		}
		for _, one := range n.field("Parameters").list {
			grouped[one.text()] = true
			if c.t.section("Parameters").field(one.text()) == nil {
				c.report(where, "names "+one.text()+", which is no parameter")
			}
		}
	})
	for name, p := range c.t.section("Parameters").all() {
		where := "Parameters." + name
		c.keys(where, p, []string{
			"AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description", "Label", "MaxLength", "MaxValue",
			"MinLength", "MinValue", "NoEcho", "Type",
		})
		if !slices.Contains([]string{"String", "Number", "Boolean", "CommaDelimitedList"}, p.field("Type").text()) {
			c.report(where+".Type", "must be String, Number, Boolean or CommaDelimitedList")
		}
		if p.field("Description").text() == "" || p.field("Label").text() == "" {
			c.report(where, "must have a label and a description")
		}
		if !grouped[name] {
			c.report(where, "is in no group of the metadata")
		}
		if _, ok := p.fields["Default"]; !ok {
			c.report(where, "has no default: ROS would insist on a value; null is none")
		}
		if pattern := p.field("AllowedPattern"); pattern != nil && !compiles(pattern.text()) {
			c.report(where+".AllowedPattern", "is no regular expression")
			continue
		}
		if d := p.field("Default"); !d.null() {
			if !takes(p, asText(d.scalar)) {
				c.report(where+".Default", "is not allowed: it does not match, or is out of range")
			}
		}
		for _, value := range limits()[name].takes {
			if !takes(p, value) {
				c.report(where, "must take "+strconv.Quote(value))
			}
		}
		for _, value := range limits()[name].refuses {
			if takes(p, value) {
				c.report(where, "must refuse "+strconv.Quote(value))
			}
		}
	}
}

// takes reports whether a parameter takes a value.
func takes(p *node, value string) bool {
	if pattern := p.field("AllowedPattern"); pattern != nil && !matches(pattern.text(), value) {
		return false
	}
	if allowed := p.field("AllowedValues"); allowed != nil && !slices.ContainsFunc(allowed.list, func(v *node) bool { return asText(v.scalar) == value }) {
		return false
	}
	in := func(n float64, low, high string) bool {
		least, some := number(p.field(low).value())
		most, limited := number(p.field(high).value())
		return (!some || n >= least) && (!limited || n <= most)
	}
	if n, err := strconv.ParseFloat(value, 64); err == nil && p.field("Type").text() == "Number" {
		return in(n, "MinValue", "MaxValue")
	}
	return in(float64(len(value)), "MinLength", "MaxLength")
}

// value is a scalar, or nil.
func (n *node) value() any {
	if n == nil {
		return nil
	}
	return n.scalar
}

// lookahead is what a pattern may begin with: (?!x) refuses what x matches. Go does not
// know it; ROS does.
var lookahead = regexp.MustCompile(`^\^\(\?!((?:[^()]|\([^()]*\))*)\)`)

// matches reports whether a pattern of a parameter matches a value.
func matches(pattern, value string) bool {
	for {
		m := lookahead.FindStringSubmatch(pattern)
		if m == nil {
			return regexp.MustCompile(pattern).MatchString(value)
		}
		if regexp.MustCompile("^(?:" + m[1] + ")").MatchString(value) {
			return false
		}
		pattern = "^" + pattern[len(m[0]):]
	}
}

// compiles reports whether a pattern is one, as far as [matches] knows it.
func compiles(pattern string) bool {
	for {
		m := lookahead.FindStringSubmatch(pattern)
		inner := pattern
		if m != nil {
			inner, pattern = m[1], "^"+pattern[len(m[0]):]
		}
		if _, err := regexp.Compile(inner); err != nil {
			return false
		}
		if m == nil {
			return true
		}
	}
}

// rules checks that a callback by HTTP is refused without an address or a key.
func (c *checker) rules() {
	for name, rule := range c.t.section("Rules").all() {
		c.keys("Rules."+name, rule, []string{"Assertions", "RuleCondition"})
		for i, one := range rule.field("Assertions").items() {
			c.keys("Rules."+name+".Assertions"+position(i), one, []string{"Assert", "AssertDescription"})
		}
	}
	complete := map[string]any{"EnableCallback": true, "CallbackType": "HTTP", "CallbackUrl": "https://hooks.example.com/", "AuthKey": "Nk7rTq2Zb9"}
	refused := func(name string, value any) bool {
		e := c.t.evaluate(func(string, string) {})
		maps.Copy(e.values, complete)
		e.values[name] = value
		return e.refused()
	}
	for _, tc := range []struct {
		name  string
		value any
		want  bool
		what  string
	}{
		{"CallbackUrl", "", true, "must refuse a callback by HTTP without CallbackUrl"},
		{"AuthKey", nil, true, "must refuse a callback by HTTP without AuthKey"},
		{"AuthKey", "", true, "must refuse a callback by HTTP without AuthKey"},
		{"CallbackType", "HTTP", false, "must take a callback by HTTP with CallbackUrl and AuthKey"},
	} {
		if refused(tc.name, tc.value) != tc.want {
			c.report("Rules", tc.what)
		}
	}
	if e := c.t.evaluate(func(string, string) {}); e.refused() {
		c.report("Rules", "must take the defaults")
	}
}

// refused reports whether an assertion of a rule does not hold.
func (e *evaluation) refused() bool {
	for _, rule := range e.t.section("Rules").all() {
		if condition := rule.field("RuleCondition"); condition != nil && !e.holds(condition) {
			continue
		}
		for _, one := range rule.field("Assertions").items() {
			if !e.holds(one.field("Assert")) {
				return true
			}
		}
	}
	return false
}

// items are the items of a list.
func (n *node) items() []*node {
	if n == nil {
		return nil
	}
	return n.list
}
