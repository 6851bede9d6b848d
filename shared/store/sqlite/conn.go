package sqlite

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/vfs"

	"github.com/vodevents/vodevents/shared/store"
)

// busyTimeout is how long a statement waits for another process at most. It is
// there for callers whose context has no end; all others wait until it ends.
const busyTimeout = time.Minute

// journalLimit is what is kept of the journal after a burst, in bytes. In quiet
// times SQLite starts it again from its beginning at 4 MB.
const journalLimit = 8 << 20

// errMoved means that the file is no longer at its path: it was removed, renamed or
// replaced. What is written to it would be lost.
var errMoved = errors.New("the file was removed or replaced while it was open")

// prepare makes a new connection ready for use. The journal mode is not set here:
// it is kept in the file, see [Store.Migrate].
func prepare(c *sqlite3.Conn) error {
	if err := c.BusyTimeout(busyTimeout); err != nil {
		return err
	}
	return c.Exec("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = " + strconv.Itoa(journalLimit))
}

// connect returns a connection to the file that is at the path now. It drops those
// to a file that was there before.
func (s *Store) connect(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	for {
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		err = s.checkMoved(conn)
		if err == nil {
			return conn, nil
		}
		_ = conn.Close() // it is dropped already, or goes back to the pool
		if !errors.Is(err, errMoved) {
			return nil, err
		}
	}
}

// forget closes the connections that nobody uses. Others on a file that is gone are
// closed when they are next used.
func (s *Store) forget() {
	for _, db := range []*sql.DB{s.writer, s.reader} {
		db.SetMaxIdleConns(-1)
		db.SetMaxIdleConns(maxReaders)
	}
}

// checkMoved returns errMoved if the connection's file is no longer at its path. It
// then drops the connection and forgets the others: as long as one is open, they
// share their memory with those who open the file that is there now.
func (s *Store) checkMoved(conn *sql.Conn) error {
	err := hasMoved(conn)
	if errors.Is(err, errMoved) {
		drop(conn)
		s.forget()
	}
	return err
}

func hasMoved(conn *sql.Conn) error {
	return conn.Raw(func(c any) error {
		raw, ok := c.(driver.Conn)
		if !ok {
			return fmt.Errorf("%T is not a connection of SQLite", c)
		}
		file, err := raw.Raw().FileControl("main", sqlite3.FCNTL_FILE_POINTER)
		for err == nil {
			switch f := file.(type) {
			case vfs.FileHasMoved:
				moved, err := f.HasMoved()
				if err == nil && moved {
					err = errMoved
				}
				return err
			case vfs.FileUnwrap:
				file = f.Unwrap()
			default:
				return nil // it cannot move
			}
		}
		return err
	})
}

// drop closes the connection, which ends its transaction, and keeps it out of the
// pool.
func drop(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return sqldriver.ErrBadConn }) // this error is how
}

// read runs fn on a connection that only reads.
func (s *Store) read(ctx context.Context, fn func(*sql.Conn) error) error {
	conn, err := s.connect(ctx, s.reader)
	if err != nil {
		return err
	}
	defer conn.Close() // gives it back to the pool
	if err := requireTables(ctx, conn); err != nil {
		return err
	}
	return fn(conn)
}

// write runs fn in a transaction that holds the write lock from its beginning, so
// that waiting for the lock happens in one place. On an error of fn nothing is
// written.
//
// It does not use [sql.Tx], which at the end of ctx rolls back in a goroutine: a
// function instance that was frozen before that goroutine ran would go on holding
// the lock.
func (s *Store) write(ctx context.Context, fn func(*sql.Conn) error) error {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() // gives it back to the pool
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed {
			rollback(conn)
		}
	}()
	if err := s.checkMoved(conn); err != nil { // now, as waiting for the lock may take long
		return err
	}
	if err := s.dirty(ctx, conn); err != nil {
		return err
	}
	if err := fn(conn); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "COMMIT"); err != nil {
		return err
	}
	committed, s.synced = true, true
	return nil
}

// dirty makes the first transaction of a connection write something, and so sync
// the journal, whatever else it does. The journal that is found may hold commits of
// a process that was killed before it had synced them: they can be read, but would
// not survive a crash of the machine.
//
// The user version is not used otherwise. Setting it writes a page also if it stays
// what it is, unlike the update of a row.
func (s *Store) dirty(ctx context.Context, conn *sql.Conn) error {
	if s.synced {
		return nil
	}
	_, err := conn.ExecContext(ctx, "PRAGMA user_version = 0")
	return err
}

// rollback ends the transaction, unless SQLite has done so by itself. Where that
// fails it drops the connection, which ends it too. It does not wait.
func rollback(conn *sql.Conn) {
	_ = conn.Raw(func(c any) error { // its error is what drops the connection
		raw, ok := c.(driver.Conn)
		if ok && (raw.Raw().GetAutocommit() || raw.Raw().Exec("ROLLBACK") == nil) {
			return nil
		}
		return sqldriver.ErrBadConn
	})
}

// version returns the version of the tables; 0 means that there are none.
func version(ctx context.Context, conn *sql.Conn) (int, error) {
	var v int
	err := conn.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM vod_schema").Scan(&v)
	if errors.Is(err, sqlite3.ERROR) { // no such table
		return 0, nil
	}
	return v, err
}

// requireTables returns [store.ErrNotMigrated] if the tables are missing or older
// than those that this program makes.
func requireTables(ctx context.Context, conn *sql.Conn) error {
	v, err := version(ctx, conn)
	if err != nil {
		return err
	}
	return migrations().Require(v)
}

// wrap is [wrap], and names the file if it is the file that cannot be written.
func (s *Store) wrap(ctx context.Context, doing string, err error) error {
	if errors.Is(err, sqlite3.READONLY) {
		err = fmt.Errorf("this user may not write %s or its directory, which even reading needs (write-ahead log): %w", s.path, err)
	}
	return wrap(ctx, doing, err)
}

// wrap says what was being done when err happened, and whether the context is
// what ended it, which SQLite reports as a lock or an interruption.
func wrap(ctx context.Context, doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("%w: %w", store.ErrNotMigrated, err)
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		err = fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return fmt.Errorf("sqlite: %s: %w", doing, err)
}
