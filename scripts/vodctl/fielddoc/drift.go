package fielddoc

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// What a [Drift] keeps at most: what else is new is only counted.
const (
	maxTypes   = 100
	maxUnknown = 500
)

// Drift collects what came in and is not documented: types of events, and members of
// those that are. It is ready to use, and may be used concurrently. It keeps a bounded
// number of them, and takes some 40 µs for an event, about twice as long as [vod.Parse].
type Drift struct {
	mu      sync.Mutex
	events  int
	types   map[vod.Type]*UnknownType
	members map[memberKey]*tracked
	dropped int
}

type memberKey struct{ shape, path string }

// tracked is a member, and the number of the last event that had it.
type tracked struct {
	UnknownMember

	event int
}

// Sightings says how often and when something was seen.
type Sightings struct {
	// Count is in how many events.
	Count int
	// First and Last are when the first and the last received of them came in.
	First, Last time.Time
	// Sample is the last received.
	Sample vod.ID
}

// UnknownType is a type of events that is not documented.
type UnknownType struct {
	Type vod.Type
	Sightings
}

// UnknownMember is a member that is not documented, of an event that is.
type UnknownMember struct {
	// Type and Shape are those of the event, see [Shape].
	Type  vod.Type
	Shape string
	// Path leads to it, such as "StreamInfos[].HdrType".
	Path string
	// Came is what its value is by itself, Value what the sample has, see [Member].
	Came  Kind
	Value string
	// Suggestion is a line for the struct in Go; empty if the name is of no use there.
	Suggestion string
	Sightings
}

// Add looks at an event, which is not to be added again.
func (d *Drift) Add(e store.Event) {
	shape := Of(e.Type, e.Body)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events++
	if !shape.Documented() {
		d.addType(e)
		return
	}
	w := walker{left: MaxMembers, visit: func(m *member) {
		if !m.known && (m.parent == nil || m.parent.known) {
			d.addMember(e, shape, m)
		}
	}}
	w.body(e.Body, shape.Fields)
}

func (d *Drift) addType(e store.Event) {
	t := vod.Type(cutName(string(e.Type)))
	u := d.types[t]
	if u == nil {
		if len(d.types) == maxTypes {
			d.dropped++
			return
		}
		if d.types == nil {
			d.types = map[vod.Type]*UnknownType{}
		}
		u = &UnknownType{Type: t}
		d.types[t] = u
	}
	u.add(e)
}

func (d *Drift) addMember(e store.Event, shape Shape, m *member) {
	key := memberKey{shape.Name, m.form()}
	u := d.members[key]
	if u == nil {
		if len(d.members) == maxUnknown {
			d.dropped++
			return
		}
		if d.members == nil {
			d.members = map[memberKey]*tracked{}
		}
		u = &tracked{UnknownMember: UnknownMember{Type: shape.Type, Shape: shape.Name, Path: key.path}}
		d.members[key] = u
	}
	if u.event == d.events { // in another item of a list
		return
	}
	u.event = d.events
	if u.add(e) {
		u.Came, u.Value, u.Suggestion = kindOf(m.inner), value(m.inner), suggestion(m)
	}
}

// add counts an event, and reports whether it is the last received.
func (s *Sightings) add(e store.Event) bool {
	s.Count++
	if s.First.IsZero() || e.Received.Before(s.First) {
		s.First = e.Received
	}
	if s.Count > 1 && e.Received.Before(s.Last) {
		return false
	}
	s.Last, s.Sample = e.Received, e.ID
	return true
}

// Types returns the types that are not documented, by name.
func (d *Drift) Types() []UnknownType {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []UnknownType
	for _, t := range slices.Sorted(maps.Keys(d.types)) {
		all = append(all, *d.types[t])
	}
	return all
}

// Members returns the members that are not documented, by type, shape and path.
func (d *Drift) Members() []UnknownMember {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []UnknownMember
	for _, m := range d.members {
		all = append(all, m.UnknownMember)
	}
	slices.SortFunc(all, func(a, b UnknownMember) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Shape, b.Shape), cmp.Compare(a.Path, b.Path))
	})
	return all
}

// Events returns how many events were added.
func (d *Drift) Events() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.events
}

// Dropped returns how many sightings there were of more types and members than are kept.
func (d *Drift) Dropped() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dropped
}
