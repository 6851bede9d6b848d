package mns

import (
	"cmp"
	"encoding/xml"
	"time"
)

// QueueSettings are the attributes that a queue can be created with. Zero stands for
// the service's default.
type QueueSettings struct {
	Delay             time.Duration // before a message can be received, up to 7 days; default none
	MaxMessage        int           // bytes, 1,024 to 65,536; default 65,536
	Retention         time.Duration // how long a message is kept, 1 min to 15 days; default 4 days
	VisibilityTimeout time.Duration // how long a received message is hidden, 1 s to 12 h; default 30 s
	PollingWait       time.Duration // how long to wait for messages if a request does not say, up to 30 s; default none
}

// withDefaults fills in what is zero.
func (q QueueSettings) withDefaults() QueueSettings {
	q.MaxMessage = cmp.Or(q.MaxMessage, maxMessage)
	q.Retention = cmp.Or(q.Retention, 4*24*time.Hour)
	q.VisibilityTimeout = cmp.Or(q.VisibilityTimeout, 30*time.Second)
	return q
}

// valid says whether the service takes the settings ("CreateQueue"; the SDK for Go
// has the same limits but for the delay).
func (q QueueSettings) valid() bool {
	within := func(d, least, most time.Duration) bool { return d >= least && d <= most }
	return within(q.Delay, 0, 7*24*time.Hour) && within(q.Retention, time.Minute, 15*24*time.Hour) &&
		within(q.VisibilityTimeout, time.Second, 12*time.Hour) && within(q.PollingWait, 0, maxWait) && validSize(q.MaxMessage)
}

func validSize(bytes int) bool { return bytes >= 1<<10 && bytes <= maxMessage }

// queueAttributes is the document that sets and shows a queue. Durations are seconds.
type queueAttributes struct {
	XMLName                xml.Name `xml:"http://mns.aliyuncs.com/doc/v1/ Queue"`
	QueueName              string   `xml:",omitempty"`
	DelaySeconds           *int
	MaximumMessageSize     *int
	MessageRetentionPeriod *int
	VisibilityTimeout      *int
	PollingWaitSeconds     *int
	LoggingEnabled         bool
	ActiveMessages         *int
	InactiveMessages       *int
	DelayMessages          *int
	CreateTime             int64 `xml:",omitempty"` // seconds since 1970
	LastModifyTime         int64 `xml:",omitempty"`
}

// queueRequest is queueAttributes in a request, in whatever namespace.
type queueRequest struct {
	DelaySeconds           *int
	MaximumMessageSize     *int
	MessageRetentionPeriod *int
	VisibilityTimeout      *int
	PollingWaitSeconds     *int
}

// over returns the settings with what the request says in the place of what was.
func (r queueRequest) over(q QueueSettings) QueueSettings {
	seconds := func(into *time.Duration, from *int) {
		if from != nil {
			*into = time.Duration(*from) * time.Second
		}
	}
	seconds(&q.Delay, r.DelaySeconds)
	seconds(&q.Retention, r.MessageRetentionPeriod)
	seconds(&q.VisibilityTimeout, r.VisibilityTimeout)
	seconds(&q.PollingWait, r.PollingWaitSeconds)
	if r.MaximumMessageSize != nil {
		q.MaxMessage = *r.MaximumMessageSize
	}
	return q
}

func (q *queue) attributes(now time.Time) queueAttributes {
	seconds := func(d time.Duration) *int { return new(int(d / time.Second)) }
	active, inactive, delayed := q.counts(now)
	return queueAttributes{
		QueueName: q.name, DelaySeconds: seconds(q.settings.Delay), MaximumMessageSize: new(q.settings.MaxMessage),
		MessageRetentionPeriod: seconds(q.settings.Retention), VisibilityTimeout: seconds(q.settings.VisibilityTimeout),
		PollingWaitSeconds: seconds(q.settings.PollingWait),
		ActiveMessages:     new(active), InactiveMessages: new(inactive), DelayMessages: new(delayed),
		CreateTime: q.created.Unix(), LastModifyTime: q.modified.Unix(),
	}
}
