package manifest

import (
	"slices"
	"strings"

	"github.com/vodevents/vodevents/shared/vod"
)

// promises checks what the receiver relies on, and what a stack must not do by itself.
func (c *checker) promises(e *evaluation, r *ROS) {
	for _, one := range r.made {
		where := "Resources." + one.name
		written := c.t.section("Resources").field(one.name)
		switch one.kind {
		case "ALIYUN::MNS::Queue":
			p := one.properties
			if p["MessageRetentionPeriod"] != 604800 {
				c.report(where+".Properties.MessageRetentionPeriod", "must be 604800: a shorter one loses events that wait for a store")
			}
			if p["MaximumMessageSize"] != 65536 {
				c.report(where+".Properties.MaximumMessageSize", "must be 65536: a smaller one loses large events")
			}
			c.retained(where, written)
		case "ALIYUN::OTS::InstanceV2", "ALIYUN::OTS::Table":
			c.retained(where, written)
		case "ALIYUN::VOD::MessageCallback":
			c.retained(where, written)
			c.callback(where+".Properties", one.properties)
		}
	}
	c.onlyIfAsked(e, "ALIYUN::VOD::MessageCallback", "EnableCallback")
	c.onlyIfAsked(e, "ALIYUN::FC3::", "DeployFunctions")
}

func (c *checker) retained(where string, written *node) {
	if written.field("DeletionPolicy").text() != "Retain" {
		c.report(where+".DeletionPolicy", "must be Retain: deleting the stack must not delete events, nor silence VOD")
	}
}

// callback checks what VOD is told: the one way or the other, and about what.
func (c *checker) callback(where string, p map[string]any) {
	want, other := []string{"MnsEndpoint", "MnsQueueName"}, []string{"CallbackUrl", "AuthSwitch", "AuthKey"}
	if p["CallbackType"] == "HTTP" {
		want, other = []string{"AuthSwitch"}, want
	}
	for _, name := range want {
		if p[name] == nil {
			c.report(below(where, name), "is missing for this CallbackType")
		}
	}
	for _, name := range other {
		if p[name] != nil {
			c.report(below(where, name), "is not for this CallbackType")
		}
	}
	known := []string{"AIComplete", "ALL"}
	for _, t := range vod.Types() {
		if !strings.HasPrefix(string(t), "AI") { // for all of which there is AIComplete
			known = append(known, string(t))
		}
	}
	for event := range strings.SplitSeq(asText(p["EventTypeList"]), ",") {
		if !slices.Contains(known, event) {
			c.report(where+".EventTypeList", "VOD has no event type "+event)
		}
	}
}

// onlyIfAsked checks that resources of some types are made only when a parameter is true,
// which is false by default, whatever the other parameters are.
func (c *checker) onlyIfAsked(e *evaluation, prefix, parameter string) {
	if d := c.t.section("Parameters").field(parameter).field("Default"); d == nil || d.scalar != false {
		c.report("Parameters."+parameter+".Default", "must be false")
	}
	was := e.values[parameter]
	e.values[parameter] = false
	defer func() { e.values[parameter] = was }()
	for name, r := range c.t.section("Resources").all() {
		if strings.HasPrefix(r.field("Type").text(), prefix) && e.made(name) {
			c.report("Resources."+name+".Condition", "must be one that "+parameter+" decides")
		}
	}
}
