package manifest

import (
	"regexp"
	"slices"
	"strings"
)

// Alarm is an alarm of Simple Log Service.
type Alarm struct {
	Name     string   // of the resource in the template, such as NoTickAlarm
	Rule     string   // name of the alert rule, such as vod-events-no-tick
	Query    string   // of the log lines that it counts
	Messages []string // values of msg that it looks for, sorted
	Fields   []string // fields of log lines that it reads, without msg and level, sorted

	properties map[string]any
}

// alarm is what an alarm has to be, besides what is the same in all (see alertProperties).
type alarm struct {
	rule      string // the end of its name
	query     string
	condition string
	window    string // how far it looks back
	severity  int    // 10 is critical, 8 high, 6 medium
	silence   bool   // whether it fires when there are no lines, too
}

// alarms are the alarms of Simple Log Service by the names of their resources.
func alarms() map[string]alarm {
	const count = "select count(1) as n"
	return map[string]alarm{
		"NoTickAlarm": {"no-tick", `message.msg: tick | ` + count + ` from log where "message.msg" = 'tick'`, "n == 0", "-5m", 10, true},
		"TickErrorAlarm": {
			"tick-error", `message.msg: tick and message.level: ERROR | ` + count +
				`, max("message.error") as error from log where "message.msg" = 'tick' and "message.level" = 'ERROR'`, "n > 1", "-5m", 8, false,
		},
		"NotStoredAlarm": {
			"not-stored", `message.msg: "not stored" | ` + count +
				`, max("message.error") as error from log where "message.msg" = 'not stored'`, "n > 0", "-5m", 10, false,
		},
		"NotConfiguredAlarm": {
			"not-configured", `message.msg: "not configured" | ` + count +
				`, max("message.error") as error from log where "message.msg" = 'not configured'`, "n > 0", "-5m", 10, false,
		},
		"FunctionErrorAlarm": {
			"function-error", `hasFunctionError: true and functionName: ${Name}-http | ` + count +
				` from log where functionName = '${Name}-http'`, "n > 0", "-5m", 10, false,
		},
		"PanicAlarm": {"panic", `message.msg: panic | ` + count + ` from log where "message.msg" = 'panic'`, "n > 0", "-5m", 8, false},
		"RefusedAlarm": {
			"refused", `message.msg: refused and message.check: authenticity | ` + count +
				`, max("message.error") as error from log where "message.msg" = 'refused' and "message.check" = 'authenticity'`, "n > 4", "-5m", 8, false,
		},
		"FallbackUsedAlarm": {
			"fallback-used", `message.msg: "fallback used" | ` + count +
				`, max("message.error") as error from log where "message.msg" = 'fallback used'`, "n > 0", "-5m", 6, false,
		},
		"DeadLetterAlarm": {
			"dead-letter", `message.msg: "dead letter" | ` + count +
				`, max("message.reason") as reason from log where "message.msg" = 'dead letter'`, "n > 0", "-5m", 6, false,
		},
		"ParkedAlarm": {
			"parked", `message.msg: parked | ` + count +
				`, max("message.sink") as sink from log where "message.msg" = 'parked'`, "n > 0", "-5m", 8, false,
		},
		"BacklogAlarm": {
			"backlog", `message.msg: tick | select max("message.oldest_s") as oldest, max("message.owed") as owed from log where "message.msg" = 'tick'`,
			"oldest > 900", "-10m", 6, false,
		},
	}
}

// indexed are the fields that alarms, and those who look for a cause, ask for, with their
// types.
func indexed() map[string]string {
	return map[string]string{
		"message": "json", "message.msg": "text", "message.level": "text", "message.error": "text", "message.request_id": "text",
		"message.event_id": "text", "message.event_type": "text", "message.subject": "text", "message.outcome": "text",
		"message.sink": "text", "message.check": "text", "message.reason": "text",
		"message.waiting": "long", "message.owed": "long", "message.oldest_s": "long",
		"functionName": "text", "requestId": "text", "hasFunctionError": "text",
	}
}

