package manifest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/shared/vod"
)

// promises checks what the receiver relies on, and what a stack must not do by itself.
func (c *checker) promises(e *evaluation, r *ROS) {
	for _, one := range r.made {
		where := "Resources." + one.name + ".Properties"
		switch one.kind {
		case "ALIYUN::ROS::AutoEnableService":
			if !strings.EqualFold(one.name, "Enable"+asText(one.properties["ServiceName"])) {
				c.report(where+".ServiceName", "must be that of "+one.name)
			}
		case "ALIYUN::MNS::Queue":
			c.exact(where, one.properties, queueProperties(r.name, one.name))
		case "ALIYUN::MNS::Topic":
			c.exact(where, one.properties, map[string]any{"TopicName": r.name, "MaximumMessageSize": 65536})
		case "ALIYUN::OTS::InstanceV2":
			want := maps.Clone(one.properties)
			// A function outside of a VPC comes by the public endpoint; HYBRID is too slow for VOD's five seconds.
			want["NetworkTypeACL"], want["ClusterType"] = []any{"INTERNET", "VPC", "CLASSIC"}, "SSD"
			c.exact(where, one.properties, want)
		case "ALIYUN::VOD::MessageCallback":
			c.callback(where, one.properties)
		case "ALIYUN::FC3::Trigger":
			if one.properties["TriggerType"] == "mns_topic" && one.properties["InvocationRole"] != e.attribute("NotificationRole", "Arn") {
				c.report(where+".InvocationRole", "must be the ARN of NotificationRole, as which MNS invokes functions")
			}
		}
	}
	c.onlyIfAsked(e, "ALIYUN::VOD::MessageCallback", "EnableCallback")
	c.onlyIfAsked(e, "ALIYUN::FC3::", "DeployFunctions")
}

// queueProperties are those of a queue. It keeps messages for seven days, the most there
// is, so that a database may be away over a weekend; takes the largest there are; hides
// one for longer than the MNS function may take; and neither delays nor moves any: after
// how many attempts an event is given up is for the functions to say.
func queueProperties(name, resource string) map[string]any {
	suffix, wait := "-callback", 30 // seconds; long polling
	switch resource {
	case "FallbackQueue":
		suffix, wait = "-fallback", 0
	case "DeadLettersQueue":
		suffix, wait = "-dead-letters", 0
	}
	return map[string]any{
		"QueueName": name + suffix, "MaximumMessageSize": 65536, "MessageRetentionPeriod": 604800, "VisibilityTimeout": 120,
		"PollingWaitSeconds": wait,
	}
}

// exact checks that properties are those, and no others.
func (c *checker) exact(where string, got, want map[string]any) {
	for _, name := range sortedKeys(want) {
		if !reflect.DeepEqual(got[name], want[name]) {
			c.report(below(where, name), "must be "+fmt.Sprint(want[name]))
		}
	}
	for _, name := range sortedKeys(got) {
		if _, ok := want[name]; !ok {
			c.report(below(where, name), "must be left out")
		}
	}
}

// callback checks what VOD is told: the one way or the other, and about what.
func (c *checker) callback(where string, p map[string]any) {
	want, other := []string{"MnsEndpoint", "MnsQueueName"}, []string{"CallbackUrl", "AuthSwitch", "AuthKey"}
	if p["CallbackType"] == "HTTP" {
		want, other = other, want
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

// settings checks that both functions have all settings that they read, and have those
// that both read from the same parameters.
func (c *checker) settings() {
	written := func(resource string) *node {
		return c.t.section("Resources").field(resource).field("Properties").field("EnvironmentVariables")
	}
	for _, id := range []string{"Http", "Mns"} {
		where := "Resources." + id + "Function.Properties.EnvironmentVariables"
		known := settingsOf(strings.ToLower(id))
		for _, name := range known {
			if written(id+"Function").field(name) == nil {
				c.report(below(where, name), "is missing: the function reads it")
			}
		}
		c.keys(where, written(id+"Function"), known)
	}
	for name, mine := range written("HttpFunction").all() {
		if theirs := written("MnsFunction").field(name); theirs != nil && !reflect.DeepEqual(mine, theirs) {
			c.report("Resources.HttpFunction.Properties.EnvironmentVariables."+name, "must be as in MnsFunction")
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
