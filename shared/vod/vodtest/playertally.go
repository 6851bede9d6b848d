package vodtest

import (
	"maps"
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

// Counts count events by their [Ending].
type Counts struct {
	// Sent counts the events and their duplicates. Each is acknowledged, unheard,
	// discarded or answered by the platform: it is the sum of these.
	Sent       int
	Duplicates int // that are among Sent
	// Acknowledged counts those that the first, the second, and the third or a later
	// attempt delivered.
	Acknowledged [3]int
	// Unheard counts those that the receiver acknowledged, but every such reply was
	// dropped: nobody heard of it, and nothing is lost.
	Unheard int
	// Discarded counts those that nobody acknowledged: VOD would have given up, and they
	// are lost.
	Discarded int
	// PlatformErrors counts those that the platform acknowledged in place of the
	// function, see [Result]: they are lost, too.
	PlatformErrors int
	// Refused, Taken and Unclear count the tampered ones, which are not among Sent: none
	// must be taken, and of the unclear ones there was no answer of the receiver that
	// says either.
	Refused, Taken, Unclear int
	// Interrupted counts those that were under way when the play was stopped, tampered
	// ones included. They are not among Sent, and what became of them is not known.
	Interrupted int
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
	if x.Ending() == EndingInterrupted {
		return // so were its attempts
	}
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
	switch x.Ending() {
	case EndingInterrupted:
		c.Interrupted++
		return
	case EndingForgedRefused:
		c.Refused++
		return
	case EndingForgedTaken:
		c.Taken++
		return
	case EndingForgedUnclear:
		c.Unclear++
		return
	case EndingAcknowledged:
		c.Acknowledged[min(len(x.Result.Attempts), len(c.Acknowledged))-1]++
	case EndingUnheard:
		c.Unheard++
	case EndingByPlatform:
		c.PlatformErrors++
	case EndingLost:
		c.Discarded++
	}
	c.Sent++
	if x.Duplicate {
		c.Duplicates++
	}
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
	c.Unclear += other.Unclear
	c.Interrupted += other.Interrupted
	c.RepliesDropped += other.RepliesDropped
}
