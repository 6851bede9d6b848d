package manifest

// metric is what an alarm of CloudMonitor has to be.
type metric struct {
	rule  string // the end of its name
	queue string // the end of the name of the queue that it watches
	level string
}

// metrics are the alarms of CloudMonitor by the names of their resources. All watch how
// many messages wait in a queue. Source: CloudMonitor, "Appendix 1: Metrics" (acs_mns_new,
// ActiveMessages: userId, region, queue).
func metrics() map[string]metric {
	return map[string]metric{
		"DeadLettersWaitingAlarm": {"dead-letters-waiting", "dead-letters", "Warn"},
		"CallbackWaitingAlarm":    {"callback-waiting", "callback", "Critical"},
	}
}

// metrics checks that each alarm of CloudMonitor watches what it should.
func (c *checker) metrics(r *ROS) {
	for _, one := range r.made {
		want, ok := metrics()[one.name]
		if !ok {
			continue
		}
		c.exact("Resources."+one.name+".Properties", one.properties, map[string]any{
			"RuleId":        r.name + "-" + want.rule,
			"RuleName":      r.name + "-" + want.rule,
			"Namespace":     "acs_mns_new",
			"MetricName":    "ActiveMessages",
			"Resources":     []any{map[string]any{"userId": r.account, "region": r.region, "queue": r.name + "-" + want.queue}},
			"Period":        300, // seconds
			"Interval":      300,
			"SilenceTime":   3600,
			"NoDataPolicy":  "OK",
			"ContactGroups": one.properties["ContactGroups"],
			"Escalations": map[string]any{want.level: map[string]any{
				"ComparisonOperator": "GreaterThanThreshold", "Statistics": "Average", "Threshold": "0", "Times": 3,
			}},
		})
	}
}
