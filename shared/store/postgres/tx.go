package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// do runs fn on a connection to a database that has the tables, see [pool.do].
func (s *Store) do(ctx context.Context, fn func(*pgx.Conn) (alive bool, err error)) error {
	return s.pool.do(ctx, func(conn *pgx.Conn) (bool, error) {
		if err := s.requireTables(ctx, conn); err != nil {
			return false, err
		}
		return fn(conn)
	})
}

// requireTables returns [store.ErrNotMigrated] if the tables are older than those
// that this program makes. It asks until they are not: they do not grow younger.
func (s *Store) requireTables(ctx context.Context, conn *pgx.Conn) error {
	if s.migrated.Load() {
		return nil
	}
	var v int
	if err := conn.QueryRow(ctx, version, pgx.QueryExecModeSimpleProtocol).Scan(&v); err != nil {
		return err
	}
	err := migrations().Require(v)
	s.migrated.Store(err == nil)
	return err
}

// begin starts a transaction. Each statement in it sees what was committed before,
// whatever the default is, and it ends if this process is frozen or cut off in the
// middle of it, so that nobody waits for its locks.
const begin = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '10s'"

// transaction runs fn in a transaction on a connection of the pool. On an error of
// fn nothing is written.
func (p *pool) transaction(ctx context.Context, fn func(pgx.Tx) error) error {
	return p.do(ctx, func(conn *pgx.Conn) (bool, error) { return transaction(ctx, conn, fn) })
}

// transaction is [pool.transaction] on a database that has the tables.
func (s *Store) transaction(ctx context.Context, fn func(pgx.Tx) error) error {
	return s.do(ctx, func(conn *pgx.Conn) (bool, error) { return transaction(ctx, conn, fn) })
}

func transaction(ctx context.Context, conn *pgx.Conn, fn func(pgx.Tx) error) (alive bool, err error) {
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
	if err != nil {
		return false, err
	}
	if err := fn(tx); err != nil {
		_ = tx.Rollback(ctx) // else the pool drops the connection, which ends it too
		return true, err
	}
	return true, tx.Commit(ctx)
}
