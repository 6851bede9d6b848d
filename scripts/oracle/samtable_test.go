package oracle_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// fields are the members of a map of the template, as it is written.
type fields map[string]any

func ref(name string) fields     { return fields{"Ref": name} }
func attribute(of string) fields { return fields{"Fn::GetAtt": of} }
func sub(text string) fields     { return fields{"Fn::Sub": text} }

// either is what is written for a value that is there on a condition.
func either(condition string, value any) fields {
	return fields{"Fn::If": []any{condition, value, ref("AWS::NoValue")}}
}

// samExpected is the whole template, as it has to be written: what is not in here must not
// be there either. Only descriptions are free.
func samExpected() fields {
	return fields{
		"AWSTemplateFormatVersion": "2010-09-09",
		"Transform":                "AWS::Serverless-2016-10-31",
		"Parameters":               expectedParameters(),
		"Conditions": fields{
			"InVpc":         fields{"Fn::Not": []any{fields{"Fn::Equals": []any{fields{"Fn::Join": []any{"", ref("SubnetIds")}}, ""}}}},
			"HasAlarmTopic": fields{"Fn::Not": []any{fields{"Fn::Equals": []any{ref("AlarmTopicArn"), ""}}}},
		},
		"Resources": expectedResources(),
		"Outputs": fields{
			"CallbackOrigin": fields{"Value": attribute("HttpFunctionUrl.FunctionUrl")},
			"MnsFunction":    fields{"Value": ref("MnsFunction")},
			"Undelivered":    fields{"Value": ref("Undelivered")},
		},
	}
}

func expectedParameters() fields {
	text := fields{"Type": "String", "Default": ""}
	secret := fields{"Type": "String", "Default": "", "NoEcho": true}
	needed := fields{"Type": "String", "MinLength": 1, "NoEcho": true} // without a default
	list := fields{"Type": "CommaDelimitedList", "Default": ""}
	return fields{
		"VodStore": needed, "VodAuthKey": needed,
		"VodSinks": secret, "VodWebhookSecret": secret, "VodFallback": secret,
		"AlibabaCloudAccessKeyId": secret, "AlibabaCloudAccessKeySecret": secret,
		"VodCallbackUrl": fields{"Type": "String", "Default": "", "AllowedPattern": `(https://\S+/\S*(\s+https://\S+/\S*)*)?`},
		"Architecture":   fields{"Type": "String", "Default": "arm64", "AllowedValues": []any{"arm64", "x86_64"}},
		"LogLevel":       fields{"Type": "String", "Default": "info", "AllowedValues": []any{"debug", "info", "warn", "error"}},
		// Some of those that CloudWatch Logs takes.
		"LogRetentionDays": fields{"Type": "Number", "Default": 30, "AllowedValues": []any{1, 3, 5, 7, 14, 30, 60, 90, 180, 365}},
		"SubnetIds":        list, "SecurityGroupIds": list, "AlarmTopicArn": text,
	}
}

