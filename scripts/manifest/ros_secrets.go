package manifest

import "strings"

// secrets checks that no secret has a default or is shown.
func (c *checker) secrets() {
	hidden := map[string]bool{}
	for name, p := range c.t.section("Parameters").all() {
		echo := p.field("NoEcho")
		if echo == nil {
			continue
		}
		if hidden[name] = echo.scalar == true; !hidden[name] {
			c.report("Parameters."+name+".NoEcho", "must be true, or be left out")
		}
		if d := p.field("Default"); asText(d.value()) != "" {
			c.report("Parameters."+name+".Default", "a secret must have none")
		}
	}
	secret := []string{"AuthKey", "VOD_AUTH_KEY", "VOD_SINKS", "VOD_STORE", "VOD_WEBHOOK_SECRET"}
	c.t.root.walk("", func(where string, n *node) {
		for _, name := range secret {
			v := n.field(name)
			if v == nil || !strings.HasPrefix(where, "Resources.") {
				continue
			}
			v.walk("", func(_ string, inner *node) {
				if inner.call == "Ref" && c.t.section("Parameters").field(inner.arg.text()) != nil && !hidden[inner.arg.text()] {
					c.report("Parameters."+inner.arg.text(), "is for "+name+", which may hold a secret: it must have NoEcho")
				}
			})
			if v.call == "" {
				c.report(below(where, name), "must come from a parameter")
			}
		}
	})
	c.t.section("Outputs").walk("Outputs", func(where string, n *node) {
		text, variables := parts(n.arg)
		for name := range hidden {
			inText := n.call == "Sub" && variables.field(name) == nil && strings.Contains(text, "${"+name+"}")
			if inText || n.call == "Ref" && n.arg.text() == name {
				c.report(where, "shows the secret "+name)
			}
		}
	})
}
