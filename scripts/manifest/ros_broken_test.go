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
		{"default beside the pattern", "Default: vod-events\n    AllowedPattern", "Default: VOD_events\n    AllowedPattern", "Parameters.Name.Default: is not allowed"},
		{"default that is not allowed", "Default: MNS\n", "Default: SMQ\n", "Parameters.CallbackType.Default: is not allowed"},
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
		// The inventory.
		{"resource that is gone", "  DeadLettersWaitingAlarm:", "  DeadLettersWaiting:", "Resources.DeadLettersWaitingAlarm: is missing"},
		{"resource that nobody knows", "  DeadLettersWaitingAlarm:", "  DeadLettersWaiting:", "Resources.DeadLettersWaiting: is not in the table of resources"},
		{"order of services", "DependsOn: EnableMns", "DependsOn: EnableFc", "CallbackQueue.DependsOn: must be EnableMns"},
		{"order of triggers", "    DependsOn: [CallbackQueue, DeadLettersQueue]\n", "", "QueueTrigger.DependsOn: must be CallbackQueue, DeadLettersQueue"},
		{"circle", "DependsOn: EnableSls", "DependsOn: [EnableSls, LogIndex]", "LogProject.DependsOn: must be EnableSls"},
		{"alarms under another condition", "    Condition: WithAlarms\n", "    Condition: WithContacts\n", "NoTickAlarm.Condition: must be WithAlarms"},
		{"role that MNS needs, in one stack alone", "  NotificationRole: # the account's one role by which MNS invokes functions; usually it is there already\n", "  NotificationRole:\n    Condition: WithFunctions\n", "NotificationRole.Condition: must be left out"},
		{"role that goes with the stack", "  FunctionRole: # both functions work as it\n    Type: ALIYUN::RAM::Role\n    DeletionPolicy: Retain", "  FunctionRole:\n    Type: ALIYUN::RAM::Role", "FunctionRole.DeletionPolicy: must be Retain"},
		{"alarm that outlives its logs", "    DependsOn: LogIndex\n", "    DependsOn: LogIndex\n    DeletionPolicy: Retain\n", "NoTickAlarm.DeletionPolicy: must be left out"},
		{"condition on another parameter", "!Equals [!Ref HttpRuntime, custom.debian12]", "!Equals [!Ref MnsRuntime, custom.debian12]", "Conditions.HttpIsCustom: must look at HttpRuntime alone"},
		{"condition that nobody knows", "\nConditions:\n", "\nConditions:\n  Spare: !Equals [!Ref InVpc, true]\n", "Conditions.Spare: is not in the table of conditions"},
		{"another service", "Properties: {ServiceName: FC}", "Properties: {ServiceName: OSS}", "EnableFc.Properties.ServiceName: must be that of EnableFc"},
		// What parameters take.
		{"empty list of events", "'^[A-Za-z]+(,[A-Za-z]+)*$'", "'^([A-Za-z]+(,[A-Za-z]+)*)?$'", "Parameters.CallbackEvents: must refuse \"\""},
		{"long address", "MaxLength: 256", "MaxLength: 1000", "Parameters.CallbackUrl: must refuse \"https://"},
		{"long key", "[A-Za-z0-9]{0,32}$'", "[A-Za-z0-9]{0,64}$'", "Parameters.AuthKey: must refuse \"A"},
		{"key without a digit", "(?![^0-9]+$)", "", "Parameters.AuthKey: must refuse \"AbcDef\""},
		{"any name", "'^[a-z][a-z0-9-]{1,30}[a-z0-9]$'", "'^[A-Za-z_][A-Za-z0-9_-]*$'", "Parameters.Name: must refuse \"vod_events\""},
		{"short names alone", "'^[a-z][a-z0-9-]{1,30}[a-z0-9]$'", "'^[a-z][a-z0-9-]{1,12}[a-z0-9]$'", "Parameters.Name: must take"},
		{"instance that Tablestore refuses", "(?!.*(ali|ay|ots|taobao|admin))", "", "Parameters.TablestoreInstance: must refuse \"my-ots\""},
		{"days", "MaxValue: 3600", "MaxValue: 36000", "Parameters.LogDays: must refuse \"3601\""},
		{"pattern that is none", "'^[a-z][a-z0-9-]{1,30}[a-z0-9]$'", "'^([a-z]$'", "Parameters.Name.AllowedPattern: is no regular expression"},
		{"callback without an address", "      - Assert: !Not [!Equals [!Ref CallbackUrl, '']]\n        AssertDescription: A callback of the type HTTP needs CallbackUrl.\n", "", "Rules: must refuse a callback by HTTP without CallbackUrl"},
		{"callback without a key", "!Not [!Equals [!Ref AuthKey, null]]", "!Not [!Equals [!Ref AuthKey, 'null']]", "Rules: must refuse a callback by HTTP without AuthKey"},
		{"rule for all", "    RuleCondition: !And [!Equals [!Ref EnableCallback, true], !Equals [!Ref CallbackType, HTTP]]\n", "", "Rules: must take the defaults"},
		{"rule that nobody can keep", "!Not [!Equals [!Ref CallbackUrl, '']]", "!Equals [!Ref CallbackUrl, '']", "Rules: must take a callback by HTTP with CallbackUrl and AuthKey"},
		{"misspelt rule", "RuleCondition:", "Condition:", "Rules.CallbackByHttp.Condition: is not known here"},
		{"one runtime", "AllowedValues: [go1, custom.debian12]", "AllowedValues: [go1]", "Parameters.HttpRuntime: must take \"custom.debian12\""},
		// Queues, tables and functions.
		{"delayed messages", "      VisibilityTimeout: 120\n", "      VisibilityTimeout: 120\n      DelaySeconds: 600\n", "CallbackQueue.Properties.DelaySeconds: must be left out"},
		{"messages that are given up", "      PollingWaitSeconds: 30\n", "      PollingWaitSeconds: 30\n      DlqPolicy: {MaxReceiveCount: 1}\n", "CallbackQueue.Properties.DlqPolicy: must be left out"},
		{"small topic", "TopicName: !Ref Name\n      MaximumMessageSize: 65536", "TopicName: !Ref Name\n      MaximumMessageSize: 1024", "Topic.Properties.MaximumMessageSize: must be 65536"},
		{"short polling", "PollingWaitSeconds: 30", "PollingWaitSeconds: 0", "CallbackQueue.Properties.PollingWaitSeconds: must be 30"},
		{"events that are gone after a day", "TimeToLive: -1", "TimeToLive: 86400", "EventTable.Properties.TimeToLive: must be -1"},
		{"versions", "MaxVersions: 1", "MaxVersions: 2", "EventTable.Properties.MaxVersions: must be 1"},
		{"index that lags", "IndexType: Local", "IndexType: Global", "IndexType: must be Local"},
		{"key that is a number", "- {Name: id, Type: STRING}", "- {Name: id, Type: INTEGER}", "EventTable.Properties.PrimaryKey[1].Type: must be STRING"},
		{"reserved throughput", "{Read: 0, Write: 0}", "{Read: 100, Write: 0}", "ReservedThroughput.Read: must be 0"},
		{"instance that the internet cannot reach", "[INTERNET, VPC, CLASSIC]", "[VPC]", "TablestoreStore.Properties.NetworkTypeACL: must be"},
		{"slow instance", "ClusterType: SSD", "ClusterType: HYBRID", "TablestoreStore.Properties.ClusterType: must be SSD"},
		{"callback without AuthSwitch", "!If [CallbackByHttp, 'on', !Ref", "!If [CallbackByHttp, 'off', !Ref", "VodCallback.Properties.AuthSwitch: must be on"},
		{"callback without AuthKey", "      AuthKey: !If [CallbackByHttp, !Ref AuthKey, !Ref ALIYUN::NoValue]\n", "", "VodCallback.Properties.AuthKey: is missing"},
		{"callback without CallbackUrl", "      CallbackUrl: !If [CallbackByHttp, !Ref CallbackUrl, !Ref ALIYUN::NoValue]\n", "", "VodCallback.Properties.CallbackUrl: is missing"},
		{"sinks of one function", "        VOD_SINKS: !Ref Sinks\n", "", "HttpFunction.Properties.EnvironmentVariables.VOD_SINKS: is missing"},
		{"other sinks", "        VOD_SINKS: !Ref Sinks\n", "        VOD_SINKS: !Ref WebhookSecret\n", "HttpFunction.Properties.EnvironmentVariables.VOD_SINKS: must be as in MnsFunction"},
		{"no address", "        VOD_CALLBACK_URL: !If [WithCallbackUrls, !Ref CallbackUrls, !Ref CallbackUrl]\n", "", "EnvironmentVariables.VOD_CALLBACK_URL: is missing"},
		{"misspelt setting", "VOD_BUDGET: !Ref", "VOD_BUGDET: !Ref", "HttpFunction.Properties.EnvironmentVariables.VOD_BUGDET: is not known here"},
		{"who invokes", "InvocationRole: !GetAtt NotificationRole.Arn", "InvocationRole: !GetAtt FunctionRole.Arn", "TopicTrigger.Properties.InvocationRole: must be the ARN of NotificationRole"},
		// Rights.
		{"all actions", "Action: [mns:PublishMessage]", "Action: ['mns:*']", "grants mns:* on acs:mns:cn-shanghai:1234567890123456:/topics/vod-events/messages, which nobody needs"},
		{"action that nobody needs", "Action: [mns:PublishMessage]", "Action: [mns:PublishMessage, mns:DeleteQueue]", "grants mns:DeleteQueue on acs:mns:cn-shanghai:1234567890123456:/topics/vod-events/messages, which nobody needs"},
		{"all resources", "Resource: [!Sub 'acs:mns:${ALIYUN::Region}:${ALIYUN::TenantId}:/topics/${Name}/messages']", "Resource: ['*']", "grants mns:PublishMessage on *, which nobody needs"},
		{"all queues", "/queues/${SinkQueue}/messages", "/queues/*/messages", "SinkQueuePolicy.Properties: grants mns:SendMessage on acs:mns:cn-shanghai:1234567890123456:/queues/*/messages, which nobody needs"},
		{"all tables", "/table/vod_*'", "/table/*'", "TablestorePolicy.Properties: grants ots:BatchWriteRow on acs:ots:cn-shanghai:1234567890123456:instance/sample/table/*, which nobody needs"},
		{"whole bucket", "${SinkBucket}/${SinkPrefix}/*", "${SinkBucket}/*", "SinkBucketPolicy.Properties: grants oss:PutObject on acs:oss:*:1234567890123456:sample/*, which nobody needs"},
		{"who may be the role", "Service: [fc.aliyuncs.com]", "Service: [ecs.aliyuncs.com]", "Principal.Service[0]: must be"},
		{"administrator", "System: [AliyunMNSNotificationRolePolicy]", "System: [AdministratorAccess]", "PolicyAttachments.System[0]: must be"},
		{"right that is missing", "              - vpc:DescribeVSwitchAttributes\n", "", "VpcPolicy.Properties: must grant vpc:DescribeVSwitchAttributes on *"},
		{"right on a queue that is not ours", "Resource:\n                  - !Sub 'acs:mns:${ALIYUN::Region}:${ALIYUN::TenantId}:/queues/${Name}-fallback/messages'", "Resource:\n                  - !Sub 'acs:mns:${ALIYUN::Region}:${ALIYUN::TenantId}:/queues/billing/messages'", "FunctionRole.Properties: grants mns:SendMessage on acs:mns:cn-shanghai:1234567890123456:/queues/billing/messages, which nobody needs"},
		{"right that is denied", "Effect: Allow # the fallback", "Effect: Deny # the fallback", "Statement[0].Effect: must be Allow"},
		{"right under a condition", "Effect: Allow # each tick", "Condition: {IpAddress: {acs:SourceIp: 10.0.0.1}}\n                Effect: Allow", "Statement[1].Condition: is not known here"},
		{"policy of nobody", "makes them.\n      Roles: [!GetAtt FunctionRole.RoleName]\n", "makes them.\n", "TablestorePolicy.Properties.Roles: must be the functions' role alone"},
		{"policy of another role", "makes them.\n      Roles: [!GetAtt FunctionRole.RoleName]\n", "makes them.\n      Roles: [!GetAtt NotificationRole.RoleName]\n", "TablestorePolicy.Properties.Roles: must be the functions' role alone"},
		{"who else may be the role", "Service: [fc.aliyuncs.com]", "Service: [fc.aliyuncs.com, mns.aliyuncs.com]", "FunctionRole.Properties.AssumeRolePolicyDocument: must let fc.aliyuncs.com, and nobody else"},
		{"role of nobody", "{System: [AliyunMNSNotificationRolePolicy]}", "{System: []}", "NotificationRole.Properties.PolicyAttachments: must be"},
		{"policy of another's", "      RoleName: !Sub '${Name}-function'\n", "      RoleName: !Sub '${Name}-function'\n      PolicyAttachments: {System: [AliyunMNSNotificationRolePolicy]}\n", "FunctionRole.Properties.PolicyAttachments: must be"},
		{"role that is there already", "      IgnoreExisting: true\n", "", "NotificationRole.Properties.IgnoreExisting: must be true"},
		{"forced deletion", "      RoleName: !Sub '${Name}-function'\n", "      RoleName: !Sub '${Name}-function'\n      DeletionForce: true\n", "FunctionRole.Properties.DeletionForce: is not known here"},
		// Secrets.
		{"secret that is said to show", "Default: null\n    NoEcho: true", "Default: null\n    NoEcho: false", "Parameters.AuthKey.NoEcho: must be true"},
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
		{"alarm of another name", "Name: !Sub '${Name}-panic'", "Name: !Sub '${Name}-refused'", "PanicAlarm.Properties.Detail.Name: must be vod-events-panic"},
		{"alarm about the contrary", "Condition: 'n == 0'", "Condition: 'n > 0'", "NoTickAlarm.Properties.Detail.Configuration.SeverityConfigurations[0].EvalCondition.Condition: must be n == 0"},
		{"alarm that is silent without lines", "NoDataFire: true", "NoDataFire: false", "NoTickAlarm.Properties.Detail.Configuration.NoDataFire: must be true"},
		{"alarm that looks back for long", "Start: -5m", "Start: -1d", "NoTickAlarm.Properties.Detail.Configuration.QueryList[0].Start: must be -5m"},
		{"alarm that seldom asks", "Interval: 1m}", "Interval: 1d}", "NoTickAlarm.Properties.Detail.Schedule.Interval: must be 1m"},
		{"alarm that is patient", "Threshold: 1\n", "Threshold: 100\n", "NoTickAlarm.Properties.Detail.Configuration.Threshold: must be 1"},
		{"alarm that is off", "        Type: Alert\n", "        Type: Alert\n        State: Disabled\n", "NoTickAlarm.Properties.Detail.State: is not known here"},
		{"alarm that is muted", "          Threshold: 1\n", "          Threshold: 1\n          MuteUntil: 4000000000\n", "Configuration.MuteUntil: is not known here"},
		{"alarm that does not say why", "AutoAnnotation: true", "AutoAnnotation: false", "Configuration.AutoAnnotation: must be true"},
		{"two queries", "          QueryList:\n", "          QueryList:\n            - {StoreType: log}\n", "Configuration.QueryList: must have one item"},
		{"index of text", "{Name: oldest_s, Type: long", "{Name: oldest_s, Type: text", "LogIndex.Properties.KeyIndices: must have message.oldest_s as long"},
		{"index that cannot be asked", "{Name: hasFunctionError, Type: text, EnableAnalytics: true", "{Name: hasFunctionError, Type: text, EnableAnalytics: false", "must have hasFunctionError as text"},
		{"metric of nobody", "MetricName: ActiveMessages", "MetricName: FunctionThrottles", "DeadLettersWaitingAlarm.Properties.MetricName: must be ActiveMessages"},
		{"statistic that ROS refuses", "Statistics: Average", "Statistics: Value", "Escalations.Warn.Statistics: must be Availability or Average"},
		{"dimension", "queue: !GetAtt DeadLettersQueue.QueueName", "queueName: !GetAtt DeadLettersQueue.QueueName", "DeadLettersWaitingAlarm.Properties.Resources: must be"},
		{"queue of another alarm", "queue: !GetAtt DeadLettersQueue.QueueName", "queue: !GetAtt FallbackQueue.QueueName", "DeadLettersWaitingAlarm.Properties.Resources: must be"},
		{"threshold", "Threshold: '0'", "Threshold: '100000'", "DeadLettersWaitingAlarm.Properties.Escalations: must be"},
		{"two alarms of one id", "RuleId: !Sub '${Name}-callback-waiting'", "RuleId: !Sub '${Name}-dead-letters-waiting'", "CallbackWaitingAlarm.Properties.RuleId: must be vod-events-callback-waiting"},
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
