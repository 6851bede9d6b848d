package manifest

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// checker collects what is wrong with a template.
type checker struct {
	t        *template
	d        *deployment // which forms report to
	types    map[string]resourceType
	triggers map[string]form
	known    map[string]*regexp.Regexp // actions that may be granted, see rights
}

func (c *checker) report(where, what string) { c.d.wrong(where, what) }

// CheckROS reads template.yaml and returns all that is wrong in it: names that stand for
// nothing or that nobody uses, properties that ROS does not know or would refuse, queues
// that forget, rights that nobody needs, secrets that show, and a callback or functions
// that are made without being asked for. The values are checked with the defaults of all
// parameters, with all of them changed, and with each changed by itself that decides what
// is made.
func CheckROS(file string) ([]Problem, error) {
	t, problems, err := readTemplate(file)
	if err != nil {
		return nil, err
	}
	c := &checker{t: t, d: &deployment{file: t.file, problems: problems}, types: rosTypes(), triggers: triggerConfigs(), known: rights()}
	c.sections()
	c.names()
	c.parameters()
	c.conditions()
	c.resources()
	c.secrets()
	for _, values := range c.variants() {
		e := t.evaluate(c.report)
		maps.Copy(e.values, values)
		r := e.all()
		c.properties(r)
		c.rights(r)
		c.alarms(r)
		c.promises(e, r)
	}
	var once []Problem // though several variants have it
	for _, p := range c.d.problems {
		if !slices.Contains(once, p) {
			once = append(once, p)
		}
	}
	return once, nil
}

// sections checks that all that is there is known.
func (c *checker) sections() {
	known := []string{"ROSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Conditions", "Resources", "Outputs"}
	c.keys("", c.t.root, known)
	if c.t.section("ROSTemplateFormatVersion").text() != "2015-09-01" {
		c.report("ROSTemplateFormatVersion", "must be '2015-09-01', as text")
	}
	for _, name := range []string{"Parameters", "Resources", "Outputs"} {
		if s := c.t.section(name); s == nil || len(s.keys) == 0 {
			c.report(name, "is missing")
		}
	}
	for name, output := range c.t.section("Outputs").all() {
		c.keys("Outputs."+name, output, []string{"Condition", "Description", "Label", "Value"})
		if output.field("Value").null() {
			c.report("Outputs."+name, "has no value")
		}
	}
}

// keys reports fields that are not known.
func (c *checker) keys(where string, n *node, known []string) {
	for name := range n.all() {
		if !slices.Contains(known, name) {
			c.report(below(where, name), "is not known here: want one of "+strings.Join(known, ", "))
		}
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
		if !slices.Contains([]string{"String", "Number", "Boolean"}, p.field("Type").text()) {
			c.report(where+".Type", "must be String, Number or Boolean")
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
		if d := p.field("Default"); !d.null() {
			if pattern, err := regexp.Compile(p.field("AllowedPattern").text()); err != nil || !pattern.MatchString(asText(d.scalar)) {
				c.report(where+".Default", "does not match the pattern")
			}
			if allowed := p.field("AllowedValues"); allowed != nil && !slices.ContainsFunc(allowed.list, func(v *node) bool { return v.scalar == d.scalar }) {
				c.report(where+".Default", "is not an allowed value")
			}
		}
	}
}

// conditions checks that a condition is one, and does not lead to itself.
func (c *checker) conditions() {
	all := c.t.section("Conditions")
	for name, condition := range all.all() {
		if !slices.Contains([]string{"And", "Equals", "Not", "Or"}, condition.call) {
			c.report("Conditions."+name, "must be And, Equals, Not or Or")
			continue
		}
		condition.walk("", func(_ string, n *node) {
			if n.text() == name {
				c.report("Conditions."+name, "refers to itself")
				delete(all.fields, name) // or its value would be looked for without end
			}
		})
	}
}

// resources checks what is said about each resource besides its properties.
func (c *checker) resources() {
	for name, r := range c.t.section("Resources").all() {
		where := "Resources." + name
		c.keys(where, r, []string{"Condition", "DeletionPolicy", "DependsOn", "Properties", "Type"})
		if _, ok := c.types[r.field("Type").text()]; !ok {
			c.report(where+".Type", "is not among the types that are checked: "+r.field("Type").text())
		}
		if p := r.field("DeletionPolicy"); p != nil && p.text() != "Retain" && p.text() != "Delete" {
			c.report(where+".DeletionPolicy", "must be Retain or Delete")
		}
		needs := []*node{r.field("DependsOn")}
		if r.field("DependsOn") != nil && r.field("DependsOn").list != nil {
			needs = r.field("DependsOn").list
		}
		for _, on := range needs {
			if on != nil && (c.t.section("Resources").field(on.text()) == nil || on.text() == name) {
				c.report(where+".DependsOn", "refers to "+on.text()+", which is no other resource")
			}
		}
	}
}

// variants are the sets of parameters to check with: the defaults, each parameter that a
// condition looks at changed by itself, and all changed.
func (c *checker) variants() []map[string]any {
	decides := map[string]bool{}
	c.t.section("Conditions").walk("", func(_ string, n *node) {
		if n.call == "Ref" {
			decides[n.arg.text()] = true
		}
	})
	all := map[string]any{}
	each := []map[string]any{{}, all}
	for name, p := range c.t.section("Parameters").all() {
		for _, value := range others(p) {
			all[name] = value
			if decides[name] {
				each = append(each, map[string]any{name: value})
			}
		}
	}
	return each
}

// others are values of a parameter besides its default.
func others(p *node) []any {
	d := p.field("Default")
	if d == nil {
		return nil
	}
	if allowed := p.field("AllowedValues"); allowed != nil {
		var values []any
		for _, v := range allowed.list {
			if v.scalar != d.scalar {
				values = append(values, v.scalar)
			}
		}
		return values
	}
	switch v := d.scalar.(type) {
	case bool:
		return []any{!v}
	case string, nil:
		pattern, err := regexp.Compile(p.field("AllowedPattern").text())
		for _, sample := range []string{"sample", "https://hooks.example.com/vod", "TranscodeComplete"} {
			if err == nil && v != sample && (v == "" || v == nil) && pattern.MatchString(sample) {
				return []any{sample}
			}
		}
	}
	return nil
}

// properties checks the properties of all resources that are made.
func (c *checker) properties(r *ROS) {
	for _, one := range r.made {
		where := "Resources." + one.name + ".Properties"
		if known, ok := c.types[one.kind]; ok {
			known.properties(c.d, where, one.properties)
		}
		if config, ok := c.triggers[asText(one.properties["TriggerType"])]; ok {
			config(c.d, where+".TriggerConfig", one.properties["TriggerConfig"])
		}
	}
}
