package mns

import (
	"net/http"
	"regexp"
	"strings"
)

// operation is one of the API's.
type operation struct {
	method string
	path   *regexp.Regexp
	action func(*call) string // the RAM action, which is also the operation's name
	do     func(*call) reply
}

// operations are all that the server knows. The names in a path are its groups.
func operations() []operation {
	const name = `([^/]+)`
	is := func(action string) func(*call) string {
		return func(*call) string { return "mns:" + action }
	}
	// batch is for operations that have a form for several messages.
	batch := func(action string, many func(*call) bool) func(*call) string {
		return func(c *call) string {
			if many(c) {
				return "mns:Batch" + action
			}
			return "mns:" + action
		}
	}
	wants := func(c *call) string {
		action := "ReceiveMessage"
		if c.query.Get("peekonly") == "true" {
			action = "PeekMessage"
		}
		return batch(action, func(c *call) bool { return c.query.Has("numOfMessages") })(c)
	}
	changes := func(create, set string) func(*call) string {
		return func(c *call) string {
			if c.query.Get("metaoverride") == "true" {
				return "mns:" + set
			}
			return "mns:" + create
		}
	}
	at := func(path string) *regexp.Regexp { return regexp.MustCompile("^" + path + "$") }
	return []operation{
		{http.MethodGet, at(`/queues()`), is("ListQueue"), listQueues},
		{http.MethodPut, at(`/queues/` + name), changes("CreateQueue", "SetQueueAttributes"), putQueue},
		{http.MethodGet, at(`/queues/` + name), is("GetQueueAttributes"), onQueue(getQueue)},
		{http.MethodDelete, at(`/queues/` + name), is("DeleteQueue"), deleteQueue},
		{http.MethodPost, at(`/queues/` + name + `/messages`), batch("SendMessage", isBatch), onQueue(send)},
		{http.MethodGet, at(`/queues/` + name + `/messages`), wants, receive},
		{http.MethodDelete, at(`/queues/` + name + `/messages`), batch("DeleteMessage", isBatch), onQueue(deleteMessages)},
		{http.MethodPut, at(`/queues/` + name + `/messages`), is("ChangeMessageVisibility"), onQueue(changeVisibility)},

		{http.MethodGet, at(`/topics()`), is("ListTopic"), listTopics},
		{http.MethodPut, at(`/topics/` + name), changes("CreateTopic", "SetTopicAttributes"), putTopic},
		{http.MethodGet, at(`/topics/` + name), is("GetTopicAttributes"), onTopic(getTopic)},
		{http.MethodDelete, at(`/topics/` + name), is("DeleteTopic"), deleteTopic},
		{http.MethodPost, at(`/topics/` + name + `/messages`), is("PublishMessage"), onTopic(publish)},
		{http.MethodGet, at(`/topics/` + name + `/subscriptions`), is("ListSubscriptionByTopic"), onTopic(listSubscriptions)},
		{http.MethodPut, at(`/topics/` + name + `/subscriptions/` + name), changes("Subscribe", "SetSubscriptionAttributes"), onTopic(subscribe)},
		{http.MethodGet, at(`/topics/` + name + `/subscriptions/` + name), is("GetSubscriptionAttributes"), onTopic(getSubscription)},
		{http.MethodDelete, at(`/topics/` + name + `/subscriptions/` + name), is("Unsubscribe"), onTopic(unsubscribe)},
	}
}

// find returns the operation that a request asks for, and the names in its path.
func (s *Server) find(method, resource string) (operation, []string, bool) {
	path, _, _ := strings.Cut(resource, "?")
	for _, op := range s.operations {
		if names := op.path.FindStringSubmatch(path); op.method == method && names != nil {
			return op, names[1:], true
		}
	}
	return operation{}, nil, false
}

// isBatch says whether the request has a document for several messages.
func isBatch(c *call) bool {
	root := rootOf(c.body)
	return root == "Messages" || root == "ReceiptHandles"
}

// onQueue runs an operation on a queue that has to exist, alone.
func onQueue(do func(*call, *queue) reply) func(*call) reply {
	return func(c *call) reply {
		c.s.mu.Lock()
		defer c.s.mu.Unlock()
		q, ok := c.s.queues[c.names[0]]
		if !ok {
			return fail(queueNotExist, "The queue name you provided is not exist.")
		}
		return do(c, q)
	}
}

// onTopic runs an operation on a topic that has to exist, alone.
func onTopic(do func(*call, *topic) reply) func(*call) reply {
	return func(c *call) reply {
		c.s.mu.Lock()
		defer c.s.mu.Unlock()
		t, ok := c.s.topics[c.names[0]]
		if !ok {
			return fail(topicNotExist, "The topic name you provided is not exist.")
		}
		return do(c, t)
	}
}
