package console

import (
	"crypto/rand"
	"sync"
	"time"
)

// sessionTime is how long somebody who gave the token need not give it again.
const sessionTime = 24 * time.Hour

// sessions are those who gave the token. They end with the program at the latest.
type sessions struct {
	mu   sync.Mutex
	ends map[string]time.Time // by id, which is random
}

// begin returns the id of a new session.
func (s *sessions) begin(now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, end := range s.ends {
		if !now.Before(end) {
			delete(s.ends, id)
		}
	}
	if s.ends == nil {
		s.ends = map[string]time.Time{}
	}
	id := rand.Text()
	s.ends[id] = now.Add(sessionTime)
	return id
}

// has reports whether there is a session of that id.
func (s *sessions) has(id string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Before(s.ends[id]) // the zero time of none is long past
}

// end ends a session, if there is one of that id.
func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ends, id)
}
