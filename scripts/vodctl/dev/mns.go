package dev

import (
	"cmp"
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/vodevents/vodevents/scripts/emulator"
	emulated "github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/shared/mns"
)

// The topics and queues that are there from the start; more can be made.
const (
	Topic       = "vod-events"              // the MNS function is subscribed, in the format STREAM
	TopicJSON   = "vod-events-json"         // the same in the format JSON
	Queue       = "vod-events"              // leads to the MNS function
	DeadLetters = "vod-events-dead-letters" // a queue for what the platform gives up; the MNS function reads it
	Fallback    = "vod-events-fallback"     // a queue for what the store does not take
)

// AccessKeyID is the id of the key that the local MNS takes requests with; the secret is
// another one for each [Local].
const AccessKeyID = "vodctl"

// endpoint is at the front of each path of the local MNS: the host that the service has.
const endpoint = emulator.AccountID + ".mns." + emulator.Region + ".aliyuncs.com"

// service is the local Simple Message Queue (MNS).
type service struct {
	*emulated.Server

	hosts  []string // under which it is reached; the first is an address of loopback
	secret string
	role   emulator.Credentials // of the functions
}

// newService makes the service that is served at an address of loopback. It tells a of the
// messages that the function is to see. Queues hide messages for as long as the function
// may work on them.
func newService(address *net.TCPAddr, a *arrivals, timeout time.Duration) *service {
	host := address.String()
	_, port, _ := net.SplitHostPort(host) // it has one
	s := &service{
		hosts: []string{host, net.JoinHostPort("localhost", port)}, secret: rand.Text(),
		role: emulator.Credentials{AccessKeyID: "STS." + AccessKeyID, AccessKeySecret: rand.Text(), SecurityToken: rand.Text()},
	}
	s.Server = emulated.New(
		emulated.Key{ID: AccessKeyID, Secret: s.secret},
		emulated.Key{ID: s.role.AccessKeyID, Secret: s.role.AccessKeySecret, Token: s.role.SecurityToken},
	)
	s.Sent = func(path string, m emulated.Message) {
		if slices.Contains([]string{"topics/" + Topic, "topics/" + TopicJSON, "queues/" + Queue}, path) {
			a.add(mns.RestoreBody(m.Body))
		}
	}
	settings := emulated.QueueSettings{VisibilityTimeout: max(time.Second, cmp.Or(timeout, 10*time.Second))}
	for _, name := range []string{Queue, DeadLetters, Fallback} {
		s.CreateQueue(name, settings)
	}
	return s
}

// url returns the URL of a topic or queue, by its path such as queues/vod-events.
func (s *service) url(path string) *url.URL {
	return &url.URL{Scheme: "mns", Host: s.hosts[0], Path: "/" + endpoint + "/" + path, RawQuery: "http=true"}
}

// keyedURL is url with the key, for those who have no other.
func (s *service) keyedURL(path string) string {
	u := s.url(path)
	u.User = url.UserPassword(AccessKeyID, s.secret)
	return u.String()
}

// sdkEndpoint is what an SDK is given: that for Go cannot have dots in the host but those
// of the service.
func (s *service) sdkEndpoint() string { return "http://" + s.hosts[1] + "/" + endpoint }

// handler takes requests of this machine only, not those through a tunnel to the callback
// address, nor those of pages in a browser, whatever they are signed with.
func (s *service) handler() http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(s.hosts, r.Host) {
			http.Error(w, "MNS is at http://"+s.hosts[0]+" only", http.StatusForbidden)
			return
		}
		s.ServeHTTP(w, r)
	}))
}

// trigger puts the topics and the queue in front of the function.
func (l *Local) trigger(ctx context.Context, p *emulator.Pool) {
	p.Topic(emulator.TopicTrigger{Server: l.service.Server, Name: Topic})
	p.Topic(emulator.TopicTrigger{Server: l.service.Server, Name: TopicJSON, Format: emulator.JSON})
	p.Queue(ctx, emulator.QueueTrigger{Server: l.service.Server, Name: Queue, BatchSize: 100, DeadLetter: l.deadLetter})
}

// deadLetter keeps what the platform gave up.
func (l *Local) deadLetter(record []byte) {
	if err := l.service.Send(DeadLetters, string(record)); err != nil {
		l.say("what the MNS function failed at is lost: %v", err)
		return
	}
	l.say("what the MNS function failed at waits in the queue %s: see the function's log", DeadLetters)
}

// Publish publishes a message to a topic.
func (l *Local) Publish(ctx context.Context, topic string, body []byte) error {
	_, err := l.service.Publish(ctx, topic, emulated.Message{Body: mns.EncodeBody(body)})
	return err
}

// Send sends messages to the queue of events, which hands them over in one batch, as far
// as it holds them.
func (l *Local) Send(bodies ...[]byte) error {
	texts := make([]string, len(bodies))
	for i, body := range bodies {
		texts[i] = mns.EncodeBody(body)
	}
	return l.service.Send(Queue, texts...)
}

// sayLost says what is lost with the service.
func (l *Local) sayLost() {
	for _, name := range []string{Queue, DeadLetters, Fallback} {
		if n := len(l.service.Messages(name)); n > 0 {
			l.say("%d messages that waited in the queue %s are gone: it was in memory", n, name)
		}
	}
}
