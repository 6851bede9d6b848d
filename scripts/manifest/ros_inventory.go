package manifest

import (
	"slices"
	"strings"
)

// item is what a resource of the template has to be, besides its properties.
type item struct {
	name      string
	kind      string // without ALIYUN::
	condition string // with which it is made; empty for always
	after     string // names of what it depends on without using an attribute of it
	kept      bool   // whether it outlives the stack
}

// inventory are the resources of the template, all of them. What holds events, what VOD
// sends to and what the functions of s.yaml work with is kept.
func inventory() []item {
	return []item{
		{"EnableMns", "ROS::AutoEnableService", "", "", false},
		{"EnableFc", "ROS::AutoEnableService", "", "", false},
		{"EnableSls", "ROS::AutoEnableService", "", "", false},
		{"EnableOts", "ROS::AutoEnableService", "WithTablestore", "", false},
		{"CallbackQueue", "MNS::Queue", "", "EnableMns", true},
		{"FallbackQueue", "MNS::Queue", "", "EnableMns", true},
		{"DeadLettersQueue", "MNS::Queue", "", "EnableMns", true},
		{"Topic", "MNS::Topic", "", "EnableMns", true},
		{"FunctionRole", "RAM::Role", "", "", true},
		{"NotificationRole", "RAM::Role", "", "", true},
		{"TablestorePolicy", "RAM::ManagedPolicy", "WithTablestore", "", true},
		{"FallbackBucketPolicy", "RAM::ManagedPolicy", "WithFallbackBucket", "", true},
		{"SinkBucketPolicy", "RAM::ManagedPolicy", "WithSinkBucket", "", true},
		{"SinkQueuePolicy", "RAM::ManagedPolicy", "WithSinkQueue", "", true},
		{"VpcPolicy", "RAM::ManagedPolicy", "WithVpc", "", true},
		{"TablestoreStore", "OTS::InstanceV2", "WithTablestore", "EnableOts", true},
		{"EventTable", "OTS::Table", "WithTables", "", true},
		{"MediaTable", "OTS::Table", "WithTables", "", true},
		{"DeliveryTable", "OTS::Table", "WithTables", "", true},
		{"DeadLetterTable", "OTS::Table", "WithTables", "", true},
		{"SinkTable", "OTS::Table", "WithTables", "", true},
		{"ReplayTable", "OTS::Table", "WithTables", "", true},
		{"SchemaTable", "OTS::Table", "WithTables", "", true},
		{"LogProject", "SLS::Project", "", "EnableSls", true},
		{"Logstore", "SLS::Logstore", "", "", true},
		{"LogIndex", "SLS::Index", "", "", true},
		{"NoTickAlarm", "SLS::Alert", "WithAlarms", "LogIndex", false},
		{"TickErrorAlarm", "SLS::Alert", "WithAlarms", "LogIndex", false},
		{"NotStoredAlarm", "SLS::Alert", "WithAlarms", "LogIndex", false},
		{"NotConfiguredAlarm", "SLS::Alert", "WithAlarms", "LogIndex", false},
		{"FunctionErrorAlarm", "SLS::Alert", "WithAlarms", "LogIndex", false},
		{"PanicAlarm", "SLS::Alert", "WithAlarms", "LogIndex", false},
		{"RefusedAlarm", "SLS::Alert", "WithAlarms", "LogIndex", false},
		{"FallbackUsedAlarm", "SLS::Alert", "WithAlarms", "LogIndex", false},
		{"DeadLetterAlarm", "SLS::Alert", "WithAlarms", "LogIndex", false},
		{"ParkedAlarm", "SLS::Alert", "WithAlarms", "LogIndex", false},
		{"BacklogAlarm", "SLS::Alert", "WithAlarms", "LogIndex", false},
		{"DeadLettersWaitingAlarm", "CMS::ResourceMetricRule", "WithContacts", "", false},
		{"CallbackWaitingAlarm", "CMS::ResourceMetricRule", "WithContacts", "", false},
		{"VodCallback", "VOD::MessageCallback", "CallbackEnabled", "", true},
		{"HttpFunction", "FC3::Function", "WithFunctions", "EnableFc LogIndex TablestorePolicy VpcPolicy", false},
		{"HttpTrigger", "FC3::Trigger", "WithFunctions", "", false},
		{"MnsFunction", "FC3::Function", "WithFunctions", "EnableFc LogIndex TablestorePolicy VpcPolicy", false},
		{"MnsAsync", "FC3::AsyncInvokeConfig", "WithFunctions", "", false},
		{"TopicTrigger", "FC3::Trigger", "WithFunctions", "Topic MnsAsync", false},
		{"TimerTrigger", "FC3::Trigger", "WithFunctions", "MnsAsync", false},
		{"QueueTrigger", "FC3::Trigger", "WithFunctions", "CallbackQueue DeadLettersQueue", false},
	}
}

// inventory checks that the template has all that it should, under the right condition,
// in the right order, and that what must outlive the stack does.
func (c *checker) inventory() {
	resources := c.t.section("Resources")
	listed := map[string]bool{}
	for _, want := range inventory() {
		listed[want.name] = true
		where := "Resources." + want.name
		r := resources.field(want.name)
		if r == nil {
			c.report(where, "is missing")
			continue
		}
		if r.field("Type").text() != "ALIYUN::"+want.kind {
			c.report(where+".Type", "must be ALIYUN::"+want.kind)
		}
		if r.field("Condition").text() != want.condition {
			c.report(where+".Condition", "must be "+orNone(want.condition))
		}
		if after := dependencies(r); !equalSets(after, strings.Fields(want.after)) {
			c.report(where+".DependsOn", "must be "+orNone(strings.ReplaceAll(want.after, " ", ", ")))
		}
		switch kept := r.field("DeletionPolicy").text() == "Retain"; {
		case want.kept && !kept:
			c.report(where+".DeletionPolicy", "must be Retain: deleting the stack must not delete events, nor silence VOD, nor stop functions")
		case kept && !want.kept:
			c.report(where+".DeletionPolicy", "must be left out: what nobody needs goes with the stack")
		}
	}
	for name := range resources.all() {
		if !listed[name] {
			c.report("Resources."+name, "is not in the table of resources")
		}
	}
}

// dependencies are the names that a resource depends on explicitly.
func dependencies(r *node) []string {
	on := r.field("DependsOn")
	if on == nil {
		return nil
	}
	if on.list == nil {
		return []string{on.text()}
	}
	var names []string
	for _, one := range on.list {
		names = append(names, one.text())
	}
	return names
}

// equalSets compares two lists, whatever their order.
func equalSets(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func orNone(s string) string {
	if s == "" {
		return "left out"
	}
	return s
}
