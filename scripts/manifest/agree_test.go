package manifest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/manifest"
)

// deployed reads template.yaml with these parameters, and s.yaml with the environment that
// the stack's output says, and these variables besides.
func deployed(t *testing.T, ros, serverless string, parameters, variables map[string]string) (*manifest.Serverless, *manifest.ROS) {
	t.Helper()
	r, err := manifest.ReadROS(ros, parameters)
	require.NoError(t, err)
	environment := r.Environment()
	environment["VOD_AUTH_KEY"] = "Nk7rTq2Zb9"
	maps.Copy(environment, variables)
	s, err := manifest.ReadServerless(serverless, func(name string) string { return environment[name] })
	require.NoError(t, err)
	return s, r
}

// full are the parameters of a stack that makes everything.
func full() map[string]string {
	return map[string]string{
		"TablestoreInstance": "vod-test", "DeployFunctions": "true", "AuthKey": "Nk7rTq2Zb9", "Publish": "true",
		"FallbackBucket": "spool", "SinkBucket": "archive", "SinkQueue": "crm",
		"CallbackUrl": "https://callbacks.example.com/vod", "Sinks": "https://hooks.example.com/vod#name=hooks",
		"WebhookSecret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "HttpsDomains": "media.example.com",
	}
}

// settings are the variables of .env that go with full.
func settings() map[string]string {
	return map[string]string{
		"VOD_TOPIC":        "mns://1234567890123456.mns.cn-shanghai.aliyuncs.com/topics/vod-events",
		"VOD_CALLBACK_URL": "https://callbacks.example.com/vod", "VOD_SINKS": "https://hooks.example.com/vod#name=hooks",
		"VOD_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "VOD_HTTPS_DOMAINS": "media.example.com",
	}
}

func TestAgreement(t *testing.T) {
	t.Parallel()
	mns := "mns://1234567890123456.mns.cn-shanghai.aliyuncs.com"
	for _, tc := range []struct {
		name       string
		parameters map[string]string
		variables  map[string]string
	}{
		{name: "Tablestore", parameters: map[string]string{"TablestoreInstance": "vod-test"}},
		{name: "a database", variables: map[string]string{"VOD_STORE": "postgres://u:p@db.example.com/vod"}},
		{name: "another name", parameters: map[string]string{"Name": "acme", "TablestoreInstance": "acme"}},
		{
			name:       "the names that both have by default",
			parameters: map[string]string{"TablestoreInstance": "vod-test"},
			variables:  map[string]string{"DEPLOY_ROLE": "", "DEPLOY_LOG_PROJECT": "", "VOD_FALLBACK": "", "VOD_DEAD_LETTER_QUEUE": ""},
		},
		{name: "one stack", parameters: full(), variables: settings()},
		{
			name: "one stack that moves to another key and address",
			parameters: map[string]string{
				"TablestoreInstance": "vod-test", "DeployFunctions": "true", "AuthKey": "Nk7rTq2Zb9", "CallbackUrl": "https://a.example.com/",
				"AuthKeys": "Qw8eRt5Yu1 Nk7rTq2Zb9", "CallbackUrls": "https://b.example.com/ https://a.example.com/",
			},
			variables: map[string]string{
				"VOD_AUTH_KEY": "Qw8eRt5Yu1 Nk7rTq2Zb9", "VOD_CALLBACK_URL": "https://b.example.com/ https://a.example.com/",
			},
		},
		{
			name: "one stack with a custom runtime for callbacks alone",
			parameters: map[string]string{
				"TablestoreInstance": "vod-test", "DeployFunctions": "true", "AuthKey": "Nk7rTq2Zb9", "HttpRuntime": "custom.debian12", "Concurrency": "50",
			},
			variables: map[string]string{"DEPLOY_HTTP_RUNTIME": "custom.debian12", "DEPLOY_CONCURRENCY": "50"},
		},
		{
			name: "one stack with custom runtimes in a VPC",
			parameters: map[string]string{
				"TablestoreInstance": "vod-test", "DeployFunctions": "true", "AuthKey": "Nk7rTq2Zb9", "HttpRuntime": "custom.debian12",
				"MnsRuntime": "custom.debian12", "InVpc": "true", "VpcId": "vpc-1", "VSwitchIds": "vsw-1,vsw-2", "SecurityGroupId": "sg-1",
			},
			variables: map[string]string{
				"DEPLOY_HTTP_RUNTIME": "custom.debian12", "DEPLOY_MNS_RUNTIME": "custom.debian12",
				"DEPLOY_VPC_ID": "vpc-1", "DEPLOY_VSWITCH_IDS": `["vsw-1", "vsw-2"]`, "DEPLOY_SECURITY_GROUP_ID": "sg-1",
			},
		},
		{
			name: "buckets and a queue of one's own",
			parameters: map[string]string{
				"TablestoreInstance": "vod-test", "FallbackBucket": "spool", "SinkBucket": "archive", "SinkPrefix": "vod/all", "SinkQueue": "crm",
			},
			variables: map[string]string{
				"VOD_FALLBACK": "oss://spool/vod-fallback?region=cn-shanghai",
				"VOD_SINKS":    "oss://archive/vod/all?region=cn-shanghai#name=a " + mns + "/queues/crm#name=b https://hooks.example.com/#name=c",
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, r := deployed(t, rosFile, "../../s.yaml", tc.parameters, tc.variables)
			require.Empty(t, s.Unset)
			require.Empty(t, manifest.CheckAgreement(s, r))
		})
	}
}

