package mysql

import "database/sql"

// Conns are the connections of the store.
func (s *Store) Conns() *sql.DB { return s.db }
