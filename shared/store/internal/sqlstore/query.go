package sqlstore

import (
	"context"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// defaultLimit is how many rows a query returns that asks for no number.
const defaultLimit = 50

// query is a SELECT in the making. In its text each ? is the place of an argument.
type query struct {
	db   Database
	text strings.Builder
	args []any
}

func selectFrom(db Database, columnsAndTable string) *query {
	q := &query{db: db}
	q.text.WriteString("SELECT " + columnsAndTable + " WHERE true")
	return q
}

// write adds a text with one ? for each argument.
func (q *query) write(text string, args ...any) {
	for _, arg := range args {
		before, after, _ := strings.Cut(text, "?")
		q.args = append(q.args, arg)
		q.text.WriteString(before + q.db.Parameter(len(q.args)))
		text = after
	}
	q.text.WriteString(text)
}

// and adds a condition.
func (q *query) and(condition string, args ...any) { q.write(" AND "+condition, args...) }

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

// since adds the condition on a time that the operator says, unless it is zero.
func (q *query) since(columnAndOperator string, t time.Time) {
	if !t.IsZero() {
		q.and(columnAndOperator+" ?", q.db.Time(t))
	}
}

// last puts the rows in order and limits their number; 0 means defaultLimit, and a
// negative number no limit.
func (q *query) last(order string, limit int) {
	if limit == 0 {
		limit = defaultLimit
	}
	q.write(" ORDER BY " + order)
	if limit > 0 {
		q.write(" LIMIT ?", limit)
	}
}

// list runs q and scans each row.
func list[T any](ctx context.Context, doing string, q *query, scan func(Row, *T) error) ([]T, error) {
	all, err := rows(ctx, q, scan)
	return all, q.db.Wrap(ctx, doing, err)
}

func rows[T any](ctx context.Context, q *query, scan func(Row, *T) error) ([]T, error) {
	var all []T
	err := q.db.Query(ctx, q.text.String(), q.args, func(row Row) error {
		var one T
		err := scan(row, &one)
		all = append(all, one)
		return err
	})
	return all, err
}

func (q *query) ids(ids []vod.ID) []any {
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = q.db.ID(id)
	}
	return values
}

func texts[T ~string](texts []T) []any {
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = string(text)
	}
	return values
}
