package mns

import (
	"encoding/xml"
	"maps"
	"net/http"
	"regexp"
	"time"
)

// validName is the name of a queue, topic or subscription.
var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,255}$`)

// CreateQueue makes a queue, or changes the one of that name, without a request. It
// panics if the service would not take the settings.
func (s *Server) CreateQueue(name string, settings QueueSettings) {
	settings = settings.withDefaults()
	if !validName.MatchString(name) || !settings.valid() {
		panic("mns: queue " + name + ": these settings are not possible")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if q, ok := s.queues[name]; ok {
		q.settings = settings
		return
	}
	s.addQueue(newQueue(name, settings))
}

// addQueue adds a queue. The caller holds the lock.
func (s *Server) addQueue(q *queue) {
	s.queues[q.name] = q
	close(s.created)
	s.created = make(chan struct{})
}

// Message is one that a queue holds or that a topic pushes.
type Message struct {
	ID         string
	Body       string // as it was sent
	Published  time.Time
	Deliveries int // how often a queue handed it out
	// Tag and Attributes are of a topic's message; they may be empty. Attributes are what
	// the user says about it, which [Server.Publish] alone can state.
	Tag        string
	Attributes map[string]string
}

// Messages returns all messages in a queue, in the order in which they were sent,
// also those that cannot be received at the moment. It changes nothing about them.
func (s *Server) Messages(queue string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, ok := s.queues[queue]
	if !ok {
		return nil
	}
	q.expire(time.Now())
	all := make([]Message, len(q.messages))
	for i, m := range q.messages {
		all[i] = m.show()
	}
	return all
}

func putQueue(c *call) reply {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	name := c.names[0]
	if !validName.MatchString(name) {
		return fail(invalidQueueName, "The queue name you provided is invalid.")
	}
	var asked queueRequest
	if len(c.body) > 0 && !read(c, "Queue", &asked) {
		return fail(malformedXML, "The XML you provided was not well-formed.")
	}
	q, exists := c.s.queues[name]
	override := c.query.Get("metaoverride") == "true"
	base := QueueSettings{}.withDefaults()
	if override && exists {
		base = q.settings
	}
	settings := asked.over(base)
	switch {
	case override && !exists:
		return fail(queueNotExist, "The queue name you provided is not exist.")
	case !settings.valid():
		return fail(invalidArgument, "An attribute is out of its range.")
	case override:
		q.settings, q.modified = settings, time.Now()
		q.wake()
		return reply{status: http.StatusNoContent}
	case exists && q.settings == settings:
		return reply{status: http.StatusNoContent, location: c.origin + c.resource}
	case exists:
		return fail(queueAlreadyExist, "The queue you want to create is already exist.")
	}
	c.s.addQueue(newQueue(name, settings))
	return reply{status: http.StatusCreated, location: c.origin + c.resource}
}

func getQueue(_ *call, q *queue) reply {
	return reply{status: http.StatusOK, document: q.attributes(time.Now())}
}

// deleteQueue deletes a queue; one that is not there is no error, as with the service.
func deleteQueue(c *call) reply {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if q, ok := c.s.queues[c.names[0]]; ok {
		delete(c.s.queues, c.names[0])
		q.wake()
	}
	return reply{status: http.StatusNoContent}
}

func listQueues(c *call) reply {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	names, next, ok := paged(c.r.Header, maps.Keys(c.s.queues))
	if !ok {
		return fail(invalidArgument, "x-mns-ret-number is out of its range.")
	}
	type entry struct {
		QueueURL string `xml:",omitempty"`
		*queueAttributes
	}
	list := struct {
		XMLName    xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Queues"`
		Queue      []entry
		NextMarker string
	}{NextMarker: next}
	for _, name := range names {
		e := entry{QueueURL: c.origin + "/queues/" + name}
		if c.r.Header.Get("X-Mns-With-Meta") == "true" {
			e.queueAttributes = new(c.s.queues[name].attributes(time.Now()))
		}
		list.Queue = append(list.Queue, e)
	}
	return reply{status: http.StatusOK, document: list}
}
