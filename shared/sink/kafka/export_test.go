package kafka

import "time"

// SetNow sets the clock by which connections get old: a test cannot wait as long as
// an instance may be frozen.
func (s *Sink) SetNow(now func() time.Time) { s.now = now }
