package manifest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/manifest"
)

// TestROSBroken breaks template.yaml in one place at a time. Each break is named, with
// its place.
func TestROSBroken(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, old, new, want string
	}{
		// The form.
		{"version", "'2015-09-01'", "'2010-09-09'", "ROSTemplateFormatVersion: must be '2015-09-01'"},
		{"unknown section", "\nOutputs:\n", "\nOutput:\n", "Output: is not known here"},
		{"no outputs", "\nOutputs:\n", "\nOutput:\n", "Outputs: is missing"},
		{"key twice", "      MaxVersions: 1\n", "      MaxVersions: 1\n      MaxVersions: 2\n", "MaxVersions: is there twice"},
		{"alias", "Properties: {ServiceName: MNS}", "Properties: &mns {ServiceName: MNS}\n  EnableMns2:\n    Type: ALIYUN::ROS::AutoEnableService\n    Properties: *mns", "Resources.EnableMns2.Properties: is a YAML alias"},
		{"unknown short function", "!Not [!Equals [!Ref SinkQueue, '']]", "!Nought [!Equals [!Ref SinkQueue, '']]", "the function !Nought is not known"},
		{"unknown long function", "VisibilityTimeout: 120", "VisibilityTimeout: {'Fn::Max': [1, 2]}", "VisibilityTimeout: the function Fn::Max is not known"},
		// Names.
		{"parameter of a Ref", "RepeatInterval: 30m, UseDefault: false", "RepeatInterval: !Ref Interval, UseDefault: false", "refers to Interval, which is no parameter"},
		{"parameter of a Sub", "'${Name}-callback'", "'${Prefix}-callback'", "QueueName: refers to Prefix, which is no parameter"},
		{"resource of a GetAtt", "!GetAtt LogProject.Name", "!GetAtt Project.Name", "refers to Project, which is no resource"},
		{"Ref of a resource", "Roles: [!GetAtt FunctionRole.RoleName]", "Roles: [!Ref FunctionRole]", "refers to FunctionRole, which is no parameter"},
		{"attribute", "!GetAtt FunctionRole.RoleName", "!GetAtt FunctionRole.Name", "ALIYUN::RAM::Role has no attribute Name"},
		{"attribute in an output", "Value: !GetAtt Topic.TopicName", "Value: !GetAtt Topic.Name", "Outputs.Topic.Value: ALIYUN::MNS::Topic has no attribute Name"},
		{"dependency", "DependsOn: EnableMns", "DependsOn: EnableSmq", "DependsOn: refers to EnableSmq"},
		{"one of several dependencies", "DependsOn: [Topic, MnsAsync]", "DependsOn: [Topic, Async]", "TopicTrigger.DependsOn: refers to Async"},
		{"condition of a resource", "Condition: WithSinkQueue", "Condition: WithQueue", "refers to WithQueue, which is no condition"},
		{"condition of an If", "!If [CallbackByHttp, 'on'", "!If [ByHttp, 'on'", "refers to ByHttp, which is no condition"},
		{"condition in a condition", "!And [WithTablestore,", "!And [WithStore,", "refers to WithStore, which is no condition"},
		{"condition of itself", "WithVpc: !Equals [!Ref InVpc, true]", "WithVpc: !And [WithVpc, !Equals [!Ref InVpc, true]]", "Conditions.WithVpc: refers to itself"},
		{"unused parameter", "\nRules:\n", "  Spare: {Type: String, Label: Spare, Description: Nothing., Default: ''}\n\nRules:\n", "Parameters.Spare: is not used"},
		{"unused condition", "\nConditions:\n", "\nConditions:\n  Spare: !Equals [!Ref InVpc, true]\n", "Conditions.Spare: is not used"},
		{"ungrouped parameter", "Parameters: [Name]", "Parameters: []", "Parameters.Name: is in no group"},
		{"group of nothing", "Parameters: [Name]", "Parameters: [Name, Names]", "names Names, which is no parameter"},
		{"output that is not always there", "    Condition: WithFunctions\n    Value: !GetAtt HttpTrigger.UrlInternet", "    Value: !GetAtt HttpTrigger.UrlInternet", "Outputs.CallbackAddress: uses HttpTrigger, which is not made"},
		{"resource that is not always there", "Condition: WithTables\n", "Condition: WithVpc\n", "Resources.EventTable: uses TablestoreStore, which is not made"},
		{"unused variable", "      - RoleArn: !GetAtt", "      - Spare: text\n        RoleArn: !GetAtt", "the variable Spare is not used"},
		// Parameters.
		{"type of a parameter", "  LogDays:\n    Type: Number", "  LogDays:\n    Type: Integer", "Parameters.LogDays.Type: must be String, Number, Boolean or CommaDelimitedList"},
		{"key of a parameter", "    MinValue: 1\n", "    Minimum: 1\n", "Parameters.LogDays.Minimum: is not known here"},
		{"default beside the pattern", "Default: vod-events\n    AllowedPattern", "Default: VOD_events\n    AllowedPattern", "Parameters.Name.Default: does not match"},
		{"default that is not allowed", "Default: MNS\n", "Default: SMQ\n", "Parameters.CallbackType.Default: is not an allowed value"},
		{"default that the service refuses", "Default: 30\n", "Default: 4000\n", "Logstore.Properties.TTL: must be a number from 1 to 3600"},
		// Properties.
		{"type of a resource", "ALIYUN::MNS::Topic", "ALIYUN::SMQ::Topic", "Resources.Topic.Type: is not among the types"},
		{"misspelt property", "PollingWaitSeconds: 30", "PollingWaitSecond: 30", "PollingWaitSecond: is not known here"},
		{"missing property", "      TopicName: !Ref Name\n", "", "Resources.Topic.Properties.TopicName: is missing"},
		{"property in a property", "{Enable: true, CaseSensitive: false,", "{Enabled: true, CaseSensitive: false,", "FullTextIndex.Enabled: is not known here"},
		{"text for a number", "VisibilityTimeout: 120", "VisibilityTimeout: long", "VisibilityTimeout: must be 120"},
		{"number out of range", "PollingWaitSeconds: 30", "PollingWaitSeconds: 31", "PollingWaitSeconds: must be a number from 0 to 30"},
		{"fraction", "ShardCount: 2", "ShardCount: 2.5", "ShardCount: must be a number"},
		{"list for a text", "LogstoreName: functions", "LogstoreName: [functions]", "LogstoreName: must be"},
		{"enum", "ServiceName: OTS", "ServiceName: Tablestore", "EnableOts.Properties.ServiceName: must be"},
		{"severity", "Severity: 10", "Severity: 9", "Severity: must be a number from 2 to 10, a multiple of 2"},
		{"name that is too long for the service", "LogstoreName: functions", "LogstoreName: of", "LogstoreName: must be like"},
		{"configuration of a trigger", "notifyContentFormat: JSON", "notifyContentFormat: STREAM", "TopicTrigger.Properties.TriggerConfig.notifyContentFormat: must be JSON"},
		{"deep in a trigger", "errorsTolerance: ALL", "errorsTolerance: NONE", "runOptions.errorsTolerance: must be ALL"},
		{"key in a trigger", "enable: true, payload", "enabled: true, payload", "TimerTrigger.Properties.TriggerConfig.enable: is missing"},
		{"initializer", "{PreStop: {Handler", "{Initializer: {Handler", "InstanceLifecycleConfig.Initializer: is not known here"},
		{"handler", "Handler: main", "Handler: bootstrap", "HttpFunction.Properties.Handler: must be main"},
		{"only in some cases", "{Command: [./main], Port: 9000}", "{Command: ./main, Port: 9000}", "CustomRuntimeConfig.Command: must be a list"},
		// Promises.
		{"retention", "MessageRetentionPeriod: 604800", "MessageRetentionPeriod: 345600", "CallbackQueue.Properties.MessageRetentionPeriod: must be 604800"},
		{"message size", "MaximumMessageSize: 65536\n      MessageR", "MaximumMessageSize: 10240\n      MessageR", "MaximumMessageSize: must be 65536"},
		{"queues that are deleted", "    DeletionPolicy: Retain\n    Properties:\n      QueueName: !Sub '${Name}-fallback'", "    Properties:\n      QueueName: !Sub '${Name}-fallback'", "FallbackQueue.DeletionPolicy: must be Retain"},
		{"tables that are deleted", "Condition: WithTables\n    DeletionPolicy: Retain", "Condition: WithTables\n    DeletionPolicy: Delete", "EventTable.DeletionPolicy: must be Retain"},
		{"deletion policy", "Condition: WithTables\n    DeletionPolicy: Retain", "Condition: WithTables\n    DeletionPolicy: Keep", "EventTable.DeletionPolicy: must be Retain or Delete"},
		{"callback by default", "Default: false\n  CallbackType", "Default: true\n  CallbackType", "Parameters.EnableCallback.Default: must be false"},
		{"callback without being asked", "Condition: CallbackEnabled", "Condition: CallbackByHttp", "Resources.VodCallback.Condition: must be one that EnableCallback decides"},
		{"callback that is always there", "    Condition: CallbackEnabled\n", "", "Resources.VodCallback.Condition: must be one that EnableCallback decides"},
		{"callback that goes with the stack", "Condition: CallbackEnabled\n    DeletionPolicy: Retain", "Condition: CallbackEnabled", "VodCallback.DeletionPolicy: must be Retain"},
		{"no event types", "EventTypeList: !Ref CallbackEvents", "EventTypeList: ''", "EventTypeList: must be like"},
		{"unknown event type", "DeleteMediaComplete,", "DeleteMedia,", "VOD has no event type DeleteMedia"},
		{"callback to a queue without a queue", "MnsQueueName: !If [CallbackByHttp, !Ref ALIYUN::NoValue, !GetAtt CallbackQueue.QueueName]", "MnsQueueName: !Ref ALIYUN::NoValue", "VodCallback.Properties.MnsQueueName: is missing"},
		{"internal endpoint", "mns.${ALIYUN::Region}.aliyuncs.com/']", "mns.${ALIYUN::Region}-internal.aliyuncs.com']", "MnsEndpoint: must be like"},
		{"functions by default", "Default: false\n  CodeBucket", "Default: true\n  CodeBucket", "Parameters.DeployFunctions.Default: must be false"},
		{"functions without being asked", "    Type: ALIYUN::FC3::Function\n    Condition: WithFunctions", "    Type: ALIYUN::FC3::Function\n    Condition: WithAlarms", "Resources.HttpFunction.Condition: must be one that DeployFunctions decides"},
		// Rights.
		{"all actions", "Action: [mns:PublishMessage]", "Action: ['mns:*']", "grants mns:* on acs:mns:cn-shanghai:1234567890123456:/topics/vod-events/messages, which nobody needs"},
		{"action that nobody needs", "Action: [mns:PublishMessage]", "Action: [mns:PublishMessage, mns:DeleteQueue]", "grants mns:DeleteQueue on acs:mns:cn-shanghai:1234567890123456:/topics/vod-events/messages, which nobody needs"},
		{"all resources", "Resource: [!Sub 'acs:mns:${ALIYUN::Region}:${ALIYUN::TenantId}:/topics/${Name}/messages']", "Resource: ['*']", "grants mns:PublishMessage on *, which nobody needs"},
		{"all queues", "/queues/${SinkQueue}/messages", "/queues/*/messages", "SinkQueuePolicy.Properties: grants mns:SendMessage on acs:mns:cn-shanghai:1234567890123456:/queues/*/messages, which nobody needs"},
		{"all tables", "/table/vod_*'", "/table/*'", "TablestorePolicy.Properties: grants ots:BatchWriteRow on acs:ots:cn-shanghai:1234567890123456:instance/sample/table/*, which nobody needs"},
		{"whole bucket", "${SinkBucket}/${SinkPrefix}/*", "${SinkBucket}/*", "SinkBucketPolicy.Properties: grants oss:PutObject on acs:oss:*:1234567890123456:sample/*, which nobody needs"},
		{"who may be the role", "Service: [fc.aliyuncs.com]", "Service: [ecs.aliyuncs.com]", "Principal.Service[0]: must be"},
		{"administrator", "System: [AliyunMNSNotificationRolePolicy]", "System: [AdministratorAccess]", "PolicyAttachments.System[0]: must be"},
		// Secrets.
		{"default of a secret", "Default: null\n    NoEcho: true", "Default: Nk7rTq2Zb9\n    NoEcho: true", "Parameters.AuthKey.Default: a secret must have none"},
		{"secret that shows", "Description: VOD_WEBHOOK_SECRET, what webhooks are signed with.\n    Default: null\n    NoEcho: true", "Description: VOD_WEBHOOK_SECRET, what webhooks are signed with.\n    Default: null", "Parameters.WebhookSecret: is for VOD_WEBHOOK_SECRET, which may hold a secret"},
		{"secret in the template", "VOD_AUTH_KEY: !If [WithAuthKeys, !Ref AuthKeys, !Ref AuthKey]", "VOD_AUTH_KEY: Nk7rTq2Zb9", "VOD_AUTH_KEY: must come from a parameter"},
		{"secret in an output", "  LogProject:\n    Description: Name of the log project.\n    Value: !GetAtt LogProject.Name", "  Key:\n    Value: !Ref AuthKey", "Outputs.Key.Value: shows the secret AuthKey"},
		{"secret in the text of an output", "        DEPLOY_NAME=${Name}", "        VOD_SINKS=${Sinks}", "Outputs.Environment.Value: shows the secret Sinks"},
		// Alarms.
		{"other logs", "Store: !GetAtt Logstore.LogstoreName", "Store: fc-http", "NoTickAlarm.Properties.Detail.Configuration.QueryList[0].Store: must be functions"},
		{"field that is not indexed", `max("message.owed")`, `max("message.age")`, "BacklogAlarm.Properties.Detail.Configuration.QueryList[0].Query: must be message.msg: tick"},
		{"index that is gone", "            - {Name: oldest_s, Type: long, EnableAnalytics: true}\n", "", "LogIndex.Properties.KeyIndices: must have message.oldest_s as long"},
		{"two messages", "message.msg: panic |", "message.msg: parked |", "PanicAlarm.Properties.Detail.Configuration.QueryList[0].Query: must be message.msg: panic |"},
		{"condition on nothing", "Condition: 'oldest > 900'", "Condition: 'age > 900'", "EvalCondition.Condition: must be oldest > 900"},
		{"search alone", "message.msg: panic | select", "message.msg: panic and select", "PanicAlarm.Properties.Detail.Configuration.QueryList[0].Query: must be"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			problems, err := manifest.CheckROS(changedROS(t, tc.old, tc.new))
			require.NoError(t, err)
			var all []string
			for _, p := range problems {
				require.Equal(t, "template.yaml", p.File)
				all = append(all, p.String())
			}
			require.Contains(t, strings.Join(all, "\n"), tc.want)
		})
	}
}
