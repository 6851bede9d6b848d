package vodtest

import (
	"math/bits"
	"time"
)

// Latency is how long attempts took, those without an answer included.
type Latency struct {
	// P50 and P99 are what half of the attempts and 99 of 100 did not exceed, to 3 %.
	P50, P99 time.Duration
	Max      time.Duration
}

// latencies counts durations in classes that are 3 % wide, so that any number of
// attempts takes the same memory.
type latencies struct {
	classes [classes]int
	count   int
	longest time.Duration
}

// A class holds the durations, in nanoseconds, that have the same leading bits: fine
// of them after the first.
const (
	fine    = 5
	classes = (64 - fine + 1) << fine
)

func classOf(d time.Duration) int {
	n := uint64(max(d, 0))
	shift := max(0, bits.Len64(n)-fine-1)
	return shift<<fine + int(n>>shift) //nolint:gosec // at most 63 and a few bits
}

// longestIn returns the longest duration of a class.
func longestIn(class int) time.Duration {
	shift := max(0, class>>fine-1)
	return time.Duration((class-shift<<fine+1)<<shift - 1)
}

func (l *latencies) add(d time.Duration) {
	l.classes[classOf(d)]++
	l.count++
	l.longest = max(l.longest, d)
}

// below returns what percent of the durations do not exceed.
func (l *latencies) below(percent int) time.Duration {
	rank := (l.count*percent + 99) / 100
	for class, n := range l.classes {
		if rank -= n; rank <= 0 {
			return min(longestIn(class), l.longest)
		}
	}
	return l.longest
}

func (l *latencies) latency() Latency {
	return Latency{P50: l.below(50), P99: l.below(99), Max: l.longest}
}
