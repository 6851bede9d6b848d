package mysql

import (
	"database/sql"
	"net/url"
)

// Conns are the connections of the store.
func (s *Store) Conns() *sql.DB { return s.db }

// Migrations are the steps to the present tables.
func Migrations() []string { return migrations() }

// Server is what a URL says.
type Server struct {
	Addr, User, Password, Database, TLS string
	MaxConns                            int
}

// Read returns what u says.
func Read(u *url.URL) (Server, error) {
	c, conns, err := read(u)
	if err != nil {
		return Server{}, err
	}
	return Server{Addr: c.Addr, User: c.User, Password: c.Passwd, Database: c.DBName, TLS: c.TLSConfig, MaxConns: conns}, nil
}
