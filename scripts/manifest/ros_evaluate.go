package manifest

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// evaluation is a template with one set of parameters.
type evaluation struct {
	t      *template
	values map[string]any // of parameters and pseudo parameters
	report func(where, what string)
	where  string   // what is being evaluated
	inside []string // resources whose attributes are being evaluated
}

// pseudo are the parameters that ROS gives. The values stand for some account and region.
func pseudo() map[string]any {
	return map[string]any{
		"ALIYUN::Region": "cn-shanghai", "ALIYUN::TenantId": "1234567890123456",
		"ALIYUN::StackName": "stack", "ALIYUN::StackId": "4a6c9851-3b0f-4f5f-b4ca-a14bf691f2ff",
		"ALIYUN::NoValue": nil,
	}
}

// of returns the value of a node: a scalar, a []any or a map[string]any. It is nil, and
// left out of lists and maps, if it is null or ALIYUN::NoValue.
func (e *evaluation) of(n *node) any {
	switch {
	case n.null():
		return nil
	case n.call != "":
		return e.result(n.call, n.arg)
	case n.list != nil:
		list := []any{}
		for _, item := range n.list {
			if v := e.of(item); v != nil {
				list = append(list, v)
			}
		}
		return list
	case n.fields != nil:
		fields := map[string]any{}
		for _, key := range n.keys {
			if v := e.of(n.fields[key]); v != nil {
				fields[key] = v
			}
		}
		return fields
	default:
		return n.scalar
	}
}

func (e *evaluation) result(call string, arg *node) any {
	switch call {
	case "Ref":
		return e.values[arg.text()]
	case "GetAtt":
		resource, name := attributeOf(arg)
		return e.attribute(resource, name)
	case "Sub":
		return e.substitute(arg)
	case "Join":
		if len(arg.list) != 2 {
			return nil
		}
		var texts []string
		items, _ := e.of(arg.list[1]).([]any)
		for _, item := range items {
			texts = append(texts, fmt.Sprint(item))
		}
		return strings.Join(texts, arg.list[0].text())
	case "If":
		if len(arg.list) != 3 {
			return nil
		}
		if e.holds(arg.list[0]) {
			return e.of(arg.list[1])
		}
		return e.of(arg.list[2])
	default:
		return e.holds(&node{call: call, arg: arg})
	}
}

// holds reports whether a condition is true, which is a name or a call.
func (e *evaluation) holds(n *node) bool {
	if n == nil || n.call == "" {
		return n != nil && e.t.section("Conditions").field(n.text()) != nil && e.holds(e.t.section("Conditions").field(n.text()))
	}
	switch n.call {
	case "Equals":
		return len(n.arg.list) == 2 && fmt.Sprint(e.of(n.arg.list[0])) == fmt.Sprint(e.of(n.arg.list[1]))
	case "Not":
		return len(n.arg.list) == 1 && !e.holds(n.arg.list[0])
	case "And":
		return !slices.ContainsFunc(n.arg.list, func(one *node) bool { return !e.holds(one) })
	case "Or":
		return slices.ContainsFunc(n.arg.list, e.holds)
	default:
		return false
	}
}

// made reports whether there is such a resource, with these parameters.
func (e *evaluation) made(resource string) bool {
	r := e.t.section("Resources").field(resource)
	return r != nil && (r.field("Condition") == nil || e.holds(r.field("Condition")))
}

// attribute returns an attribute of a resource, as far as it follows from the template.
func (e *evaluation) attribute(resource, name string) any {
	r := e.t.section("Resources").field(resource)
	if r == nil || slices.Contains(e.inside, resource) {
		return nil // reported when names are checked
	}
	if !e.made(resource) {
		e.report(e.where, "uses "+resource+", which is not made when this is")
	}
	e.inside = append(e.inside, resource)
	defer func() { e.inside = e.inside[:len(e.inside)-1] }()
	property := func(name string) any { return e.of(r.field("Properties").field(name)) }
	account := e.values["ALIYUN::TenantId"]
	switch kind := r.field("Type").text(); {
	case kind == "ALIYUN::RAM::Role" && name == "Arn":
		return fmt.Sprintf("acs:ram::%v:role/%s", account, strings.ToLower(fmt.Sprint(property("RoleName"))))
	case kind == "ALIYUN::FC3::Trigger" && name == "UrlInternet":
		return fmt.Sprintf("https://%v.fcapp.run", property("FunctionName"))
	default:
		return property(name) // such as QueueName
	}
}

// attributeOf reads the argument of GetAtt: Resource.Attribute, or a list of both.
func attributeOf(arg *node) (resource, name string) {
	if arg != nil && len(arg.list) == 2 {
		return arg.list[0].text(), arg.list[1].text()
	}
	resource, name, _ = strings.Cut(arg.text(), ".")
	return resource, name
}

// parts returns the text of a Sub and the variables of its own, if it has some.
func parts(arg *node) (text string, variables *node) {
	if arg != nil && len(arg.list) == 2 {
		return arg.list[0].text(), arg.list[1]
	}
	return arg.text(), nil
}

// substitute fills in ${Name}, ${ALIYUN::Region}, ${Resource.Attribute} and the variables
// of the Sub itself.
func (e *evaluation) substitute(arg *node) any {
	text, variables := parts(arg)
	return os.Expand(text, func(name string) string {
		if own := variables.field(name); own != nil {
			return asText(e.of(own))
		}
		if resource, attribute, ok := strings.Cut(name, "."); ok {
			return asText(e.attribute(resource, attribute))
		}
		return asText(e.values[name])
	})
}
