package tablestore

import (
	"context"
	"errors"
	"iter"
	"sync"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
)

// readRows is how many rows a BatchGetRow may ask for. Source: Tablestore,
// "BatchGetRow" (read 2026-11-23).
const readRows = 100

// read returns the rows that are there, by their keys, with the columns named, or
// with all. Of a row that has none of the columns nothing is returned.
func (s *Store) read(ctx context.Context, keys []key, names ...string) (map[key]columns, error) {
	rows := make(map[key]columns, len(keys))
	parts := unique(keys)
	var mu sync.Mutex
	var failed error
	inParallel(len(parts), func(i int) {
		err := s.readPart(ctx, parts[i], names, func(k key, row columns) {
			mu.Lock()
			defer mu.Unlock()
			rows[k] = row
		})
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			failed = err
		}
	})
	if failed != nil {
		return nil, failed
	}
	return rows, nil
}

// unique returns the keys, each once, in parts that a request may have. There is no
// row with a key that is too long, and asking for one is an error.
func unique(keys []key) [][]key {
	seen := make(map[key]bool, len(keys))
	var parts [][]key
	for _, k := range keys {
		if seen[k] || len(k.pk[0]) > maxKey || len(k.pk[1]) > maxKey || len(k.pk[2]) > maxKey {
			continue
		}
		if len(seen)%readRows == 0 {
			parts = append(parts, nil)
		}
		seen[k] = true
		parts[len(parts)-1] = append(parts[len(parts)-1], k)
	}
	return parts
}

// readPart reads up to readRows rows of one table. If the reply is too large, it
// halves them until it is not.
func (s *Store) readPart(ctx context.Context, keys []key, names []string, found func(key, columns)) error {
	err := s.retry(ctx, "BatchGetRow", func(c *ots.TableStoreClient) error {
		query := &ots.MultiRowQueryCriteria{TableName: keys[0].table, ColumnsToGet: names, MaxVersion: 1}
		for _, k := range keys {
			query.PrimaryKey = append(query.PrimaryKey, k.primary())
		}
		reply, err := c.BatchGetRow(&ots.BatchGetRowRequest{MultiRowQueryCriteria: []*ots.MultiRowQueryCriteria{query}})
		if err != nil {
			return err
		}
		rows := reply.TableToRowsResult[keys[0].table]
		if len(rows) != len(keys) {
			return errEmptyReply
		}
		for i, row := range rows {
			switch {
			case !row.IsSucceed:
				return codeOf(row.Error.Code, row.Error.Message, 0)
			case len(row.PrimaryKey.PrimaryKeys) > 0:
				found(keys[i], rowOf(row.PrimaryKey.PrimaryKeys, row.Columns))
			}
		}
		return nil
	})
	if half := len(keys) / 2; half > 0 && err != nil && (refused(err) || errors.Is(err, errLargeReply)) {
		if err := s.readPart(ctx, keys[:half], names, found); err != nil {
			return err
		}
		return s.readPart(ctx, keys[half:], names, found)
	}
	return err
}

// span is a range of rows of a table or index.
type span struct {
	table string
	// under is the beginning of the key that all rows have.
	under []any
	// from and to bound the column after that, both included; nil is no bound. What
	// comes after in the key of from may follow.
	from, to []any
	// backward goes from to down to from.
	backward bool
	names    []string // columns; empty means all
	page     int      // rows asked for at once; 0 means the most that there may be
}

// pageRows is how many rows a page of a range has at most. Source: Tablestore,
// "GetRange" (read 2026-11-23).
const pageRows = 5000

// scan returns the rows of a range, in order.
func (s *Store) scan(ctx context.Context, sp span) iter.Seq2[columns, error] {
	return func(yield func(columns, error) bool) {
		start, end := sp.bounds()
		for start != nil {
			var reply *ots.GetRangeResponse
			err := s.retry(ctx, "GetRange", func(c *ots.TableStoreClient) (err error) {
				reply, err = c.GetRange(&ots.GetRangeRequest{RangeRowQueryCriteria: sp.query(start, end)})
				return err
			})
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range reply.Rows {
				if !yield(rowOf(row.PrimaryKey.PrimaryKeys, row.Columns), nil) {
					return
				}
			}
			start = reply.NextStartPrimaryKey
		}
	}
}

// bounds returns where a range starts, included, and ends, excluded.
func (sp span) bounds() (start, end *ots.PrimaryKey) {
	low, high := sp.bound(sp.from, (*ots.PrimaryKey).AddPrimaryKeyColumnWithMinValue), sp.bound(sp.to, (*ots.PrimaryKey).AddPrimaryKeyColumnWithMaxValue)
	if sp.backward {
		return high, low
	}
	return low, high
}

// bound returns a whole key: what is given, and the rest filled.
func (sp span) bound(last []any, fill func(*ots.PrimaryKey, string)) *ots.PrimaryKey {
	primary := &ots.PrimaryKey{}
	for i, name := range keyColumns(sp.table) {
		switch n := len(sp.under); {
		case i < n:
			primary.AddPrimaryKeyColumn(name, sp.under[i])
		case i < n+len(last):
			primary.AddPrimaryKeyColumn(name, last[i-n])
		default:
			fill(primary, name)
		}
	}
	return primary
}

func (sp span) query(start, end *ots.PrimaryKey) *ots.RangeRowQueryCriteria {
	direction := ots.FORWARD
	if sp.backward {
		direction = ots.BACKWARD
	}
	page := sp.page
	if page <= 0 || page > pageRows {
		page = pageRows
	}
	return &ots.RangeRowQueryCriteria{
		TableName: sp.table, StartPrimaryKey: start, EndPrimaryKey: end, Direction: direction,
		ColumnsToGet: sp.names, MaxVersion: 1, Limit: int32(page),
	}
}
