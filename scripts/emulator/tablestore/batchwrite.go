package tablestore

import (
	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"
)

// batchWriteRow writes rows one by one: what one meets does not concern the
// others. What is wrong with the request itself concerns all, though, and then
// nothing is written.
func (s *Server) batchWriteRow(q *otsprotocol.BatchWriteRowRequest, fault Fault) (*otsprotocol.BatchWriteRowResponse, error) {
	batch, err := s.parseBatch(q)
	if err != nil {
		return nil, err
	}
	a := new(otsprotocol.BatchWriteRowResponse)
	n := 0
	for i, changes := range batch {
		name := q.GetTables()[i].GetTableName()
		table := &otsprotocol.TableInBatchWriteRowResponse{TableName: &name}
		for _, c := range changes {
			table.Rows = append(table.Rows, s.writeInBatch(name, c, fault.row(n)))
			n++
		}
		a.Tables = append(a.Tables, table)
	}
	return a, nil
}

// row returns the error of the n-th row of a batch, if it is to have one.
func (f Fault) row(n int) error {
	if f.Row == nil {
		return nil
	}
	if code := f.Row(n); code != "" {
		return errorOf(code)
	}
	return nil
}

func (s *Server) writeInBatch(name string, c *change, err error) *otsprotocol.RowInBatchWriteRowResponse {
	s.mu.Lock()
	defer s.mu.Unlock()
	var row []byte
	var cost *otsprotocol.ConsumedCapacity
	if err == nil {
		row, cost, err = s.applyTo(name, c)
	}
	if err != nil {
		return &otsprotocol.RowInBatchWriteRowResponse{IsOk: new(false), Error: pbError(err)}
	}
	return &otsprotocol.RowInBatchWriteRowResponse{IsOk: new(true), Row: row, Consumed: cost}
}

// parseBatch reads the changes of a batch, by the tables of the request.
//
// The API reference refuses two changes of one row in any case. The service is
// said to take some that have no conditions; nobody should build on that.
func (s *Server) parseBatch(q *otsprotocol.BatchWriteRowRequest) ([][]*change, error) {
	if q.TransactionId != nil || q.GetIsAtomic() {
		return nil, notServed("atomic batches")
	}
	var batch [][]*change
	tables := map[string]bool{}
	count, total := 0, 0
	for _, t := range q.GetTables() {
		switch name := t.GetTableName(); {
		case tables[name]:
			return nil, invalid("Duplicated table name: '%s'.", name)
		case len(t.GetRows()) == 0:
			return nil, invalid("No operation is specified for table: '%s'.", name)
		default:
			tables[name] = true
		}
		changes, err := parseChanges(t)
		if err != nil {
			return nil, err
		}
		for _, c := range changes {
			count, total = count+1, total+c.size()
		}
		batch = append(batch, changes)
	}
	switch {
	case count == 0:
		return nil, invalid("No row is specified in BatchWriteRow.")
	case count > maxBatchWrite:
		return nil, invalid("Rows count exceeds the upper limit: %d.", maxBatchWrite)
	case total > maxWriteSize:
		return nil, invalid("The total data size of BatchWriteRow request exceeds the limit, limit size: %d, data size: %d.", maxWriteSize, total)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range q.GetTables() {
		if _, err := s.openToWrite(t.GetTableName()); err != nil {
			return nil, err
		}
	}
	return batch, nil
}

func parseChanges(t *otsprotocol.TableInBatchWriteRowRequest) ([]*change, error) {
	seen := map[rowKey]*change{}
	var changes []*change
	for _, r := range t.GetRows() {
		op := PutRow
		switch r.GetType() {
		case otsprotocol.OperationType_UPDATE:
			op = UpdateRow
		case otsprotocol.OperationType_DELETE:
			op = DeleteRow
		default:
		}
		c, err := parseChange(op, r.GetRowChange(), r.GetCondition(), r.GetReturnContent())
		if err != nil {
			return nil, err
		}
		if twin := seen[c.key]; twin != nil {
			return nil, repeated(c, twin)
		}
		seen[c.key] = c
		changes = append(changes, c)
	}
	return changes, nil
}

// repeated is the error for two changes of one row.
func repeated(a, b *change) error {
	switch expect := otsprotocol.RowExistenceExpectation_IGNORE; {
	case a.existence != expect || b.existence != expect:
		return invalid("Repeated rows do not support row exist expectation check in BatchModify.")
	case a.conditional || b.conditional:
		return invalid("Repeated rows do not support row condition check in BatchModify.")
	default:
		return invalid("Duplicate rows detected in MultiPut.")
	}
}
