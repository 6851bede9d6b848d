package manifest

import (
	"strings"
)

// assemble fills in what is known of the resources that are made.
func (r *ROS) assemble() {
	for _, one := range r.made {
		p := one.properties
		switch one.kind {
		case "ALIYUN::MNS::Queue":
			size, _ := number(p["MaximumMessageSize"])
			r.Queues = append(r.Queues, Queue{
				Name: asText(p["QueueName"]), Retention: seconds(p["MessageRetentionPeriod"]),
				Visibility: seconds(p["VisibilityTimeout"]), Wait: seconds(p["PollingWaitSeconds"]), MaxSize: int(size),
			})
		case "ALIYUN::MNS::Topic":
			r.Topics = append(r.Topics, asText(p["TopicName"]))
		case "ALIYUN::RAM::Role":
			if one.name == "FunctionRole" {
				r.Role = "acs:ram::" + r.account + ":role/" + strings.ToLower(asText(p["RoleName"]))
				for _, policy := range listOf(p["Policies"]) {
					r.Grants = append(r.Grants, grants(mapOf(policy)["PolicyDocument"])...)
				}
			}
		case "ALIYUN::RAM::ManagedPolicy":
			r.Grants = append(r.Grants, grants(p["PolicyDocument"])...)
		case "ALIYUN::SLS::Project":
			r.Project = asText(p["Name"])
		case "ALIYUN::SLS::Logstore":
			r.Logstore = asText(p["LogstoreName"])
		case "ALIYUN::SLS::Alert":
			r.Alarms = append(r.Alarms, alarmOf(one))
		case "ALIYUN::OTS::InstanceV2":
			r.Instance = asText(p["InstanceName"])
		case "ALIYUN::OTS::Table":
			r.Tables = append(r.Tables, tableOf(p))
		case "ALIYUN::VOD::MessageCallback":
			r.Events = strings.Split(asText(p["EventTypeList"]), ",")
		case "ALIYUN::FC3::Function":
			r.Functions = append(r.Functions, r.functionOf(p))
		}
	}
}

// grants returns what a policy document allows, one by one.
func grants(document any) []Grant {
	var all []Grant
	for _, statement := range listOf(mapOf(document)["Statement"]) {
		for _, action := range listOf(mapOf(statement)["Action"]) {
			for _, on := range listOf(mapOf(statement)["Resource"]) {
				all = append(all, Grant{asText(action), asText(on)})
			}
		}
	}
	return all
}

// tableOf reads the properties of a table.
func tableOf(p map[string]any) Table {
	t := Table{Name: asText(p["TableName"]), Columns: map[string]string{}}
	for _, column := range listOf(p["PrimaryKey"]) {
		t.Key = append(t.Key, asText(mapOf(column)["Name"]))
	}
	for _, column := range listOf(p["Columns"]) {
		t.Columns[asText(mapOf(column)["Name"])] = asText(mapOf(column)["Type"])
	}
	for _, index := range listOf(p["SecondaryIndices"]) {
		t.Indexes = append(t.Indexes, Index{
			Name: asText(mapOf(index)["IndexName"]), Key: texts(mapOf(index)["PrimaryKeys"]), Columns: texts(mapOf(index)["Columns"]),
		})
	}
	return t
}

// functionOf reads the properties of a function, and looks up what belongs to it.
func (r *ROS) functionOf(p map[string]any) Function {
	f := Function{
		Name: asText(p["FunctionName"]), Runtime: asText(p["Runtime"]), Handler: asText(p["Handler"]), Role: asText(p["Role"]),
		Timeout: seconds(p["Timeout"]), Settings: map[string]string{},
		Project: asText(mapOf(p["LogConfig"])["Project"]), Logstore: asText(mapOf(p["LogConfig"])["Logstore"]),
		Code: asText(mapOf(p["Code"])["OssObjectName"]),
	}
	f.ID = f.Name[strings.LastIndex(f.Name, "-")+1:]
	for name, value := range mapOf(p["EnvironmentVariables"]) {
		f.Settings[name] = asText(value)
	}
	for _, one := range r.made {
		switch {
		case asText(one.properties["FunctionName"]) != f.Name:
		case one.kind == "ALIYUN::FC3::Trigger":
			f.Triggers = append(f.Triggers, rosTrigger(one.properties))
		case one.kind == "ALIYUN::FC3::AsyncInvokeConfig":
			f.OnFailure = asText(dig(one.properties, "DestinationConfig", "OnFailure", "Destination"))
		}
	}
	return f
}

// rosTrigger reads the properties of a trigger.
func rosTrigger(p map[string]any) Trigger {
	c := mapOf(p["TriggerConfig"])
	t := Trigger{
		Name: asText(p["TriggerName"]), Type: asText(p["TriggerType"]), Source: asText(p["SourceArn"]), Role: asText(p["InvocationRole"]),
		Queue:       asText(dig(c, "eventSourceConfig", "eventSourceParameters", "sourceMNSParameters", "QueueName")),
		DeadLetters: asText(dig(c, "runOptions", "deadLetterQueue", "Arn")),
	}
	switch t.Type {
	case "timer":
		t.Enabled = c["enable"] == true
	case "eventbridge":
		t.Enabled = c["triggerEnable"] == true
	default:
		t.Enabled = true
	}
	return t
}
