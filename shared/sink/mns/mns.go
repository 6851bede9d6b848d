// Package mns sends events to a queue or a topic of Alibaba Cloud's Simple Message
// Queue, formerly Message Service (MNS).
//
// # URL
//
//	mns://1234.mns.cn-shanghai.aliyuncs.com/queues/crm#name=crm
//	mns://1234.mns.cn-shanghai-internal.aliyuncs.com/topics/vod?http=true#name=fan-out
//	mns://id:secret@1234.mns.cn-shanghai.aliyuncs.com/queues/crm#name=crm
//
// 1234 stands for the id of the account; see [mns.ParseURL] for the rest. Requests are
// signed with the credentials of the invocation, the role of the function; else with
// those of the environment, else with the AccessKey pair in the URL. There are no
// settings besides those of [sink.Route].
//
// # Rights
//
// The role needs these RAM actions on acs:mns:<region>:<account>:/queues/<name>/messages
// or …:/topics/<name>/messages:
//
//	queue    mns:SendMessage and mns:BatchSendMessage
//	topic    mns:PublishMessage
//
// # Messages
//
// A message is the text of [sink.Event.JSON]. It holds no control characters other
// than the white space of JSON; one with a carriage return, which XML would change,
// is sent in Base64, see [mns.EncodeBody]. So what begins with a brace is the event, and
// anything else is Base64 of it. Messages carry no attributes, tag, delay or priority.
//
// # Promises
//
// A message is delivered when the service has answered that it has it, with the MD5 of
// what was sent. The queue then keeps it for its MessageRetentionPeriod; a topic
// pushes it to those who subscribe at that moment and keeps nothing. Neither can tell
// an event that comes again, and neither keeps an order: consumers go by the id.
//
// A queue gets up to 16 events in a request, as far as they have 64 KiB together; a
// topic takes them one by one, eight at a time.
//
// # Errors
//
// An event whose message has over 65,536 bytes as sent is rejected; give large events
// to another sink. Everything else is tried again. After a failure that all events
// share, such as a queue that is not there, a right that is missing, or no answer, the
// rest of the batch is not sent now. An answer that states another MD5 is a failure,
// too, although a message arrived.
package mns

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/sink"
)

func init() {
	sink.Register("mns", func(s sink.Spec) (sink.Sink, error) { return Open(s) })
}

// Sink is one queue or topic.
type Sink struct {
	queue   *mns.Queue // or
	topic   *mns.Topic
	timeout time.Duration
	slots   chan struct{} // one for each request to a topic that is under way
}

var _ sink.Sink = (*Sink)(nil)

// atOnce is how many messages are published to a topic at a time.
const atOnce = 8

// Open returns the sink with the given URL. It never dials.
func Open(spec sink.Spec) (*Sink, error) {
	if err := spec.Only(); err != nil {
		return nil, fmt.Errorf("mns: %w", err)
	}
	a, err := mns.ParseURL(spec.URL)
	if err != nil {
		return nil, err
	}
	s := &Sink{timeout: spec.Timeout, slots: make(chan struct{}, atOnce)}
	if a.Channel == mns.ChannelTopic {
		s.topic, err = mns.OpenTopic(spec.URL)
	} else {
		s.queue, err = mns.OpenQueue(spec.URL)
	}
	return s, err
}

// Deliver sends or publishes the events, see [sink.Sink]. The timeout is that of the
// whole batch.
func (s *Sink) Deliver(ctx context.Context, batch []sink.Event) []error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, fmt.Errorf("no answer within %s", s.timeout))
	defer cancel()
	bodies := make([][]byte, len(batch))
	for i, e := range batch {
		bodies[i] = e.JSON()
	}
	var errs []error
	if s.topic != nil {
		errs = s.publish(ctx, bodies)
	} else {
		errs = s.queue.SendBatch(ctx, bodies)
	}
	for i, err := range errs {
		switch {
		case errors.Is(err, mns.ErrNotSent):
			errs[i] = notSentError{err}
		case errors.Is(err, mns.ErrTooLarge):
			errs[i] = fmt.Errorf("%w: %w", sink.ErrRejected, err)
		}
	}
	return errs
}

// notSentError is an error with [mns.ErrNotSent]; to package sink it is [sink.ErrNotSent].
type notSentError struct{ error }

func (e notSentError) Unwrap() error { return e.error }

// Is reports whether target is what package sink calls it.
func (notSentError) Is(target error) bool { return target == sink.ErrNotSent }

// publish publishes each body in a request of its own. After a failure that is not
// about a message, those that are under way go on, and the rest is not tried.
func (s *Sink) publish(ctx context.Context, bodies [][]byte) []error {
	errs := make([]error, len(bodies))
	going, halt := context.WithCancelCause(ctx)
	defer halt(nil)
	var wg sync.WaitGroup
	for i, body := range bodies {
		select {
		case s.slots <- struct{}{}:
		case <-going.Done():
			errs[i] = notPublished(going)
			continue
		}
		wg.Go(func() {
			defer func() { <-s.slots }()
			if going.Err() != nil {
				errs[i] = notPublished(going)
				return
			}
			_, errs[i] = s.topic.Publish(ctx, body)
			if errs[i] != nil && !mns.AboutMessage(errs[i]) {
				halt(errs[i])
			}
		})
	}
	wg.Wait()
	return errs
}

// notPublished makes the error of a message that was not tried because ctx had ended.
func notPublished(ctx context.Context) error {
	return fmt.Errorf("%w; this one was %w", context.Cause(ctx), sink.ErrNotSent)
}

// Close closes the connections that nobody uses.
func (s *Sink) Close() error {
	if s.topic != nil {
		return s.topic.Close()
	}
	return s.queue.Close()
}
