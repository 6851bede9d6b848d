package manifest

import "maps"

// rosTypes are the types of resources that template.yaml uses, with their properties as
// far as it may need them.
//
// Sources: Resource Orchestration Service, "Resource types" (read 2026-11-23); for OTS, RAM,
// ROS and SLS the package definitions of the ROS CDK, which are made from the types.
func rosTypes() map[string]resourceType {
	types := map[string]resourceType{
		"ALIYUN::ROS::AutoEnableService": {properties: fields(map[string]form{
			"ServiceName": oneOf("CMS", "FC", "MNS", "OSS", "OTS", "SLS"),
		}, "ServiceName")},
		"ALIYUN::MNS::Queue": {
			properties: fields(map[string]form{
				"QueueName":              matching(`[A-Za-z0-9][A-Za-z0-9-]{0,119}`),
				"MaximumMessageSize":     between(1024, 65536, 1), // bytes
				"MessageRetentionPeriod": between(60, 604800, 1),  // seconds
				"PollingWaitSeconds":     between(0, 30, 1),
				"VisibilityTimeout":      between(1, 43200, 1), // seconds
			}, "QueueName"),
			attributes: []string{"QueueName", "QueueUrl", "ARN.WithSlash"},
		},
		"ALIYUN::MNS::Topic": {
			properties: fields(map[string]form{
				"TopicName":          matching(`[A-Za-z0-9][A-Za-z0-9-]{0,119}`),
				"MaximumMessageSize": between(1024, 65536, 1),
			}, "TopicName"),
			attributes: []string{"TopicName", "TopicUrl", "ARN"},
		},
		"ALIYUN::VOD::MessageCallback": {
			properties: fields(map[string]form{
				"AppId":         text,
				"AuthKey":       sized(1, 32),
				"AuthSwitch":    exactly("on", "anybody could send events otherwise"),
				"CallbackType":  oneOf("HTTP", "MNS"),
				"CallbackUrl":   sized(1, 256),
				"EventTypeList": matching(`[A-Za-z]+(,[A-Za-z]+)*`), // an empty one switches all notifications off
				"MnsEndpoint":   matching(`http://\d+\.mns\.[a-z0-9-]+\.aliyuncs\.com/`),
				"MnsQueueName":  text,
			}, "CallbackType", "EventTypeList"),
			attributes: []string{"AppId", "AuthSwitch", "CallbackType", "CallbackUrl", "EventTypeList", "MnsEndpoint", "MnsQueueName"},
		},
		"ALIYUN::OTS::InstanceV2": {
			properties: fields(map[string]form{
				"ClusterType":         oneOf("SSD", "HYBRID"),
				"InstanceName":        matching(`[A-Za-z][A-Za-z0-9-]{1,14}[A-Za-z0-9]`),
				"InstanceDescription": sized(3, 256),
				"NetworkSourceACL":    list(text),
				"NetworkTypeACL":      list(oneOf("CLASSIC", "INTERNET", "VPC")),
				"ResourceGroupId":     text,
				"Tags":                list(anyMap),
			}, "ClusterType", "InstanceName"),
			attributes: []string{"InstanceName"},
		},
		"ALIYUN::OTS::Table":              {properties: tableProperties(), attributes: []string{"TableName"}},
		"ALIYUN::RAM::Role":               {properties: roleProperties(), attributes: []string{"Arn", "RoleId", "RoleName"}},
		"ALIYUN::RAM::ManagedPolicy":      {properties: policyProperties(), attributes: []string{"PolicyName"}},
		"ALIYUN::CMS::ResourceMetricRule": {properties: metricRuleProperties(), attributes: []string{"RuleId", "RuleName"}},
	}
	maps.Copy(types, logTypes())
	maps.Copy(types, functionTypes())
	return types
}

