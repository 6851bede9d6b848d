package oracle_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each break is caught and named.
func TestSAMBrokenCopies(t *testing.T) {
	for _, tc := range []struct {
		name     string
		old, new string
		want     string // in one of the problems
	}{
		{name: "not YAML", old: "Resources:\n", new: "Resources: [\n", want: "invalid YAML"},
		{name: "misspelt property", old: "      MemorySize: 512\n      Timeout: 10", new: "      MemorySise: 512\n      Timeout: 10", want: "HttpFunction: at '/Properties': additional properties 'MemorySise'"},
		{name: "property of another type", old: "Timeout: 10\n", new: "Timeout: ten\n", want: "HttpFunction: at '/Properties/Timeout': got string, want number"},
		{name: "misspelt property of a queue", old: "MessageRetentionPeriod", new: "MessageRetention", want: "Undelivered: at '/Properties': additional properties 'MessageRetention'"},
		{name: "no expression", old: "      ScheduleExpression: rate(1 minute)\n", new: "", want: "Tick: at '/Properties': missing property 'ScheduleExpression'"},
		{name: "unknown type", old: "AWS::SQS::Queue", new: "AWS::SQS::Queu", want: "Undelivered: no such type AWS::SQS::Queu"},
		{name: "unknown section", old: "Outputs:", new: "Output:", want: "Output: must not be there"},
		{name: "unknown parameter", old: "VOD_AUTH_KEY: !Ref VodAuthKey", new: "VOD_AUTH_KEY: !Ref VodKey", want: "HttpFunction: nothing is called VodKey"},
		{name: "unused parameter", old: "RetentionInDays: !Ref LogRetentionDays", new: "RetentionInDays: 30", want: "LogRetentionDays: nobody uses this parameter"},
		{name: "unknown resource", old: "!GetAtt Undelivered.Arn", new: "!GetAtt Unknown.Arn", want: "MnsFunction: nothing is called Unknown"},
		{name: "unknown name in a text", old: "/aws/lambda/${AWS::StackName}-mns", new: "/aws/lambda/${Stack}-mns", want: "MnsLogs: nothing is called Stack"},
		{name: "depends on nothing", old: "DependsOn: MnsLogs", new: "DependsOn: Logs", want: "MnsFunction: nothing is called Logs"},
		{name: "unknown condition", old: "  InVpc: !Not", new: "  InVPC: !Not", want: "HttpFunction: nothing is called InVpc"},
		{name: "a secret that is shown", old: "    NoEcho: true\n    MinLength: 1\n    Description: VOD_STORE", new: "    MinLength: 1\n    Description: VOD_STORE", want: "Parameters.VodStore.NoEcho: is missing"},
		{name: "a key by default", old: "    MinLength: 1\n    Description: VOD_AUTH_KEY", new: "    Default: secret\n    Description: VOD_AUTH_KEY", want: "Parameters.VodAuthKey.Default: must not be there"},
		{name: "logs that Lambda makes", old: "LogGroupName: !Sub /aws/lambda/${AWS::StackName}-http", new: "LogGroupName: !Sub /aws/lambda/${AWS::StackName}-web", want: "Resources.HttpLogs.Properties.LogGroupName"},
		{name: "an hour", old: "rate(1 minute)", new: "rate(1 hour)", want: "Resources.Tick.Properties.ScheduleExpression: must be rate(1 minute)"},
		{name: "an event that is no tick", old: `"triggerName"`, new: `"name"`, want: "Tick: its input is no event of a timer"},
		{name: "an alarm without a metric", old: "MetricName: Ticks\n      Statistic", new: "MetricName: Tick\n      Statistic", want: "Resources.NoTickAlarm.Properties.MetricName: must be Ticks"},
		{name: "nobody is missed", old: "TreatMissingData: breaching", new: "TreatMissingData: notBreaching", want: "Resources.NoTickAlarm.Properties.TreatMissingData: must be breaching"},

		{name: "another version of the form", old: `"2010-09-09"`, new: `"2015-09-01"`, want: "AWSTemplateFormatVersion: must be 2010-09-09"},
		{name: "no SAM", old: "Transform: AWS::Serverless-2016-10-31\n", new: "", want: "Transform: is missing"},
		{name: "a type of parameter that there is not", old: "  LogLevel:\n    Type: String", new: "  LogLevel:\n    Type: Sting", want: "Parameters.LogLevel.Type: must be String"},
		{name: "a misspelt key of a parameter", old: "    AllowedValues: [debug", new: "    AllowedValue: [debug", want: "Parameters.LogLevel.AllowedValues: is missing"},
		{name: "NoEcho that is a text", old: "    NoEcho: true\n    MinLength: 1\n    Description: VOD_STORE", new: "    NoEcho: 'no'\n    MinLength: 1\n    Description: VOD_STORE", want: "Parameters.VodStore.NoEcho: must be true"},
		{name: "NoEcho that is false", old: "    NoEcho: true\n    MinLength: 1\n    Description: VOD_AUTH", new: "    NoEcho: false\n    MinLength: 1\n    Description: VOD_AUTH", want: "Parameters.VodAuthKey.NoEcho: must be true"},
		{name: "an AccessKey ID that is shown", old: "  AlibabaCloudAccessKeyId:\n    Type: String\n    NoEcho: true", new: "  AlibabaCloudAccessKeyId:\n    Type: String", want: "Parameters.AlibabaCloudAccessKeyId.NoEcho: is missing"},
		{name: "an empty key", old: "    MinLength: 1\n    Description: VOD_AUTH_KEY", new: "    Description: VOD_AUTH_KEY", want: "Parameters.VodAuthKey.MinLength: is missing"},
		{name: "callbacks that anybody may read", old: `(https://\S+/\S*(`, new: `(http://\S+/\S*(`, want: "Parameters.VodCallbackUrl.AllowedPattern"},
		{name: "another architecture by default", old: "Default: arm64", new: "Default: x86_64", want: "Parameters.Architecture.Default: must be arm64"},
		{name: "a condition upside down", old: `InVpc: !Not [!Equals [!Join ["", !Ref SubnetIds], ""]]`, new: `InVpc: !Equals [!Join ["", !Ref SubnetIds], ""]`, want: "Conditions.InVpc.Fn::Not: is missing"},

		{name: "a secret in an output", old: "    Value: !Ref Undelivered\n", new: "    Value: !Ref VodAuthKey\n", want: "Outputs.Undelivered: shows the secret VodAuthKey"},
		{name: "a secret in the text of an output", old: "    Value: !Ref Undelivered\n", new: "    Value: !Sub '${VodStore}'\n", want: "Outputs.Undelivered: shows the secret VodStore"},
		{name: "a secret in a description", old: "Description: Receives the HTTP", new: "Description: !Ref VodStore # ", want: "HttpFunction: shows the secret VodStore"},
		{name: "a secret in the name of a queue", old: "MessageRetentionPeriod: 1209600", new: "QueueName: !Ref VodWebhookSecret\n      MessageRetentionPeriod: 1209600", want: "Undelivered: shows the secret VodWebhookSecret"},
		{name: "a misspelt key of an output", old: "    Value: !Ref Undelivered", new: "    Valu: !Ref Undelivered", want: "Outputs.Undelivered.Value: is missing"},
		{name: "an attribute that there is not", old: "!GetAtt HttpFunctionUrl.FunctionUrl", new: "!GetAtt HttpFunctionUrl.Url", want: "Outputs.CallbackOrigin.Value.Fn::GetAtt: must be HttpFunctionUrl.FunctionUrl"},

		{name: "an architecture that is not asked for", old: "Architectures: [!Ref Architecture]", new: "Architectures: [x86_64]", want: "Resources.HttpFunction.Properties.Architectures[0]: must be a map"},
		{name: "little memory", old: "MemorySize: 512", new: "MemorySize: 64", want: "Resources.HttpFunction.Properties.MemorySize: must be 512"},
		{name: "longer than Lambda lets it", old: "Timeout: 60\n", new: "Timeout: 901\n", want: "Resources.MnsFunction.Properties.Timeout: must be 60"},
		{name: "no time for the timer's work", old: "Timeout: 60\n", new: "Timeout: 3\n", want: "Resources.MnsFunction.Properties.Timeout: must be 60"},
		{name: "a cap on callbacks", old: "      FunctionUrlConfig:", new: "      ReservedConcurrentExecutions: 5\n      FunctionUrlConfig:", want: "Resources.HttpFunction.Properties.ReservedConcurrentExecutions: must not be there"},
		{name: "an address for the timer's work", old: "      EventInvokeConfig:", new: "      FunctionUrlConfig: {AuthType: NONE}\n      EventInvokeConfig:", want: "Resources.MnsFunction.Properties.FunctionUrlConfig: must not be there"},
		{name: "rights that nobody needs", old: "      EventInvokeConfig:", new: "      Policies: [AdministratorAccess]\n      EventInvokeConfig:", want: "Resources.MnsFunction.Properties.Policies: must not be there"},
		{name: "a VPC for one function", old: "      VpcConfig: !If\n        - InVpc\n", new: "      VpcConfig: !If\n        - HasAlarmTopic\n", want: "Resources.HttpFunction.Properties.VpcConfig.Fn::If[0]: must be InVpc"},
		{name: "a literal for a key", old: "VOD_AUTH_KEY: !Ref VodAuthKey", new: "VOD_AUTH_KEY: Abc123Abc9", want: "Resources.HttpFunction.Properties.Environment.Variables.VOD_AUTH_KEY: must be a map"},
		{name: "sinks of one function", old: "          VOD_SINKS: !Ref VodSinks\n", new: "", want: "Resources.HttpFunction.Properties.Environment.Variables.VOD_SINKS: is missing"},
		{name: "logs that are not there in time", old: "    DependsOn: HttpLogs\n", new: "", want: "Resources.HttpFunction.DependsOn: is missing"},
		{name: "logs for a time that there is not", old: "RetentionInDays: !Ref LogRetentionDays", new: "RetentionInDays: 31", want: "Resources.HttpLogs.Properties.RetentionInDays"},
		{name: "attempts that come too late", old: "      EventInvokeConfig:\n        MaximumRetryAttempts: 0", new: "      EventInvokeConfig:\n        MaximumRetryAttempts: 3", want: "Resources.MnsFunction.Properties.EventInvokeConfig.MaximumRetryAttempts: must be 0"},
		{name: "a queue by its URL", old: "Destination: !GetAtt Undelivered.Arn", new: "Destination: !Ref Undelivered", want: "DestinationConfig.OnFailure.Destination.Fn::GetAtt: is missing"},
		{name: "no destination", old: "        DestinationConfig:\n          OnFailure:\n            Type: SQS\n            Destination: !GetAtt Undelivered.Arn\n", new: "", want: "Resources.MnsFunction.Properties.EventInvokeConfig.DestinationConfig: is missing"},
		{name: "a queue that forgets", old: "MessageRetentionPeriod: 1209600", new: "MessageRetentionPeriod: 345600", want: "Resources.Undelivered.Properties.MessageRetentionPeriod"},
		{name: "an open queue", old: "SqsManagedSseEnabled: true", new: "SqsManagedSseEnabled: false", want: "Resources.Undelivered.Properties.SqsManagedSseEnabled: must be true"},

		{name: "no schedule", old: "  Tick:\n    Type: AWS::Scheduler::Schedule", new: "  Tock:\n    Type: AWS::Scheduler::Schedule", want: "Resources.Tick: is missing"},
		{name: "a schedule that is off", old: "      ScheduleExpression:", new: "      State: DISABLED\n      ScheduleExpression:", want: "Resources.Tick.Properties.State: must not be there"},
		{name: "a schedule that takes its time", old: `Mode: "OFF"`, new: "Mode: FLEXIBLE", want: "Resources.Tick.Properties.FlexibleTimeWindow.Mode: must be OFF"},
		{name: "a schedule of which a word is no text", old: `Mode: "OFF"`, new: "Mode: OFF", want: "Mode: OFF: needs quotes"},
		{name: "a schedule of the other function", old: "Arn: !GetAtt MnsFunction.Arn\n        RoleArn", new: "Arn: !GetAtt HttpFunction.Arn\n        RoleArn", want: "Resources.Tick.Properties.Target.Arn.Fn::GetAtt: must be MnsFunction.Arn"},
		{name: "a schedule without a role", old: "        RoleArn: !GetAtt TickRole.Arn\n", new: "", want: "Resources.Tick.Properties.Target.RoleArn: is missing"},
		{name: "ticks in a heap", old: "RetryPolicy:\n          MaximumRetryAttempts: 0", new: "RetryPolicy:\n          MaximumRetryAttempts: 500", want: "Resources.Tick.Properties.Target.RetryPolicy.MaximumRetryAttempts: must be 0"},
		{name: "no role", old: "  TickRole:\n", new: "  TockRole:\n", want: "Resources.TickRole: is missing"},
		{name: "a role for the other function", old: "Resource: !GetAtt MnsFunction.Arn", new: "Resource: !GetAtt HttpFunction.Arn", want: "PolicyDocument.Statement[0].Resource.Fn::GetAtt: must be MnsFunction.Arn"},
		{name: "a role for all functions", old: "Resource: !GetAtt MnsFunction.Arn", new: "Resource: '*'", want: "PolicyDocument.Statement[0].Resource: must be a map"},
		{name: "a right that there is not", old: "Action: lambda:InvokeFunction", new: "Action: lambda:Invoke", want: "PolicyDocument.Statement[0].Action: must be lambda:InvokeFunction"},
		{name: "all rights", old: "Action: lambda:InvokeFunction", new: "Action: '*'", want: "PolicyDocument.Statement[0].Action: must be lambda:InvokeFunction"},
		{name: "a role of another service", old: "Service: scheduler.amazonaws.com", new: "Service: events.amazonaws.com", want: "Statement[0].Principal.Service: must be scheduler.amazonaws.com"},
		{name: "a role for everybody", old: "Principal:\n              Service: scheduler.amazonaws.com", new: "Principal: '*'", want: "Statement[0].Principal: must be a map"},
		{name: "a role for other accounts", old: "            Condition:\n              StringEquals:\n                aws:SourceAccount: !Ref AWS::AccountId\n", new: "", want: "Statement[0].Condition: is missing"},

		{name: "a level that there is not", old: `$.level = "ERROR"`, new: `$.level = "Error"`, want: "Resources.HttpErrorLines.Properties.FilterPattern"},
		{name: "a line that nobody logs", old: `'{ $.msg = "tick" }'`, new: `'{ $.msg = "tock" }'`, want: "Resources.Ticks.Properties.FilterPattern"},
		{name: "a filter that is not closed", old: "$.oldest_s = * }", new: "$.oldest_s = *", want: "Resources.OldestDelivery.Properties.FilterPattern"},
		{name: "a field that no line has", old: "MetricValue: $.oldest_s", new: "MetricValue: $.oldest", want: "Resources.OldestDelivery.Properties.MetricTransformations[0].MetricValue: must be $.oldest_s"},
		{name: "ticks in the other logs", old: "LogGroupName: !Ref MnsLogs\n      FilterPattern: '{ $.msg = \"tick\" }'", new: "LogGroupName: !Ref HttpLogs\n      FilterPattern: '{ $.msg = \"tick\" }'", want: "Resources.Ticks.Properties.LogGroupName.Ref: must be MnsLogs"},
		{name: "a metric elsewhere", old: "Namespace: !Ref AWS::StackName\n      MetricName: Ticks", new: "Namespace: AWS/Lambda\n      MetricName: Ticks", want: "Resources.NoTickAlarm.Properties.Namespace: must be a map"},
		{name: "a metric that Lambda does not have", old: "MetricName: Throttles", new: "MetricName: Throttle", want: "Resources.HttpThrottlesAlarm.Properties.MetricName: must be Throttles"},
		{name: "a statistic that there is not", old: "Statistic: Maximum", new: "Statistic: Max", want: "Resources.OldestDeliveryAlarm.Properties.Statistic: must be Maximum"},
		{name: "an alarm when all is well", old: "ComparisonOperator: LessThanThreshold", new: "ComparisonOperator: GreaterThanThreshold", want: "Resources.NoTickAlarm.Properties.ComparisonOperator: must be LessThanThreshold"},
		{name: "an alarm that never comes", old: "Threshold: 3600", new: "Threshold: 36000000", want: "Resources.OldestDeliveryAlarm.Properties.Threshold: must be 3600"},
		{name: "an alarm that comes too late", old: "EvaluationPeriods: 5", new: "EvaluationPeriods: 500", want: "Resources.NoTickAlarm.Properties.EvaluationPeriods: must be 5"},
		{name: "a misspelt dimension", old: "- Name: FunctionName", new: "- Name: functionName", want: "Resources.HttpErrorsAlarm.Properties.Dimensions[0].Name: must be FunctionName"},
		{name: "an alarm of all functions of the account", old: "      Dimensions:\n        - Name: FunctionName\n          Value: !Ref HttpFunction\n", new: "", want: "Resources.HttpErrorsAlarm.Properties.Dimensions: is missing"},
		{name: "an alarm that tells nobody", old: "      AlarmDescription: Nobody", new: "      ActionsEnabled: false\n      AlarmDescription: Nobody", want: "Resources.NoTickAlarm.Properties.ActionsEnabled: must not be there"},
		{name: "an alarm is gone", old: "  HttpThrottlesAlarm:\n    Type: AWS::CloudWatch::Alarm", new: "  Spare:\n    Type: AWS::CloudWatch::Alarm", want: "Resources.HttpThrottlesAlarm: is missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := samTemplate(t)
			require.Contains(t, text, tc.old)
			problems := samProblems(t, strings.ReplaceAll(text, tc.old, tc.new))
			require.Contains(t, strings.Join(problems, "\n"), tc.want)
		})
	}
}
