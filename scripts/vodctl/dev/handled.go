package dev

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// CallerLeft is the outcome of a callback whose caller did not wait for the answer, which
// nobody gets to know.
const CallerLeft pipeline.Outcome = "caller_left"

// Handled is what became of one message, of what was owed to a sink, or of what waited
// in a place. Besides those of package pipeline there is the outcome [CallerLeft].
type Handled struct {
	Time    time.Time        `json:"time"`
	Via     store.Source     `json:"via,omitempty"`
	Status  int              `json:"status,omitzero"` // of the answer to a callback
	Outcome pipeline.Outcome `json:"outcome,omitempty"`
	ID      vod.ID           `json:"id,omitzero"`
	Type    vod.Type         `json:"type,omitempty"`
	Subject string           `json:"subject,omitempty"`
	// Sink is where copies of Events events were delivered, or with the Outcome
	// [pipeline.Failed] were not, and are tried again; then there is no Via.
	Sink   string `json:"sink,omitempty"`
	Events int    `json:"events,omitzero"`
	// Place is where Events messages waited that were put into the store, such as the
	// fallback; then there is no Via.
	Place string `json:"place,omitempty"`
	// HandedOn means that a message of the topic has the outcome [pipeline.Known] because the
	// HTTP function published it: it is that of a callback which was new.
	HandedOn bool `json:"handed_on,omitzero"`
	// Detail says why, unless it is an event, new or known.
	Detail string `json:"detail,omitempty"`
	// Duration is from its arrival to its end; 0 if that is not known.
	Duration time.Duration `json:"duration_ns,omitzero"`
}

// describe fills in what the body says about itself.
func (h *Handled) describe(body []byte) {
	event, id, err := vod.Decode(body)
	h.ID = id
	if err != nil {
		h.Detail = err.Error()
		return
	}
	h.Type, h.Subject = event.Head().Type, event.Head().Subject
}

// arrivals remembers when messages came in that are handled later.
type arrivals struct {
	mu   sync.Mutex
	from map[vod.ID][]time.Time
}

func newArrivals() *arrivals { return &arrivals{from: map[vod.ID][]time.Time{}} }

func (a *arrivals) add(body []byte) {
	id, _ := vod.IDOf(body) // what is no JSON has an id, too
	a.mu.Lock()
	defer a.mu.Unlock()
	a.from[id] = append(a.from[id], time.Now())
}

// since returns how long ago the first of the messages with this id came in that
// was not asked for yet.
func (a *arrivals) since(id vod.ID) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	times := a.from[id]
	if len(times) == 0 {
		return 0
	}
	if len(times) == 1 {
		delete(a.from, id)
	} else {
		a.from[id] = times[1:]
	}
	return time.Since(times[0])
}

// published remembers callbacks of which the HTTP function publishes the event, until
// that has come in by the topic.
type published struct {
	mu  sync.Mutex
	ids map[vod.ID]int
}

func newPublished() *published { return &published{ids: map[vod.ID]int{}} }

// add is for callbacks that come in, before anything can be published.
func (p *published) add(id vod.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ids[id]++
}

// remove forgets one that was added, and reports whether there was one.
func (p *published) remove(id vod.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.ids[id] {
	case 0:
		return false
	case 1:
		delete(p.ids, id)
	default:
		p.ids[id]--
	}
	return true
}

// logs reads the output of a function, line by line: what became of messages goes
// to handled; all goes to verbose, and without that, trouble to trouble.
type logs struct {
	verbose  io.Writer
	trouble  io.Writer
	handled  func(Handled)
	arrivals *arrivals
	// published is empty if the HTTP function does not publish.
	published *published
}

// entry is a line of a function's log.
type entry struct {
	Time    time.Time        `json:"time"`
	Level   slog.Level       `json:"level"`
	Msg     string           `json:"msg"`
	EventID vod.ID           `json:"event_id"`
	Source  store.Source     `json:"source"`
	Type    vod.Type         `json:"event_type"`
	Subject string           `json:"subject"`
	Outcome pipeline.Outcome `json:"outcome"`
	Reason  store.Reason     `json:"reason"`
	Detail  string           `json:"detail"`
	Sink    string           `json:"sink"`
	Events  int              `json:"events"`
	Place   string           `json:"place"`
	Items   int              `json:"items"`
	Error   string           `json:"error"`
}

// runtimeMark begins the lines that the runtime's SDK writes before and after each
// invocation.
const runtimeMark = "FC Invoke "

// Write takes one whole line. It never fails: functions go on when nobody reads.
func (l *logs) Write(line []byte) (int, error) {
	if l.verbose != nil {
		_, _ = l.verbose.Write(line)
	}
	var e entry
	if err := json.Unmarshal(bytes.TrimSpace(line), &e); err != nil {
		if !bytes.HasPrefix(line, []byte(runtimeMark)) {
			l.report(line) // a panic, say
		}
		return len(line), nil
	}
	switch e.Msg {
	case "event":
	case "dead letter":
		e.Outcome, e.Detail = pipeline.DeadLetter, string(e.Reason)+": "+e.Detail
	case "delivered":
		l.handled(Handled{Time: e.Time, Sink: e.Sink, Events: e.Events})
		return len(line), nil
	case "sink failed":
		l.handled(Handled{Time: e.Time, Sink: e.Sink, Events: e.Events, Outcome: pipeline.Failed, Detail: e.Error})
		return len(line), nil
	case "drained":
		l.handled(Handled{Time: e.Time, Place: e.Place, Events: e.Items})
		return len(line), nil
	case "refused", "fallback used":
		return len(line), nil // the answer says so
	default:
		if e.Level >= slog.LevelWarn {
			l.report(line)
		}
		return len(line), nil
	}
	if e.Source != store.SourceHTTP { // callbacks are told of when they are answered
		l.handled(Handled{
			Time: e.Time, Via: e.Source, Outcome: e.Outcome, ID: e.EventID,
			HandedOn: e.Source == store.SourceTopic && e.Outcome == pipeline.Known && l.published.remove(e.EventID),
			Type:     e.Type, Subject: e.Subject, Detail: e.Detail, Duration: l.arrivals.since(e.EventID),
		})
	}
	return len(line), nil
}

func (l *logs) report(line []byte) {
	if l.verbose == nil {
		_, _ = l.trouble.Write(line)
	}
}
