package mns

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// MaxBatch is how many messages a request carries, either way.
	MaxBatch = 16
	// MaxWait is how long the service waits for a message.
	MaxWait = 30 * time.Second
	// MaxVisibility is the longest that a message can be hidden.
	MaxVisibility = 12 * time.Hour
)

// Queue is a queue. All methods may be called concurrently.
//
// Messages come at least once and in no order. One that is received is hidden from
// others for the queue's VisibilityTimeout, 30 s unless it was created otherwise; it
// comes again unless it is deleted by then. The queue keeps it for its
// MessageRetentionPeriod, then it is gone.
//
// The methods need these RAM actions, Attributes on
// acs:mns:<region>:<account>:/queues/<name>, all others on …/queues/<name>/messages:
//
//	Send                mns:SendMessage
//	SendBatch           mns:SendMessage, mns:BatchSendMessage
//	Receive             mns:ReceiveMessage, mns:BatchReceiveMessage
//	Peek                mns:PeekMessage, mns:BatchPeekMessage
//	Delete              mns:DeleteMessage, mns:BatchDeleteMessage
//	ChangeVisibility    mns:ChangeMessageVisibility
//	Attributes          mns:GetQueueAttributes
type Queue struct{ c *client }

// OpenQueue returns the queue with the given URL, see [ParseURL]. It does not dial.
func OpenQueue(u *url.URL) (*Queue, error) {
	a, err := ParseURL(u)
	if err != nil {
		return nil, err
	}
	if a.Channel != ChannelQueue {
		return nil, fmt.Errorf("mns: URL: it is that of a %s, and a queue is wanted: /queues/<name>", a.Channel)
	}
	return &Queue{c: newClient(a)}, nil
}

// Address returns where the queue is.
func (q *Queue) Address() Address { return q.c.Address }

// Close closes the connections that nobody uses.
func (q *Queue) Close() error {
	q.c.close()
	return nil
}

// Received is a message that the queue handed out.
type Received struct {
	// ID is the same each time that the message comes.
	ID string
	// Body is what was sent, after [RestoreBody].
	Body []byte
	// Handle is what to delete it by, as long as it is hidden; empty if it was peeked at.
	Handle string
	// Enqueued is when the queue got it, in UTC.
	Enqueued time.Time
	// HiddenUntil is when it comes again unless it is deleted, in UTC; zero if it was
	// peeked at.
	HiddenUntil time.Time
	// Dequeues is how often it was received, this time included.
	Dequeues int
	// MD5Mismatch says that the queue states an MD5 that is not that of the message: it
	// did not come through unchanged.
	MD5Mismatch bool
}

// Receive returns up to n messages, 1 to [MaxBatch], and hides them from others. If
// there are none it waits for the first, up to [MaxWait] in whole seconds, but not so
// long that ctx ends before the answer is there. None is no error.
func (q *Queue) Receive(ctx context.Context, n int, wait time.Duration) ([]Received, error) {
	if deadline, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(deadline)-time.Second)
	}
	seconds := int(max(0, min(wait, MaxWait)) / time.Second)
	return q.receive(ctx, "receive from", n, "&waitseconds="+strconv.Itoa(seconds))
}

// Peek returns up to n messages, 1 to [MaxBatch], that could be received, and
// changes nothing about them.
func (q *Queue) Peek(ctx context.Context, n int) ([]Received, error) {
	return q.receive(ctx, "peek at", n, "&peekonly=true")
}

func (q *Queue) receive(ctx context.Context, operation string, n int, how string) ([]Received, error) {
	n = max(1, min(n, MaxBatch))
	var answer receivedDocuments
	err := q.c.call(ctx, request{method: http.MethodGet, resource: "/messages?numOfMessages=" + strconv.Itoa(n) + how}, &answer)
	if isCode(err, MessageNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, q.c.wrap(operation, err)
	}
	all := make([]Received, len(answer.Messages))
	for i, m := range answer.Messages {
		all[i] = Received{
			ID: m.MessageID, Body: RestoreBody(m.MessageBody), Handle: m.ReceiptHandle, Dequeues: m.DequeueCount,
			Enqueued: millis(m.EnqueueTime), HiddenUntil: millis(m.NextVisibleTime),
			MD5Mismatch: !strings.EqualFold(m.MessageBodyMD5, md5Of(m.MessageBody)),
		}
		if m.ReceiptHandle == "" {
			all[i].HiddenUntil = time.Time{}
		}
	}
	return all, nil
}

