package mns

import (
	"net/http"
	"strconv"
	"time"
)

// check returns why the queue does not take a message.
func (q *queue) check(m messageRequest) (string, bool) {
	switch {
	case m.MessageBody == nil || *m.MessageBody == "":
		return "MessageBody is required.", false
	case len(*m.MessageBody) > q.settings.MaxMessage:
		return "The length of MessageBody is over MaximumMessageSize.", false
	case m.DelaySeconds != nil && (*m.DelaySeconds < 0 || *m.DelaySeconds > int(7*24*time.Hour/time.Second)):
		return "DelaySeconds is out of its range.", false
	case m.Priority != nil && (*m.Priority < 1 || *m.Priority > 16):
		return "Priority is out of its range.", false
	}
	return "", true
}

// take puts a message into the queue and says so.
func (q *queue) take(c *call, m messageRequest) sentReply {
	delay, priority := q.settings.Delay, defaultPriority
	if m.DelaySeconds != nil {
		delay = time.Duration(*m.DelaySeconds) * time.Second
	}
	if m.Priority != nil {
		priority = *m.Priority
	}
	body := *m.MessageBody
	if c.fault.Garble {
		body += "?"
	}
	stored := c.s.enqueue(q, body, delay, priority)
	answer := sentReply{MessageID: stored.id, MessageBodyMD5: digest(body)}
	if delay > 0 {
		stored.handle = newHandle(priority)
		answer.ReceiptHandle = stored.handle
	}
	return answer
}

func send(c *call, q *queue) reply {
	if isBatch(c) {
		return sendBatch(c, q)
	}
	var m messageRequest
	if !read(c, "Message", &m) {
		return fail(malformedXML, "The XML you provided was not well-formed.")
	}
	if why, ok := q.check(m); !ok {
		return fail(invalidArgument, why)
	}
	defer q.wake()
	return reply{status: http.StatusCreated, document: q.take(c, m)}
}

func sendBatch(c *call, q *queue) reply {
	var batch batchRequest
	if !read(c, "Messages", &batch) {
		return fail(malformedXML, "The XML you provided was not well-formed.")
	}
	if n := len(batch.Messages); n == 0 || n > maxBatch {
		return fail(invalidArgument, "The number of messages must be 1 to 16.")
	}
	size := 0
	for _, m := range batch.Messages {
		if why, ok := q.check(m); !ok {
			return fail(invalidArgument, why)
		}
		size += len(*m.MessageBody)
	}
	if size > maxMessage {
		return fail(invalidArgument, "The messages are larger than 64 KB together.")
	}
	defer q.wake()
	status := http.StatusCreated
	var list sentReplies
	for i, m := range batch.Messages {
		if i < c.fault.Partial {
			status = http.StatusInternalServerError
			list.Messages = append(list.Messages, sentReply{ErrorCode: "InternalError", ErrorMessage: "As asked for."})
			continue
		}
		list.Messages = append(list.Messages, q.take(c, m))
	}
	return reply{status: status, document: list}
}

// receive waits for messages.
func receive(c *call) reply {
	number, n, ok := c.query.Has("numOfMessages"), 1, true
	if number {
		n, ok = c.number("numOfMessages", 1, maxBatch)
	}
	peek := c.query.Get("peekonly") == "true"
	wait, valid := 0, true
	asked := c.query.Has("waitseconds")
	if asked {
		wait, valid = c.number("waitseconds", 0, int(maxWait/time.Second))
	}
	if !ok || !valid {
		return fail(invalidArgument, "A parameter is out of its range.")
	}
	start, first := time.Now(), true
	deadline := start.Add(time.Duration(wait) * time.Second)
	answer := fail(messageNotExist, "Message not exist.")
	c.s.watch(c.r.Context(), c.names[0], func(now time.Time, q *queue) (again time.Time) {
		if q == nil {
			answer = fail(queueNotExist, "The queue name you provided is not exist.")
			return again
		}
		if first && !asked && !peek {
			deadline = start.Add(q.settings.PollingWait)
		}
		first = false
		if found := q.receivable(now); len(found) > 0 {
			answer = q.deliver(now, found[:min(n, len(found))], peek, number)
			return again
		}
		if now.Before(deadline) {
			again = q.next(now, deadline)
		}
		return again
	})
	return answer
}

// number reads a number from the query.
func (c *call) number(name string, least, most int) (int, bool) {
	n, err := strconv.Atoi(c.query.Get(name))
	return n, err == nil && n >= least && n <= most
}

// deliver hands messages out, or shows them, in the form asked for.
func (q *queue) deliver(now time.Time, found []*message, peek, list bool) reply {
	replies := make([]receivedReply, len(found))
	for i, m := range found {
		if !peek {
			q.hand(now, m)
		}
		r := receivedReply{
			MessageID: m.id, MessageBodyMD5: digest(m.body), MessageBody: m.body, EnqueueTime: m.enqueued.UnixMilli(),
			DequeueCount: m.deliveries, Priority: m.priority,
		}
		if !m.first.IsZero() {
			r.FirstDequeueTime = m.first.UnixMilli()
		}
		if !peek {
			r.ReceiptHandle, r.NextVisibleTime = m.handle, m.visible.UnixMilli()
		}
		replies[i] = r
	}
	if !list {
		return reply{status: http.StatusOK, document: replies[0]}
	}
	return reply{status: http.StatusOK, document: receivedReplies{Messages: replies}}
}

func deleteMessages(c *call, q *queue) reply {
	now := time.Now()
	if !isBatch(c) {
		if p, ok := q.remove(now, c.query.Get("ReceiptHandle")); !ok {
			return fail(p, "The message does not exist, or the receipt handle is not valid.")
		}
		return reply{status: http.StatusNoContent}
	}
	var list handlesRequest
	if !read(c, "ReceiptHandles", &list) {
		return fail(malformedXML, "The XML you provided was not well-formed.")
	}
	if n := len(list.Handles); n == 0 || n > maxBatch {
		return fail(invalidArgument, "The number of receipt handles must be 1 to 16.")
	}
	var failed deleteErrors
	for _, handle := range list.Handles {
		if p, ok := q.remove(now, handle); !ok {
			failed.Errors = append(failed.Errors, deleteError{ErrorCode: p.code, ErrorMessage: "It was not deleted.", ReceiptHandle: handle})
		}
	}
	if len(failed.Errors) > 0 {
		return reply{status: http.StatusNotFound, document: failed}
	}
	return reply{status: http.StatusNoContent}
}

func changeVisibility(c *call, q *queue) reply {
	if !c.query.Has("VisibilityTimeout") {
		return fail(missingVisibilityTimeout, "VisibilityTimeout is required.")
	}
	seconds, ok := c.number("VisibilityTimeout", 1, int(maxVisibility/time.Second))
	if !ok {
		return fail(invalidArgument, "VisibilityTimeout is out of its range.")
	}
	now := time.Now()
	m, p, ok := q.held(now, c.query.Get("ReceiptHandle"))
	if !ok {
		return fail(p, "The message does not exist, or the receipt handle is not valid.")
	}
	m.hide(now, time.Duration(seconds)*time.Second)
	q.wake() // it may be visible sooner than before
	return reply{status: http.StatusOK, document: visibilityReply{ReceiptHandle: m.handle, NextVisibleTime: m.visible.UnixMilli()}}
}
