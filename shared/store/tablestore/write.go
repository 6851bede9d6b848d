package tablestore

import (
	"context"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
)

// The limits on a BatchWriteRow, with place for the frame of each value. Source:
// Tablestore, "Limits of the wide column model" (read 2026-11-23).
const (
	batchRows = 200
	batchSize = 4<<20 - 256<<10 // bytes
)

// existence is a condition on whether a row is there.
type existence int

const (
	whatever existence = iota
	present
	absent
)

// condition is one on the value of a column. The row has to be there, and so does
// the column; or, without a value, a column of texts must not be there.
type condition struct {
	column string
	is     ots.ComparatorType
	value  any
}

// change is a write to one row. With where or must, it may come out as errCondition.
type change struct {
	key
	must  existence
	where []condition // all of them
	// remove takes the row away. Else, if the change replaces the row, or if it is
	// absent, put is all that is in it; otherwise the rest stays.
	remove bool
	put    columns
	drop   []string         // columns
	add    map[string]int64 // to columns
}

// result is what became of a change. Its err is nil, errCondition or what went wrong.
type result struct {
	err error
	// unsure says that an attempt before the last may have been applied.
	unsure bool
}

// writeOne makes one change.
func (s *Store) writeOne(ctx context.Context, c change) error {
	return s.write(ctx, []change{c})[0].err
}

// write makes changes, each to another row, in as many requests as it takes. They
// are independent of each other.
func (s *Store) write(ctx context.Context, changes []change) []result {
	results := make([]result, len(changes))
	batches := cut(changes)
	inParallel(len(batches), func(i int) {
		from, to := batches[i][0], batches[i][1]
		s.writeBatch(ctx, changes[from:to], results[from:to])
	})
	return results
}

// cut returns the bounds of batches that keep the limits.
func cut(changes []change) [][2]int {
	var batches [][2]int
	from, size := 0, 0
	for i, c := range changes {
		n := c.put.size() + len(c.pk[0]) + len(c.pk[1]) + len(c.pk[2]) + 64
		if i > from && (i-from == batchRows || size+n > batchSize) {
			batches = append(batches, [2]int{from, i})
			from, size = i, 0
		}
		size += n
	}
	if from < len(changes) {
		batches = append(batches, [2]int{from, len(changes)})
	}
	return batches
}

// writeBatch makes the changes of one batch, again those that failed for now. If the
// service refuses the batch for what is in it, it is halved until the change is found.
func (s *Store) writeBatch(ctx context.Context, changes []change, results []result) {
	pending := make([]int, len(changes))
	for i := range pending {
		pending[i] = i
	}
	err := s.retry(ctx, "BatchWriteRow", func(c *ots.TableStoreClient) error {
		answers, err := writeRows(c, changes, pending)
		if err != nil {
			for _, i := range pending {
				results[i].unsure = results[i].unsure || unsure(err)
			}
			return err
		}
		var again []int
		for n, i := range pending {
			switch answer := answers[n]; {
			case isCode(answer, codeCondition):
				results[i].err = errCondition
			case answer != nil && temporary(answer):
				again, err = append(again, i), answer
				results[i].unsure = results[i].unsure || unsure(answer)
			default:
				results[i].err = answer
			}
		}
		pending = again
		return err
	})
	if err == nil {
		return
	}
	if half := len(changes) / 2; half > 0 && len(pending) == len(changes) && refused(err) {
		s.writeBatch(ctx, changes[:half], results[:half])
		s.writeBatch(ctx, changes[half:], results[half:])
		return
	}
	for _, i := range pending {
		results[i].err = err
	}
}

// writeRows makes one request of the changes with these numbers, and returns the
// answer to each.
func writeRows(c *ots.TableStoreClient, changes []change, numbers []int) ([]error, error) {
	request := &ots.BatchWriteRowRequest{}
	places := map[string][]int{} // in answers, by table
	for n, i := range numbers {
		request.AddRowChange(changes[i].row())
		places[changes[i].table] = append(places[changes[i].table], n)
	}
	reply, err := c.BatchWriteRow(request)
	if err != nil {
		return nil, err
	}
	answers := make([]error, len(numbers))
	for table, at := range places {
		rows := reply.TableToRowsResult[table]
		if len(rows) != len(at) {
			return nil, errEmptyReply
		}
		for n, row := range rows {
			if !row.IsSucceed {
				answers[at[n]] = codeOf(row.Error.Code, row.Error.Message, 0)
			}
		}
	}
	return answers, nil
}

// row returns the change as the SDK has it.
func (c change) row() ots.RowChange {
	where := &ots.RowCondition{RowExistenceExpectation: c.existence(), ColumnCondition: c.filter()}
	switch {
	case c.remove:
		return &ots.DeleteRowChange{TableName: c.table, PrimaryKey: c.primary(), Condition: where}
	case c.must == absent:
		row := &ots.PutRowChange{TableName: c.table, PrimaryKey: c.primary(), Condition: where}
		for name, value := range c.put {
			row.AddColumn(name, value)
		}
		return row
	}
	row := &ots.UpdateRowChange{TableName: c.table, PrimaryKey: c.primary(), Condition: where}
	for name, value := range c.put {
		row.PutColumn(name, value)
	}
	for _, name := range c.drop {
		row.DeleteColumn(name)
	}
	for name, n := range c.add {
		row.IncrementColumn(name, n)
	}
	return row
}

func (c change) existence() ots.RowExistenceExpectation {
	switch {
	case c.must == absent:
		return ots.RowExistenceExpectation_EXPECT_NOT_EXIST
	case c.must == present || len(c.where) > 0:
		return ots.RowExistenceExpectation_EXPECT_EXIST
	default:
		return ots.RowExistenceExpectation_IGNORE
	}
}

// filter returns the conditions on columns, nil if there are none.
func (c change) filter() ots.ColumnFilter {
	all := ots.NewCompositeColumnCondition(ots.LO_AND)
	for _, w := range c.where {
		one := ots.NewSingleColumnCondition(w.column, w.is, w.value)
		one.FilterIfMissing, one.LatestVersionOnly = true, true
		if w.value == nil { // no text is empty, and that there is none is as good
			one = ots.NewSingleColumnCondition(w.column, ots.CT_EQUAL, "")
			one.FilterIfMissing, one.LatestVersionOnly = false, true
		}
		if len(c.where) == 1 {
			return one
		}
		all.AddFilter(one)
	}
	if len(c.where) == 0 {
		return nil
	}
	return all
}
