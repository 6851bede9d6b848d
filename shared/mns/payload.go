package mns

import (
	"bytes"
	"cmp"
	"encoding/json"
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
	// Time is when the tick was due, in UTC; the zero time if that cannot be read.
	Time time.Time
	// Payload is the text that was configured with the trigger.
	Payload string
}

// Operation is a direct invocation by an operator.
//
// A text that a topic hands over in STREAM format looks the same, so that whoever
// may publish to the topic of such a trigger may also ask for operations. An
// operation inside a message of any other form is only the body of that message.
type Operation struct {
	// Name says what to do; it is never empty.
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
	// RequestID is the id of the request that read or handed over the message; it is
	// good for finding log lines only, and often empty.
	RequestID string
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
	// Attributes are the attributes that the publisher gave a topic's message; nil
	// if there are none.
	Attributes map[string]string
	// MD5Mismatch says that the topic stated an MD5 that is not that of the message.
	MD5Mismatch bool
}

// maxDepth is how many envelopes around a message [Parse] opens. A CloudEvent with
// data is two, and the failure record of a dead-lettered one of them four.
const maxDepth = 8

// Parse reads any payload of the function and never fails: what it does not
// recognise is one message of a topic whose body is the payload itself. An element
// of an array that is not recognised is one message whose body is that element; its
// neighbours are not affected. Each element of an array gives one message, except
// one that wraps a whole batch, such as the record of a failed invocation, which
// gives the messages of that batch.
//
// The record of a failed invocation has the kind of the payload that failed. Who
// reads such records from a dead-letter queue takes messages out of them and leaves
// timers and operations alone: the next tick comes by itself, and the operator knows.
func Parse(payload []byte) Payload { return parse(payload, maxDepth) }

func parse(payload []byte, depth int) Payload {
	if o, ok := parseObject(payload); ok && !o.isEvent() {
		if p, ok := parseFailure(o, depth); ok {
			return p
		}
		if _, isEnvelope := open(o, Message{}); !isEnvelope {
			switch {
			case o.isString("triggerName"):
				return Payload{Kind: KindTimer, Timer: Timer{
					Name: o.text("triggerName"), Time: instant(o.text("triggerTime")), Payload: o.text("payload"),
				}}
			case o.isString("operation") && o.text("operation") != "":
				return Payload{Kind: KindOperation, Operation: Operation{
					Name: o.text("operation"), Body: bytes.Clone(bytes.TrimSpace(payload)),
				}}
			}
		}
	}
	return Payload{Kind: KindMessages, Messages: messages(payload, depth)}
}

// parseFailure reads the payload whose asynchronous invocation failed. If there is
// nothing in it, the record itself has to do.
func parseFailure(o object, depth int) (Payload, bool) {
	inner, ok := failedPayload(o)
	if !ok || depth == 0 {
		return Payload{}, false
	}
	p := parse(inner, depth-1)
	if p.Kind == KindMessages {
		if len(p.Messages) == 0 {
			return Payload{}, false
		}
		fillIn(p.Messages, failedRequest(o))
	}
	return p, true
}

// messages reads a payload that holds messages: an array of them, or one.
func messages(payload []byte, depth int) []Message {
	elements, ok := parseArray(payload)
	if !ok {
		if len(payload) == 0 {
			return nil
		}
		return unwrap(Message{Channel: ChannelTopic, Body: bytes.Clone(DecodeBody(payload))}, depth)
	}
	// Only event streams hand over arrays, and only queues are read that way.
	out := make([]Message, 0, len(elements))
	for _, e := range elements {
		out = append(out, unwrap(Message{Channel: ChannelQueue, Body: elementBody(e)}, depth)...)
	}
	return out
}

// unwrap returns the message inside m if the body of m is an envelope, the messages
// if it wraps several, and m itself if it is neither.
func unwrap(m Message, depth int) []Message {
	o, ok := parseObject(m.Body)
	if !ok || depth == 0 || o.isEvent() {
		return []Message{m}
	}
	if inner, ok := failedPayload(o); ok {
		if batch := messages(inner, depth-1); len(batch) > 0 {
			fillIn(batch, failedRequest(o))
			fillIn(batch, m)
			return batch
		}
	}
	inner, ok := open(o, m)
	if !ok {
		return []Message{inner}
	}
	return unwrap(inner, depth-1)
}

// fillIn gives the messages out of an envelope what only the envelope knows.
func fillIn(batch []Message, outer Message) {
	for i := range batch {
		m := &batch[i]
		m.ID = cmp.Or(m.ID, outer.ID)
		m.RequestID = cmp.Or(m.RequestID, outer.RequestID)
		m.MD5Mismatch = m.MD5Mismatch || outer.MD5Mismatch
	}
}
