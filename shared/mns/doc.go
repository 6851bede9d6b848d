// Package mns reads what a function is invoked with by way of Alibaba Cloud's
// Simple Message Queue, formerly Message Service (MNS): messages of a topic,
// messages of a queue, and what else reaches the same function.
//
// A function cannot choose the form, and forms come inside each other, so [Parse]
// takes them all, and each message out of them:
//
//	form                                    JSON                                      source
//	topic, STREAM                           the body itself: any text                 [1]
//	topic, STREAM, with attributes          {"body", "attrs"}                         [1]
//	topic, JSON                             {"TopicName", "MessageId", "Message",     [1]
//	                                        "PublishTime", …, and the attributes}
//	queue, one CloudEvent                   {"specversion", "data", …}                [2]
//	queue, event stream                     [CloudEvent, …]                           [2]
//	queue, event stream, as text            ["CloudEvent", …]                         [3]
//	queue, event stream, RawData            [data, …]                                 [2]
//	data of a queue's CloudEvent            {"requestId", "messageId", "messageBody"} [2]
//	failed asynchronous invocation          {"requestPayload", "requestContext", …}   [4]
//	dead letter of an event stream          a CloudEvent or data as a message's body  [5]
//	timer trigger                           {"triggerTime", "triggerName", "payload"} [6]
//	operation, invoked directly             {"operation", …}                          this project's own
//
// The attributes of a topic's message in JSON format stand beside the message and may
// have any name, so that format is recognised before all else, and so are the other
// forms that can be nothing else. An event of VOD, which is an object whose EventType
// is a string, is not taken for any of the rest, whatever its other members are
// called. Timers and operations are recognised last, by all of their members: what
// merely resembles one is a message.
//
// Bodies may be Base64 or not: neither VOD nor Function Compute says, and client
// libraries differ. [DecodeBody] is the rule.
//
// It is also a small client of the service: [OpenQueue] and [OpenTopic] send, publish,
// receive and delete, signed with the credentials of the invocation.
//
// Sources, all read 2026-11-23:
//
//  1. Function Compute, "MNS topic triggers" (2025-09) and the formats of its events;
//     github.com/aliyun/fc-runtime-go-sdk, events/README_MNS_Topic.md.
//  2. Function Compute, "MNS queue triggers"; EventBridge, "Event streams";
//     github.com/aliyun/fc-runtime-go-sdk, events/README_MNS_Queue.md.
//  3. github.com/aliyun/fc-runtime-go-sdk, events/README_KAFKA_EVENTBRIDGE.md, for
//     another source of the same event streams.
//  4. Function Compute, "Result callback" of asynchronous invocations.
//  5. EventBridge, "Retry policies and dead-letter queues".
//  6. Function Compute, "Time triggers";
//     github.com/aliyun/fc-runtime-go-sdk, events/README_TIMER.md.
package mns