func expectedResources() fields {
	resources := fields{
		"Undelivered": fields{"Type": "AWS::SQS::Queue", "Properties": fields{
			"MessageRetentionPeriod": 14 * 24 * 60 * 60, // seconds, the most there is
			"SqsManagedSseEnabled":   true,
		}},
		"Tick": fields{"Type": "AWS::Scheduler::Schedule", "Properties": fields{
			"ScheduleExpression": "rate(1 minute)",
			"FlexibleTimeWindow": fields{"Mode": "OFF"},
			"Target": fields{
				"Arn":         attribute("MnsFunction.Arn"),
				"RoleArn":     attribute("TickRole.Arn"),
				"Input":       `{"triggerTime":"<aws.scheduler.scheduled-time>","triggerName":"redrive","payload":""}`,
				"RetryPolicy": fields{"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}, // the next one is a minute away
			},
		}},
		"TickRole": fields{"Type": "AWS::IAM::Role", "Properties": fields{
			"AssumeRolePolicyDocument": policy(fields{
				"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": fields{"Service": "scheduler.amazonaws.com"},
				"Condition": fields{"StringEquals": fields{"aws:SourceAccount": ref("AWS::AccountId")}},
			}),
			"Policies": []any{fields{"PolicyName": "invoke", "PolicyDocument": policy(fields{
				"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": attribute("MnsFunction.Arn"),
			})}},
		}},
	}
	maps.Copy(resources, expectedFunctions())
	maps.Copy(resources, expectedFilters())
	maps.Copy(resources, expectedAlarms())
	return resources
}

// policy is a policy of one statement.
func policy(statement fields) fields {
	return fields{"Version": "2012-10-17", "Statement": []any{statement}}
}

// expectedFunctions are the two functions and their logs.
func expectedFunctions() fields {
	settings := fields{
		"VOD_STORE": ref("VodStore"), "VOD_SINKS": ref("VodSinks"), "VOD_WEBHOOK_SECRET": ref("VodWebhookSecret"), "VOD_FALLBACK": ref("VodFallback"),
		"ALIBABA_CLOUD_ACCESS_KEY_ID": ref("AlibabaCloudAccessKeyId"), "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ref("AlibabaCloudAccessKeySecret"),
		"LOG_LEVEL": ref("LogLevel"),
	}
	function := func(name, logs string, own, ownSettings fields) fields {
		variables := maps.Clone(settings)
		maps.Copy(variables, ownSettings)
		properties := fields{
			"FunctionName":  sub("${AWS::StackName}-" + name),
			"CodeUri":       "../../bin/" + name + ".zip",
			"Handler":       "bootstrap",
			"Runtime":       "provided.al2023",
			"Architectures": []any{ref("Architecture")},
			"MemorySize":    512, // MB
			"VpcConfig":     either("InVpc", fields{"SubnetIds": ref("SubnetIds"), "SecurityGroupIds": ref("SecurityGroupIds")}),
			"Environment":   fields{"Variables": variables},
		}
		maps.Copy(properties, own)
		// Without DependsOn the function's first line of log may make the group, to be kept for ever.
		return fields{"Type": "AWS::Serverless::Function", "DependsOn": logs, "Properties": properties}
	}
	logs := func(name string) fields {
		return fields{"Type": "AWS::Logs::LogGroup", "Properties": fields{
			"LogGroupName": sub("/aws/lambda/${AWS::StackName}-" + name), "RetentionInDays": ref("LogRetentionDays"),
		}}
	}
	return fields{
		"HttpLogs": logs("http"),
		"MnsLogs":  logs("mns"),
		"HttpFunction": function("http", "HttpLogs", fields{
			"Timeout":           10, // seconds
			"FunctionUrlConfig": fields{"AuthType": "NONE"},
		}, fields{"VOD_AUTH_KEY": ref("VodAuthKey"), "VOD_CALLBACK_URL": ref("VodCallbackUrl")}),
		"MnsFunction": function("mns", "MnsLogs", fields{
			"Timeout": 60, // seconds, as on Function Compute
			"EventInvokeConfig": fields{
				"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60, // the least there is
				"DestinationConfig": fields{"OnFailure": fields{"Type": "SQS", "Destination": attribute("Undelivered.Arn")}},
			},
		}, nil),
	}
}

// expectedFilters are what is counted in the logs.
func expectedFilters() fields {
	filters := fields{}
	for _, f := range []struct{ id, logs, pattern, metric, value string }{
		{"HttpErrorLines", "HttpLogs", `{ $.level = "ERROR" }`, "ErrorLines", "1"},
		{"MnsErrorLines", "MnsLogs", `{ $.level = "ERROR" }`, "ErrorLines", "1"},
		{"Ticks", "MnsLogs", `{ $.msg = "tick" }`, "Ticks", "1"},
		{"OldestDelivery", "MnsLogs", `{ $.msg = "tick" && $.oldest_s = * }`, "OldestDelivery", "$.oldest_s"},
	} {
		filters[f.id] = fields{"Type": "AWS::Logs::MetricFilter", "Properties": fields{
			"LogGroupName": ref(f.logs), "FilterPattern": f.pattern,
			"MetricTransformations": []any{fields{"MetricNamespace": ref("AWS::StackName"), "MetricName": f.metric, "MetricValue": f.value}},
		}}
	}
	return filters
}

// expectedAlarms are on metrics of the filters, and on those that Lambda has of each function.
func expectedAlarms() fields {
	alarms := fields{}
	for _, a := range []struct {
		id, metric, of string // a function's, or, if it is empty, of all that the filters count
		statistic      string
		period, times  int // each period in seconds
		operator       string
		threshold      int
		missing        string // what no data is taken for
	}{
		{"ErrorLinesAlarm", "ErrorLines", "", "Sum", 60, 1, "GreaterThanOrEqualToThreshold", 1, "notBreaching"},
		{"HttpErrorsAlarm", "Errors", "HttpFunction", "Sum", 60, 1, "GreaterThanOrEqualToThreshold", 1, "notBreaching"},
		{"HttpThrottlesAlarm", "Throttles", "HttpFunction", "Sum", 60, 1, "GreaterThanOrEqualToThreshold", 1, "notBreaching"},
		{"NoTickAlarm", "Ticks", "", "Sum", 60, 5, "LessThanThreshold", 1, "breaching"}, // without ticks there are no data at all
		{"OldestDeliveryAlarm", "OldestDelivery", "", "Maximum", 300, 1, "GreaterThanThreshold", 3600, "notBreaching"},
	} {
		properties := fields{
			"Namespace": ref("AWS::StackName"), "MetricName": a.metric, "Statistic": a.statistic,
			"Period": a.period, "EvaluationPeriods": a.times, "ComparisonOperator": a.operator, "Threshold": a.threshold,
			"TreatMissingData": a.missing, "AlarmActions": either("HasAlarmTopic", []any{ref("AlarmTopicArn")}),
		}
		if a.of != "" {
			properties["Namespace"] = "AWS/Lambda"
			properties["Dimensions"] = []any{fields{"Name": "FunctionName", "Value": ref(a.of)}}
		}
		alarms[a.id] = fields{"Type": "AWS::CloudWatch::Alarm", "Properties": properties}
	}
	return alarms
}

// samDifferences returns where the template is not written as it has to be.
func samDifferences(t *testing.T, got map[string]any) []string {
	t.Helper()
	text, err := json.Marshal(samExpected())
	require.NoError(t, err)
	var want map[string]any
	require.NoError(t, json.Unmarshal(text, &want)) // the kinds of values that got has
	return differences("", want, got)
}

// differences returns where a value is not the one that is wanted. A description is any
// text.
func differences(where string, want, got any) []string {
	below := func(name string) string {
		if where == "" {
			return name
		}
		return where + "." + name
	}
	var found []string
	switch want := want.(type) {
	case map[string]any:
		gots, ok := got.(map[string]any)
		if !ok {
			return []string{where + ": must be a map"}
		}
		all := maps.Clone(gots)
		maps.Copy(all, want)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			wanted, known := want[name]
			value, there := gots[name]
			_, isText := value.(string)
			switch {
			case (name == "Description" || name == "AlarmDescription") && !known:
				if !isText {
					found = append(found, below(name)+": must be a text without references")
				}
			case !known:
				found = append(found, below(name)+": must not be there: it is not in the table of what is expected")
			case !there:
				found = append(found, below(name)+": is missing")
			default:
				found = append(found, differences(below(name), wanted, value)...)
			}
		}
	case []any:
		gots, ok := got.([]any)
		if !ok || len(gots) != len(want) {
			return []string{fmt.Sprintf("%s: must be a list of %d", where, len(want))}
		}
		for i := range want {
			found = append(found, differences(where+"["+strconv.Itoa(i)+"]", want[i], gots[i])...)
		}
	default:
		if got != want {
			found = append(found, fmt.Sprintf("%s: must be %v", where, want))
		}
	}
	return found
}
