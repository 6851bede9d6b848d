package mysql

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"

	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
)

//go:embed migrations/0001_tables.sql
var tables string

// migrations returns the steps to the present tables. The database commits each of
// their statements by itself: one that was interrupted is done again, so that each
// has to be repeatable.
func migrations() sqlstore.Steps { return sqlstore.Steps{tables} }

// schemaTable notes which steps have been taken, and when.
const schemaTable = `
CREATE TABLE IF NOT EXISTS vod_schema (
  version INT NOT NULL PRIMARY KEY,
  applied DATETIME(3) NOT NULL
) ENGINE = InnoDB`

// Migrate makes the tables, or upgrades them. Tables from a newer program are an error.
func (s *Store) Migrate(ctx context.Context) error {
	return wrap(ctx, "migrate", retry(ctx, func() error { return s.migrate(ctx) }))
}

// migrationLock is a lock of the server, by a name that no other database has. It ends
// with the connection.
const migrationLock = "CONCAT('vod_migrate ', MD5(DATABASE()))"

func (s *Store) migrate(ctx context.Context) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() // gives it back to the pool
	if err := requirePacket(ctx, conn); err != nil {
		return err
	}
	for locked := false; !locked; { // shortly, as the server does not notice that somebody has gone
		if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK("+migrationLock+", 1)").Scan(&locked); err != nil {
			return err
		}
	}
	defer func() {
		if _, err := conn.ExecContext(ctx, "DO RELEASE_LOCK("+migrationLock+")"); err != nil {
			drop(conn)
		}
	}()
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
		_, err := conn.ExecContext(ctx, "INSERT INTO vod_schema (version, applied) VALUES (?, UTC_TIMESTAMP(3))", v)
		return err
	})
}

// requirePacket returns an error if the server would not take what commits may send.
func requirePacket(ctx context.Context, conn *sql.Conn) error {
	var size int
	err := conn.QueryRowContext(ctx, "SELECT @@max_allowed_packet").Scan(&size)
	if err == nil && size < maxPacket {
		err = fmt.Errorf("max_allowed_packet of the server is %d: commits need %d", size, maxPacket)
	}
	return err
}
