package sqlite

import "database/sql"

// OpenVFS opens the file at path by way of a registered VFS.
func OpenVFS(path, vfs string) (*Store, error) { return open(path, vfs) }

// Path is the file that the URL names.
func (s *Store) Path() string { return s.path }

// Writer is the one connection that writes, for settings that make it fail.
func (s *Store) Writer() *sql.DB { return s.writer }

// Reader is the connections that only read.
func (s *Store) Reader() *sql.DB { return s.reader }