// TestDisagreement changes template.yaml or s.yaml in one place, or the settings.
func TestDisagreement(t *testing.T) {
	t.Parallel()
	mns := "mns://1234567890123456.mns.cn-shanghai.aliyuncs.com"
	for _, tc := range []struct {
		name, old, new string            // in template.yaml
		here, there    string            // in s.yaml
		variables      map[string]string // of the deployment
		want           string
	}{
		{name: "role", old: "RoleName: !Sub '${Name}-function'", new: "RoleName: !Sub '${Name}-fc'", variables: map[string]string{"DEPLOY_ROLE": ""}, want: "the function http works as another role"},
		{name: "project", old: "Name: !Sub '${Name}-${ALIYUN::TenantId}'", new: "Name: !Sub '${Name}-logs'", variables: map[string]string{"DEPLOY_LOG_PROJECT": ""}, want: "writes its logs elsewhere"},
		{name: "logstore", old: "LogstoreName: functions", new: "LogstoreName: fc-logs", want: "writes its logs elsewhere"},
		{name: "topic", old: "TopicName: !Ref Name", new: "TopicName: !Sub '${Name}-topic'", want: "is not the topic of the trigger topic"},
		{name: "published topic", variables: map[string]string{"VOD_TOPIC": mns + "/topics/others"}, want: "is not the topic of VOD_TOPIC"},
		{name: "callback queue", old: "'${Name}-callback'", new: "'${Name}-callbacks'", want: "makes no queue for the trigger queue"},
		{name: "fallback queue", variables: map[string]string{"VOD_FALLBACK": mns + "/queues/spool"}, want: "makes no queue for VOD_FALLBACK"},
		{name: "dead letters", old: "'${Name}-dead-letters'\n      Maximum", new: "'${Name}-letters'\n      Maximum", want: "makes no queue for the dead letters of the trigger queue"},
		{name: "what fails", here: "-dead-letters/messages", there: "-failed/messages", want: "makes no queue for what the function mns fails at"},
		{name: "visibility", here: "timeout: 60", there: "timeout: 120", want: "Resources.CallbackQueue.Properties.VisibilityTimeout: must hide messages of the trigger queue for longer than the 2m0s"},
		{name: "instance", variables: map[string]string{"VOD_STORE": "tablestore://other.cn-shanghai.ots.aliyuncs.com"}, want: "is not the instance of VOD_STORE"},
		{name: "right to read tables", old: "ots:BatchGetRow, ", new: "", want: "VOD_STORE needs ots:BatchGetRow on"},
		{name: "right to drain", old: "                  - mns:BatchDeleteMessage\n", new: "", want: "VOD_FALLBACK needs mns:BatchDeleteMessage on"},
		{name: "right to keep", old: "                  - mns:SendMessage\n", new: "", want: "hands over what failed needs mns:SendMessage on"},
		{name: "right to count", old: "Action: [mns:GetQueueAttributes]", new: "Action: [mns:SendMessage]", want: "VOD_DEAD_LETTER_QUEUE needs mns:GetQueueAttributes on"},
		{name: "right to publish", old: "Action: [mns:PublishMessage]", new: "Action: [mns:SendMessage]", want: "VOD_TOPIC needs mns:PublishMessage on"},
		{name: "right to see the topic", old: "Action: [mns:GetTopicAttributes]", new: "Action: [mns:SendMessage]", want: "VOD_TOPIC needs mns:GetTopicAttributes on"},
		{name: "right that is denied", old: "- Effect: Allow # the fallback", new: "- Effect: Deny # the fallback", want: "VOD_FALLBACK needs mns:SendMessage on"},
		{name: "right under a condition", old: "- Effect: Allow # each tick", new: "- Condition: {IpAddress: {acs:SourceIp: 10.0.0.1}}\n                Effect: Allow # each tick", want: "VOD_FALLBACK needs mns:GetQueueAttributes on"},
		{name: "right of another role", old: "Reads and writes the tables of the VOD event receiver, and makes them.\n      Roles: [!GetAtt FunctionRole.RoleName]", new: "Nobody's.\n      Roles: [!GetAtt NotificationRole.RoleName]", want: "VOD_STORE needs ots:GetRange on"},
		{name: "right to log", old: "/logstore/functions']", new: "/logstore/fc']", want: "writes logs needs log:PostLogStoreLogs on"},
		{name: "right to a bucket", variables: map[string]string{"VOD_FALLBACK": "oss://other/vod-fallback?region=cn-shanghai"}, want: "VOD_FALLBACK needs oss:GetObject on acs:oss:*:1234567890123456:other/vod-fallback/*"},
		{name: "right to list", old: "Action: [oss:ListObjects]", new: "Action: [oss:PutObject]", variables: map[string]string{"VOD_FALLBACK": "oss://spool/vod-fallback?region=cn-shanghai"}, want: "needs oss:ListObjects on acs:oss:*:1234567890123456:spool"},
		{name: "right of a sink", variables: map[string]string{"VOD_SINKS": "oss://other/x?region=cn-shanghai#name=a"}, want: "VOD_SINKS needs oss:PutObject on acs:oss:*:1234567890123456:other/x/*"},
		{name: "right to a sink's queue", variables: map[string]string{"VOD_SINKS": mns + "/queues/other#name=a"}, want: "VOD_SINKS needs mns:BatchSendMessage on"},
		{name: "right to a sink's topic", variables: map[string]string{"VOD_SINKS": mns + "/topics/other#name=a"}, want: "VOD_SINKS needs mns:PublishMessage on"},
		{name: "memory", old: "MemorySize: !If [HttpIsCustom, 1024, 512]", new: "MemorySize: 256", want: "Resources.HttpFunction.Properties.MemorySize: is not as in s.yaml"},
		{name: "handler", here: "handler: main\n      code: ./bin/mns.zip", there: "handler: bootstrap\n      code: ./bin/mns.zip", want: "Resources.MnsFunction.Properties.Handler: is not as in s.yaml"},
		{name: "timeout", old: "Timeout: 15\n", new: "Timeout: 10\n", want: "Resources.HttpFunction.Properties.Timeout: is not as in s.yaml"},
		{name: "runtime", variables: map[string]string{"DEPLOY_HTTP_RUNTIME": "custom.debian12"}, want: "Resources.HttpFunction.Properties.Runtime: is not as in s.yaml"},
		{name: "sinks", variables: map[string]string{"VOD_SINKS": "https://hooks.example.com/#name=a"}, want: "Resources.MnsFunction.Properties.EnvironmentVariables.VOD_SINKS: is not as in s.yaml"},
		{name: "setting that one lacks", old: "        VOD_BUDGET: !Ref Budget\n", new: "", want: "Resources.HttpFunction.Properties.EnvironmentVariables.VOD_BUDGET: is not as in s.yaml"},
		{name: "retries", old: "MaxAsyncRetryAttempts: 3", new: "MaxAsyncRetryAttempts: 0", want: "Resources.MnsAsync.Properties.MaxAsyncRetryAttempts: is not as in s.yaml"},
		{name: "batch", old: "CountBasedWindow: 100", new: "CountBasedWindow: 10", want: "Resources.QueueTrigger.Properties.TriggerConfig.runOptions.batchWindow.CountBasedWindow: is not as in s.yaml"},
		{name: "trigger", old: "TriggerName: timer", new: "TriggerName: tick", want: "Resources.MnsFunction: has no trigger timer, which is in s.yaml"},
		{name: "way out", old: "InternetAccess: true", new: "InternetAccess: false", want: "Resources.HttpFunction.Properties.InternetAccess: is not as in s.yaml"},
		{name: "zip", old: "Default: http.zip", new: "Default: mns.zip", want: "Resources.HttpFunction.Properties.Code: must be http.zip"},
		{name: "function", here: "\n  http:\n    component", there: "\n  web:\n    component", want: "s.yaml has no function http"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			ros, serverless := rosFile, "../../s.yaml"
			if tc.old != "" {
				ros = changedROS(t, tc.old, tc.new)
			}
			if tc.here != "" {
				landed, err := os.ReadFile(serverless)
				require.NoError(t, err)
				require.Contains(t, string(landed), tc.here)
				serverless = filepath.Join(t.TempDir(), "s.yaml")
				require.NoError(t, os.WriteFile(serverless, []byte(strings.Replace(string(landed), tc.here, tc.there, 1)), 0o600))
			}
			variables := settings()
			maps.Copy(variables, tc.variables)
			s, r := deployed(t, ros, serverless, full(), variables)
			var all []string
			for _, p := range manifest.CheckAgreement(s, r) {
				require.Equal(t, "template.yaml", p.File)
				all = append(all, p.String())
			}
			require.Contains(t, strings.Join(all, "\n"), tc.want)
		})
	}
}

