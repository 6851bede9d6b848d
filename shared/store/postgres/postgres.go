// Package postgres keeps events in a PostgreSQL database, version 12 or newer:
// ApsaraDB RDS for PostgreSQL, PolarDB for PostgreSQL, or a server of your own.
//
// # URL
//
//	postgres://user:password@host:5432/database
//	postgres://user:password@host/database?sslmode=verify-full&sslrootcert=/code/ca.pem&max_conns=4
//
// postgresql:// is the same. User, host and database are needed; the port is 5432
// by default. In the password write %40 for @, %23 for #, and so on. The
// parameters are
//
//   - sslmode and sslrootcert, as in libpq: disable, allow, prefer (the default,
//     which takes what the server offers and checks nothing), require, verify-ca or
//     verify-full, and the file with the certificates that are trusted; without it
//     those of the system are.
//   - max_conns, 1 to 100: how many connections at most; 1 by default, since each
//     function instance holds its own.
//   - default_query_exec_mode=cache_describe, for a proxy that gives each transaction
//     another connection, such as PgBouncer in transaction mode: no statement is then
//     kept in the server. The default is cache_statement.
//
// Nothing else is read: no PGHOST or other variable of libpq but PGSERVICE, and no
// password file.
//
// # Connections
//
// They are dialled when needed and kept for half a minute. A connection that was
// cut while nobody used it, by a proxy, a restart or a failover, is replaced by a
// new one, once, before a commit fails. At the end of the context a call ends, and
// the connection with it.
//
// # Durability
//
// A batch is one statement in one round trip, and one transaction. Where
// synchronous_commit is off, commits here are synchronous all the same. What is
// committed survives a crash of server and machine if fsync is on, which it is by
// default, and a failover if the standby is synchronous.
//
// # Idempotence
//
// The id of an event is the primary key of its row; the insert that makes the row
// is the one that is New. A fact replaces another of the same facet in one guarded
// statement that compares time, rank and event id. If the reply to a commit is lost
// with its connection, repeating it says Known.
//
// # What is rejected
//
// Texts with a NUL, which PostgreSQL does not hold, and ids of media or names of
// facets that do not fit into an index: some 2,700 bytes. The batch is then halved
// until the record is found.
//
// # Schema
//
// The tables are vod_events, vod_facts, vod_deliveries, vod_sinks, vod_replays,
// vod_dead_letters and vod_schema, in the first schema of the user's search_path;
// the view vod_media folds the facts of each medium, as [media.Fold] does. Ids are
// of type uuid. Bodies are bytes: convert_from(body, 'UTF8') shows one that is text.
// The data of facts is json, not jsonb, which would change it. A fact or a medium
// of no time has -infinity.
package postgres

import (
	"net/url"
	"sync/atomic"

	"github.com/vodevents/vodevents/shared/store"
)

func init() {
	open := func(u *url.URL) (store.Store, error) { return Open(u) }
	store.Register("postgres", open)
	store.Register("postgresql", open)
}

// Store is a PostgreSQL database. It is a [store.Migrator], a [store.Reader], a
// [store.Outbox] and a [store.Maintainer].
type Store struct {
	questions
	pool *pool
	// migrated says that the tables were found to be as new as this program.
	migrated atomic.Bool
}

var (
	_ store.Store      = (*Store)(nil)
	_ store.Migrator   = (*Store)(nil)
	_ store.Reader     = (*Store)(nil)
	_ store.Outbox     = (*Store)(nil)
	_ store.Maintainer = (*Store)(nil)
)

// Open returns the store with the given URL. It reads the file of sslrootcert, and
// does not dial.
func Open(u *url.URL) (*Store, error) {
	config, conns, err := configOf(u)
	if err != nil {
		return nil, err
	}
	s := &Store{pool: newPool(config, conns)}
	s.DB = reading{s}
	return s, nil
}

// Close closes the connections, and those in use as soon as they are not.
func (s *Store) Close() error {
	s.pool.close()
	return nil
}
