package manifest

// functionTypes are the types of Function Compute 3.0.
func functionTypes() map[string]resourceType {
	return map[string]resourceType{
		"ALIYUN::FC3::Function": {properties: functionProperties(), attributes: []string{"Arn", "FunctionId", "FunctionName"}},
		"ALIYUN::FC3::Trigger": {
			properties: fields(map[string]form{
				"FunctionName":   text,
				"TriggerName":    text,
				"TriggerType":    oneOf("http", "mns_topic", "timer", "eventbridge"),
				"TriggerConfig":  anyMap, // see triggerConfigs
				"Description":    sized(1, 256),
				"InvocationRole": matching(`acs:ram::\d+:role/.+`),
				"Qualifier":      oneOf("LATEST"),
				"SourceArn":      matching(`acs:mns:[a-z0-9-]+:\d+:/topics/.+`),
			}, "FunctionName", "TriggerName", "TriggerType", "TriggerConfig"),
			attributes: []string{"FunctionName", "TriggerId", "TriggerName", "UrlInternet", "UrlIntranet"},
		},
		"ALIYUN::FC3::AsyncInvokeConfig": {properties: fields(map[string]form{
			"FunctionName":              text,
			"AsyncTask":                 flag,
			"DestinationConfig":         fields(map[string]form{"OnFailure": destination(), "OnSuccess": destination()}),
			"MaxAsyncEventAgeInSeconds": between(1, 604800, 1),
			"MaxAsyncRetryAttempts":     between(0, 8, 1),
			"Qualifier":                 text,
		}, "FunctionName")},
	}
}

func destination() form {
	return fields(map[string]form{"Destination": matching(`acs:mns:[a-z0-9-]+:\d+:/(queues|topics)/[^/]+/messages`)}, "Destination")
}

func functionProperties() form {
	hook := fields(map[string]form{"Handler": text, "Timeout": between(1, 90, 1)}, "Handler", "Timeout")
	return fields(map[string]form{
		"FunctionName":         matching(`[A-Za-z_][A-Za-z0-9_-]{0,63}`),
		"Handler":              oneOf("main"), // what scripts/build.sh puts into the zip
		"Runtime":              oneOf("go1", "custom.debian12"),
		"Code":                 fields(map[string]form{"OssBucketName": text, "OssObjectName": text, "Checksum": text}, "OssBucketName", "OssObjectName"),
		"Cpu":                  between(0.05, 16, 0.05),
		"CustomRuntimeConfig":  fields(map[string]form{"Command": list(text), "Args": list(text), "Port": between(1, 65535, 1)}, "Command", "Port"),
		"Description":          sized(1, 256),
		"DiskSize":             between(512, 10240, 1),
		"EnvironmentVariables": anyMap,
		"InstanceConcurrency":  between(1, 200, 1),
		// No initializer: where one fails, the platform answers 200.
		"InstanceLifecycleConfig": fields(map[string]form{"PreStop": hook}),
		"InternetAccess":          flag,
		"LogConfig": fields(map[string]form{
			"Project": text, "Logstore": text, "EnableRequestMetrics": flag, "EnableInstanceMetrics": flag,
			"LogBeginRule": oneOf("None", "DefaultRegex"),
		}, "Project", "Logstore"),
		"MemorySize": between(128, 32768, 1),
		"Role":       matching(`acs:ram::\d+:role/.+`),
		"Tags":       list(anyMap),
		"Timeout":    between(1, 86400, 1),
		"VpcConfig": fields(map[string]form{
			"VpcId": text, "VSwitchIds": list(text), "SecurityGroupId": text,
		}, "VpcId", "VSwitchIds", "SecurityGroupId"),
	}, "FunctionName", "Handler", "Runtime", "Code", "LogConfig", "Role", "Timeout")
}
