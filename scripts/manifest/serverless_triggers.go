package manifest

import (
	"slices"
	"strings"
)

// ARNs of MNS, as triggers and destinations name them.
const (
	queueARN = `acs:mns:[a-z0-9-]+:[0-9]+:/queues/[A-Za-z0-9][A-Za-z0-9_-]{0,255}`
	topicARN = `acs:mns:[a-z0-9-]+:[0-9]+:/topics/[A-Za-z0-9][A-Za-z0-9_-]{0,255}`
)

// notificationRole is the one role of an account by which MNS invokes functions, in lower
// case, as fc3 makes it. Source: Function Compute 3.0, "MNS topic triggers" (September 2025).
const notificationRole = "aliyunmnsnotificationrole"

// trigger is a trigger of the types that there is code for.
func trigger(d *deployment, where string, v any) {
	kind := asText(dig(v, "triggerType"))
	config, ok := triggerConfigs()[kind]
	if !ok {
		d.wrong(below(where, "triggerType"), "must be http, mns_topic, timer or eventbridge")
		return
	}
	known := map[string]form{
		"triggerName":   label(),
		"triggerType":   words,
		"qualifier":     exactly("LATEST", "there are no other versions"),
		"description":   text,
		"triggerConfig": config,
	}
	required := []string{"triggerName", "triggerType", "triggerConfig"}
	if kind == "mns_topic" {
		known["sourceArn"] = like(topicARN, "the ARN of an MNS topic, acs:mns:<region>:<account>:/topics/<name>")
		// Where it is left out, fc3 makes that role, for which the user that deploys has no right.
		known["invocationRole"] = like(`acs:ram::[0-9]+:role/`+notificationRole, "acs:ram::<account>:role/"+notificationRole+", as which MNS invokes functions")
		required = append(required, "sourceArn", "invocationRole")
	}
	fields(known, required...)(d, where, v)
}

// triggerConfigs are the forms of the configuration of a trigger by its type, the same in
// s.yaml and in template.yaml. Sources: Function Compute 3.0, "HTTP trigger", "MNS topic
// triggers" (September 2025), "MNS queue triggers", "Time triggers".
func triggerConfigs() map[string]form {
	return map[string]form{
		"http": fields(map[string]form{
			"authType":           exactly("anonymous", "VOD's requests carry VOD's signature, no other"),
			"disableURLInternet": exactly(false, "VOD comes from the internet"),
			"methods":            list(exactly("POST", "VOD posts, and nobody else has anything to do here")),
		}, "authType", "methods"),
		"mns_topic": fields(map[string]form{
			"notifyContentFormat": exactly("JSON", "in the form STREAM a message does not say which it is"),
			"notifyStrategy":      oneOf("BACKOFF_RETRY", "EXPONENTIAL_DECAY_RETRY"),
			"filterTag":           like(`.{1,16}`, "1 to 16 characters"),
		}, "notifyContentFormat", "notifyStrategy"),
		"timer": fields(map[string]form{
			"cronExpression": exactly("@every 1m", "what fails is tried again, and alarms rely on a tick, every minute"),
			"enable":         exactly(true, "nobody else drains the fallback and redrives what is owed to sinks"),
			"payload":        text,
		}, "cronExpression", "enable"),
		"eventbridge": fields(map[string]form{
			"triggerEnable":          exactly(true, "nobody else reads VOD's queue"),
			"asyncInvocationType":    exactly(false, "what fails would be taken for delivered"),
			"eventRuleFilterPattern": exactly("{}", "every event is wanted"),
			"eventSourceConfig": fields(map[string]form{
				"eventSourceType": exactly("MNS", "the source is VOD's queue"),
				"eventSourceParameters": fields(map[string]form{
					"sourceMNSParameters": fields(map[string]form{
						"RegionId":       oneOf(regions()...),
						"QueueName":      words,
						"IsBase64Decode": exactly(false, "the function sees for itself what is Base64, and what becomes of the rest is not documented"),
					}, "RegionId", "QueueName", "IsBase64Decode"),
				}, "sourceMNSParameters"),
			}, "eventSourceType", "eventSourceParameters"),
			"eventSinkConfig": fields(map[string]form{
				"deliveryOption": fields(map[string]form{
					"eventSchema": exactly("CloudEvents", "RawData does not say which message it is"),
				}, "eventSchema"),
			}, "deliveryOption"),
			"runOptions": runOptions(),
		}, "triggerEnable", "asyncInvocationType", "eventRuleFilterPattern", "eventSourceConfig", "eventSinkConfig", "runOptions"),
	}
}

// maxBatch is how many messages an invocation may carry: at most 64 KiB each, which JSON
// and a CloudEvent around it make longer, in 32 MB (Function Compute 3.0, "Limits").
const maxBatch = 300

func runOptions() form {
	return fields(map[string]form{
		"mode":            exactly("event-streaming", "batches need it"),
		"maximumTasks":    between(1, 20, 1),
		"errorsTolerance": exactly("ALL", "NONE stops the stream at the first failure"),
		"retryStrategy": fields(map[string]form{
			"PushRetryStrategy": oneOf("BACKOFF_RETRY", "EXPONENTIAL_DECAY_RETRY"),
		}, "PushRetryStrategy"),
		"deadLetterQueue": fields(map[string]form{
			"Arn": like(queueARN, "the ARN of an MNS queue, acs:mns:<region>:<account>:/queues/<name>"),
		}, "Arn"),
		"batchWindow": fields(map[string]form{
			"CountBasedWindow": between(1, maxBatch, 1), // messages
			"TimeBasedWindow":  between(0, 15, 1),       // seconds
		}, "CountBasedWindow", "TimeBasedWindow"),
	}, "mode", "errorsTolerance", "retryStrategy", "deadLetterQueue", "batchWindow")
}

// triggersOf are the types of triggers that a function has code for, and needs.
func triggersOf(id string) []string {
	if id == "http" {
		return []string{"http"}
	}
	return []string{"mns_topic", "timer", "eventbridge"}
}

// checkTriggers holds a function to the triggers that it needs, one of each, and to their order.
func (d *deployment) checkTriggers(f Function, where string) {
	where += ".triggers"
	count := map[string]int{}
	for i, t := range f.Triggers {
		at := where + position(i)
		count[t.Type]++
		if !slices.Contains(triggersOf(f.ID), t.Type) {
			d.wrong(at+".triggerType", "is nothing that the function "+f.ID+" has code for")
		}
		if slices.ContainsFunc(f.Triggers[:i], func(before Trigger) bool { return before.Name == t.Name }) {
			d.wrong(at+".triggerName", "is there twice")
		}
		if t.Type == "mns_topic" && accountIn(t.Role) != accountIn(f.Role) {
			d.wrong(at+".invocationRole", "must be of the account of the function's role")
		}
		if t.Type == "eventbridge" && i < len(f.Triggers)-1 {
			d.wrong(at, "must be the last trigger: fc3 leaves out whatever comes after one that has not changed")
		}
	}
	for _, kind := range triggersOf(f.ID) {
		if count[kind] != 1 {
			d.wrong(where, "must have one trigger of the type "+kind)
		}
	}
}

// accountIn is the account in the ARN of a role.
func accountIn(arn string) string {
	account, _, _ := strings.Cut(strings.TrimPrefix(arn, "acs:ram::"), ":")
	return account
}
