package media

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// At equal times a deletion counts more than a change, and that more than a
// creation. See [Fact.Rank].
const (
	opCreate = 0
	opUpdate = 10
	opDelete = 20
)

// MaxFacts is how many facts are taken from one event. VOD's largest, with 150
// renditions, have some 150; a body of 1 MiB that somebody made could have 100,000,
// and a store could not take them in time.
const MaxFacts = 1000

// Facts returns what e, whose id is id, says about its medium: at most one fact
// per facet, and [MaxFacts] in all, the first ones. Events of unknown types and
// events about no medium say nothing.
func Facts(e vod.Event, id vod.ID) []Fact {
	h := e.Head()
	if h.Subject == "" {
		return nil
	}
	c := &collector{head: h, id: id, kind: Video, at: map[string]int{}}
	c.collect(e)
	for i, data := range c.data {
		c.facts[i].Data = data.encode()
	}
	return c.facts
}

// object is the Data of a fact. Members with zero values are left out.
type object map[string]any

// collector gathers the facts of one event.
type collector struct {
	head  *vod.Header
	id    vod.ID
	kind  Kind
	facts []Fact
	data  []object       // the Data of each, encoded when it is sure that it counts
	at    map[string]int // where the fact about a facet is in facts
}

// add notes a fact of the event's own status.
func (c *collector) add(facet string, op int, value string, data object) {
	c.addStatus(facet, op, c.head.Status.Outcome(), value, data)
}

// addStatus notes a fact. A second one on the same facet replaces the first
// unless it ranks below it: one event cannot contradict itself in the state.
func (c *collector) addStatus(facet string, op int, status vod.Outcome, value string, data object) {
	i, again := c.at[facet]
	if !again && len(c.facts) == MaxFacts {
		return
	}
	f := Fact{
		Medium: c.head.Subject,
		Kind:   c.kind,
		Facet:  facet,
		Time:   c.head.Time.UTC().Truncate(time.Millisecond),
		Rank:   op + rank(status),
		Event:  c.id,
		Status: status,
		Value:  value,
	}
	switch {
	case !again:
		c.at[facet] = len(c.facts)
		c.facts, c.data = append(c.facts, f), append(c.data, data)
	case f.Rank >= c.facts[i].Rank:
		c.facts[i], c.data[i] = f, data
	}
}

// fail notes that an attempt failed and reports whether it did; the value that
// was to change then stays as it is.
func (c *collector) fail() bool {
	if c.head.Status.Outcome() != vod.Failed {
		return false
	}
	c.add(FacetFailure+string(c.head.Type), opCreate, c.head.ErrorCode, object{
		"ErrorCode": c.head.ErrorCode, "ErrorMessage": c.head.ErrorMessage,
	})
	return true
}

// outcome adds what the header says about a failure to data.
func (c *collector) outcome(data object) object {
	data["Status"] = string(c.head.Status)
	data["ErrorCode"] = c.head.ErrorCode
	data["ErrorMessage"] = c.head.ErrorMessage
	return data
}

// rank orders outcomes at equal times: what succeeded counts more than what
// failed.
func rank(s vod.Outcome) int {
	switch s {
	case vod.Succeeded:
		return 2
	case vod.Failed:
		return 0
	default:
		return 1
	}
}

func (o object) encode() json.RawMessage {
	for name, v := range o {
		if v == nil || reflect.ValueOf(v).IsZero() {
			delete(o, name)
		}
	}
	data, err := json.Marshal(o)
	if err != nil { // a float that is not finite: none comes out of vod.Parse
		return json.RawMessage("{}")
	}
	return data
}
