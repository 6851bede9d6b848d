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

// alertProperties are those of an alert rule of the present version, 2.0.
func alertProperties() form {
	pair := fields(map[string]form{"Key": text, "Value": text}, "Key", "Value")
	severity := between(2, 10, 2) // report, low, medium, high, critical
	return fields(map[string]form{
		"Name":        matching(`[A-Za-z0-9][A-Za-z0-9_-]{1,62}[A-Za-z0-9]`),
		"DisplayName": sized(1, 64),
		"Description": text,
		"Type":        oneOf("Alert"),
		"State":       text,
		"Schedule": fields(map[string]form{
			"Type":           oneOf("FixedRate", "Hourly", "Daily", "Weekly", "Cron"),
			"Interval":       matching(`\d+[smhd]`),
			"CronExpression": text,
			"DayOfWeek":      between(0, 6, 1),
			"Delay":          between(0, 3600, 1),
			"Hour":           between(0, 23, 1),
			"RunImmediately": flag,
		}, "Type"),
		"Configuration": fields(map[string]form{
			"Version":        oneOf("2.0"),
			"Type":           oneOf("default"),
			"Dashboard":      text,
			"Annotations":    list(pair),
			"AutoAnnotation": flag,
			"GroupConfiguration": fields(map[string]form{
				"Type": oneOf("no_group", "labels_auto", "custom"), "Fields": list(text),
			}, "Type"),
			"JoinConfigurations": list(fields(map[string]form{"Type": text, "Condition": text}, "Type")),
			"Labels":             list(pair),
			"MuteUntil":          between(0, 1<<53, 1),
			"NoDataFire":         flag,
			"NoDataSeverity":     severity,
			"PolicyConfiguration": fields(map[string]form{
				"AlertPolicyId":  text,
				"ActionPolicyId": sized(1, 128),
				"RepeatInterval": matching(`\d+[smh]`),
				"UseDefault":     flag,
			}, "AlertPolicyId", "ActionPolicyId", "RepeatInterval"),
			"QueryList": list(fields(map[string]form{
				"StoreType":    oneOf("log", "metric", "meta"),
				"Region":       text,
				"Project":      text,
				"Store":        text,
				"Query":        sized(1, 4096),
				"Start":        matching(`-\d+[smhd]`),
				"End":          oneOf("now"),
				"TimeSpanType": oneOf("Custom"),
				"ChartTitle":   text,
				"DashboardId":  text,
				"PowerSqlMode": oneOf("auto", "enable", "disable"),
				"RoleArn":      text,
			}, "StoreType", "Region", "Project", "Store", "Query", "Start", "End", "TimeSpanType")),
			"SendResolved": flag,
			"SeverityConfigurations": some(fields(map[string]form{
				"Severity":      severity,
				"EvalCondition": fields(map[string]form{"Condition": text, "CountCondition": text}, "Condition"),
			}, "Severity", "EvalCondition")),
			"Threshold": between(1, 1000, 1),
		}, "Version", "Type", "Dashboard", "GroupConfiguration", "NoDataFire", "PolicyConfiguration", "QueryList", "SeverityConfigurations"),
	}, "Name", "DisplayName", "Schedule", "Configuration")
}
