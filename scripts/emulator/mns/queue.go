package mns

import (
	"cmp"
	"crypto/md5" //nolint:gosec // The service states the digest of a message as MD5.
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxMessage      = 64 << 10 // bytes of a message, and of a batch of them
	maxBatch        = 16       // messages in a request
	maxWait         = 30 * time.Second
	maxVisibility   = 12 * time.Hour
	defaultPriority = 8 // 1 is the highest, 16 the lowest
)

// queue is a queue. The server's lock guards it.
type queue struct {
	name              string
	settings          QueueSettings
	created, modified time.Time
	messages          []*message // in the order in which they were sent
	// changed is closed, and replaced, when there may be more to receive.
	changed chan struct{}
}

// message is one in a queue.
type message struct {
	id, body   string
	priority   int
	enqueued   time.Time
	visible    time.Time // from when on it can be received
	delayed    bool      // until then it is delayed, not hidden
	first      time.Time // when it was first received
	deliveries int
	handle     string // of the last delivery; it holds until visible
}

func newQueue(name string, settings QueueSettings) *queue {
	now := time.Now()
	return &queue{name: name, settings: settings, created: now, modified: now, changed: make(chan struct{})}
}

// wake wakes those who wait for messages.
func (q *queue) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// add puts a message into the queue; those who wait for it have to be woken.
func (q *queue) add(now time.Time, body string, delay time.Duration, priority int) *message {
	m := &message{
		id: newID(), body: body, priority: priority, enqueued: now, visible: now.Add(delay), delayed: delay > 0,
	}
	q.messages = append(q.messages, m)
	return m
}

// show returns a message as others see it.
func (m *message) show() Message {
	return Message{ID: m.id, Body: m.body, Published: m.enqueued, Deliveries: m.deliveries}
}

// expire drops the messages that are older than the queue keeps them.
func (q *queue) expire(now time.Time) {
	q.messages = slices.DeleteFunc(q.messages, func(m *message) bool {
		return now.Sub(m.enqueued) >= q.settings.Retention
	})
}

// receivable returns the messages that can be received, those of the highest
// priority first.
func (q *queue) receivable(now time.Time) []*message {
	q.expire(now)
	var all []*message
	for _, m := range q.messages {
		if !m.visible.After(now) {
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b *message) int { return cmp.Compare(a.priority, b.priority) })
	return all
}

// next returns when the next message can be received that cannot be now, but at most
// the latest time.
func (q *queue) next(now, latest time.Time) time.Time {
	next := latest
	for _, m := range q.messages {
		if m.visible.After(now) && m.visible.Before(next) {
			next = m.visible
		}
	}
	return next
}

// hand hands a message out: it is hidden for a while, under a new handle.
func (q *queue) hand(now time.Time, m *message) {
	m.deliveries++
	m.delayed = false
	if m.first.IsZero() {
		m.first = now
	}
	m.hide(now, q.settings.VisibilityTimeout)
}

func (m *message) hide(now time.Time, d time.Duration) {
	m.visible = now.Add(d)
	m.handle = newHandle(m.priority)
}

// held returns the message that a handle holds.
func (q *queue) held(now time.Time, handle string) (*message, problem, bool) {
	if handle == "" {
		return nil, missingReceiptHandle, false
	}
	if !isHandle(handle) {
		return nil, receiptHandleError, false
	}
	q.expire(now)
	for _, m := range q.messages {
		if m.handle == handle && m.visible.After(now) {
			return m, problem{}, true
		}
	}
	return nil, messageNotExist, false
}

// remove deletes the message that a handle holds.
func (q *queue) remove(now time.Time, handle string) (problem, bool) {
	m, p, ok := q.held(now, handle)
	if ok {
		q.messages = slices.DeleteFunc(q.messages, func(other *message) bool { return other == m })
		q.wake() // somebody may wait for its end
	}
	return p, ok
}

func (q *queue) counts(now time.Time) (active, inactive, delayed int) {
	q.expire(now)
	for _, m := range q.messages {
		switch {
		case !m.visible.After(now):
			active++
		case m.delayed:
			delayed++
		default:
			inactive++
		}
	}
	return active, inactive, delayed
}

// newHandle makes a receipt handle in the shape of those of the service. It has the
// characters that a query must escape.
func newHandle(priority int) string {
	b := make([]byte, 19) // so that it is padded
	_, _ = rand.Read(b)   // it never fails
	return strconv.Itoa(priority) + "-" + base64.StdEncoding.EncodeToString(b)
}

func isHandle(text string) bool {
	priority, rest, _ := strings.Cut(text, "-")
	b, err := base64.StdEncoding.DecodeString(rest)
	_, notNumber := strconv.Atoi(priority)
	return err == nil && notNumber == nil && len(b) > 0
}

func digest(body string) string {
	sum := md5.Sum([]byte(body)) //nolint:gosec // see the import
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
