// Package sqlite keeps events in a SQLite database: one file, no server, for a
// laptop, a machine of your own, and tests. The local disk of a function is
// neither durable nor shared, so that a deployed function needs another store.
//
// # URL
//
//	sqlite:vod.db                relative to the working directory
//	sqlite:/var/lib/vod/vod.db   absolute, also as sqlite:///var/lib/vod/vod.db
//
// The file is made by [Store.Migrate], readable by its owner only; the directory
// has to exist. Several processes on one machine may use it at the same time; it
// must not be on a network file system, which has no shared memory. The one
// parameter, local=true, says that the disk is durable even though this is a
// function; it changes nothing here.
//
// # Durability
//
// The journal is a write-ahead log (WAL), synced on each commit (synchronous =
// FULL): what is committed survives a crash of the process and of the machine. A
// process has one connection that writes, on which commits queue, and others that
// only read and so never wait. Waiting, for the queue or for another process,
// ends with the context. A sync that the disk does not answer cannot be called off.
//
// A commit to a file that was removed or replaced meanwhile fails and says so; the
// next goes to the file that is there then. To put a backup in its place, end all
// processes that use it and remove vod.db-wal and vod.db-shm with it: the journal
// left behind would be taken for that of the backup.
//
// # Idempotence
//
// The id of an event is the primary key of its row; the insert that makes the row
// is the one that is New. A fact replaces another of the same facet in one guarded
// statement that compares time, rank and event id.
//
// # Schema
//
// The tables are vod_events, vod_facts, vod_deliveries, vod_sinks, vod_replays,
// vod_dead_letters and vod_schema; the view vod_media folds the facts of each medium, as
// [media.Fold] does. Times are text such as 2026-11-23T08:00:00.000Z, which sorts.
// Ids are 16 bytes; the column uuid shows them, and
//
//	SELECT * FROM vod_events WHERE id = unhex('0190b7a4-7c00-8000-8000-000000000001', '-');
//
// finds one by its index. Bodies are bytes: CAST(body AS TEXT) shows them.
package sqlite

import (
	"database/sql"
	"errors"
	"net/url"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"github.com/vodevents/vodevents/shared/store"
)

func init() {
	store.Register("sqlite", func(u *url.URL) (store.Store, error) { return Open(u) })
}

// Store is a SQLite database. It is a [store.Migrator], a [store.Reader], a
// [store.Outbox] and a [store.Maintainer].
type Store struct {
	questions
	path   string
	writer *sql.DB // one connection, on which writers queue
	reader *sql.DB
	// synced says that the writer's connection has committed once, see [Store.write].
	// Only who holds that connection touches it.
	synced bool
}

// maxReaders limits the memory that connections take, some megabytes each.
const maxReaders = 4

var (
	_ store.Store      = (*Store)(nil)
	_ store.Migrator   = (*Store)(nil)
	_ store.Reader     = (*Store)(nil)
	_ store.Outbox     = (*Store)(nil)
	_ store.Maintainer = (*Store)(nil)
)

// Open returns the store with the given URL. It does not touch the file.
func Open(u *url.URL) (*Store, error) {
	path, err := pathOf(u)
	if err != nil {
		return nil, err
	}
	return open(path, "os")
}

// open opens the file by way of a registered [vfs.VFS]; "os" is the operating
// system's.
func open(path, vfs string) (*Store, error) {
	s := &Store{path: path}
	s.DB = reading{s}
	var err error
	s.writer, err = driver.Open(dsn(path, "rw", vfs), func(c *sqlite3.Conn) error {
		s.synced = false
		return prepare(c)
	})
	if err != nil {
		return nil, err
	}
	s.writer.SetMaxOpenConns(1)
	s.reader, err = driver.Open(dsn(path, "ro", vfs), prepare)
	if err != nil {
		return nil, errors.Join(err, s.writer.Close())
	}
	s.reader.SetMaxOpenConns(maxReaders)
	s.reader.SetMaxIdleConns(maxReaders)
	return s, nil
}

// Close closes the connections. The file stays complete without it.
func (s *Store) Close() error {
	return errors.Join(s.reader.Close(), s.writer.Close())
}
