package vodtest

import (
	"math"
	"time"
)

// pace says when it is time for the next event.
type pace struct {
	rate, speed float64
	longest     time.Duration // pause, 0 means no limit
	latest      time.Time     // when the latest event happened that was sent
	due         time.Time     // when the one before was to be sent
}

// moment is how late timers may be, which must not make a play slower.
const moment = 10 * time.Millisecond

// next returns when to send an event that happened at a time, as seen from now, when
// there is a place for it. What was held up for longer than a moment is not made up
// for: the events after it are as far apart as ever.
func (p *pace) next(at, now time.Time) time.Time {
	if p.due.IsZero() {
		p.latest, p.due = at, now
		return now
	}
	var pause time.Duration
	if gap := at.Sub(p.latest); gap > 0 && p.speed > 0 {
		p.latest, pause = at, nanoseconds(float64(gap)/p.speed)
		if p.longest > 0 {
			pause = min(pause, p.longest)
		}
	}
	if p.rate > 0 {
		pause = max(pause, nanoseconds(float64(time.Second)/p.rate))
	}
	p.due = p.due.Add(pause)
	if now.Sub(p.due) > moment {
		p.due = now
	}
	return p.due
}

// nanoseconds returns n of them, or the longest time there is.
func nanoseconds(n float64) time.Duration {
	if n >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(n)
}

// atLeastZero reports whether n is a number that is, and not infinite.
func atLeastZero(n float64) bool { return n >= 0 && n <= math.MaxFloat64 }
