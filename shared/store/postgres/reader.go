package postgres

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
	"github.com/vodevents/vodevents/shared/vod"
)

// questions implement [store.Reader].
type questions = sqlstore.Reader

// reading is the database as it is read.
type reading struct{ s *Store }

var _ sqlstore.Database = reading{}

// Query implements [sqlstore.Database].
func (r reading) Query(ctx context.Context, query string, args []any, fn func(sqlstore.Row) error) error {
	err := r.s.do(ctx, func(conn *pgx.Conn) (bool, error) {
		rows := 0
		err := each(ctx, conn, query, args, func(row pgx.Rows) error {
			rows++
			return fn(row)
		})
		return rows > 0, err
	})
	if code(err) == codeBadText { // it is in the question, and no row has it
		return nil
	}
	return err
}

// Wrap implements [sqlstore.Database].
func (reading) Wrap(ctx context.Context, doing string, err error) error { return wrap(ctx, doing, err) }

// Parameter implements [sqlstore.Database].
func (reading) Parameter(n int) string { return "$" + strconv.Itoa(n) }

// ID implements [sqlstore.Database].
func (reading) ID(id vod.ID) any { return uuid(id) }

// Time implements [sqlstore.Database].
func (reading) Time(t time.Time) any { return instant(t) }

// ScanID implements [sqlstore.Database].
func (reading) ScanID(id *vod.ID) any { return (*idColumn)(id) }

// ScanTime implements [sqlstore.Database].
func (reading) ScanTime(t *time.Time) any { return (*timeColumn)(t) }

// querier is a connection or a transaction.
type querier interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}

// each calls fn for each row of a query.
func each(ctx context.Context, q querier, query string, args []any, fn func(pgx.Rows) error) error {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
