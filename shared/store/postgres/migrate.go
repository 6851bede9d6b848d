package postgres

import (
	"context"
	_ "embed"

	"github.com/jackc/pgx/v5"

	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
)

//go:embed migrations/0001_tables.sql
var tables string

// migrations returns the steps to the present tables.
func migrations() sqlstore.Steps { return sqlstore.Steps{tables} }

const (
	// lockMigration is held to the end of the transaction. The number is any that
	// nobody else is likely to use.
	lockMigration = "SELECT pg_advisory_xact_lock(8071962310447)"

	hasSchema = "SELECT to_regclass('vod_schema') IS NOT NULL"
	version   = "SELECT coalesce(max(version), 0) FROM vod_schema"
	taken     = "INSERT INTO vod_schema (version, applied) VALUES ($1, now())"

	// schemaTable notes which steps have been taken, and when.
	schemaTable = `
CREATE TABLE vod_schema (
  version integer NOT NULL PRIMARY KEY,
  applied timestamptz NOT NULL
)`
)

// Migrate makes or upgrades the tables, all of it in one transaction. It needs the
// right to create tables only if there is something to do.
func (s *Store) Migrate(ctx context.Context) error {
	err := s.pool.transaction(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockMigration); err != nil {
			return err
		}
		var has bool
		if err := tx.QueryRow(ctx, hasSchema).Scan(&has); err != nil {
			return err
		}
		if !has {
			if _, err := tx.Exec(ctx, schemaTable); err != nil {
				return err
			}
		}
		var done int
		if err := tx.QueryRow(ctx, version).Scan(&done); err != nil {
			return err
		}
		return migrations().Take(done, func(v int, step string) error {
			if _, err := tx.Exec(ctx, step); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, taken, v)
			return err
		})
	})
	return wrap(ctx, "migrate", err)
}
