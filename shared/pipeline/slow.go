package pipeline

import (
	"slices"
	"sync"
	"time"
)

// slowFor is how long a sink is left alone by those in haste that was too slow for
// them.
const slowFor = 30 * time.Second

// slowSinks remembers which sinks were too slow for somebody in haste. It is no
// failure of theirs, and no matter for the store: whoever has time, delivers. Each
// instance finds out for itself. The zero value works.
type slowSinks struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// note remembers a sink.
func (s *slowSinks) note(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until == nil {
		s.until = map[string]time.Time{}
	}
	s.until[name] = time.Now().Add(slowFor)
}

// without returns the names of those that are not remembered.
func (s *slowSinks) without(names []string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(names, func(name string) bool { return time.Now().Before(s.until[name]) })
}
