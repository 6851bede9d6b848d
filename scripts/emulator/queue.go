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
// retry all of it is given up (errorsTolerance ALL).
type Queue struct {
	trigger QueueTrigger
	pool    *Pool
	unsent  backlog // messages accepted and not ended

	mu      sync.Mutex
	pending []json.RawMessage
	pushing int // pushers at work
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
	return &Queue{trigger: t, pool: p}
}

// Send puts messages into the queue. Those of one call come in one batch, as
// far as it holds them. The errors are [ErrTooLarge] (a message over 64 KiB;
// none is sent then) and [ErrClosed].
func (q *Queue) Send(ctx context.Context, bodies ...string) error {
	var events []json.RawMessage
	for _, body := range bodies {
		if len(body) > maxMessage {
			return ErrTooLarge
		}
		events = append(events, q.event(body))
	}
	if !q.pool.begin() {
		return ErrClosed
	}
	q.unsent.add(len(events))
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending = append(q.pending, events...)
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
	for {
		batch := q.next()
		if batch == nil {
			return
		}
		// To the function each push is a new request, not a retry.
		payload := q.payload(batch)
		again := func(int) call { return call{id: q.pool.protocol.requestID(), payload: payload} }
		pause := func(int) time.Duration { return q.trigger.RetryDelay }
		result, _, err := q.pool.retry(ctx, q.trigger.Retries, again, pause)
		if !errors.Is(err, ErrClosed) && (err != nil || result.ErrorType != "") {
			q.giveUp(batch)
		}
		q.unsent.add(-len(batch))
	}
}

// next takes the next batch, cut where the platform's limit on events cuts it.
// Nil means that nothing is pending and that the caller is a pusher no more.
func (q *Queue) next() []json.RawMessage {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, size := 0, 0
	for n < min(len(q.pending), q.trigger.BatchSize) {
		size += 2 * len(q.pending[n]) // a text in a text may double
		if n > 0 && int64(size) > q.pool.protocol.maxSync {
			break
		}
		n++
	}
	if n == 0 {
		q.pushing--
		return nil
	}
	batch := q.pending[:n:n]
	q.pending = q.pending[n:]
	return batch
}

func (q *Queue) giveUp(batch []json.RawMessage) {
	q.pool.count(func(c *Counts) { c.DeadLetters += len(batch) })
	if q.trigger.DeadLetter == nil {
		return
	}
	for _, event := range batch {
		q.trigger.DeadLetter(event)
	}
}

func (q *Queue) payload(batch []json.RawMessage) []byte {
	switch q.trigger.Form {
	case Single:
		return batch[0]
	case Strings:
		texts := make([]string, len(batch))
		for i, event := range batch {
			texts[i] = string(event)
		}
		return encode(texts)
	default:
		return encode(batch)
	}
}
