package manifest

import (
	"slices"
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
				r.Grants = append(r.Grants, one.grants()...)
			}
		case "ALIYUN::RAM::ManagedPolicy":
			if slices.Contains(texts(p["Roles"]), r.roleName()) {
				r.Grants = append(r.Grants, one.grants()...)
			}
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
			r.Functions = append(r.Functions, r.function(p))
		}
	}
}

// roleName is the name of the role that both functions work as.
func (r *ROS) roleName() string {
	for _, one := range r.made {
		if one.name == "FunctionRole" {
			return asText(one.properties["RoleName"])
		}
	}
	return ""
}

// place is where the resource of a kind is with this value of a property.
func (r *ROS) place(kind, property, value string) string {
	for _, one := range r.made {
		if one.kind == kind && asText(one.properties[property]) == value {
			return "Resources." + one.name
		}
	}
	return "Resources"
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

// function reads the properties of a function, and looks up what belongs to it. It is
// the same as if s.yaml had said it.
func (r *ROS) function(p map[string]any) Function {
	name := asText(p["FunctionName"])
	props := lowered(p)
	props["code"] = asText(dig(p, "Code", "OssObjectName"))
	var triggers []any
	for _, one := range r.made {
		if asText(one.properties["FunctionName"]) != name {
			continue
		}
		said := lowered(one.properties)
		delete(said, "functionName")
		switch one.kind {
		case "ALIYUN::FC3::Trigger":
			triggers = append(triggers, said)
		case "ALIYUN::FC3::AsyncInvokeConfig":
			props["asyncInvokeConfig"] = said
		}
	}
	props["triggers"] = triggers
	return functionOf(name[strings.LastIndex(name, "-")+1:], props)
}

// lowered returns properties with the names that s.yaml has for them, which begin with a
// small letter; those of variables and of triggers' configurations are the same for both.
func lowered(p map[string]any) map[string]any {
	all := map[string]any{}
	for name, v := range p {
		if inner, ok := v.(map[string]any); ok && name != "EnvironmentVariables" && name != "TriggerConfig" {
			v = lowered(inner)
		}
		all[strings.ToLower(name[:1])+name[1:]] = v
	}
	return all
}
