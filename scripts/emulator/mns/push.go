package mns

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// AccountID is the account that owns all topics and subscriptions, whatever account
// requests name.
const AccountID = "1234567890123456"

// attempts is how often a message is pushed to a subscriber at most (BACKOFF_RETRY).
const attempts = 4

// pushTimeout is how long a subscriber's answer is waited for ("NotifyStrategy").
const pushTimeout = 5 * time.Second

// push delivers a message to one subscriber, in the background. The caller holds the
// lock.
func (s *Server) push(ctx context.Context, deliver func(context.Context) error) {
	select {
	case <-s.done:
		return // nobody would wait for it
	default:
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.pushing++
	s.pushes.Go(func() {
		select {
		case <-s.done:
			cancel()
		case <-ctx.Done():
		}
	})
	s.pushes.Go(func() {
		defer s.pushed()
		defer cancel()
		for range attempts - 1 {
			if deliver(ctx) == nil || !s.pause() {
				return
			}
		}
		_ = deliver(ctx) // it is given up
	})
}

// pause waits before a retry; false means that the server is closed.
func (s *Server) pause() bool {
	timer := time.NewTimer(cmp.Or(s.RetryDelay, 10*time.Second))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.done:
		return false
	}
}

func (s *Server) pushed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushing--
	if s.pushing == 0 && s.idle != nil {
		close(s.idle)
		s.idle = nil
	}
}

// Drain waits until every message published so far was taken by its subscribers or
// given up.
func (s *Server) Drain(ctx context.Context) error {
	s.mu.Lock()
	if s.pushing == 0 {
		s.mu.Unlock()
		return nil
	}
	if s.idle == nil {
		s.idle = make(chan struct{})
	}
	idle := s.idle
	s.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// notification is a message on its way to a subscription.
type notification struct {
	message     Message
	topic, name string // of the subscription
	endpoint    string
	contentType string
	body        []byte
}

// notification writes a message in the format that the subscription asks for.
func (s *subscription) notification(m Message) notification {
	n := notification{message: m, topic: s.topic, name: s.name, endpoint: s.Endpoint}
	said := struct {
		XMLName          xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Notification" json:"-"`
		TopicOwner       string   `xml:"TopicOwner" json:"TopicOwner"`
		TopicName        string   `xml:"TopicName" json:"TopicName"`
		Subscriber       string   `xml:"Subscriber" json:"Subscriber"`
		SubscriptionName string   `xml:"SubscriptionName" json:"SubscriptionName"`
		MessageID        string   `xml:"MessageId" json:"MessageId"`
		MessageMD5       string   `xml:"MessageMD5" json:"MessageMD5"`
		MessageTag       string   `xml:"MessageTag,omitempty" json:"MessageTag,omitempty"`
		Message          string   `xml:"Message" json:"Message"`
		PublishTime      string   `xml:"PublishTime" json:"PublishTime"` // milliseconds since 1970
	}{
		TopicOwner: AccountID, TopicName: s.topic, Subscriber: AccountID, SubscriptionName: s.name,
		MessageID: m.ID, MessageMD5: digest(m.Body), MessageTag: m.Tag, Message: m.Body,
		PublishTime: strconv.FormatInt(m.Published.UnixMilli(), 10),
	}
	var err error
	switch s.NotifyContentFormat {
	case formatSimplified:
		n.contentType, n.body = "text/plain;charset=utf-8", []byte(m.Body)
	case formatJSON:
		n.contentType = "application/json;charset=utf-8"
		n.body, err = json.Marshal(said)
	default:
		n.contentType = "text/xml;charset=utf-8"
		n.body, err = xml.Marshal(said)
	}
	if err != nil {
		panic("mns: " + err.Error()) // text is all that is in it
	}
	return n
}

// notify sends a notification to the queue or HTTP address that subscribed.
func (s *Server) notify(ctx context.Context, n notification) error {
	if queue := queueEndpoint.FindStringSubmatch(n.endpoint); queue != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		q, ok := s.queues[queue[3]]
		if !ok {
			return errors.New("the queue does not exist")
		}
		s.enqueue(q, string(n.body), q.settings.Delay, defaultPriority)
		q.wake()
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.endpoint, bytes.NewReader(n.body))
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"User-Agent": "Aliyun Notification Service Agent", "Content-Type": n.contentType, "X-Mns-Version": version,
		"X-Mns-Request-Id": newID(), "X-Mns-Message-Id": n.message.ID, "X-Mns-Message-Tag": n.message.Tag,
		"X-Mns-Publish-Time": strconv.FormatInt(n.message.Published.UnixMilli(), 10), "X-Mns-Topic-Name": n.topic,
		"X-Mns-Topic-Owner": AccountID, "X-Mns-Subscriber": AccountID, "X-Mns-Subscription-Name": n.name,
	} {
		req.Header.Set(name, value)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 399 {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
