package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
	"github.com/vodevents/vodevents/shared/vod"
)

// questions implement [store.Reader].
type questions = sqlstore.Reader

// reading is the database as it is read.
type reading struct{ s *Store }

var _ sqlstore.Database = reading{}

// Query implements [sqlstore.Database], on a connection that only reads.
func (r reading) Query(ctx context.Context, query string, args []any, fn func(sqlstore.Row) error) error {
	return r.s.read(ctx, func(conn *sql.Conn) error {
		return each(ctx, conn, query, args, func(rows *sql.Rows) error { return fn(rows) })
	})
}

// Wrap implements [sqlstore.Database].
func (r reading) Wrap(ctx context.Context, doing string, err error) error {
	return r.s.wrap(ctx, doing, err)
}

// Parameter implements [sqlstore.Database].
func (reading) Parameter(int) string { return "?" }

// ID implements [sqlstore.Database].
func (reading) ID(id vod.ID) any { return id[:] }

// Time implements [sqlstore.Database].
func (reading) Time(t time.Time) any { return timeText(t) }

// ScanID implements [sqlstore.Database].
func (reading) ScanID(id *vod.ID) any { return (*sqlstore.ID)(id) }

// ScanTime implements [sqlstore.Database].
func (reading) ScanTime(t *time.Time) any { return (*timeColumn)(t) }

// each calls fn for each row of a query.
func each(ctx context.Context, conn *sql.Conn, query string, args []any, fn func(*sql.Rows) error) error {
	rows, err := conn.QueryContext(ctx, query, args...)
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
