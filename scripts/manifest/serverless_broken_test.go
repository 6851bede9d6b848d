package manifest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/manifest"
)

const (
	httpProps   = "resources.http.props"
	mnsProps    = "resources.mns.props"
	topicConfig = mnsProps + ".triggers[0].triggerConfig"
	timerConfig = mnsProps + ".triggers[1].triggerConfig"
	queueConfig = mnsProps + ".triggers[2].triggerConfig"
	mnsService  = "mns://" + account + ".mns.cn-shanghai.aliyuncs.com"
)

// TestServerlessBroken breaks s.yaml, or a variable, in one way at a time.
func TestServerlessBroken(t *testing.T) {
	t.Parallel()
	landed, err := os.ReadFile(manifestFile)
	require.NoError(t, err)
	for _, tc := range []struct {
		name string
		old  string   // the first of these in the file …
		new  string   // … is this instead
		set  []string // variables
		at   string   // the place of a problem …
		what string   // … and a part of what it says
	}{
		// The file as such.
		{name: "another edition", old: "edition: 3.0.0", new: "edition: 2.0.0", at: "edition", what: "must be 3.0.0"},
		{name: "a key at the top that nobody knows", old: "access: default", new: "acces: default", at: "acces", what: "is not known here"},
		{name: "a key at the top is missing", old: "access: default", new: "", at: "access", what: "is missing"},
		{name: "a function is missing", old: "  http:\n    component", new: "  web:\n    component", at: "resources.http", what: "is missing"},
		{name: "a component is missing", old: "    component: ${env('FC3_COMPONENT', 'fc3')}\n", new: "", at: "resources.mns.component", what: "is missing"},
		{name: "another component", old: "component: ${env('FC3_COMPONENT', 'fc3')}", new: "component: fc", at: "resources.mns.component", what: "must be fc3"},
		{name: "a component by default that there is not", old: "'FC3_COMPONENT', 'fc3'", new: "'FC3_COMPONENT', 'fc33'", at: "resources.mns.component", what: "must be fc3"},
		{name: "builds nothing", old: "- run: scripts/build.sh http", new: "- run: echo http", at: "resources.http.actions.pre-deploy[0].run", what: "must be scripts/build.sh http"},
		{name: "builds the other function", old: "- run: scripts/build.sh mns", new: "- run: scripts/build.sh http", at: "resources.mns.actions.pre-deploy[0].run", what: "must be scripts/build.sh mns"},
		{name: "builds elsewhere", old: "path: ./\n", new: "path: ./scripts\n", at: "resources.mns.actions.pre-deploy[0].path", what: "must be ./"},
		{name: "does not say where it builds", old: "          path: ./\n", new: "", at: "resources.mns.actions.pre-deploy[0].path", what: "is missing"},
		{name: "no build", old: "        - run: scripts/build.sh mns\n          path: ./\n", new: "        []\n", at: "resources.mns.actions.pre-deploy", what: "must run scripts/build.sh mns"},
		{name: "an action that nobody knows", old: "      pre-deploy:", new: "      predeploy:", at: "resources.mns.actions.predeploy", what: "is not known here"},
		{name: "a template that is not there", old: "      name: mns", new: "      name: msn", at: "resources.mns.extend.name", what: "is no member of template"},
		{name: "vars that nothing uses", old: "  none: {}", new: "  none: {}\n  spare: 1", at: "vars.spare", what: "is used by nothing"},

		// Expressions.
		{name: "vars that are not there", old: "functionName: ${vars.name}-http", new: "functionName: ${vars.names}-http", at: httpProps + ".functionName", what: "vars has no such member"},
		{name: "a function that nobody knows", old: "${json(env('DEPLOY_VSWITCH_IDS'", new: "${yaml(env('DEPLOY_VSWITCH_IDS'", at: mnsProps + ".vpcConfig.vSwitchIds", what: "a yaml that nobody knows"},
		{name: "an expression that is not closed", old: "${env('VOD_STORE')}", new: "${env('VOD_STORE'}", at: mnsProps + ".environmentVariables.VOD_STORE", what: "lacks a )"},
		{name: "a variable that holds an expression", set: []string{"VOD_STORE=postgres://u:${S3CRET}@h/vod"}, at: httpProps + ".environmentVariables.VOD_STORE", what: "VOD_STORE has a ${ in it"},
		{name: "a brace that is not closed", old: "${env('VOD_STORE')}", new: "${env('VOD_STORE')", at: mnsProps + ".environmentVariables.VOD_STORE", what: "is left over"},
		{name: "a runtime that there is not", set: []string{"DEPLOY_HTTP_RUNTIME=nodejs20"}, at: "template.http", what: "there are custom.debian12, go1"},
		{name: "vSwitches that are no JSON", set: []string{"DEPLOY_VSWITCH_IDS=vsw-1"}, at: mnsProps + ".vpcConfig.vSwitchIds", what: "is no JSON"},
		{name: "a variable that nobody sets", old: "VOD_STORE: ${env('VOD_STORE')}", new: "VOD_STORE: ${env('OTHER')}", at: httpProps + ".environmentVariables.VOD_STORE", what: "OTHER is not set"},

		// Keys, kinds and ranges of a function.
		{name: "a property that nobody knows", old: "      memorySize: 512", new: "      memory: 512", at: mnsProps + ".memory", what: "is not known here"},
		{name: "no properties", old: "    props:\n      region: ${vars.region}\n      functionName: ${vars.name}-http", new: "    prop:\n      region: ${vars.region}\n      functionName: ${vars.name}-http", at: "resources.http.prop", what: "is not known here"},
		{name: "a property is missing", old: "      handler: main\n      code: ./bin/http.zip", new: "      code: ./bin/http.zip", at: httpProps + ".handler", what: "is missing"},
		{name: "another handler", old: "      handler: main", new: "      handler: bootstrap", at: mnsProps + ".handler", what: "must be main"},
		{name: "code that is not built", old: "./bin/http.zip", new: "./bin/http", at: httpProps + ".code", what: "must be ./bin/http.zip"},
		{name: "the other function's code", old: "./bin/http.zip", new: "./bin/mns.zip", at: httpProps + ".code", what: "must be ./bin/http.zip"},
		{name: "a region that there is not", set: []string{"ALIBABA_CLOUD_REGION_ID=cn-atlantis"}, at: httpProps + ".region", what: "cn-shanghai"},
		{name: "a runtime of another kind", old: "      runtime: go1", new: "      runtime: go2", at: mnsProps + ".runtime", what: "go1 or custom.debian12"},
		{name: "a processor between the steps", old: "cpu: 0.35", new: "cpu: 0.36", at: mnsProps + ".cpu", what: "a multiple of 0.05"},
		{name: "memory between the steps", old: "memorySize: 512", new: "memorySize: 500", at: mnsProps + ".memorySize", what: "a multiple of 64"},
		{name: "too little memory for the processor", old: "cpu: 0.35", new: "cpu: 0.55", at: mnsProps + ".cpu", what: "1 to 4 GB"},
		{name: "too much memory for the processor", old: "cpu: 0.35", new: "cpu: 0.1", at: mnsProps + ".cpu", what: "1 to 4 GB"},
		{name: "a disk that there is not", old: "diskSize: 512", new: "diskSize: 1024", at: mnsProps + ".diskSize", what: "512 or 10240"},
		{name: "a timeout as text", old: "timeout: 60", new: "timeout: '60'", at: mnsProps + ".timeout", what: "must be a number"},
		{name: "a timeout that is too long", old: "timeout: 60", new: "timeout: 86401", at: mnsProps + ".timeout", what: "to 86400"},
		{name: "a role in upper case", set: []string{"DEPLOY_ROLE=acs:ram::" + account + ":role/VodEvents"}, at: mnsProps + ".role", what: "lower case"},
		{name: "a role that is no ARN", set: []string{"DEPLOY_ROLE=vod-events"}, at: mnsProps + ".role", what: "the ARN of a role"},
		{name: "a name in which there is a dot", set: []string{"DEPLOY_NAME=vod.events"}, at: mnsProps + ".functionName", what: "letters, digits"},
		{name: "an account that is no number", set: []string{"ALIBABA_CLOUD_ACCOUNT_ID=me@example.com"}, at: mnsProps + ".role", what: "acs:ram::<account>"},
		{name: "a log project in upper case", set: []string{"DEPLOY_LOG_PROJECT=Vod"}, at: httpProps + ".logConfig.project", what: "lower-case letters"},
		{name: "a text where a flag stands", old: "enableRequestMetrics: true", new: "enableRequestMetrics: 'yes'", at: mnsProps + ".logConfig.enableRequestMetrics", what: "true or false"},
		{name: "lines of the log that are put together", old: "logBeginRule: None", new: "logBeginRule: DefaultRegex", at: mnsProps + ".logConfig.logBeginRule", what: "must be None"},
		{name: "a short PreStop", old: "          timeout: 15", new: "          timeout: 5", at: mnsProps + ".instanceLifecycleConfig.preStop.timeout", what: "from 10 to 90"},
		{name: "no PreStop", old: "        preStop:", new: "        prestop:", at: httpProps + ".instanceLifecycleConfig.preStop", what: "is missing"},
		{name: "an initializer", old: "        preStop:", new: "        initializer: {handler: main, timeout: 3}\n        preStop:", at: mnsProps + ".instanceLifecycleConfig.initializer", what: "is not known here"},

		// Runtimes.
		{name: "concurrency for go1", old: "      runtime: go1", new: "      runtime: go1\n      instanceConcurrency: 10", at: mnsProps + ".instanceConcurrency", what: "must be left out"},
		{name: "a command for go1", old: "      runtime: go1", new: "      runtime: go1\n      customRuntimeConfig: {command: [./main], port: 9000}", at: mnsProps + ".customRuntimeConfig", what: "must be left out"},
		{name: "another port", old: "port: 9000", new: "port: 8080", set: []string{"DEPLOY_HTTP_RUNTIME=custom.debian12"}, at: httpProps + ".customRuntimeConfig.port", what: "must be 9000"},
		{name: "another command", old: "command: [./main]", new: "command: [./bootstrap]", set: []string{"DEPLOY_HTTP_RUNTIME=custom.debian12"}, at: httpProps + ".customRuntimeConfig.command[0]", what: "must be ./main"},
		{name: "no command", old: "        command: [./main]\n", new: "", set: []string{"DEPLOY_MNS_RUNTIME=custom.debian12"}, at: mnsProps + ".customRuntimeConfig.command", what: "is missing"},
		{name: "too much concurrency", set: []string{"DEPLOY_HTTP_RUNTIME=custom.debian12", "DEPLOY_CONCURRENCY=201"}, at: httpProps + ".instanceConcurrency", what: "from 1 to 200"},

		// Options.
		{name: "a VPC without vSwitches", set: []string{"DEPLOY_VPC_ID=vpc-1", "DEPLOY_SECURITY_GROUP_ID=sg-1"}, at: mnsProps + ".vpcConfig", what: "all of vpcId"},
		{name: "a VPC for one function", old: "      vpcConfig: *vpc", new: "      vpcConfig: {vpcId: vpc-1, vSwitchIds: [vsw-1], securityGroupId: sg-1}", at: httpProps + ".vpcConfig", what: "must be that of the function mns"},
		{name: "no way out", old: "internetAccess: true", new: "internetAccess: false", at: mnsProps + ".internetAccess", what: "must be true"},
		{name: "a domain without a certificate", set: []string{"DEPLOY_DOMAIN=callbacks.example.com"}, at: httpProps + ".customDomain.certConfig.certId", what: "the id of a certificate"},
		{name: "a domain that is a URL", set: []string{"DEPLOY_DOMAIN=https://callbacks.example.com", "DEPLOY_CERT_ID=1"}, at: httpProps + ".customDomain.domainName", what: "the name of a domain"},
		{name: "a part of a domain", old: "path: /*", new: "path: /vod", set: []string{"DEPLOY_DOMAIN=callbacks.example.com", "DEPLOY_CERT_ID=1"}, at: httpProps + ".customDomain.route.path", what: "must be /*"},
		{name: "no warm instances", set: []string{"DEPLOY_HTTP_INSTANCES=0"}, at: httpProps + ".scalingConfig.minInstances", what: "from 1"},
		{name: "two kinds of warm instances", old: "      scalingConfig:", new: "      provisionConfig: {defaultTarget: 1, alwaysAllocateCPU: false, alwaysAllocateGPU: false, scheduledActions: [], targetTrackingPolicies: []}\n      scalingConfig:", at: httpProps + ".provisionConfig", what: "beside scalingConfig"},
		{name: "a cap on callbacks", old: "      scalingConfig:", new: "      concurrencyConfig: {reservedConcurrency: 5}\n      scalingConfig:", at: httpProps + ".concurrencyConfig", what: "a lost attempt"},

		// Time and failure.
		{name: "a budget that leaves no time for a cold start", old: "timeout: 15 # VOD", new: "timeout: 8 # VOD", at: httpProps + ".timeout", what: "at least VOD_BUDGET"},
		{name: "a short batch", old: "timeout: 60", new: "timeout: 30", at: mnsProps + ".timeout", what: "at least 60"},
		{name: "no second attempt", old: "maxAsyncRetryAttempts: 3", new: "maxAsyncRetryAttempts: 0", at: mnsProps + ".asyncInvokeConfig.maxAsyncRetryAttempts", what: "from 1 to 8"},
		{name: "invocations that are older than can be", old: "maxAsyncEventAgeInSeconds: 86400", new: "maxAsyncEventAgeInSeconds: 2592000", at: mnsProps + ".asyncInvokeConfig.maxAsyncEventAgeInSeconds", what: "to 604800"},
		{name: "a destination without /messages", old: "-dead-letters/messages", new: "-dead-letters", at: mnsProps + ".asyncInvokeConfig.destinationConfig.onFailure.destination", what: "/messages"},
		{name: "no destination", old: "            destination:", new: "            dest:", at: mnsProps + ".asyncInvokeConfig.destinationConfig.onFailure.destination", what: "is missing"},
		{name: "no asynchronous policy", old: "      asyncInvokeConfig:", new: "      asyncConfig:", at: mnsProps + ".asyncInvokeConfig", what: "must name a queue"},
		{name: "a destination that nobody reads", old: "-dead-letters/messages", new: "-lost/messages", at: mnsProps + ".asyncInvokeConfig.destinationConfig.onFailure.destination", what: "must be a queue of VOD_DEAD_LETTER_QUEUE"},

		// Settings.
		{name: "a setting that nobody knows", old: "        LOG_LEVEL:", new: "        VOD_LOG_LEVEL: info\n        LOG_LEVEL:", at: mnsProps + ".environmentVariables.VOD_LOG_LEVEL", what: "is no setting"},
		{name: "a setting of the HTTP function in the other", old: "        LOG_LEVEL:", new: "        VOD_AUTH: 'on'\n        LOG_LEVEL:", at: mnsProps + ".environmentVariables.VOD_AUTH", what: "is no setting of this function"},
		{name: "a name that the platform keeps", old: "        LOG_LEVEL:", new: "        FC_REGION: x\n        LOG_LEVEL:", at: httpProps + ".environmentVariables.FC_REGION", what: "keeps for itself"},
		{name: "a setting is missing in both", old: "        VOD_FALLBACK:", new: "        VOD_FALLBAK:", at: httpProps + ".environmentVariables.VOD_FALLBACK", what: "is missing"},
		{name: "a setting is missing in the HTTP function", old: "        VOD_BUDGET: ${env('VOD_BUDGET', '4s')}\n", new: "", at: httpProps + ".environmentVariables.VOD_BUDGET", what: "is missing"},
		{name: "a setting that is no text", old: "LOG_LEVEL: ${env('LOG_LEVEL', 'info')}", new: "LOG_LEVEL: 1", at: mnsProps + ".environmentVariables.LOG_LEVEL", what: "must be a text"},
		{name: "a value that a setting cannot have", set: []string{"VOD_BUDGET=10s"}, at: httpProps + ".environmentVariables.VOD_BUDGET", what: "from 1s to 4.5s"},
		{name: "a store on the disk of the instance", set: []string{"VOD_STORE=sqlite:vod.db"}, at: mnsProps + ".environmentVariables.VOD_STORE", what: "SQLite"},
		{name: "more than the environment holds", set: []string{"VOD_SINKS=https://crm.example.com/#name=" + strings.Repeat("x", 4096)}, at: mnsProps + ".environmentVariables", what: "4 KB"},
		{name: "other sinks in one function", old: "        VOD_TOPIC:", new: "        VOD_SINKS: https://crm.example.com/vod#name=crm\n        VOD_TOPIC:", at: httpProps + ".environmentVariables.VOD_SINKS", what: "must be that of the function mns"},
		{name: "another store in one function", old: "        VOD_TOPIC:", new: "        VOD_STORE: postgres://other.example.com/vod\n        VOD_TOPIC:", at: httpProps + ".environmentVariables.VOD_STORE", what: "must be that of the function mns"},
		{name: "another fallback in one function", old: "        VOD_TOPIC:", new: "        VOD_FALLBACK: oss://bucket/other?region=cn-shanghai\n        VOD_TOPIC:", at: httpProps + ".environmentVariables.VOD_FALLBACK", what: "must be that of the function mns"},
		{name: "another role in one function", old: "role: *role", new: "role: acs:ram::1:role/other", at: httpProps + ".role", what: "must be that of the function mns"},
		{name: "another log in one function", old: "logConfig: *log", new: "logConfig: {project: other, logstore: functions}", at: httpProps + ".logConfig", what: "must be that of the function mns"},
		{name: "another region in one function", old: "      region: ${vars.region}\n      functionName: ${vars.name}-http", new: "      region: cn-beijing\n      functionName: ${vars.name}-http", at: httpProps + ".region", what: "must be that of the function mns"},
		{name: "the same name twice", old: "functionName: ${vars.name}-http", new: "functionName: ${vars.name}-mns", at: httpProps + ".functionName", what: "must not be that"},

		// Queues and topic.
		{name: "the fallback is VOD's queue", set: []string{"VOD_FALLBACK=" + mnsService + "/queues/vod-events-callback"}, at: mnsProps + ".environmentVariables.VOD_FALLBACK", what: "must not be the queue that VOD writes to"},
		{name: "the fallback is the queue of dead letters", set: []string{"VOD_FALLBACK=" + mnsService + "/queues/vod-events-dead-letters"}, at: mnsProps + ".environmentVariables.VOD_FALLBACK", what: "must not be the queue of VOD_DEAD_LETTER_QUEUE"},
		{name: "the dead letters are in VOD's queue", set: []string{"VOD_DEAD_LETTER_QUEUE=" + mnsService + "/queues/vod-events-callback"}, at: mnsProps + ".environmentVariables.VOD_DEAD_LETTER_QUEUE", what: "must not be the queue that VOD writes to"},
		{name: "dead letters that nobody reads", set: []string{"VOD_DEAD_LETTER_QUEUE=" + mnsService + "/queues/other"}, at: queueConfig + ".runOptions.deadLetterQueue.Arn", what: "must be a queue of VOD_DEAD_LETTER_QUEUE"},
		{name: "dead letters that have no address", set: []string{"VOD_DEAD_LETTER_QUEUE=mns://example.com/queues/x"}, at: mnsProps + ".environmentVariables.VOD_DEAD_LETTER_QUEUE", what: "is not the URL of a queue"},
		{name: "a topic that nobody listens to", set: []string{"VOD_TOPIC=" + mnsService + "/topics/other"}, at: httpProps + ".environmentVariables.VOD_TOPIC", what: "must be the topic of a trigger"},
		{name: "a queue for a topic", set: []string{"VOD_TOPIC=" + mnsService + "/queues/vod-events"}, at: httpProps + ".environmentVariables.VOD_TOPIC", what: "must be the topic of a trigger"},

		// Triggers.
		{name: "a type that there is not", old: "triggerType: mns_topic", new: "triggerType: mns-topic", at: mnsProps + ".triggers[0].triggerType", what: "must be http, mns_topic, timer or eventbridge"},
		{name: "a type of the other function", old: "triggerType: http", new: "triggerType: timer", at: httpProps + ".triggers[0].triggerType", what: "has code for"},
		{name: "no timer", old: "triggerType: timer", new: "triggerType: http", at: mnsProps + ".triggers", what: "must have one trigger of the type timer"},
		{name: "a key of a trigger that nobody knows", old: "          sourceArn:", new: "          sourceARN:", at: mnsProps + ".triggers[0].sourceARN", what: "is not known here"},
		{name: "a topic of another service", old: "sourceArn: acs:mns", new: "sourceArn: acs:ons", at: mnsProps + ".triggers[0].sourceArn", what: "the ARN of an MNS topic"},
		{name: "a topic of another region", old: "sourceArn: acs:mns:${vars.region}", new: "sourceArn: acs:mns:cn-beijing", at: mnsProps + ".triggers[0].sourceArn", what: "the region of the function"},
		{name: "no role of the topic", old: "          invocationRole:", new: "          role:", at: mnsProps + ".triggers[0].invocationRole", what: "is missing"},
		{name: "another role of the topic", old: "role/aliyunmnsnotificationrole", new: "role/aliyunmnsnotification", at: mnsProps + ".triggers[0].invocationRole", what: "as which MNS invokes"},
		{name: "the topic's role of another account", old: "invocationRole: acs:ram::${vars.account}", new: "invocationRole: acs:ram::1", at: mnsProps + ".triggers[0].invocationRole", what: "the account of the function's role"},
		{name: "two triggers of one name", old: "triggerName: timer", new: "triggerName: topic", at: mnsProps + ".triggers[1].triggerName", what: "is there twice"},
		{name: "the stream is not the last", old: "  # VOD's HTTP callbacks.", new: "        - {triggerName: more, triggerType: timer, triggerConfig: {cronExpression: '@every 1m', enable: true}}\n  # VOD's HTTP callbacks.", at: mnsProps + ".triggers[2]", what: "must be the last trigger"},
		{name: "a message that does not say which it is", old: "notifyContentFormat: JSON", new: "notifyContentFormat: STREAM", at: topicConfig + ".notifyContentFormat", what: "must be JSON"},
		{name: "a strategy that there is not", old: "notifyStrategy: EXPONENTIAL_DECAY_RETRY", new: "notifyStrategy: FOREVER", at: topicConfig + ".notifyStrategy", what: "BACKOFF_RETRY or"},
		{name: "a long tag", old: "notifyContentFormat: JSON", new: "filterTag: abcdefghijklmnopq\n            notifyContentFormat: JSON", at: topicConfig + ".filterTag", what: "1 to 16"},
		{name: "a timer that is off", old: "enable: true", new: "enable: false", at: timerConfig + ".enable", what: "nobody else drains"},
		{name: "a timer every hour", old: "'@every 1m'", new: "'@every 60m'", at: timerConfig + ".cronExpression", what: "must be @every 1m"},
		{name: "a stream that is off", old: "triggerEnable: true", new: "triggerEnable: false", at: queueConfig + ".triggerEnable", what: "must be true"},
		{name: "a stream that waits for nobody", old: "asyncInvocationType: false", new: "asyncInvocationType: true", at: queueConfig + ".asyncInvocationType", what: "must be false"},
		{name: "a stream that decodes", old: "IsBase64Decode: false", new: "IsBase64Decode: true", at: queueConfig + ".eventSourceConfig.eventSourceParameters.sourceMNSParameters.IsBase64Decode", what: "must be false"},
		{name: "a stream of another region", old: "RegionId: ${vars.region}", new: "RegionId: cn-beijing", at: queueConfig + ".eventSourceConfig.eventSourceParameters.sourceMNSParameters.RegionId", what: "the region of the function"},
		{name: "a stream that stops", old: "errorsTolerance: ALL", new: "errorsTolerance: NONE", at: queueConfig + ".runOptions.errorsTolerance", what: "must be ALL"},
		{name: "a stream without a queue of dead letters", old: "deadLetterQueue:", new: "deadletterqueue:", at: queueConfig + ".runOptions.deadLetterQueue", what: "is missing"},
		{name: "a key in another case", old: "CountBasedWindow", new: "countBasedWindow", at: queueConfig + ".runOptions.batchWindow.countBasedWindow", what: "is not known here"},
		{name: "a batch that is too large", old: "CountBasedWindow: 100", new: "CountBasedWindow: 1000", at: queueConfig + ".runOptions.batchWindow.CountBasedWindow", what: "to 300"},
		{name: "a batch that takes too long", old: "TimeBasedWindow: 1", new: "TimeBasedWindow: 16", at: queueConfig + ".runOptions.batchWindow.TimeBasedWindow", what: "to 15"},
		{name: "another kind of signature", old: "authType: anonymous", new: "authType: function", at: httpProps + ".triggers[0].triggerConfig.authType", what: "must be anonymous"},
		{name: "other methods", old: "            methods: [POST]", new: "            methods: [GET, POST]", at: httpProps + ".triggers[0].triggerConfig.methods[0]", what: "must be POST"},
		{name: "no address", old: "disableURLInternet: false", new: "disableURLInternet: true", at: httpProps + ".triggers[0].triggerConfig.disableURLInternet", what: "must be false"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, string(landed), tc.old, "the file has changed: break it in another way")
			path := filepath.Join(t.TempDir(), "s.yaml")
			broken := strings.Replace(string(landed), tc.old, tc.new, 1)
			require.NoError(t, os.WriteFile(path, []byte(broken), 0o600))

			problems, err := manifest.CheckServerless(path, variables(tc.set...))
			require.NoError(t, err)
			require.NotContains(t, lines(problems), "S3CRET")
			require.True(t, slices.ContainsFunc(problems, func(p manifest.Problem) bool {
				return p.File == path && p.Where == tc.at && strings.Contains(p.What, tc.what)
			}), "want %s: … %s …, got:\n%s", tc.at, tc.what, lines(problems))
		})
	}
}

func lines(problems []manifest.Problem) string {
	var all strings.Builder
	for _, p := range problems {
		all.WriteString(p.Where + ": " + p.What + "\n")
	}
	return all.String()
}
