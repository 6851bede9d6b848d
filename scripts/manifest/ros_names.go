package manifest

import (
	"os"
	"slices"
	"strings"
)

// names checks that names stand for something, and that nothing is there for nobody.
func (c *checker) names() {
	used := map[string]bool{}
	parameters, conditions := c.t.section("Parameters"), c.t.section("Conditions")
	reference := func(where, name string) {
		if _, ok := pseudo()[name]; !ok && parameters.field(name) == nil {
			c.report(where, "refers to "+name+", which is no parameter; an attribute of a resource is asked for with GetAtt")
		}
		used[name] = true
	}
	condition := func(where string, n *node) {
		if n != nil && n.call == "" {
			if conditions.field(n.text()) == nil {
				c.report(where, "refers to "+n.text()+", which is no condition")
			}
			used["condition "+n.text()] = true
		}
	}
	c.t.root.walk("", func(where string, n *node) {
		switch n.call {
		case "Ref":
			reference(where, n.arg.text())
		case "GetAtt":
			c.attribute(where, n.arg)
		case "Sub":
			text, variables := parts(n.arg)
			os.Expand(text, func(name string) string {
				switch {
				case variables.field(name) != nil:
				case strings.Contains(name, "."):
					c.attribute(where, &node{scalar: name})
				default:
					reference(where, name)
				}
				return ""
			})
			for name := range variables.all() {
				if !strings.Contains(text, "${"+name+"}") {
					c.report(where, "the variable "+name+" is not used")
				}
			}
		case "If":
			if len(n.arg.list) != 3 {
				c.report(where, "If wants a condition and two values")
				return
			}
			condition(where, n.arg.list[0])
		case "And", "Or", "Not":
			for _, one := range n.arg.list {
				condition(where, one)
			}
		case "Equals":
			if len(n.arg.list) != 2 {
				c.report(where, "Equals wants two values")
			}
		}
	})
	for _, section := range []string{"Resources", "Outputs"} {
		for name, one := range c.t.section(section).all() {
			condition(section+"."+name+".Condition", one.field("Condition"))
		}
	}
	for name := range parameters.all() {
		if !used[name] {
			c.report("Parameters."+name, "is not used")
		}
	}
	for name := range conditions.all() {
		if !used["condition "+name] {
			c.report("Conditions."+name, "is not used")
		}
	}
}

// attribute checks the argument of GetAtt.
func (c *checker) attribute(where string, arg *node) {
	name, attribute := attributeOf(arg)
	r := c.t.section("Resources").field(name)
	if r == nil {
		c.report(where, "refers to "+name+", which is no resource")
		return
	}
	if known, ok := c.types[r.field("Type").text()]; ok && !slices.Contains(known.attributes, attribute) {
		c.report(where, r.field("Type").text()+" has no attribute "+attribute)
	}
}
