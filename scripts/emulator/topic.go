package emulator

import (
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // MNS states the digest of a message as MD5.
	"encoding/hex"
	"maps"
	"strings"

	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

// defaultName is the name of topics and queues that were given none.
const defaultName = "vod-events"

// Format is how a topic trigger hands a message over (notifyContentFormat).
type Format int

// The formats of a topic trigger.
const (
	Stream Format = iota // the body itself, or {"body", "attrs"} if there are attributes
	JSON                 // an object with the body as "Message", and the attributes beside it
)

// TopicTrigger is how an MNS topic is tied to the function. The zero value works.
type TopicTrigger struct {
	// Server has the topic; nil means one that has nothing else, and ends with the pool.
	Server *mns.Server
	Name   string // the topic's, which is made if it is not there; default vod-events
	Format Format
}

// Topic is an MNS topic with a trigger on the function.
type Topic struct {
	trigger TopicTrigger
	pool    *Pool
}

// Topic puts an MNS topic in front of the function. The trigger invokes it
// asynchronously, so that [Function].Async decides about retries, not MNS: that Function
// Compute took the event is all that the topic waits for.
func (p *Pool) Topic(t TopicTrigger) *Topic {
	t.Name = cmp.Or(t.Name, defaultName)
	if t.Server == nil {
		t.Server = p.ownServer()
	}
	p.subscribed(t.Server)
	topic := &Topic{trigger: t, pool: p}
	t.Server.Subscribe(t.Name, func(ctx context.Context, m mns.Message) error {
		_, err := p.InvokeAsync(ctx, topic.payload(m))
		return err
	})
	return topic
}

// Publish publishes a message with its user attributes, which may be nil, and
// returns its id. [Pool.Drain] waits for what becomes of it. The error is a
// [*mns.Error].
func (t *Topic) Publish(ctx context.Context, body string, attrs map[string]string) (messageID string, err error) {
	return t.trigger.Server.Publish(ctx, t.trigger.Name, mns.Message{Body: body, Attributes: attrs})
}

func (t *Topic) payload(m mns.Message) []byte {
	if t.trigger.Format == Stream {
		if len(m.Attributes) == 0 {
			return []byte(m.Body)
		}
		return encode(map[string]any{"body": m.Body, "attrs": m.Attributes})
	}
	digest := md5.Sum([]byte(m.Body)) //nolint:gosec // MNS states the digest of a message as MD5.
	message := map[string]any{}
	for key, value := range m.Attributes {
		message[key] = value
	}
	maps.Copy(message, map[string]any{
		"TopicOwner":       AccountID,
		"TopicName":        t.trigger.Name,
		"Subscriber":       AccountID,
		"SubscriptionName": t.pool.function.Name,
		"MessageId":        m.ID,
		"Message":          m.Body,
		"MessageMD5":       strings.ToUpper(hex.EncodeToString(digest[:])),
		"PublishTime":      m.Published.UnixMilli(),
	})
	return encode(message)
}
