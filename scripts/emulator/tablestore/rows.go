package tablestore

import (
	"iter"
	"slices"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore/internal/plainbuffer"
)

// row is a stored row. It is never changed, only replaced: its columns are
// sorted by name, and each has its timestamp.
type row struct {
	plainbuffer.Row
}

// column is a column of a row.
type column = plainbuffer.Cell

// column returns the value of a column, of the primary key or an attribute.
func (r *row) column(name string) (plainbuffer.Value, bool) {
	if i := slices.IndexFunc(r.PrimaryKey, named(name)); i >= 0 {
		return r.PrimaryKey[i].Value, true
	}
	if i := slices.IndexFunc(r.Columns, named(name)); i >= 0 {
		return r.Columns[i].Value, true
	}
	return plainbuffer.Value{}, false
}

func named(name string) func(plainbuffer.Cell) bool {
	return func(c plainbuffer.Cell) bool { return c.Name == name }
}

// size is how many bytes of data the row is to the service's limits: the names
// and values of its columns.
func (r *row) size() int { return size(r.Row) }

func size(r plainbuffer.Row) int {
	n := 0
	for _, cells := range [][]plainbuffer.Cell{r.PrimaryKey, r.Columns} {
		for _, c := range cells {
			n += len(c.Name) + c.Value.Size()
		}
	}
	return n
}

// rows is the rows of a table in the order of their keys. The zero rows is empty.
type rows struct {
	byKey map[rowKey]*row
	keys  []rowKey // sorted
}

func (r *rows) get(k rowKey) *row { return r.byKey[k] }

// set puts a row in, or takes it out if it is nil.
func (r *rows) set(k rowKey, to *row) {
	if r.byKey == nil {
		r.byKey = map[rowKey]*row{}
	}
	i, found := slices.BinarySearch(r.keys, k)
	switch {
	case to == nil && found:
		r.keys = slices.Delete(r.keys, i, i+1)
		delete(r.byKey, k)
	case to != nil:
		if !found {
			r.keys = slices.Insert(r.keys, i, k)
		}
		r.byKey[k] = to
	}
}

// between yields the rows from one key, which is in the range, to another, which
// is not, upwards or downwards.
func (r *rows) between(from, to rowKey, backward bool) iter.Seq[*row] {
	return func(yield func(*row) bool) {
		i, found := slices.BinarySearch(r.keys, from)
		step, in := 1, func(k rowKey) bool { return k < to }
		if backward {
			step, in = -1, func(k rowKey) bool { return k > to }
			if !found {
				i--
			}
		}
		for ; i >= 0 && i < len(r.keys) && in(r.keys[i]); i += step {
			if !yield(r.byKey[r.keys[i]]) {
				return
			}
		}
	}
}