// TestEnvironment holds that what the stack says for .env is read: by s.yaml, each line.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	r, err := manifest.ReadROS(rosFile, full())
	require.NoError(t, err)
	serverless, err := os.ReadFile("../../s.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, r.Environment())
	for name := range r.Environment() {
		require.Contains(t, string(serverless), "env('"+name+"'")
	}
	require.NotContains(t, r.Outputs["Environment"], "Nk7rTq2Zb9")
}

// TestAlarms holds that alarms look for lines that the functions log, in fields that the
// lines have.
func TestAlarms(t *testing.T) {
	t.Parallel()
	r, err := manifest.ReadROS(rosFile, nil)
	require.NoError(t, err)
	messages, names := logged(t)
	require.Contains(t, messages, "tick")
	alarming := []string{"tick", "not stored", "not configured", "panic", "dead letter", "parked", "fallback used", "refused"}
	watched := map[string]bool{}
	for _, a := range r.Alarms {
		for _, msg := range a.Messages {
			require.True(t, messages[msg], "%s: no function logs %q", a.Name, msg)
			watched[msg] = true
		}
		for _, field := range a.Fields {
			require.True(t, names[field], "%s: no line has a field %q", a.Name, field)
		}
	}
	require.ElementsMatch(t, alarming, slices.Collect(maps.Keys(watched)))
}

