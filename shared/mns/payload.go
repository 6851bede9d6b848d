package mns

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// Kind is what a payload asks the function to do.
type Kind string

// The kinds of payload.
const (
	KindMessages  Kind = "messages"  // take these messages
	KindTimer     Kind = "timer"     // do what is due
	KindOperation Kind = "operation" // do what an operator asks for
)

// Payload is what a function was invoked with. It shares no memory with the bytes
// that it was read from.
type Payload struct {
	// Kind says which one of the other fields counts.
	Kind Kind
	// Messages are in the order in which they came. There is at least one, unless
	// the payload was empty or an empty array.
	Messages []Message
	// Timer is the tick of a timer trigger.
	Timer Timer
	// Operation is what an operator asks for.
	Operation Operation
}

// Timer is one tick of a timer trigger.
type Timer struct {
	// Name is the name of the trigger.
	Name string
	// Time is when the tick was due, in UTC.
	Time time.Time
	// Payload is the text that was configured with the trigger.
	Payload string
}

// Operation is a direct invocation by an operator.
//
// A text that a topic hands over in STREAM format looks the same, so that whoever
// may publish to the topic of such a trigger may also ask for operations. An
// operation inside a message of any other form is only the body of that message.
// The parameters of an operation are named in lower case; an object with any other
// name in it is a message too.
type Operation struct {
	// Name says what to do: migrate, doctor, redrive, drain, rebuild or prune. An
	// object that names another operation is a message.
	Name string
	// Body is the whole JSON object, which holds the parameters too.
	Body json.RawMessage
}

// Channel is the kind of place that a message came from.
type Channel string

// The channels.
const (
	ChannelTopic Channel = "topic"
	ChannelQueue Channel = "queue"
)

// Message is one message, out of whatever it was wrapped in.
type Message struct {
	// ID is the message's MessageId, else the id of its CloudEvent; empty if neither
	// is known. A repeated delivery has the same ID.
	ID string
	// Body is what the publisher sent, after [DecodeBody]. If a form was recognised
	// that lacks its body, Body is the whole of it: nothing is lost. A body that
	// came as a JSON string is unescaped as encoding/json does it, with U+FFFD for
	// unpaired surrogates and for what is not UTF-8; in any other form it is kept
	// byte for byte.
	Body []byte
	// Channel says whether the message came from a topic or from a queue.
	Channel Channel
	// Name is the name of the topic or queue; empty if it is not known.
	Name string
	// Published is when the message was published, in UTC, as far as is known.
	Published time.Time
	// MD5Mismatch says that the topic stated an MD5 that is not that of the message:
	// what the publisher sent did not come through unchanged.
	MD5Mismatch bool
}

// maxDepth is how many envelopes around a message [Parse] opens. A CloudEvent with
// data is two, and the failure record of a dead-lettered one of them four.
const maxDepth = 8

// maxBatch is how many messages an event stream pushes at once (EventBridge, "Event
// streams", CountBasedWindow, read 2026-11-23).
const maxBatch = 10_000

// Parse reads any payload of the function and never fails: what it does not
// recognise is one message of a topic whose body is the payload itself.
//
// An array is a batch if it has no more elements than an event stream pushes and at
// least one of them is of a known form or an event of VOD. An element that is
// neither is one message whose body is that element; its neighbours are not
// affected. Each element gives one message, except one that wraps a whole batch,
// such as the record of a failed invocation, which gives the messages of that batch.
// An empty array has no messages; any other array is one message of a topic.
//
// The record of a failed invocation has the kind of the payload that failed. Who
// reads such records from a dead-letter queue takes messages out of them and leaves
// timers and operations alone: the next tick comes by itself, and the operator knows.
func Parse(payload []byte) Payload { return parse(payload, maxDepth) }

func parse(payload []byte, depth int) Payload {
	if o, ok := parseObject(payload); ok {
		switch o.form() {
		case formFailure:
			if p, ok := parseFailure(o, depth); ok {
				return p
			}
		case formOther:
			if t, ok := o.timer(); ok {
				return Payload{Kind: KindTimer, Timer: t}
			}
			if name, ok := o.operation(); ok {
				return Payload{Kind: KindOperation, Operation: Operation{Name: name, Body: bytes.Clone(trim(payload))}}
			}
		default:
		}
	}
	return Payload{Kind: KindMessages, Messages: messages(payload, depth)}
}

// parseFailure reads the payload whose asynchronous invocation failed. If there is
// nothing in it, the record itself has to do.
func parseFailure(o object, depth int) (Payload, bool) {
	if depth == 0 {
		return Payload{}, false
	}
	p := parse([]byte(o.text("requestPayload")), depth-1)
	return p, p.Kind != KindMessages || len(p.Messages) > 0
}

// messages reads a payload that holds messages: an array of them, or one.
func messages(payload []byte, depth int) []Message {
	if len(payload) == 0 {
		return nil
	}
	bodies, ok := batch(payload)
	if !ok {
		return unwrap(Message{Channel: ChannelTopic, Body: bytes.Clone(DecodeBody(payload))}, depth)
	}
	// Only event streams hand over arrays, and only queues are read that way.
	out := make([]Message, 0, len(bodies))
	for _, body := range bodies {
		out = append(out, unwrap(Message{Channel: ChannelQueue, Body: body}, depth)...)
	}
	return out
}

// batch returns the elements of what an event stream pushes.
func batch(payload []byte) ([][]byte, bool) {
	elements, ok := parseArray(payload, maxBatch)
	if !ok {
		return nil, false
	}
	bodies := make([][]byte, len(elements))
	for i, e := range elements {
		bodies[i] = elementBody(e)
	}
	return bodies, len(bodies) == 0 || slices.ContainsFunc(bodies, func(body []byte) bool {
		o, ok := parseObject(body)
		return ok && o.form() != formOther
	})
}

// unwrap returns the message inside m if the body of m is an envelope, the messages
// if it wraps several, and m itself if it is neither.
func unwrap(m Message, depth int) []Message {
	o, ok := parseObject(m.Body)
	if !ok || depth == 0 {
		return []Message{m}
	}
	if o.form() == formFailure {
		if failed := messages([]byte(o.text("requestPayload")), depth-1); len(failed) > 0 {
			fillIn(failed, m)
			return failed
		}
	}
	inner, ok := open(o, m)
	if !ok {
		return []Message{inner}
	}
	return unwrap(inner, depth-1)
}

// fillIn gives the messages out of an envelope what only the envelope knows.
func fillIn(in []Message, outer Message) {
	for i := range in {
		m := &in[i]
		m.ID = cmp.Or(m.ID, outer.ID)
		m.MD5Mismatch = m.MD5Mismatch || outer.MD5Mismatch
	}
}
