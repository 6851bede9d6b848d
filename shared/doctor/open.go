package doctor

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
)

// opened is a Subject with what its settings name, as far as they are right. What is not
// there is nil.
type opened struct {
	Subject

	config   config.Config
	wrong    []string // what is wrong with the settings
	store    store.Store
	sinks    []*sink.Route
	fallback fallback.Fallback
	queues   []queue // for dead letters
	topic    *mns.Topic
}

// queue is a dead-letter queue and what it is called in findings.
type queue struct {
	name  string
	place fallback.Fallback
}

// open opens what the settings name. It never dials.
func open(s Subject) *opened {
	o := &opened{Subject: s}
	c, err := config.Load(s.Getenv)
	o.config, o.wrong = c, lines(err)
	note := func(name string, err error) {
		for _, line := range lines(err) {
			o.wrong = append(o.wrong, name+": "+line)
		}
	}
	if c.Store != "" { // else it is said already
		o.store, err = store.Open(c.Store)
		note("VOD_STORE", err)
	}
	o.sinks, err = sink.Open(c.Sinks, sink.Options{WebhookSecrets: c.WebhookSecrets})
	note("VOD_SINKS", err)
	o.fallback, err = fallback.Open(c.Fallback)
	note("VOD_FALLBACK", err)
	for i, rawURL := range c.DeadLetterQueues {
		q := queue{name: "dead-letter queue"}
		if len(c.DeadLetterQueues) > 1 {
			q.name += " " + strconv.Itoa(i+1)
		}
		q.place, err = fallback.Open(rawURL)
		note("VOD_DEAD_LETTER_QUEUE", err)
		if err == nil {
			o.queues = append(o.queues, q)
		}
	}
	if c.Topic.URL != nil {
		o.topic, err = mns.OpenTopic(c.Topic.URL)
		note("VOD_TOPIC", err)
	}
	return o
}

// close closes what was opened. What a check that was left behind holds goes on.
func (o *opened) close() {
	if o.store != nil {
		_ = o.store.Close()
	}
	for _, r := range o.sinks {
		_ = r.Sink.Close()
	}
	if o.fallback != nil {
		_ = o.fallback.Close()
	}
	for _, q := range o.queues {
		_ = q.place.Close()
	}
	if o.topic != nil {
		_ = o.topic.Close()
	}
}

// checks returns what there is to examine, in the order in which findings are read.
func (o *opened) checks() []check {
	all := []check{
		{name: "settings", run: o.settings},
		{name: "signature", run: o.signature},
		{name: "places", run: o.places},
		{name: "store", reaches: true, run: o.tryStore},
		{name: "clock", reaches: true, run: o.clock},
		{name: "fallback", reaches: o.fallback != nil, run: o.tryFallback},
	}
	for _, q := range o.queues {
		all = append(all, check{name: q.name, reaches: true, run: q.try(o)})
	}
	if o.topic != nil {
		all = append(all, check{name: "topic", reaches: true, run: o.tryTopic})
	}
	for _, r := range o.sinks {
		all = append(all, check{name: "sink " + r.Name, reaches: true, run: o.trySink(r)})
	}
	return append(all,
		check{name: "deliveries", reaches: true, run: o.deliveries},
		check{name: "dead letters", reaches: true, run: o.deadLetters},
		check{name: "timer", reaches: true, run: o.timer},
		check{name: "outage", run: o.outage},
	)
}

// lines returns what an error says that joins as many as it has lines.
func lines(err error) []string {
	if err == nil {
		return nil
	}
	all := strings.Split(err.Error(), "\n")
	for i, line := range all {
		all[i] = strings.TrimPrefix(line, "config: ")
	}
	return all
}

// addresses returns where the settings' queues and topics of MNS are, by what they are
// called in findings, in order.
func (o *opened) addresses() []named {
	var all []named
	add := func(name, rawURL string) {
		rawURL, _, _ = strings.Cut(rawURL, "#")
		u, err := url.Parse(rawURL)
		if err != nil || u.Scheme != "mns" {
			return
		}
		if a, err := mns.ParseURL(u); err == nil {
			all = append(all, named{name: name, Address: a, internal: strings.Contains(u.Host, "-internal.")})
		}
	}
	if o.topic != nil {
		add("VOD_TOPIC", o.config.Topic.String())
	}
	add("VOD_FALLBACK", o.config.Fallback)
	for _, rawURL := range o.config.DeadLetterQueues {
		add("VOD_DEAD_LETTER_QUEUE", rawURL)
	}
	for _, rawURL := range o.config.Sinks {
		if r, err := sink.Open([]string{rawURL}, sink.Options{}); err == nil && len(r) == 1 {
			add("sink "+r[0].Name, rawURL)
			_ = r[0].Sink.Close()
		}
	}
	return all
}

// named is an address and what it is called.
type named struct {
	mns.Address

	name     string
	internal bool // its endpoint is of the internal network
}
