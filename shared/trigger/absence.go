package trigger

import (
	"sync"
	"time"
)

// probeEvery is how often a callback asks the store first while it is away.
const probeEvery = 3 * time.Second

// absence remembers that the store is away, so that callbacks ask the fallback first and
// do not all wait for the store. Now and then one of them does all the same, with all of
// its time: connections have to be made anew. Each instance finds out for itself. The
// zero value means that the store is there.
type absence struct {
	mu    sync.Mutex
	away  bool
	probe time.Time
}

// begin notes that the store has used up its head start.
func (a *absence) begin(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.away, a.probe = true, now.Add(probeEvery)
}

// end notes that the store has taken something.
func (a *absence) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.away = false
}

// lasts reports whether the store is to be asked second.
func (a *absence) lasts(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.away {
		return false
	}
	if now.Before(a.probe) {
		return true
	}
	a.probe = now.Add(probeEvery)
	return false
}
