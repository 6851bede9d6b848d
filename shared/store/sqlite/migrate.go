package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
)

var (
	//go:embed migrations/0001_tables.sql
	tables string
	//go:embed migrations/0002_outbox.sql
	outbox string
)

// migrations returns the steps to the present tables.
func migrations() sqlstore.Steps { return sqlstore.Steps{tables, outbox} }

// schemaTable notes which steps have been taken, and when.
const schemaTable = `
CREATE TABLE IF NOT EXISTS vod_schema (
  version INTEGER NOT NULL PRIMARY KEY,
  applied TEXT NOT NULL
) STRICT`

// Migrate makes the file, readable by its owner only, and the tables, or upgrades
// them. It does not make the directory. A file from a newer program is an error.
func (s *Store) Migrate(ctx context.Context) error {
	return s.wrap(ctx, "migrate", s.migrate(ctx))
}

func (s *Store) migrate(ctx context.Context) error {
	made, err := create(s.path)
	if err != nil {
		return err
	}
	if made {
		s.forget() // what is open is a file that was there before
	}
	if err := s.useWAL(ctx); err != nil {
		return err
	}
	return s.write(ctx, func(conn *sql.Conn) error {
		if _, err := conn.ExecContext(ctx, schemaTable); err != nil {
			return err
		}
		done, err := version(ctx, conn)
		if err != nil {
			return err
		}
		return migrations().Take(done, func(v int, step string) error {
			if _, err := conn.ExecContext(ctx, step); err != nil {
				return err
			}
			_, err := conn.ExecContext(ctx, "INSERT INTO vod_schema (version, applied) VALUES (?, ?)", v, timeText(time.Now()))
			return err
		})
	})
}

// create makes the file unless it is there, and reports whether it did.
func create(path string) (bool, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the path is a setting
	switch {
	case errors.Is(err, fs.ErrExist):
		return false, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("the directory %s does not exist", filepath.Dir(path))
	case err != nil:
		return false, err
	}
	return true, f.Close()
}

// useWAL sets the journal mode, which the file keeps. Changing it needs the file
// alone, and SQLite does not wait for that, so we do.
func (s *Store) useWAL(ctx context.Context) error {
	conn, err := s.connect(ctx, s.writer)
	if err != nil {
		return err
	}
	defer conn.Close() // gives it back to the pool
	for {
		var mode string
		err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		switch {
		case err == nil && mode != "wal":
			return fmt.Errorf("the journal mode stays %s: the file system has no shared memory", mode)
		case !errors.Is(err, sqlite3.BUSY):
			return err
		}
		if err := pause(ctx, 5*time.Millisecond); err != nil {
			return err
		}
	}
}

// pause waits for d, or for the end of ctx, which is an error.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
