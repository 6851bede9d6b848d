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

	project, store string
	conditions     []string
}

var (
	// equalsMessage is what a query compares msg with.
	equalsMessage = regexp.MustCompile(`"message\.msg" = '([^']*)'`)
	// searchedMessage is what its search, before the |, looks for.
	searchedMessage = regexp.MustCompile(`message\.msg: (?:"([^"]*)"|(\w+))`)
	// lineField is a field of a log line in a query.
	lineField = regexp.MustCompile(`\bmessage\.(\w+)`)
	// selected is a name that a query gives a column.
	selected = regexp.MustCompile(`\bas (\w+)`)
	// compared is a name that a condition reads.
	compared = regexp.MustCompile(`^(\w+) (?:==|>|<|>=|<=) \d+$`)
)

// alarmOf reads the properties of an alert rule.
func alarmOf(one resource) Alarm {
	detail := mapOf(one.properties["Detail"])
	a := Alarm{Name: one.name, Rule: asText(detail["Name"])}
	configuration := mapOf(detail["Configuration"])
	for _, q := range listOf(configuration["QueryList"]) {
		a.Query = asText(mapOf(q)["Query"])
		a.project, a.store = asText(mapOf(q)["Project"]), asText(mapOf(q)["Store"])
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
	for _, s := range listOf(configuration["SeverityConfigurations"]) {
		a.conditions = append(a.conditions, asText(dig(s, "EvalCondition", "Condition")))
	}
	return a
}

// alarms checks that each alarm asks what the logs can answer.
func (c *checker) alarms(r *ROS) {
	indexed := map[string]bool{}
	for _, one := range r.made {
		if one.kind != "ALIYUN::SLS::Index" {
			continue
		}
		for _, key := range listOf(one.properties["KeyIndices"]) {
			name := asText(mapOf(key)["Name"])
			indexed[name] = true
			for _, leaf := range listOf(mapOf(key)["JsonKeyIndices"]) {
				indexed[name+"."+asText(mapOf(leaf)["Name"])] = mapOf(leaf)["EnableAnalytics"] == true
			}
		}
	}
	for _, a := range r.Alarms {
		where := "Resources." + a.Name + ".Properties.Detail.Configuration"
		report := func(at, what string) { c.report(where+at, what) }
		if a.project != r.Project || a.store != r.Logstore {
			report(".QueryList", "reads other logs than the functions write")
		}
		search, analysis, ok := strings.Cut(a.Query, " | ")
		if !ok || !strings.HasPrefix(analysis, "select ") {
			report(".QueryList", "the query must be a search, a bar, and a select")
		}
		var searched []string
		for _, m := range searchedMessage.FindAllStringSubmatch(search, -1) {
			searched = append(searched, m[1]+m[2])
		}
		if !slices.Equal(slices.Compact(slices.Sorted(slices.Values(searched))), a.Messages) {
			report(".QueryList", "the search and the select are about different messages")
		}
		for _, m := range lineField.FindAllString(a.Query, -1) {
			if !indexed[m] {
				report(".QueryList", m+" is not indexed, and cannot be asked for")
			}
		}
		var columns []string
		for _, m := range selected.FindAllStringSubmatch(analysis, -1) {
			columns = append(columns, m[1])
		}
		for _, condition := range a.conditions {
			if m := compared.FindStringSubmatch(condition); m == nil || !slices.Contains(columns, m[1]) {
				report(".SeverityConfigurations", "the condition must compare a column of the query with a number")
			}
		}
	}
}
