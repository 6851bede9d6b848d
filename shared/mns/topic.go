package mns

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// Topic is a topic that messages are published to. All methods may be called
// concurrently.
//
// A topic holds nothing: it pushes each message to those who subscribe to it at that
// moment. The methods need these RAM actions, MaxMessage on
// acs:mns:<region>:<account>:/topics/<name>, Publish on …/topics/<name>/messages:
//
//	Publish       mns:PublishMessage
//	MaxMessage    mns:GetTopicAttributes
type Topic struct{ c *client }

// OpenTopic returns the topic with the given URL, see [ParseURL]. It does not dial.
func OpenTopic(u *url.URL) (*Topic, error) {
	a, err := ParseURL(u)
	if err != nil {
		return nil, err
	}
	if a.Channel != ChannelTopic {
		return nil, fmt.Errorf("mns: URL: it is that of a %s, and a topic is wanted: /topics/<name>", a.Channel)
	}
	return &Topic{c: newClient(a)}, nil
}

// Address returns where the topic is.
func (t *Topic) Address() Address { return t.c.Address }

// Close closes the connections that nobody uses.
func (t *Topic) Close() error {
	t.c.close()
	return nil
}

// Publish publishes a message, as [EncodeBody] has it, and returns its MessageId,
// which subscribers see. The errors are [ErrTooLarge], [ErrEmpty], [ErrAltered],
// [*Error], and those of the network; after the latter it may have been published.
func (t *Topic) Publish(ctx context.Context, body []byte) (id string, err error) {
	id, err = t.c.send(ctx, body)
	return id, t.c.wrap("publish to", err)
}

// MaxMessage returns up to how many bytes a message may have, 1,024 to 65,536. It is the
// request with which to find out whether the topic is there.
func (t *Topic) MaxMessage(ctx context.Context) (int64, error) {
	var d topicDocument
	err := t.c.call(ctx, request{method: http.MethodGet}, &d)
	return d.MaximumMessageSize, t.c.wrap("read the attributes of", err)
}
