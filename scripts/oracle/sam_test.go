package oracle_test

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awslabs/goformation/v7"
	"github.com/awslabs/goformation/v7/cloudformation/serverless"
	"github.com/awslabs/goformation/v7/intrinsics"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/config"
)

// given are parameters as somebody may give them.
var given = map[string]any{
	"VodStore": "postgres://vod:secret@db.internal:5432/vod", "VodAuthKey": "Nk7rTq2Zb9",
	"VodSinks": "https://crm.example.com/vod#name=crm", "VodWebhookSecret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	"VodFallback": "oss://bucket/vod?region=cn-shanghai", "VodCallbackUrl": "https://hooks.example.com/vod/3f9c1e",
	"AlibabaCloudAccessKeyId": "id", "AlibabaCloudAccessKeySecret": "secret",
	"SubnetIds": []any{"subnet-1", "subnet-2"}, "SecurityGroupIds": []any{"sg-1"},
	"AlarmTopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms",
}

// resolved says how goformation resolves the template with these parameters. What only a
// stack knows of its resources is made up.
func resolved(parameters map[string]any) *intrinsics.ProcessorOptions {
	return &intrinsics.ProcessorOptions{
		EvaluateConditions: true,
		ParameterOverrides: parameters,
		IntrinsicHandlerOverrides: map[string]intrinsics.IntrinsicHandler{
			"Fn::GetAtt": func(_ string, of, _ any) any { return fmt.Sprint("attribute ", of) },
			"Ref": func(name string, of, template any) any {
				value := intrinsics.Ref(name, of, template)
				if value == nil && of != "AWS::NoValue" {
					return fmt.Sprint("resource ", of)
				}
				return value
			},
		},
	}
}

func samTemplate(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../aws/template.yaml")
	require.NoError(t, err)
	return string(text)
}

