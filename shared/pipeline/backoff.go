package pipeline

import (
	"math/rand/v2"
	"time"
)

// The pauses before a delivery, or a sink, is tried again.
const (
	firstRetry   = 10 * time.Second
	longestRetry = time.Hour
	firstRest    = 5 * time.Second
	longestRest  = 5 * time.Minute
)

// pause returns a random time up to first, doubled for each earlier failure, up to
// longest (exponential back-off with full jitter). Many who failed together so come
// back apart.
func pause(failures int, first, longest time.Duration) time.Duration {
	limit := longest
	if failures < 30 { // else it would not fit
		limit = min(longest, first<<max(failures, 0))
	}
	return rand.N(limit) + time.Millisecond //nolint:gosec // jitter is no secret
}
