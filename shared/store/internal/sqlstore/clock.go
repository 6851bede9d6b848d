package sqlstore

import (
	"context"
	"time"
)

// Now asks a database what time it is there, by a query with that one row.
func Now(ctx context.Context, d Database, query string) (now time.Time, err error) {
	err = d.Query(ctx, query, nil, func(row Row) error { return row.Scan(d.ScanTime(&now)) })
	if err != nil {
		return time.Time{}, d.Wrap(ctx, "ask for the time", err)
	}
	return now, nil
}
