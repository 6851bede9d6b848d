package mns

import (
	"cmp"
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// subscription is one of a topic, as a request asked for it.
type subscription struct {
	topic, name         string
	created, modified   time.Time
	Endpoint            string
	FilterTag           string
	NotifyStrategy      string
	NotifyContentFormat string
}

// queueEndpoint is the address of a queue as a subscriber.
var queueEndpoint = regexp.MustCompile(`^acs:mns:([a-z0-9-]+):([0-9]+):queues/([A-Za-z0-9_-]+)$`)

// The strategies and formats.
const (
	backoffRetry          = "BACKOFF_RETRY"
	exponentialDecayRetry = "EXPONENTIAL_DECAY_RETRY"

	formatXML        = "XML"
	formatJSON       = "JSON"
	formatSimplified = "SIMPLIFIED" // the body alone
)

func (s *subscription) valid() bool {
	u, err := url.Parse(s.Endpoint)
	isHTTP := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	return (isHTTP || queueEndpoint.MatchString(s.Endpoint)) && len(s.FilterTag) <= 16 &&
		(s.NotifyStrategy == backoffRetry || s.NotifyStrategy == exponentialDecayRetry) &&
		(s.NotifyContentFormat == formatXML || s.NotifyContentFormat == formatJSON || s.NotifyContentFormat == formatSimplified)
}

func subscribe(c *call, t *topic) reply {
	name := c.names[1]
	if !validName.MatchString(name) {
		return fail(problem{"SubsriptionNameInvalid", http.StatusBadRequest}, "The subscription name you provided is invalid.")
	}
	now := time.Now()
	asked := subscription{topic: t.name, name: name, created: now, modified: now}
	if !read(c, "Subscription", &asked) {
		return fail(malformedXML, "The XML you provided was not well-formed.")
	}
	existing, exists := t.subscriptions[name]
	if c.query.Get("metaoverride") == "true" {
		if !exists {
			return fail(subscriptionNotExist, "The subscription you provided is not exist.")
		}
		existing.NotifyStrategy, existing.modified = cmp.Or(asked.NotifyStrategy, existing.NotifyStrategy), now
		return reply{status: http.StatusNoContent}
	}
	asked.NotifyStrategy = cmp.Or(asked.NotifyStrategy, backoffRetry)
	asked.NotifyContentFormat = cmp.Or(asked.NotifyContentFormat, formatXML)
	if !asked.valid() {
		return fail(invalidEndpoint, "The endpoint or an attribute you provided is invalid.")
	}
	if !exists {
		t.subscriptions[name] = &asked
		return reply{status: http.StatusCreated, location: c.origin + c.resource}
	}
	same := asked
	same.created, same.modified = existing.created, existing.modified
	if same != *existing {
		return fail(subscriptionAlreadyExist, "The subscription you want to create is already exist.")
	}
	return reply{status: http.StatusNoContent, location: c.origin + c.resource}
}

type subscriptionAttributes struct {
	XMLName             xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Subscription"`
	SubscriptionName    string
	Subscriber          string
	TopicOwner          string
	TopicName           string
	Endpoint            string
	NotifyStrategy      string
	NotifyContentFormat string
	FilterTag           string `xml:",omitempty"`
	CreateTime          int64  // seconds since 1970
	LastModifyTime      int64
}

func (s *subscription) attributes() subscriptionAttributes {
	return subscriptionAttributes{
		SubscriptionName: s.name, Subscriber: AccountID, TopicOwner: AccountID, TopicName: s.topic, Endpoint: s.Endpoint,
		NotifyStrategy: s.NotifyStrategy, NotifyContentFormat: s.NotifyContentFormat, FilterTag: s.FilterTag,
		CreateTime: s.created.Unix(), LastModifyTime: s.modified.Unix(),
	}
}

func getSubscription(c *call, t *topic) reply {
	sub, ok := t.subscriptions[c.names[1]]
	if !ok {
		return fail(subscriptionNotExist, "The subscription you provided is not exist.")
	}
	return reply{status: http.StatusOK, document: sub.attributes()}
}

// unsubscribe ends a subscription; one that is not there is no error.
func unsubscribe(c *call, t *topic) reply {
	delete(t.subscriptions, c.names[1])
	return reply{status: http.StatusNoContent}
}

func listSubscriptions(c *call, t *topic) reply {
	names, next, ok := paged(c.r.Header, maps.Keys(t.subscriptions))
	if !ok {
		return fail(invalidArgument, "x-mns-ret-number is out of its range.")
	}
	type entry struct {
		SubscriptionURL string
		*subscriptionAttributes
	}
	list := struct {
		XMLName      xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Subscriptions"`
		Subscription []entry
		NextMarker   string
	}{NextMarker: next}
	for _, name := range names {
		e := entry{SubscriptionURL: c.origin + "/topics/" + t.name + "/subscriptions/" + name}
		if c.r.Header.Get("X-Mns-With-Meta") == "true" {
			e.subscriptionAttributes = new(t.subscriptions[name].attributes())
		}
		list.Subscription = append(list.Subscription, e)
	}
	return reply{status: http.StatusOK, document: list}
}
