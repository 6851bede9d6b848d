package mns

import (
	"context"
	"fmt"
	"time"
)

// Error is the error for what the service would not do.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return "mns: " + e.Code + ": " + e.Message }

func refuse(p problem, format string, args ...any) error {
	return &Error{Code: p.code, Message: fmt.Sprintf(format, args...)}
}

// Send sends messages to a queue, all at once: whoever receives sees none of them or
// all. The error is a [*Error]; then none is sent.
func (s *Server) Send(name string, bodies ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, ok := s.queues[name]
	if !ok {
		return refuse(queueNotExist, "there is no queue %s", name)
	}
	for _, body := range bodies {
		if why, ok := q.check(messageRequest{MessageBody: &body}); !ok {
			return refuse(invalidArgument, "%s", why)
		}
	}
	for _, body := range bodies {
		s.enqueue(q, body, q.settings.Delay, defaultPriority)
	}
	q.wake()
	return nil
}

// enqueue puts a message into a queue. The caller holds the lock, and wakes those who
// wait for it.
func (s *Server) enqueue(q *queue, body string, delay time.Duration, priority int) *message {
	m := q.add(time.Now(), body, delay, priority)
	s.sent("queues/"+q.name, m.show())
	return m
}

func (s *Server) sent(path string, m Message) {
	if s.Sent != nil {
		s.Sent(path, m)
	}
}

// Publish publishes a message to a topic and returns its id; of m, Body, Tag and
// Attributes count. The error is a [*Error].
func (s *Server) Publish(ctx context.Context, topic string, m Message) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.topics[topic]
	switch {
	case !ok:
		return "", refuse(topicNotExist, "there is no topic %s", topic)
	case m.Body == "" || len(m.Body) > t.maxMessage:
		return "", refuse(invalidArgument, "a message has 1 to %d bytes", t.maxMessage)
	}
	return s.publish(ctx, t, m).ID, nil
}
