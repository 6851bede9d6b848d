package postgres

import (
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
)

// ConfigOf returns the settings that u holds, and how many connections it allows.
func ConfigOf(u *url.URL) (*pgx.ConnConfig, int, error) { return configOf(u) }

// Age makes the idle connections older.
func (s *Store) Age(by time.Duration) {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	for i := range s.pool.idle {
		s.pool.idle[i].since = s.pool.idle[i].since.Add(-by)
	}
}
