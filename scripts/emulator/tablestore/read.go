package tablestore

import (
	"slices"

	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore/internal/plainbuffer"
)

// reading is what the requests that read have in common.
type reading interface {
	GetColumnsToGet() []string
	GetTimeRange() *otsprotocol.TimeRange
	GetMaxVersions() int32
	GetFilter() []byte
	GetStartColumn() string
	GetEndColumn() string
}

// selection is what a client wants to have of the rows it reads.
type selection struct {
	columns []string // none: all
	filter  condition
}

func parseSelection(q reading) (selection, error) {
	columns := q.GetColumnsToGet()
	if len(columns) > maxColumnsToGet {
		return selection{}, invalid("The number of columns from the request exceeds the limit, limit count: %d, column count: %d.", maxColumnsToGet, len(columns))
	}
	for _, name := range columns {
		if err := checkColumnName(name); err != nil {
			return selection{}, err
		}
	}
	switch {
	case q.GetTimeRange() != nil:
		return selection{}, notServed("time ranges")
	case q.GetStartColumn() != "" || q.GetEndColumn() != "":
		return selection{}, notServed("ranges of columns")
	case q.GetMaxVersions() == 0:
		return selection{}, invalid("No version condition is specified while querying row.")
	case q.GetMaxVersions() < 0:
		return selection{}, invalid("Invalid max versions: %d . Reason: Max versions must be positive.", q.GetMaxVersions())
	}
	filter, err := parseCondition(q.GetFilter())
	return selection{columns, filter}, err
}

// of returns what is selected of a row; false if that is nothing. A filter sees
// the selected columns only, and those of the primary key.
func (sel selection) of(r *row) (*row, bool) {
	selected := r
	if len(sel.columns) > 0 {
		wanted := func(c column) bool { return slices.Contains(sel.columns, c.Name) }
		selected = &row{plainbuffer.Row{PrimaryKey: r.PrimaryKey}}
		for _, c := range r.Columns {
			if wanted(c) {
				selected.Columns = append(selected.Columns, c)
			}
		}
		if len(selected.Columns) == 0 && !slices.ContainsFunc(r.PrimaryKey, wanted) {
			return nil, false
		}
	}
	return selected, sel.filter(selected.column)
}

func (s *Server) getRow(q *otsprotocol.GetRowRequest) (*otsprotocol.GetRowResponse, error) {
	if q.TransactionId != nil {
		return nil, notServed("local transactions")
	}
	k, sel, err := parseGet(q.GetPrimaryKey(), q)
	if err != nil {
		return nil, err
	}
	row, cost, err := s.readFrom(q.GetTableName(), k, sel)
	return &otsprotocol.GetRowResponse{Consumed: cost, Row: row}, err
}

// parseGet reads which row to read, and what of it.
func parseGet(key []byte, q reading) ([]column, selection, error) {
	cells, err := parseKey(key, false)
	if err != nil {
		return nil, selection{}, err
	}
	sel, err := parseSelection(q)
	return cells, sel, err
}

// parseKey reads a primary key, or the end of a range.
func parseKey(data []byte, inRange bool) ([]column, error) {
	r, err := readRow(data)
	switch {
	case err != nil:
		return nil, err
	case len(r.Columns) > 0:
		return nil, invalid("Attribute column cannot be given while reading data.")
	case r.Delete:
		return nil, invalid("Delete marker cannot be given.")
	}
	for _, c := range r.PrimaryKey {
		if end := c.Value.Kind == plainbuffer.InfMin || c.Value.Kind == plainbuffer.InfMax; end && !inRange {
			return nil, invalid("%s is an invalid type for the primary key.", c.Value.Kind)
		}
	}
	return r.PrimaryKey, checkKeyValues(r.PrimaryKey)
}

// readFrom reads a row of a table by name. A row that is not there is empty.
func (s *Server) readFrom(name string, key []column, sel selection) ([]byte, *otsprotocol.ConsumedCapacity, error) {
	t, err := s.open(name)
	if err != nil {
		return nil, nil, err
	}
	if err := t.checkKey(key); err != nil {
		return nil, nil, err
	}
	found := t.rows.get(keyOf(key))
	if found == nil {
		return []byte{}, consumed(1, 0), nil
	}
	selected, ok := sel.of(found)
	if !ok {
		return []byte{}, consumed(1, 0), nil
	}
	return plainbuffer.Append(nil, selected.Row), consumed(selected.size(), 0), nil
}

// batchGetRow reads rows one by one; what one meets does not concern the others.
func (s *Server) batchGetRow(q *otsprotocol.BatchGetRowRequest, fault Fault) (*otsprotocol.BatchGetRowResponse, error) {
	keys, selections, err := s.parseBatchGet(q)
	if err != nil {
		return nil, err
	}
	a := new(otsprotocol.BatchGetRowResponse)
	n := 0
	for i, t := range q.GetTables() {
		table := &otsprotocol.TableInBatchGetRowResponse{TableName: t.TableName}
		for _, key := range keys[i] {
			table.Rows = append(table.Rows, s.readInBatch(t.GetTableName(), key, selections[i], fault.row(n)))
			n++
		}
		a.Tables = append(a.Tables, table)
	}
	return a, nil
}

func (s *Server) readInBatch(name string, key []column, sel selection, err error) *otsprotocol.RowInBatchGetRowResponse {
	s.mu.Lock()
	defer s.mu.Unlock()
	var row []byte
	var cost *otsprotocol.ConsumedCapacity
	if err == nil {
		row, cost, err = s.readFrom(name, key, sel)
	}
	if err != nil {
		return &otsprotocol.RowInBatchGetRowResponse{IsOk: new(false), Error: pbError(err)}
	}
	return &otsprotocol.RowInBatchGetRowResponse{IsOk: new(true), Row: row, Consumed: cost}
}

// parseBatchGet reads the keys and selections of a batch, by the tables of the
// request. What is wrong with one of them concerns all.
func (s *Server) parseBatchGet(q *otsprotocol.BatchGetRowRequest) ([][][]column, []selection, error) {
	var keys [][][]column
	var selections []selection
	tables := map[string]bool{}
	count := 0
	for _, t := range q.GetTables() {
		name := t.GetTableName()
		if tables[name] {
			return nil, nil, invalid("Duplicated table name: '%s'.", name)
		}
		tables[name] = true
		sel, err := parseSelection(t)
		if err != nil {
			return nil, nil, err
		}
		var ofTable [][]column
		seen := map[rowKey]bool{}
		for _, data := range t.GetPrimaryKey() {
			key, err := parseKey(data, false)
			if err != nil {
				return nil, nil, err
			}
			k := keyOf(key)
			if seen[k] {
				return nil, nil, invalid("Duplicate rows detected in MultiGet.")
			}
			seen[k] = true
			ofTable = append(ofTable, key)
			count++
		}
		if len(ofTable) == 0 {
			return nil, nil, invalid("No row specified in the request of BatchGetRow.")
		}
		keys, selections = append(keys, ofTable), append(selections, sel)
	}
	switch {
	case count == 0:
		return nil, nil, invalid("No row specified in the request of BatchGetRow.")
	case count > maxBatchGet:
		return nil, nil, invalid("Rows count exceeds the upper limit: %d.", maxBatchGet)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range q.GetTables() {
		if _, err := s.open(t.GetTableName()); err != nil {
			return nil, nil, err
		}
	}
	return keys, selections, nil
}
