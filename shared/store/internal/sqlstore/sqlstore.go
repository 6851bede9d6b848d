// Package sqlstore holds what is the same rule in all SQL stores: the questions of
// [store.Reader], the flow of a rebuild, and the order of migrations. They have the
// tables and columns in common; how values are written and what a transaction
// looks like is theirs.
package sqlstore

import (
	"context"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// Database is a SQL database with the tables of a store, as it is read.
type Database interface {
	// Query runs a query and calls each for every row, until it returns an error. It
	// is called with what was selected still being read: each must not query. Without
	// tables the error is [store.ErrNotMigrated].
	Query(ctx context.Context, query string, args []any, each func(Row) error) error
	// Wrap says what was being done when err happened; nil stays nil.
	Wrap(ctx context.Context, doing string, err error) error

	// Parameter returns the place of the n-th argument in a query, from 1: ? or $n.
	Parameter(n int) string
	// ID and Time return what the driver takes for a value.
	ID(id vod.ID) any
	Time(t time.Time) any
	// ScanID and ScanTime return what a column is scanned into. No time, however
	// that is written, and NULL are the zero time; others are in UTC.
	ScanID(id *vod.ID) any
	ScanTime(t *time.Time) any
}

// Row is one row of what was selected.
type Row interface {
	Scan(dest ...any) error
}