// Delete deletes messages by the handles that they were received with, any number of
// them. The error says how many were not deleted, and wraps the [*Error] of the first
// of these; with [MessageNotExist] its time ran out, so that it comes again, or it
// was deleted before.
func (q *Queue) Delete(ctx context.Context, handles ...string) error {
	failed := 0
	var first error
	for batch := range slices.Chunk(handles, MaxBatch) {
		if ctx.Err() != nil {
			failed += len(batch)
			first = cmp.Or(first, context.Cause(ctx))
			continue
		}
		n, err := q.delete(ctx, batch)
		failed += n
		first = cmp.Or(first, err)
	}
	if first != nil && len(handles) > 1 {
		first = fmt.Errorf("%d of %d messages: %w", failed, len(handles), first)
	}
	return q.c.wrap("delete from", first)
}

// delete deletes up to 16 messages and returns how many it did not.
func (q *Queue) delete(ctx context.Context, handles []string) (failed int, err error) {
	r := request{method: http.MethodDelete, resource: "/messages"}
	if len(handles) == 1 {
		r.resource += "?ReceiptHandle=" + url.QueryEscape(handles[0])
	} else {
		r.body, r.partial = handlesDocument(handles), "Errors"
	}
	var answer deleteErrors
	if err := q.c.call(ctx, r, &answer); err != nil {
		return len(handles), err
	}
	if len(answer.Errors) == 0 {
		return 0, nil
	}
	return len(answer.Errors), &Error{Code: Code(word(answer.Errors[0].ErrorCode)), Status: http.StatusNotFound}
}

// ChangeVisibility hides a received message for so long from now, 1 s to
// [MaxVisibility] in whole seconds, and returns the handle that replaces the one
// given. What is to come again at once gets 1 s.
func (q *Queue) ChangeVisibility(ctx context.Context, handle string, d time.Duration) (newHandle string, err error) {
	seconds := int(max(time.Second, min(d, MaxVisibility)) / time.Second)
	var answer visibilityDocument
	err = q.c.call(ctx, request{
		method:   http.MethodPut,
		resource: "/messages?ReceiptHandle=" + url.QueryEscape(handle) + "&VisibilityTimeout=" + strconv.Itoa(seconds),
	}, &answer)
	if err == nil && answer.ReceiptHandle == "" {
		err = errors.New("the answer has no receipt handle")
	}
	return answer.ReceiptHandle, q.c.wrap("change the visibility of a message in", err)
}

// Attributes is how a queue is set, and how full it is.
type Attributes struct {
	Active   int64 // messages that can be received; the numbers are approximate
	Inactive int64 // messages that were received and are hidden
	Delayed  int64 // messages whose delay has not passed

	MaxMessage        int64         // bytes, 1,024 to 65,536
	Retention         time.Duration // how long a message is kept
	VisibilityTimeout time.Duration // how long a received message is hidden
}

// Attributes returns how the queue is set. It is the request with which to find out
// whether the queue is there and may be used.
func (q *Queue) Attributes(ctx context.Context) (Attributes, error) {
	var d queueDocument
	if err := q.c.call(ctx, request{method: http.MethodGet}, &d); err != nil {
		return Attributes{}, q.c.wrap("read the attributes of", err)
	}
	return Attributes{
		Active: d.ActiveMessages, Inactive: d.InactiveMessages, Delayed: d.DelayMessages, MaxMessage: d.MaximumMessageSize,
		Retention:         time.Duration(d.MessageRetentionPeriod) * time.Second,
		VisibilityTimeout: time.Duration(d.VisibilityTimeout) * time.Second,
	}, nil
}

func millis(ms int64) time.Time {
	if ms <= 0 || ms > maxMillis {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