// The functions are as they must be, by the types of goformation, and what they get as
// settings is what they take.
func TestSAMFunctions(t *testing.T) {
	template, err := goformation.ParseYAMLWithOptions([]byte(samTemplate(t)), resolved(given))
	require.NoError(t, err)
	functions := template.GetAllServerlessFunctionResources()
	require.Len(t, functions, 2)
	settings := map[string]map[string]string{}
	for id, name := range map[string]string{"HttpFunction": "http", "MnsFunction": "mns"} {
		f := functions[id]
		require.NotNil(t, f, id)
		require.Equal(t, "provided.al2023", *f.Runtime)
		require.Equal(t, "bootstrap", *f.Handler)
		require.Equal(t, "../../bin/"+name+".zip", *f.CodeUri.String, "what build.sh makes")
		require.DirExists(t, "../../functions/"+name)
		require.Equal(t, []string{"subnet-1", "subnet-2"}, f.VpcConfig.SubnetIds)
		require.Equal(t, []string{"sg-1"}, f.VpcConfig.SecurityGroupIds)
		require.Nil(t, f.ReservedConcurrentExecutions, "what is over a cap is lost")
		require.Empty(t, f.Policies, "it needs nothing of AWS")
		settings[name] = f.Environment.Variables

		env := maps.Clone(f.Environment.Variables)
		env["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:9001"
		c, err := config.Load(func(setting string) string { return env[setting] })
		require.NoError(t, err, id)
		require.Equal(t, given["VodFallback"], c.Fallback)
		if name == "http" {
			v, err := c.Verifier()
			require.NoError(t, err)
			require.NotNil(t, v)
			require.Greater(t, time.Duration(*f.Timeout)*time.Second, c.Budget+3*time.Second, "a cold start is not part of the budget")
		}
	}
	require.Equal(t, &serverless.Function_FunctionUrlConfig{AuthType: "NONE"}, functions["HttpFunction"].FunctionUrlConfig)
	require.Nil(t, functions["MnsFunction"].FunctionUrlConfig, "it believes whoever reaches it")
	require.Equal(t, "SQS", *functions["MnsFunction"].EventInvokeConfig.DestinationConfig.OnFailure.Type)

	alsoMNS := slices.DeleteFunc(slices.Collect(maps.Keys(settings["http"])), func(name string) bool {
		return name == "VOD_AUTH_KEY" || name == "VOD_CALLBACK_URL"
	})
	require.ElementsMatch(t, alsoMNS, slices.Collect(maps.Keys(settings["mns"])))
	for name, value := range settings["mns"] {
		require.Equal(t, settings["http"][name], value, "%s: both functions have the same", name)
		require.True(t, strings.HasPrefix(name, "ALIBABA_CLOUD_ACCESS_KEY_") || isSetting(name), "no function reads %s", name)
	}
}

// isSetting says whether shared/config reads a variable.
func isSetting(name string) bool {
	for f := range reflect.TypeFor[config.Config]().Fields() {
		if f.Tag.Get("env") == name {
			return true
		}
	}
	return false
}

// Without a VPC there is no trace of one.
func TestSAMWithoutVPC(t *testing.T) {
	template, err := goformation.ParseYAMLWithOptions([]byte(samTemplate(t)), resolved(map[string]any{"VodStore": "postgres://db/vod", "VodAuthKey": "k"}))
	require.NoError(t, err)
	for id, f := range template.GetAllServerlessFunctionResources() {
		require.Nil(t, f.VpcConfig, id)
	}
}

func TestSAMTemplate(t *testing.T) {
	require.Empty(t, samProblems(t, samTemplate(t)))
}

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
		{name: "unknown section", old: "Outputs:", new: "Output:", want: "Output: no such section"},
		{name: "unknown parameter", old: "VOD_AUTH_KEY: !Ref VodAuthKey", new: "VOD_AUTH_KEY: !Ref VodKey", want: "HttpFunction: nothing is called VodKey"},
		{name: "unused parameter", old: "RetentionInDays: !Ref LogRetentionDays", new: "RetentionInDays: 30", want: "LogRetentionDays: nobody uses this parameter"},
		{name: "unknown resource", old: "!GetAtt Undelivered.Arn", new: "!GetAtt Unknown.Arn", want: "MnsFunction: nothing is called Unknown"},
		{name: "unknown name in a text", old: "/aws/lambda/${AWS::StackName}-mns", new: "/aws/lambda/${Stack}-mns", want: "MnsLogs: nothing is called Stack"},
		{name: "depends on nothing", old: "DependsOn: MnsLogs", new: "DependsOn: Logs", want: "MnsFunction: nothing is called Logs"},
		{name: "unknown condition", old: "  InVpc: !Not", new: "  InVPC: !Not", want: "HttpFunction: nothing is called InVpc"},
		{name: "a secret that is shown", old: "    NoEcho: true\n    MinLength: 1\n    Description: VOD_STORE", new: "    MinLength: 1\n    Description: VOD_STORE", want: "VodStore: a secret must have NoEcho"},
		{name: "a key by default", old: "    MinLength: 1\n    Description: VOD_AUTH_KEY", new: "    Default: secret\n    Description: VOD_AUTH_KEY", want: "VodAuthKey: must not have a default"},
		{name: "logs that Lambda makes", old: "LogGroupName: !Sub /aws/lambda/${AWS::StackName}-http", new: "LogGroupName: !Sub /aws/lambda/${AWS::StackName}-web", want: "HttpFunction: no log group"},
		{name: "an hour", old: "rate(1 minute)", new: "rate(1 hour)", want: "Tick: must come every minute"},
		{name: "an event that is no tick", old: `"triggerName"`, new: `"name"`, want: "Tick: its input is no event of a timer"},
		{name: "an alarm without a metric", old: "MetricName: Ticks\n      Statistic", new: "MetricName: Tick\n      Statistic", want: "NoTickAlarm: nothing counts Tick"},
		{name: "nobody is missed", old: "TreatMissingData: breaching", new: "TreatMissingData: notBreaching", want: "no alarm says that ticks are missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := samTemplate(t)
			require.Contains(t, text, tc.old)
			problems := samProblems(t, strings.ReplaceAll(text, tc.old, tc.new))
			require.Contains(t, strings.Join(problems, "\n"), tc.want)
		})
	}
}
