package mns

import (
	"context"
	"encoding/xml"
	"maps"
	"net/http"
	"time"
)

// topic is a topic. The server's lock guards it.
type topic struct {
	name              string
	maxMessage        int
	created, modified time.Time
	published         int64
	subscriptions     map[string]*subscription
	hooks             []func(context.Context, Message) error
}

func newTopic(name string) *topic {
	now := time.Now()
	return &topic{name: name, maxMessage: maxMessage, created: now, modified: now, subscriptions: map[string]*subscription{}}
}

// CreateTopic makes a topic without a request, unless there is one of that name.
func (s *Server) CreateTopic(name string) {
	if !validName.MatchString(name) {
		panic("mns: topic " + name + ": this name is not possible")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.topics[name] == nil {
		s.topics[name] = newTopic(name)
	}
}

// Subscribe has take called with each message that is published to the topic, which
// is made if it is not there. What take does not take, by an error, comes again, up
// to three times; calls overlap. The context ends when the server is closed.
//
// The topic trigger of Function Compute is such a subscriber, see package emulator:
// that the platform accepted the event is all that the topic waits for.
func (s *Server) Subscribe(topic string, take func(context.Context, Message) error) {
	s.CreateTopic(topic)
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.topics[topic]
	t.hooks = append(t.hooks, take)
}

type topicAttributes struct {
	XMLName                xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Topic"`
	TopicName              string
	MaximumMessageSize     int
	MessageRetentionPeriod int // seconds
	MessageCount           int64
	CreateTime             int64 // seconds since 1970
	LastModifyTime         int64
	LoggingEnabled         bool
}

func (t *topic) attributes() topicAttributes {
	return topicAttributes{
		TopicName: t.name, MaximumMessageSize: t.maxMessage, MessageRetentionPeriod: int(24 * time.Hour / time.Second),
		MessageCount: t.published, CreateTime: t.created.Unix(), LastModifyTime: t.modified.Unix(),
	}
}

func putTopic(c *call) reply {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	name := c.names[0]
	if !validName.MatchString(name) {
		return fail(topicNameInvalid, "The topic name you provided is invalid.")
	}
	asked := struct{ MaximumMessageSize int }{maxMessage}
	if len(c.body) > 0 && !read(c, "Topic", &asked) {
		return fail(malformedXML, "The XML you provided was not well-formed.")
	}
	if !validSize(asked.MaximumMessageSize) {
		return fail(invalidArgument, "MaximumMessageSize is out of its range.")
	}
	t, exists := c.s.topics[name]
	switch override := c.query.Get("metaoverride") == "true"; {
	case override && !exists:
		return fail(topicNotExist, "The topic name you provided is not exist.")
	case override:
		t.maxMessage, t.modified = asked.MaximumMessageSize, time.Now()
		return reply{status: http.StatusNoContent}
	case exists && t.maxMessage == asked.MaximumMessageSize:
		return reply{status: http.StatusNoContent, location: c.origin + c.resource}
	case exists:
		return fail(topicAlreadyExist, "The topic you want to create is already exist.")
	}
	t = newTopic(name)
	t.maxMessage = asked.MaximumMessageSize
	c.s.topics[name] = t
	return reply{status: http.StatusCreated, location: c.origin + c.resource}
}

func getTopic(_ *call, t *topic) reply {
	return reply{status: http.StatusOK, document: t.attributes()}
}

// deleteTopic deletes a topic; one that is not there is no error, as with the service.
func deleteTopic(c *call) reply {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	delete(c.s.topics, c.names[0])
	return reply{status: http.StatusNoContent}
}

func listTopics(c *call) reply {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	names, next, ok := paged(c.r.Header, maps.Keys(c.s.topics))
	if !ok {
		return fail(invalidArgument, "x-mns-ret-number is out of its range.")
	}
	type entry struct {
		TopicURL string
		*topicAttributes
	}
	list := struct {
		XMLName    xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Topics"`
		Topic      []entry
		NextMarker string
	}{NextMarker: next}
	for _, name := range names {
		e := entry{TopicURL: c.origin + "/topics/" + name}
		if c.r.Header.Get("X-Mns-With-Meta") == "true" {
			e.topicAttributes = new(c.s.topics[name].attributes())
		}
		list.Topic = append(list.Topic, e)
	}
	return reply{status: http.StatusOK, document: list}
}

func publish(c *call, t *topic) reply {
	var asked messageRequest
	if !read(c, "Message", &asked) {
		return fail(malformedXML, "The XML you provided was not well-formed.")
	}
	if asked.MessageBody == nil || *asked.MessageBody == "" {
		return fail(invalidArgument, "MessageBody is required.")
	}
	m := Message{Body: *asked.MessageBody, Tag: asked.MessageTag}
	if len(m.Body) > t.maxMessage {
		return fail(invalidArgument, "The length of MessageBody is over MaximumMessageSize.")
	}
	if c.fault.Garble {
		m.Body += "?"
	}
	m = c.s.publish(c.r.Context(), t, m)
	return reply{status: http.StatusCreated, document: sentReply{MessageID: m.ID, MessageBodyMD5: digest(m.Body)}}
}

// publish hands a message to all who subscribe, and returns it with its id. The caller
// holds the lock.
func (s *Server) publish(ctx context.Context, t *topic, m Message) Message {
	m.ID, m.Published = newID(), time.Now()
	s.sent("topics/"+t.name, m)
	t.published++
	for _, take := range t.hooks {
		s.push(ctx, func(ctx context.Context) error { return take(ctx, m) })
	}
	for _, sub := range t.subscriptions {
		if sub.FilterTag == "" || sub.FilterTag == m.Tag {
			notification := sub.notification(m)
			s.push(ctx, func(ctx context.Context) error { return s.notify(ctx, notification) })
		}
	}
	return m
}