// logged returns the constant texts that calls in the functions' packages begin with,
// messages among them, and those that stand elsewhere in calls, names of fields among them.
func logged(t *testing.T) (first, later map[string]bool) {
	t.Helper()
	first, later = map[string]bool{}, map[string]bool{}
	for _, dir := range []string{"pipeline", "trigger"} {
		sources, err := filepath.Glob("../../shared/" + dir + "/*.go")
		require.NoError(t, err)
		for _, name := range sources {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					note(call, first, later)
				}
				return true
			})
		}
	}
	return first, later
}

// note notes the texts in a call of a method of a logger, or of append, which collects
// fields for one.
func note(call *ast.CallExpr, first, later map[string]bool) {
	method := ""
	switch fn := call.Fun.(type) {
	case *ast.SelectorExpr:
		method = fn.Sel.Name
	case *ast.Ident:
		method = fn.Name
	}
	if !slices.Contains([]string{"InfoContext", "WarnContext", "ErrorContext", "Log", "With", "append"}, method) {
		return
	}
	began := method == "With" || method == "append"
	for _, arg := range call.Args {
		literal, ok := arg.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		text, err := strconv.Unquote(literal.Value)
		switch {
		case err != nil:
		case began:
			later[text] = true
		default:
			first[text], began = true, true
		}
	}
}
