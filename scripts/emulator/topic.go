package emulator

import (
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // MNS states the digest of a message as MD5.
	"encoding/hex"
	"maps"
	"strings"
	"time"
)

// maxMessage is how many bytes a message may have (MNS, "Limits").
const maxMessage = 64 << 10

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
	Name   string // the topic's; default vod-events
	Format Format
}

// Topic is an MNS topic with a trigger on the function.
type Topic struct {
	trigger TopicTrigger
	pool    *Pool
}

// Topic puts an MNS topic in front of the function. The trigger invokes it
// asynchronously, so that [Function].Async decides about retries, not MNS.
func (p *Pool) Topic(t TopicTrigger) *Topic {
	t.Name = cmp.Or(t.Name, defaultName)
	return &Topic{trigger: t, pool: p}
}

// Publish accepts a message with its user attributes, which may be nil, and
// returns its id. That Function Compute takes it is all that MNS waits for;
// [Pool.Drain] waits for the rest. The errors are [ErrTooLarge] (over 64 KiB)
// and [ErrClosed].
func (t *Topic) Publish(ctx context.Context, body string, attrs map[string]string) (messageID string, err error) {
	if len(body) > maxMessage {
		return "", ErrTooLarge
	}
	id := newMessageID()
	_, err = t.pool.InvokeAsync(ctx, t.payload(id, body, attrs))
	return id, err
}

func (t *Topic) payload(id, body string, attrs map[string]string) []byte {
	if t.trigger.Format == Stream {
		if len(attrs) == 0 {
			return []byte(body)
		}
		return encode(map[string]any{"body": body, "attrs": attrs})
	}
	digest := md5.Sum([]byte(body)) //nolint:gosec // MNS states the digest of a message as MD5.
	message := map[string]any{}
	for key, value := range attrs {
		message[key] = value
	}
	maps.Copy(message, map[string]any{
		"TopicOwner":       AccountID,
		"TopicName":        t.trigger.Name,
		"Subscriber":       AccountID,
		"SubscriptionName": t.pool.function.Name,
		"MessageId":        id,
		"Message":          body,
		"MessageMD5":       strings.ToUpper(hex.EncodeToString(digest[:])),
		"PublishTime":      time.Now().UnixMilli(),
	})
	return encode(message)
}

// newMessageID makes a message id in the shape of those of MNS.
func newMessageID() string { return strings.ToUpper(randomHex(16)) }
