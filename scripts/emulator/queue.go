package emulator

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

// QueueTrigger is how an MNS queue is tied to the function. The zero value works.
type QueueTrigger struct {
	// Server has the queue; nil means one that has nothing else, and ends with the pool.
	Server *mns.Server
	Name   string // the queue's; default vod-events
	Form   Form
	Body   Body
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
// synchronously with a batch of them. When the function has succeeded they are deleted.
// A batch on which it fails comes again whole, since there is no partial answer, and
// after the last retry all of it is given up (errorsTolerance ALL). Meanwhile nobody
// else can receive the messages. See [QueueTrigger] for what is less friendly than that.
type Queue struct {
	trigger   QueueTrigger
	pool      *Pool
	duplicate every // of the messages taken for the first time

	mu   sync.Mutex
	past map[string]past // of the messages that are in the queue again, by id
}

// past is what was with a message before.
type past struct {
	failures int  // pushes that failed, if batches are cut anew
	taken    bool // the function took it, and it comes once more
}

// message is one that was taken from the queue, and the event that the function sees.
type message struct {
	mns.Message

	event json.RawMessage
}

// Queue puts an MNS queue in front of the function, until the pool is shut down. What
// is in the queue then stays there.
func (p *Pool) Queue(ctx context.Context, t QueueTrigger) *Queue {
	t.Name = cmp.Or(t.Name, defaultName)
	t.BatchSize = max(1, min(t.BatchSize, 10000))
	if t.Form == Single {
		t.BatchSize = 1
	}
	t.Pushers = max(1, t.Pushers)
	t.Retries = retries(t.Retries)
	t.RetryDelay = cmp.Or(t.RetryDelay, time.Second)
	if t.Server == nil {
		t.Server = p.ownServer()
		t.Server.CreateQueue(t.Name, mns.QueueSettings{})
	}
	q := &Queue{trigger: t, pool: p, duplicate: every{n: max(0, t.Duplicate)}, past: map[string]past{}}
	ctx = context.WithoutCancel(ctx) // Shutdown ends it
	open, cancel := p.whileOpen(ctx)
	for range t.Pushers {
		if !p.begin() {
			break
		}
		go func() {
			defer p.work.add(-1)
			defer cancel()
			q.push(ctx, open)
		}()
	}
	return q
}

// Send puts messages into the queue. Those of one call come in one batch, as
// far as it holds them. The error is a [*mns.Error]; then none is sent.
func (q *Queue) Send(bodies ...string) error {
	return q.trigger.Server.Send(q.trigger.Name, bodies...)
}

// Drain waits until every message in the queue was taken by the function or given up,
// and fails with [ErrClosed] if the pool is shut down before.
func (q *Queue) Drain(ctx context.Context) error {
	ctx, cancel := q.pool.whileOpen(ctx)
	defer cancel()
	err := q.trigger.Server.DrainQueue(ctx, q.trigger.Name)
	if errors.Is(err, mns.ErrClosed) {
		return ErrClosed
	}
	return err
}

// push takes batches to the function until open ends.
func (q *Queue) push(ctx, open context.Context) {
	retries := q.trigger.Retries
	if q.trigger.Recut {
		retries = 0 // of the batch as it is
	}
	for {
		batch := q.next(open)
		if len(batch) == 0 {
			return
		}
		// To the function each push is a new request, not a retry.
		payload := q.payload(batch)
		again := func(int) call { return call{id: q.pool.protocol.requestID(), payload: payload} }
		pause := func(int) time.Duration { return q.trigger.RetryDelay }
		result, _, err := q.pool.retry(ctx, retries, again, pause)
		switch {
		case errors.Is(err, ErrClosed):
			q.putBack(batch)
		case err != nil:
			q.giveUp(batch)
		case result.ErrorType == "":
			q.done(batch)
		case q.trigger.Recut:
			q.bringBack(batch)
		default:
			q.giveUp(batch)
		}
	}
}

// next takes the next batch, cut where the platform's limit on events cuts it. None
// means that there is nothing to wait for any more.
func (q *Queue) next(open context.Context) (batch []message) {
	size := 0
	q.trigger.Server.Take(open, q.trigger.Name, func(m mns.Message) bool {
		event := q.event(m)
		size += 2 * len(event) // a text in a text may double
		if n := len(batch); n > 0 && (n >= q.trigger.BatchSize>>q.pastOf(m).failures || int64(size) > q.pool.protocol.maxSync) {
			return false
		}
		batch = append(batch, message{m, event})
		return true
	})
	return batch
}

func (q *Queue) pastOf(m mns.Message) past {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.past[m.ID]
}

func (q *Queue) setPast(m mns.Message, p past) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.past[m.ID] = p
}

// done ends the messages of a batch that the function took, but for those that are to
// come twice.
func (q *Queue) done(batch []message) {
	var once, twice []message
	for _, m := range batch {
		p := q.pastOf(m.Message)
		if p.taken || !q.duplicate.pick() {
			once = append(once, m)
			continue
		}
		p.taken = true
		q.setPast(m.Message, p)
		twice = append(twice, m)
	}
	q.pool.count(func(c *Counts) { c.Duplicates += len(twice) })
	q.putBack(twice)
	q.remove(once)
}

// bringBack puts the messages of a failed batch back into the queue after a
// pause, and gives those up that came back often enough.
func (q *Queue) bringBack(batch []message) {
	var back, dead []message
	for _, m := range batch {
		p := q.pastOf(m.Message)
		if p.failures == q.trigger.Retries {
			dead = append(dead, m)
			continue
		}
		p.failures++
		q.setPast(m.Message, p)
		back = append(back, m)
	}
	q.giveUp(dead)
	if len(back) > 0 && q.pool.wait(q.trigger.RetryDelay) == nil {
		q.pool.count(func(c *Counts) { c.Retries++ })
	}
	q.putBack(back)
}

// giveUp hands messages to the dead letters, and ends them.
func (q *Queue) giveUp(batch []message) {
	q.pool.count(func(c *Counts) { c.DeadLetters += len(batch) })
	if q.trigger.DeadLetter != nil {
		for _, m := range batch {
			q.trigger.DeadLetter(m.event)
		}
	}
	q.remove(batch)
}

// putBack lets the messages be received again, after all others.
func (q *Queue) putBack(batch []message) {
	q.trigger.Server.PutBack(q.trigger.Name, plain(batch)...)
}

// remove deletes the messages.
func (q *Queue) remove(batch []message) {
	q.mu.Lock()
	for _, m := range batch {
		delete(q.past, m.ID)
	}
	q.mu.Unlock()
	q.trigger.Server.Delete(q.trigger.Name, plain(batch)...)
}

func plain(batch []message) []mns.Message {
	all := make([]mns.Message, len(batch))
	for i, m := range batch {
		all[i] = m.Message
	}
	return all
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
