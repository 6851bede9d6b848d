// Package mysql keeps events in a MySQL database: RDS, PolarDB, MariaDB or a server
// of your own.
//
// It needs InnoDB tables, utf8mb4, and MySQL 5.7.8 or MariaDB 10.3 at least. Tested
// is MariaDB 10.11; for MySQL the statements keep to what the manuals of 5.7 and 8.0
// promise (no SKIP LOCKED, WITH, RETURNING or window functions).
//
// # URL
//
//	mysql://user:password@host:3306/database?tls=true&max_conns=1
//
// User, password and database are percent-decoded: write @ as %40, / as %2F and so
// on. The port may be left out. The database has to exist; [Store.Migrate] makes the
// tables. Parameters, all optional:
//
//   - tls: true (the certificate has to be good for the host), skip-verify (encrypted,
//     but anybody's), false, or preferred, which is the default: skip-verify if the
//     server can do it, else not encrypted.
//   - tls_ca: a PEM file with the certificates that tls=true trusts, instead of those
//     of the system. RDS has one for each region.
//   - max_conns: how many connections at most, 1 to 100. The default of 1 suits
//     functions, of which each instance holds its own.
//
// # Connections
//
// A connection is made when it is first needed, and again when the old one is gone:
// what was under way then is tried once more, which is safe. The server ends
// connections that are idle for a minute, so that instances that are frozen or gone
// hold neither connections nor locks for longer; ours are not used after 45 seconds.
// The session is set up for what this package relies on, whatever the defaults of the
// server: strict mode, UTC, READ COMMITTED, which needs the binary log in row or
// mixed format, and two seconds as the longest wait for a lock.
//
// # Durability
//
// A commit is as durable as the server makes it: innodb_flush_log_at_trx_commit = 1
// (and sync_binlog = 1, if you fail over to a replica), the defaults of MySQL and of
// RDS. An event is Known only after a commit of ours that is behind the one that
// wrote it, since InnoDB shows what others have written before it is on the disk.
//
// # Idempotence
//
// The id of an event is the primary key of its row; the insert that makes the row is
// the one that is New. A batch that is new, which most are, is one round trip: all
// statements from START TRANSACTION to COMMIT, if they fit into 4 MiB. One that holds
// dead letters takes two, one that holds known events three. Rows are written in the order of their keys; deadlocks
// that happen all the same are tried again.
//
// # Schema
//
// The tables are vod_events, vod_facts, vod_deliveries, vod_sinks, vod_replays,
// vod_dead_letters and vod_schema; the view vod_media folds the facts of each medium,
// as [media.Fold] does. Times are DATETIME(3) in UTC. Ids are 16 bytes; the column
// uuid shows them, and
//
//	SELECT * FROM vod_events WHERE id = UNHEX(REPLACE('0190b7a4-7c00-8000-8000-000000000001', '-', ''));
//
// finds one by its index. Bodies are bytes: CONVERT(body USING utf8mb4) shows them.
// So are the names that come from VOD (type, subject, medium, facet, sink): MySQL and
// MariaDB have no collation in common that tells "a" from "a ". They compare and join
// with texts as they are; the mysql client shows them with --skip-binary-as-hex. A
// medium or type of more than 255 bytes, or a facet of more than 512, is Rejected, and
// so are years before 1001 and after 9999. vod_events.repeats is about how often an
// event came again.
//
// The column facts of vod_media is a text that ends at group_concat_max_len, of which
// MySQL's default is 1024 bytes: SET SESSION group_concat_max_len = 1 << 30 before
// you select it. [Store.Media] does not depend on it.
package mysql

import (
	"database/sql"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

func init() {
	store.Register("mysql", func(u *url.URL) (store.Store, error) { return Open(u) })
}

// Store is a MySQL database. It is a [store.Migrator], a [store.Reader], a
// [store.Outbox] and a [store.Maintainer].
type Store struct {
	questions
	db *sql.DB
	// migrated says that the tables were seen to be as new as this program.
	migrated atomic.Bool
}

var (
	_ store.Store      = (*Store)(nil)
	_ store.Migrator   = (*Store)(nil)
	_ store.Reader     = (*Store)(nil)
	_ store.Outbox     = (*Store)(nil)
	_ store.Maintainer = (*Store)(nil)
)

// maxIdle is for how long a connection is kept that nobody uses: less than the
// server does, see setup.
const maxIdle = 45 * time.Second

// Open returns the store with the given URL. It does not dial.
func Open(u *url.URL) (*Store, error) {
	config, maxConns, err := read(u)
	if err != nil {
		return nil, err
	}
	c, err := newConnector(config)
	if err != nil {
		return nil, err
	}
	s := &Store{db: sql.OpenDB(c)}
	s.db.SetMaxOpenConns(maxConns)
	s.db.SetMaxIdleConns(maxConns)
	s.db.SetConnMaxIdleTime(maxIdle)
	s.questions = questions{DB: reading{s}}
	return s, nil
}

// Close closes the connections.
func (s *Store) Close() error { return s.db.Close() }