var (
	// equalsMessage is what a query compares msg with.
	equalsMessage = regexp.MustCompile(`"message\.msg" = '([^']*)'`)
	// lineField is a field of a log line in a query.
	lineField = regexp.MustCompile(`\bmessage\.(\w+)`)
)

// alarmOf reads the properties of an alert rule.
func alarmOf(one resource) Alarm {
	a := Alarm{Name: one.name, Rule: asText(dig(one.properties, "Detail", "Name")), properties: one.properties}
	for _, q := range listOf(dig(one.properties, "Detail", "Configuration", "QueryList")) {
		a.Query = asText(dig(q, "Query"))
	}
	for _, m := range equalsMessage.FindAllStringSubmatch(a.Query, -1) {
		a.Messages = append(a.Messages, m[1])
	}
	for _, m := range lineField.FindAllStringSubmatch(a.Query, -1) {
		if m[1] != "msg" && m[1] != "level" {
			a.Fields = append(a.Fields, m[1])
		}
	}
	slices.Sort(a.Messages)
	slices.Sort(a.Fields)
	a.Messages, a.Fields = slices.Compact(a.Messages), slices.Compact(a.Fields)
	return a
}

// alarms checks that each alarm asks the functions' logs what it should, and that these
// can answer.
func (c *checker) alarms(r *ROS) {
	for _, a := range r.Alarms {
		want, ok := alarms()[a.Name]
		if !ok {
			c.report("Resources."+a.Name, "is not in the table of alarms")
			continue
		}
		where := "Resources." + a.Name + ".Properties.Detail"
		one := func(at string, got, want any) {
			if got != want {
				c.report(where+at, "must be "+asText(want))
			}
		}
		configuration := dig(a.properties, "Detail", "Configuration")
		one(".Name", a.Rule, r.name+"-"+want.rule)
		for _, q := range listOf(dig(configuration, "QueryList")) {
			one(".Configuration.QueryList[0].Query", dig(q, "Query"), strings.ReplaceAll(want.query, "${Name}", r.name))
			one(".Configuration.QueryList[0].Start", dig(q, "Start"), want.window)
			one(".Configuration.QueryList[0].Project", dig(q, "Project"), r.Project)
			one(".Configuration.QueryList[0].Store", dig(q, "Store"), r.Logstore)
		}
		for _, s := range listOf(dig(configuration, "SeverityConfigurations")) {
			one(".Configuration.SeverityConfigurations[0].EvalCondition.Condition", dig(s, "EvalCondition", "Condition"), want.condition)
			one(".Configuration.SeverityConfigurations[0].Severity", dig(s, "Severity"), want.severity)
		}
		one(".Configuration.NoDataFire", dig(configuration, "NoDataFire"), want.silence)
		if want.silence {
			one(".Configuration.NoDataSeverity", dig(configuration, "NoDataSeverity"), want.severity)
		}
	}
}

// index checks that what is asked for can be asked for.
func (c *checker) index(r *ROS) {
	for _, one := range r.made {
		if one.kind != "ALIYUN::SLS::Index" {
			continue
		}
		types := map[string]string{}
		note := func(name string, key any) {
			if dig(key, "EnableAnalytics") == true {
				types[name] = asText(dig(key, "Type"))
			}
		}
		for _, key := range listOf(one.properties["KeyIndices"]) {
			name := asText(dig(key, "Name"))
			note(name, key)
			for _, leaf := range listOf(dig(key, "JsonKeyIndices")) {
				note(name+"."+asText(dig(leaf, "Name")), leaf)
			}
		}
		want := indexed()
		for _, name := range sortedKeys(want) {
			if types[name] != want[name] {
				c.report("Resources."+one.name+".Properties.KeyIndices", "must have "+name+" as "+want[name]+", with EnableAnalytics")
			}
		}
	}
}
