package manifest

// logTypes are the types of Simple Log Service.
func logTypes() map[string]resourceType {
	name := `[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]`
	return map[string]resourceType{
		"ALIYUN::SLS::Project": {
			properties: fields(map[string]form{
				"Name":               matching(`[a-z0-9][a-z0-9-]{1,61}[a-z0-9]`),
				"DataRedundancyType": oneOf("LRS", "ZRS"),
				"Description":        sized(1, 64),
				"ResourceGroupId":    text,
				"Tags":               list(anyMap),
			}, "Name"),
			attributes: []string{"Name"},
		},
		"ALIYUN::SLS::Logstore": {
			properties: fields(map[string]form{
				"LogstoreName":    matching(name),
				"ProjectName":     matching(name),
				"AppendMeta":      flag,
				"AutoSplit":       flag,
				"EnableTracking":  flag,
				"MaxSplitShard":   between(1, 64, 1),
				"Mode":            oneOf("standard", "query"),
				"PreserveStorage": flag,
				"ShardCount":      between(1, 100, 1),
				"TTL":             between(1, 3600, 1),
			}, "LogstoreName", "ProjectName"),
			attributes: []string{"LogstoreName", "ProjectName"},
		},
		"ALIYUN::SLS::Index": {properties: indexProperties(name)},
		"ALIYUN::SLS::Alert": {properties: fields(map[string]form{
			"Project": matching(name),
			"Detail":  alertProperties(),
		}, "Project", "Detail"), attributes: []string{"Name"}},
	}
}

func indexProperties(name string) form {
	return fields(map[string]form{
		"LogstoreName": matching(name),
		"ProjectName":  matching(name),
		"FullTextIndex": fields(map[string]form{
			"Enable": flag, "CaseSensitive": flag, "Delimiter": text, "IncludeChinese": flag,
		}, "Enable"),
		"KeyIndices": list(fields(map[string]form{
			"Name":            text,
			"Type":            oneOf("text", "long", "double", "json"),
			"Alias":           text,
			"CaseSensitive":   flag,
			"Delimiter":       text,
			"EnableAnalytics": flag,
			"IncludeChinese":  flag,
			"JsonKeyIndices": list(fields(map[string]form{
				"Name": text, "Type": oneOf("text", "long", "double"), "Alias": text, "EnableAnalytics": flag,
			}, "Name", "Type")),
		}, "Name", "Type")),
		"LogReduce": flag,
	}, "LogstoreName", "ProjectName", "FullTextIndex")
}

// alertProperties are those of an alert rule of the present version, 2.0, as far as they
// are the same in all alarms: a rule that is switched off, muted or asks seldom is none.
// See alarms for what differs.
func alertProperties() form {
	pair := fields(map[string]form{"Key": text, "Value": text}, "Key", "Value")
	severity := between(2, 10, 2) // report, low, medium, high, critical
	return fields(map[string]form{
		"Name":        matching(`[A-Za-z0-9][A-Za-z0-9_-]{1,62}[A-Za-z0-9]`),
		"DisplayName": sized(1, 64),
		"Description": text,
		"Type":        oneOf("Alert"),
		"Schedule": fields(map[string]form{
			"Type":     exactly("FixedRate", "ticks come every minute"),
			"Interval": exactly("1m", "ticks come every minute"),
		}, "Type", "Interval"),
		"Configuration": fields(map[string]form{
			"Version":        oneOf("2.0"),
			"Type":           oneOf("default"),
			"Dashboard":      text,
			"Annotations":    list(pair),
			"AutoAnnotation": exactly(true, "it says what the query found, such as the error"),
			"GroupConfiguration": fields(map[string]form{
				"Type": exactly("no_group", "one alarm is about both functions"), "Fields": list(text),
			}, "Type"),
			"JoinConfigurations": list(fields(map[string]form{"Type": text, "Condition": text}, "Type")),
			"Labels":             list(pair),
			"NoDataFire":         flag,
			"NoDataSeverity":     severity,
			"PolicyConfiguration": fields(map[string]form{
				"AlertPolicyId":  exactly("sls.builtin.dynamic", "it leaves to ActionPolicyId whom to tell"),
				"ActionPolicyId": sized(1, 128),
				"RepeatInterval": matching(`\d+[smh]`),
				"UseDefault":     exactly(false, "it is there for compatibility alone"),
			}, "AlertPolicyId", "ActionPolicyId", "RepeatInterval"),
			"QueryList": single(fields(map[string]form{
				"StoreType":    exactly("log", "the functions write no metrics"),
				"Region":       text,
				"Project":      text,
				"Store":        text,
				"Query":        sized(1, 4096),
				"Start":        text,
				"End":          oneOf("now"),
				"TimeSpanType": oneOf("Custom"),
			}, "StoreType", "Region", "Project", "Store", "Query", "Start", "End", "TimeSpanType")),
			"SendResolved": exactly(true, "whoever is woken wants to know that it is over"),
			"SeverityConfigurations": single(fields(map[string]form{
				"Severity":      severity,
				"EvalCondition": fields(map[string]form{"Condition": text, "CountCondition": text}, "Condition"),
			}, "Severity", "EvalCondition")),
			"Threshold": exactly(1, "a condition that holds once is enough"),
		}, "Version", "Type", "Dashboard", "Annotations", "AutoAnnotation", "GroupConfiguration", "JoinConfigurations", "NoDataFire", "PolicyConfiguration", "QueryList", "SendResolved", "SeverityConfigurations", "Threshold"),
	}, "Name", "DisplayName", "Type", "Schedule", "Configuration")
}
