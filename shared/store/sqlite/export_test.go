package sqlite

import "database/sql"

// Path is the file that the URL names.
func (s *Store) Path() string { return s.path }

// Writer is the one connection that writes, for settings that make it fail.
func (s *Store) Writer() *sql.DB { return s.writer }
