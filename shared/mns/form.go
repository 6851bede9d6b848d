package mns

import "strings"

// form is what a JSON object is for.
type form int

const (
	formOther      form = iota
	formEvent           // an event of VOD
	formTopic           // a topic's message in JSON format
	formStream          // a topic's message in STREAM format, with attributes
	formCloudEvent      // a CloudEvent of EventBridge
	formData            // the data of a queue's CloudEvent
	formFailure         // the record of a failed asynchronous invocation
)

// form returns the form of o. What can be nothing but an envelope is told first,
// since one may have a member named EventType: a topic in JSON format puts the
// publisher's attributes beside the message. What only looks like an envelope is an
// event of VOD if it has an EventType.
func (o object) form() form {
	switch {
	case o.isTopic():
		return formTopic
	case o.isStream():
		return formStream
	case o.isString("specversion") && o.isString("type") && o.hasAny("data", "data_base64"):
		return formCloudEvent
	case o.isString("EventType"):
		return formEvent
	case o.isString("specversion"):
		return formCloudEvent
	case o.has("messageBody"):
		return formData
	case o.has("requestPayload") && o.hasAny("requestContext", "responseContext", "responsePayload"):
		return formFailure
	default:
		return formOther
	}
}

// isTopic says whether o is a topic's message in JSON format. No event of VOD has a
// TopicName, and none has two of the other members.
func (o object) isTopic() bool {
	if !o.isString("Message") && !o.isObject("Message") {
		return false
	}
	found := 0
	for _, name := range []string{"TopicOwner", "Subscriber", "SubscriptionName", "MessageId", "MessageMD5", "PublishTime"} {
		if o.has(name) {
			found++
		}
	}
	return o.has("TopicName") || found >= 2
}

// isStream says whether o is a topic's message with attributes in STREAM format.
// Attributes that are null or text are less of a sign, so that there may be nothing
// beside them and the body.
func (o object) isStream() bool {
	attributes, ok := o["attrs"]
	if !ok || !o.has("body") {
		return false
	}
	return o.isObject("attrs") || len(o) == 2 && (isNull(attributes) || o.isString("attrs") && isObject([]byte(o.text("attrs"))))
}

// timer reads the event of a timer trigger, which has these members and no others:
// what has more is somebody's message.
func (o object) timer() (Timer, bool) {
	t := Timer{Name: o.text("triggerName"), Time: instant(o.text("triggerTime")), Payload: o.text("payload")}
	members := 2
	if _, ok := o["payload"]; ok {
		members++
	}
	return t, len(o) == members && o.isString("triggerName") && !t.Time.IsZero()
}

// operation returns the name of the operation that o asks for. What only has a
// member of this name is somebody's message: operations are known by name, and
// their parameters are in lower case, unlike the members of events and messages.
func (o object) operation() (string, bool) {
	for name := range o {
		if strings.ToLower(name) != name {
			return "", false
		}
	}
	if !o.isString("operation") {
		return "", false
	}
	switch name := o.text("operation"); name {
	case "migrate", "doctor", "redrive", "drain", "rebuild", "prune":
		return name, true
	default:
		return "", false
	}
}
