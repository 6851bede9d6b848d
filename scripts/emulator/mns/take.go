package mns

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// ErrClosed means that the server was closed.
var ErrClosed = errors.New("mns: the server is closed")

// Take takes messages out of a queue: those that can be received, in their order, until
// more, which is asked about each one, says no. Without any it waits for one, and for
// the queue if there is none. It returns nothing when ctx ends or the server is closed.
//
// What was taken is hidden from others for 12 hours, the longest that the service hides
// a message, until it is given to [Server.Delete] or [Server.PutBack].
func (s *Server) Take(ctx context.Context, name string, more func(Message) bool) (taken []Message) {
	s.watch(ctx, name, func(now time.Time, q *queue) (again time.Time) {
		if ctx.Err() != nil {
			return again // nobody wants any more
		}
		again = now.Add(time.Hour)
		if q == nil {
			return again
		}
		for _, m := range q.receivable(now) {
			if !more(m.show()) {
				break
			}
			q.hand(now, m)
			m.hide(now, maxVisibility)
			taken = append(taken, m.show())
		}
		if len(taken) > 0 {
			return time.Time{}
		}
		return q.next(now, again)
	})
	return taken
}

// Delete deletes messages that were taken.
func (s *Server) Delete(name string, messages ...Message) {
	s.settle(name, messages, func(*queue, []*message) {})
}

// PutBack lets messages that were taken be received again, after all others.
func (s *Server) PutBack(name string, messages ...Message) {
	s.settle(name, messages, func(q *queue, held []*message) {
		now := time.Now()
		for _, m := range held {
			m.visible = now
		}
		q.messages = append(q.messages, held...)
	})
}

// settle takes messages that are held out of a queue and hands them to do.
func (s *Server) settle(name string, messages []Message, do func(*queue, []*message)) {
	ids := make(map[string]bool, len(messages))
	for _, m := range messages {
		ids[m.ID] = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q, ok := s.queues[name]
	if !ok {
		return // it was deleted, with all that was in it
	}
	var held []*message
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool {
		if ids[m.id] {
			held = append(held, m)
		}
		return ids[m.id]
	})
	do(q, held)
	q.wake()
}

// DrainQueue waits until nothing is in a queue, not even what is hidden, or there is no
// such queue. The error is the cause of ctx's end, or [ErrClosed].
func (s *Server) DrainQueue(ctx context.Context, name string) error {
	if s.watch(ctx, name, func(now time.Time, q *queue) (again time.Time) {
		if q != nil {
			q.expire(now)
		}
		if q != nil && len(q.messages) > 0 {
			again = now.Add(time.Hour)
		}
		return again
	}) {
		return nil
	}
	return cmp.Or(context.Cause(ctx), ErrClosed)
}

// watch calls look, with the lock, until it returns no time at which to look again: at
// that time, and whenever something about the queue has changed. There may be no such
// queue, then q is nil. It returns false if ctx ended or the server was closed first.
func (s *Server) watch(ctx context.Context, name string, look func(now time.Time, q *queue) (again time.Time)) bool {
	for {
		s.mu.Lock()
		q, changed := s.queues[name], s.created
		if q != nil {
			changed = q.changed
		}
		now := time.Now()
		again := look(now, q)
		s.mu.Unlock()
		if again.IsZero() {
			return true
		}
		if !s.sleep(ctx, again.Sub(now), changed) {
			return false
		}
	}
}

// sleep waits until something changes, for d at most. It returns false if nobody waits
// for it any more.
func (s *Server) sleep(ctx context.Context, d time.Duration, changed <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-ctx.Done():
		return false
	case <-s.done:
		return false
	}
	return true
}
