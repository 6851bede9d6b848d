package vodtest

import (
	"maps"
	"net/http"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// Tally is what became of everything that a [Player] sent.
type Tally struct {
	Counts // of all types

	Types    map[vod.Type]Counts
	Duration time.Duration
	Latency  Latency
}

// Counts count events as they were sent. What was under way when the play was stopped
// is not counted.
type Counts struct {
	// Sent counts the events and their duplicates. Each is acknowledged, unheard,
	// discarded or answered by the platform.
	Sent       int
	Duplicates int // that are among Sent
	// Acknowledged counts those that the first, the second, and the third or a later
	// attempt delivered.
	Acknowledged [3]int
	// Unheard counts those that the receiver acknowledged, but every such reply was
	// dropped: VOD would have given up, and nothing is lost.
	Unheard int
	// Discarded counts those that nobody acknowledged: VOD would have given up, and they
	// are lost.
	Discarded int
	// PlatformErrors counts those that the platform acknowledged in place of the
	// function, see [Result]: they are lost, too. Those of tampered ones are among them.
	PlatformErrors int
	// Refused and Taken count the tampered ones, which are not among Sent: none must be
	// taken.
	Refused, Taken int
	// RepliesDropped counts attempts, not events.
	RepliesDropped int
}

// Kept reports whether the receiver kept its promises as far as the sender can tell:
// no event is lost, and nothing was taken that is not VOD's.
func (c Counts) Kept() bool { return c.Discarded == 0 && c.PlatformErrors == 0 && c.Taken == 0 }

// tallying is a Tally that is being made.
type tallying struct {
	types     map[vod.Type]*Counts
	latencies latencies
}

func (t *tallying) add(x Played) {
	if t.types[x.Type] == nil {
		t.types[x.Type] = new(Counts)
	}
	t.types[x.Type].add(x)
	for _, a := range x.Result.Attempts {
		t.latencies.add(a.Duration)
	}
}

func (c *Counts) add(x Played) {
	for _, a := range x.Result.Attempts {
		if a.Dropped != 0 {
			c.RepliesDropped++
		}
	}
	if !x.Tampered {
		c.Sent++
	}
	if x.Duplicate {
		c.Duplicates++
	}
	switch r := x.Result; {
	case r.PlatformError != "":
		c.PlatformErrors++
	case x.Tampered && (r.Acknowledged || r.unheard()):
		c.Taken++
	case x.Tampered:
		c.Refused++
	case r.Acknowledged:
		c.Acknowledged[min(len(r.Attempts), len(c.Acknowledged))-1]++
	case r.unheard():
		c.Unheard++
	default:
		c.Discarded++
	}
}

// unheard reports whether a reply that was dropped acknowledged the event.
func (r Result) unheard() bool {
	for _, a := range r.Attempts {
		if a.Dropped == http.StatusOK && a.Header.Get(platformError) == "" {
			return true
		}
	}
	return false
}

// tally returns what was counted in a play that took so long.
func (t *tallying) tally(took time.Duration) Tally {
	all := Tally{Types: map[vod.Type]Counts{}, Duration: took, Latency: t.latencies.latency()}
	for typ, c := range maps.All(t.types) {
		all.Types[typ] = *c
		all.sum(*c)
	}
	return all
}

func (c *Counts) sum(other Counts) {
	c.Sent += other.Sent
	c.Duplicates += other.Duplicates
	for i, n := range other.Acknowledged {
		c.Acknowledged[i] += n
	}
	c.Unheard += other.Unheard
	c.Discarded += other.Discarded
	c.PlatformErrors += other.PlatformErrors
	c.Refused += other.Refused
	c.Taken += other.Taken
	c.RepliesDropped += other.RepliesDropped
}
