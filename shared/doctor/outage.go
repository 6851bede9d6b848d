package doctor

import (
	"context"
	"fmt"
	"time"
)

const (
	// examined is the outage that is worked out.
	examined = 10 * time.Second
	// attempts and pause are VOD's rule for callbacks (ApsaraVideo VOD, FAQ about event
	// notifications, read 2026-11-23).
	attempts = 3
	pause    = time.Second
	// instances is how many a region runs at once, unless more were asked for (Function
	// Compute 3.0, "Limits", February 2026).
	instances = 300
)

// outage works out what becomes of callbacks while the store is away for ten seconds.
// Messages from queues and topics come again by themselves.
func (o *opened) outage(context.Context) []Finding {
	if o.Only == MNS {
		return []Finding{{Verdict: Skipped, Detail: "only callbacks can be lost: messages come again by themselves"}}
	}
	reach := reachOf(o.config.Budget)
	how := fmt.Sprintf("%d attempts × %s + %d pauses × %s: a callback bridges %s", attempts, o.config.Budget, attempts-1, pause, reach)
	if o.fallback != nil {
		return []Finding{{
			Verdict: OK,
			Detail:  fmt.Sprintf("a store that is away for %s costs no event: what it does not take in time waits in the fallback (without one, %s)", examined, how),
		}}
	}
	f := Finding{Verdict: Warn, Advice: "set VOD_FALLBACK: then no event depends on how long the store is away"}
	if lost := examined - reach; lost > 0 {
		f.Detail = fmt.Sprintf("%s: a store that is away for %s costs all events of its first %s", how, examined, lost)
		return []Finding{f}
	}
	f.Detail = fmt.Sprintf("%s: a store that is away for %s costs no event, one that is away for longer than %s all that came before its last %s", how, examined, reach, reach)
	held := heldFor(o.config.Budget, examined).Seconds()
	return []Finding{f, {Verdict: OK, Detail: fmt.Sprintf(
		"on go1 a callback that waits holds an instance: after %s without a store %g are held for each event a second, and %d, which is what a region has, are enough for %d events a second",
		examined, held, instances, int(instances/held),
	)}}
}

// reachOf is how long after its arrival the last attempt of a callback ends.
func reachOf(budget time.Duration) time.Duration {
	return attempts*budget + (attempts-1)*pause
}

// heldFor is for how much of the time of an outage a callback is being answered that came
// at its beginning; or, of those that came at any time, of how many seconds' worth is at its
// end.
func heldFor(budget, outage time.Duration) time.Duration {
	held := time.Duration(0)
	for i := range attempts {
		begins := time.Duration(i) * (budget + pause)
		held += max(0, min(budget, outage-begins))
	}
	return held
}
