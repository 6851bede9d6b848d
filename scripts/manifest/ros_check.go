package manifest

import (
	"maps"
	"slices"
	"strings"
)

// checker collects what is wrong with a template.
type checker struct {
	t        *template
	d        *deployment // which forms report to
	types    map[string]resourceType
	triggers map[string]form
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
	c := &checker{t: t, d: &deployment{file: t.file, problems: problems}, types: rosTypes(), triggers: triggerConfigs()}
	c.sections()
	c.names()
	c.parameters()
	c.conditions()
	c.resources()
	c.inventory()
	c.rules()
	c.settings()
	c.secrets()
	for _, values := range c.variants() {
		e := t.evaluate(c.report)
		maps.Copy(e.values, values)
		r := e.all()
		c.properties(r)
		c.rights(e, r)
		c.alarms(r)
		c.metrics(r)
		c.index(r)
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
	known := []string{"ROSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Conditions", "Resources", "Outputs"}
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

// decides are the parameters that each condition looks at by itself.
func decides() map[string]string {
	return map[string]string{
		"WithTablestore": "TablestoreInstance", "WithTables": "TablestoreTables", "WithFallbackBucket": "FallbackBucket",
		"WithSinkBucket": "SinkBucket", "WithSinkQueue": "SinkQueue", "WithVpc": "InVpc", "WithAlarms": "Alarms",
		"WithContacts": "ContactGroup", "CallbackEnabled": "EnableCallback", "CallbackByHttp": "CallbackType",
		"WithFunctions": "DeployFunctions", "WithPublish": "Publish", "WithCallbackUrls": "CallbackUrls", "WithAuthKeys": "AuthKeys",
		"WithFunctionsInVpc": "", "HttpIsCustom": "HttpRuntime", "MnsIsCustom": "MnsRuntime",
	}
}

// conditions checks that a condition is one, and does not lead to itself.
func (c *checker) conditions() {
	all := c.t.section("Conditions")
	for name, parameters := range decides() {
		var looked []string
		all.field(name).walk("", func(_ string, n *node) {
			if n.call == "Ref" {
				looked = append(looked, n.arg.text())
			}
		})
		if !equalSets(looked, strings.Fields(parameters)) {
			c.report("Conditions."+name, "must look at "+orNone(strings.ReplaceAll(parameters, " ", ", "))+" alone")
		}
	}
	for name, condition := range all.all() {
		if _, ok := decides()[name]; !ok {
			c.report("Conditions."+name, "is not in the table of conditions")
		}
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
		for _, on := range dependencies(r) {
			if c.t.section("Resources").field(on) == nil || on == name {
				c.report(where+".DependsOn", "refers to "+on+", which is no other resource")
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
	switch {
	case d == nil:
		return nil
	case p.field("Type").text() == "CommaDelimitedList":
		return []any{[]any{"sample"}}
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
		for _, sample := range []string{"sample", "Sample1Key", "https://hooks.example.com/vod"} {
			if (v == "" || v == nil) && takes(p, sample) {
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
