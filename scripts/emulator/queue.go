package emulator

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// QueueTrigger is how an MNS queue is tied to the function. The zero value works.
type QueueTrigger struct {
	Name string // the queue's; default vod-events
	Form Form
	Body Body
	// BatchSize is the most messages in a batch (CountBasedWindow), 1 to 10000;
	// default 1. A batch never waits for more messages.
	BatchSize int
	// Pushers is how many batches may be on their way at once; default 1.
	Pushers int
	// Retries is how often a failed batch is pushed again; 0 means 3
	// (BACKOFF_RETRY), a negative number never.
	Retries int
	// RetryDelay is the pause before each retry, default 1 s. The platform's is
	// random, 10 to 20 s.
	RetryDelay time.Duration
	// Recut brings the messages of a failed batch back in other company: they go
	// to the end of the queue, into batches that are half as large after each
	// retry, and Retries is for each message.
	Recut bool
	// Duplicate, if positive, delivers each so many-th message that was taken
	// once more: 1 means all of them. Delivery is at least once.
	Duplicate int
	// DeadLetter receives each message of a batch that is given up, as the event
	// that the function saw. Nil drops it. It may be called from several
	// goroutines at once.
	DeadLetter func(event []byte)
}

// Form is the form in which EventBridge pushes messages.
type Form int

// The forms of a push.
const (
	CloudEvents Form = iota // an array of CloudEvents, even for one (event streaming)
	Single                  // one CloudEvent, never in batches (event driven)
	Strings                 // an array of texts, each a CloudEvent
	RawData                 // an array of the data of CloudEvents
)

// Body is how a message's body stands in its event.
type Body int

// The ways a body is written.
const (
	Text   Body = iota // as it was sent
	Base64             // encoded, as some senders do
	Parsed             // as the JSON value that it is, if it is one
)

// Queue is an MNS queue with an EventBridge trigger on the function.
//
// EventBridge takes messages from the queue and invokes the function
// synchronously with a batch of them. A batch on which the function fails
// comes again whole, since there is no partial answer, and after the last
// retry all of it is given up (errorsTolerance ALL). See [QueueTrigger] for what
// is less friendly than that.
type Queue struct {
	trigger   QueueTrigger
	pool      *Pool
	unsent    backlog // messages accepted and not ended
	duplicate every   // of the messages taken for the first time

	mu      sync.Mutex
	pending []message
	pushing int // pushers at work
}

// message is one on its way, as the event that the function sees.
type message struct {
	event     json.RawMessage
	retry     int  // how many pushes before failed, if batches are cut anew
	duplicate bool // it was taken before
}

// Queue puts an MNS queue in front of the function.
func (p *Pool) Queue(t QueueTrigger) *Queue {
	t.Name = cmp.Or(t.Name, defaultName)
	t.BatchSize = max(1, min(t.BatchSize, 10000))
	if t.Form == Single {
		t.BatchSize = 1
	}
	t.Pushers = max(1, t.Pushers)
	t.Retries = retries(t.Retries)
	t.RetryDelay = cmp.Or(t.RetryDelay, time.Second)
	return &Queue{trigger: t, pool: p, duplicate: every{n: max(0, t.Duplicate)}}
}

// Send puts messages into the queue. Those of one call come in one batch, as
// far as it holds them. The errors are [ErrTooLarge] (a message over 64 KiB;
// none is sent then) and [ErrClosed].
func (q *Queue) Send(ctx context.Context, bodies ...string) error {
	var messages []message
	for _, body := range bodies {
		if len(body) > maxMessage {
			return ErrTooLarge
		}
		messages = append(messages, message{event: q.event(body)})
	}
	if !q.pool.begin() {
		return ErrClosed
	}
	q.unsent.add(len(messages))
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending = append(q.pending, messages...)
	batches := (len(q.pending) + q.trigger.BatchSize - 1) / q.trigger.BatchSize
	more := max(0, min(q.trigger.Pushers-q.pushing, batches))
	q.pushing += more
	q.pool.work.add(more - 1) // a place for each pusher; the one from begin is used up
	for range more {
		go func() {
			defer q.pool.work.add(-1)
			q.push(context.WithoutCancel(ctx))
		}()
	}
	return nil
}

// Drain waits until every message sent so far was taken by the function or
// given up.
func (q *Queue) Drain(ctx context.Context) error { return q.unsent.wait(ctx) }

// push works until nothing is pending.
func (q *Queue) push(ctx context.Context) {
	retries := q.trigger.Retries
	if q.trigger.Recut {
		retries = 0 // of the batch as it is
	}
	for {
		batch := q.next()
		if batch == nil {
			return
		}
		// To the function each push is a new request, not a retry.
		payload := q.payload(batch)
		again := func(int) call { return call{id: q.pool.protocol.requestID(), payload: payload} }
		pause := func(int) time.Duration { return q.trigger.RetryDelay }
		result, _, err := q.pool.retry(ctx, retries, again, pause)
		switch {
		case errors.Is(err, ErrClosed):
		case err != nil:
			q.giveUp(batch)
		case result.ErrorType == "":
			q.deliverAgain(batch)
		case q.trigger.Recut:
			q.bringBack(batch)
		default:
			q.giveUp(batch)
		}
		q.unsent.add(-len(batch))
	}
}

// next takes the next batch, cut where the platform's limit on events cuts it.
// Nil means that nothing is pending and that the caller is a pusher no more.
func (q *Queue) next() []message {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.pending) == 0 {
		q.pushing--
		return nil
	}
	n, size := 0, 0
	for _, m := range q.pending {
		size += 2 * len(m.event) // a text in a text may double
		if n > 0 && (n >= q.trigger.BatchSize>>m.retry || int64(size) > q.pool.protocol.maxSync) {
			break
		}
		n++
	}
	batch := q.pending[:n:n]
	q.pending = q.pending[n:]
	return batch
}

// deliverAgain puts those messages of a batch that was taken back into the queue
// which are to come twice.
func (q *Queue) deliverAgain(batch []message) {
	var twice []message
	for _, m := range batch {
		if !m.duplicate && q.duplicate.pick() {
			twice = append(twice, message{event: m.event, duplicate: true})
		}
	}
	q.pool.count(func(c *Counts) { c.Duplicates += len(twice) })
	q.put(twice)
}

// bringBack puts the messages of a failed batch back into the queue after a
// pause, and gives those up that came back often enough.
func (q *Queue) bringBack(batch []message) {
	var back, dead []message
	for _, m := range batch {
		if m.retry == q.trigger.Retries {
			dead = append(dead, m)
			continue
		}
		m.retry++
		back = append(back, m)
	}
	q.giveUp(dead)
	if len(back) == 0 || q.pool.wait(q.trigger.RetryDelay) != nil {
		return
	}
	q.pool.count(func(c *Counts) { c.Retries++ })
	q.put(back)
}

// put adds messages to the queue, for the caller, who is a pusher, to find.
func (q *Queue) put(messages []message) {
	q.unsent.add(len(messages))
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending = append(q.pending, messages...)
}

func (q *Queue) giveUp(batch []message) {
	q.pool.count(func(c *Counts) { c.DeadLetters += len(batch) })
	if q.trigger.DeadLetter == nil {
		return
	}
	for _, m := range batch {
		q.trigger.DeadLetter(m.event)
	}
}

func (q *Queue) payload(batch []message) []byte {
	if q.trigger.Form == Single {
		return batch[0].event
	}
	events := make([]any, len(batch))
	for i, m := range batch {
		events[i] = m.event
		if q.trigger.Form == Strings {
			events[i] = string(m.event)
		}
	}
	return encode(events)
}
