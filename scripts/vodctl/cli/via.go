package cli

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	neturl "net/url"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// channel is a topic or queue of Simple Message Queue (MNS) that events are sent to by
// its protocol: that of vodctl dev, or any other. It may be used by several goroutines
// at once.
type channel struct {
	mns.Address

	send  func(ctx context.Context, body []byte) (id string, err error)
	close func() error
	own   alicloud.Credentials // in the URL; none means those of the environment
}

// leadsToMNS reports whether a URL is that of a topic or queue.
func leadsToMNS(url string) bool { return strings.HasPrefix(url, "mns:") }

// openChannel opens the topic or queue at a URL, see [mns.ParseURL]. It does not dial.
func openChannel(url string) (*channel, error) {
	u, err := neturl.Parse(url)
	if err != nil {
		return nil, usagef("the URL of the topic or queue cannot be read: write it such as mns://1234.mns.cn-shanghai.aliyuncs.com/queues/vod-events")
	}
	a, err := mns.ParseURL(u)
	if err != nil {
		return nil, usagef("%v", err)
	}
	c := &channel{Address: a}
	if u.User != nil {
		secret, _ := u.User.Password()
		c.own = alicloud.Credentials{AccessKeyID: u.User.Username(), AccessKeySecret: secret}
	}
	if a.Channel == mns.ChannelTopic {
		topic, err := mns.OpenTopic(u)
		if err != nil {
			return nil, err
		}
		c.send, c.close = topic.Publish, topic.Close
		return c, nil
	}
	queue, err := mns.OpenQueue(u)
	if err != nil {
		return nil, err
	}
	c.send, c.close = queue.Send, queue.Close
	return c, nil
}

// Send sends the body once; what becomes of it the platform and the function decide.
// The attempt has the status of the answer, 201 if the message was accepted, and as
// its Body the id of the message, or what the service says is wrong. Its Err says why
// there was no answer.
func (c *channel) Send(ctx context.Context, body []byte) vodtest.Attempt {
	at := vodtest.Attempt{Number: 1, Started: time.Now()}
	// Who gave the URL a key means that one, whatever is in the environment.
	id, err := c.send(alicloud.With(ctx, c.own), body)
	at.Duration = time.Since(at.Started)
	refusal, refused := errors.AsType[*mns.Error](err)
	switch {
	case refused:
		at.Status = cmp.Or(refusal.Status, http.StatusBadGateway)
		at.Body = []byte(refusal.Error())
	case err != nil:
		at.Err = err
	default:
		at.Status = http.StatusCreated
		at.Body = []byte("message " + id)
	}
	return at
}

// Close closes the connections.
func (c *channel) Close() error { return c.close() }