func tableProperties() form {
	column := `[_a-zA-Z][_a-zA-Z0-9]{0,254}`
	reserved := exactly(0, "what is reserved is paid for, used or not")
	return fields(map[string]form{
		"InstanceName": matching(`[A-Za-z][A-Za-z0-9-]{1,14}[A-Za-z0-9]`),
		"TableName":    matching(column),
		"PrimaryKey": some(fields(map[string]form{
			"Name": matching(column), "Type": exactly("STRING", "the store's keys are text"),
		}, "Name", "Type")),
		"Columns": list(fields(map[string]form{
			"Name": matching(column), "Type": oneOf("INTEGER", "STRING", "BINARY", "BOOLEAN", "DOUBLE"),
		}, "Name", "Type")),
		"MaxVersions":        exactly(1, "a table with indexes has no more"),
		"ReservedThroughput": fields(map[string]form{"Read": reserved, "Write": reserved}, "Read", "Write"),
		"SecondaryIndices": list(fields(map[string]form{
			"IndexName":   matching(column),
			"IndexType":   exactly("Local", "an index that lags behind would hide what is owed"),
			"Columns":     list(matching(column)),
			"PrimaryKeys": list(matching(column)),
		}, "IndexName", "IndexType", "Columns", "PrimaryKeys")),
		"TimeToLive": exactly(-1, "events would be gone after that many seconds"),
	}, "InstanceName", "TableName", "PrimaryKey", "MaxVersions", "ReservedThroughput", "TimeToLive")
}

// policyDocument is a policy document. What it grants, checker.rights checks.
func policyDocument() form {
	return fields(map[string]form{
		"Version": oneOf("1"),
		"Statement": list(fields(map[string]form{
			"Effect":   exactly("Allow", "what is not granted is not allowed anyway"),
			"Action":   some(text),
			"Resource": some(text),
		}, "Effect", "Action", "Resource")),
	}, "Version", "Statement")
}

func roleProperties() form {
	return fields(map[string]form{
		"RoleName": matching(`[A-Za-z0-9.-]{1,64}`),
		"AssumeRolePolicyDocument": fields(map[string]form{
			"Version": oneOf("1"),
			"Statement": list(fields(map[string]form{
				"Effect": oneOf("Allow"),
				"Action": oneOf("sts:AssumeRole"),
				"Principal": fields(map[string]form{
					"Service": list(oneOf("fc.aliyuncs.com", "mns.aliyuncs.com")),
				}, "Service"),
			}, "Effect", "Action", "Principal")),
		}, "Version", "Statement"),
		"Description":        sized(1, 1024),
		"IgnoreExisting":     flag,
		"MaxSessionDuration": between(3600, 43200, 1),
		"Policies": list(fields(map[string]form{
			"PolicyName": sized(1, 128), "PolicyDocument": policyDocument(), "Description": sized(1, 1024), "IgnoreExisting": flag,
		}, "PolicyName", "PolicyDocument")),
		"PolicyAttachments": fields(map[string]form{
			"Custom": list(text), "System": list(oneOf("AliyunMNSNotificationRolePolicy")),
		}),
		"Tags": list(anyMap),
	}, "RoleName", "AssumeRolePolicyDocument")
}

func policyProperties() form {
	return fields(map[string]form{
		"PolicyName":     sized(1, 128),
		"PolicyDocument": policyDocument(),
		"Description":    sized(1, 1024),
		"IgnoreExisting": flag,
		"Groups":         list(text),
		"Roles":          list(text),
		"Users":          list(text),
	}, "PolicyName", "PolicyDocument")
}

func metricRuleProperties() form {
	escalation := fields(map[string]form{
		"ComparisonOperator": oneOf("GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanOrEqualToThreshold", "LessThanThreshold"),
		"Statistics":         oneOf("Availability", "Average", "Maximum", "Minimum"),
		"Threshold":          matching(`\d+`),
		"Times":              between(1, 100, 1),
	}, "ComparisonOperator", "Statistics", "Threshold", "Times")
	return fields(map[string]form{
		"ContactGroups":       some(sized(1, 128)),
		"Escalations":         fields(map[string]form{"Critical": escalation, "Warn": escalation, "Info": escalation}),
		"MetricName":          oneOf("ActiveMessages"),
		"Namespace":           oneOf("acs_mns_new"),
		"Resources":           list(anyMap),
		"RuleId":              text,
		"RuleName":            text,
		"Period":              between(60, 3600, 1),
		"Interval":            between(60, 3600, 1),
		"SilenceTime":         between(300, 86400, 1),
		"NoDataPolicy":        oneOf("KEEP_LAST_STATE", "INSUFFICIENT_DATA", "OK"),
		"DeletionForce":       flag,
		"EffectiveInterval":   text,
		"NoEffectiveInterval": text,
		"EmailSubject":        text,
		"Webhook":             text,
	}, "ContactGroups", "Escalations", "MetricName", "Namespace", "Resources")
}
