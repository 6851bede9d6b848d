package sqlite

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"github.com/vodevents/vodevents/shared/store"
)

// busyTimeout is how long a statement waits for another process at most. It is
// there for callers whose context has no end; all others wait until it ends.
const busyTimeout = time.Minute

// prepare makes a new connection ready for use. The journal mode is not set here:
// it is kept in the file, see [Store.Migrate].
func prepare(c *sqlite3.Conn) error {
	if err := c.BusyTimeout(busyTimeout); err != nil {
		return err
	}
	return c.Exec("PRAGMA synchronous = FULL")
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
	if err := fn(conn); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "COMMIT"); err != nil {
		return err
	}
	committed = true
	return nil
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

// querier is what [sql.DB] and [sql.Conn] have in common.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// version returns the version of the tables; 0 means that there are none.
func version(ctx context.Context, q querier) (int, error) {
	var v int
	err := q.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM vod_schema").Scan(&v)
	if errors.Is(err, sqlite3.ERROR) { // no such table
		return 0, nil
	}
	return v, err
}

// requireTables returns [store.ErrNotMigrated] if the tables are missing or older
// than those that this program makes.
func requireTables(ctx context.Context, q querier) error {
	v, err := version(ctx, q)
	if err != nil {
		return err
	}
	if v < len(migrations()) {
		return store.ErrNotMigrated
	}
	return nil
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
