package sqlite

import (
	"context"
	"database/sql"
	"strings"

	"github.com/vodevents/vodevents/shared/vod"
)

// defaultLimit is how many rows a query returns that asks for no number.
const defaultLimit = 50

// query is a SELECT in the making.
type query struct {
	text strings.Builder
	args []any
}

func selectFrom(columnsAndTable string) *query {
	q := &query{}
	q.text.WriteString("SELECT " + columnsAndTable + " WHERE true")
	return q
}

// and adds a condition with one parameter for each argument.
func (q *query) and(condition string, args ...any) {
	q.text.WriteString(" AND " + condition)
	q.args = append(q.args, args...)
}

// in adds the condition that a column has one of the values, if there are any.
func (q *query) in(column string, values []any) {
	if len(values) > 0 {
		q.and(column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", values...)
	}
}

// equal adds the condition that a column has the value, unless it is empty.
func (q *query) equal(column, value string) {
	if value != "" {
		q.and(column+" = ?", value)
	}
}

// last puts the rows in order and limits their number; 0 means defaultLimit.
func (q *query) last(order string, limit int) {
	if limit == 0 {
		limit = defaultLimit
	}
	q.text.WriteString(" ORDER BY " + order + " LIMIT ?")
	q.args = append(q.args, limit)
}

// list runs q on a connection that only reads, and scans each row.
func list[T any](ctx context.Context, s *Store, doing string, q *query, scan func(*sql.Rows, *T) error) ([]T, error) {
	all, err := rows(ctx, s, q, scan)
	return all, s.wrap(ctx, doing, err)
}

func rows[T any](ctx context.Context, s *Store, q *query, scan func(*sql.Rows, *T) error) ([]T, error) {
	var all []T
	err := s.read(ctx, func(conn *sql.Conn) error {
		return each(ctx, conn, q.text.String(), q.args, func(rows *sql.Rows) error {
			var one T
			err := scan(rows, &one)
			all = append(all, one)
			return err
		})
	})
	return all, err
}

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

func idValues(ids []vod.ID) []any {
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = id[:]
	}
	return values
}

func textValues[T ~string](texts []T) []any {
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = string(text)
	}
	return values
}
