package tablestore

import (
	"slices"

	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore/internal/plainbuffer"
)

func (s *Server) putRow(q *otsprotocol.PutRowRequest) (*otsprotocol.PutRowResponse, error) {
	row, cost, err := s.writeRow(PutRow, q.GetTableName(), q.GetRow(), q.GetCondition(), q.GetReturnContent(), q.TransactionId)
	return &otsprotocol.PutRowResponse{Consumed: cost, Row: row}, err
}

func (s *Server) updateRow(q *otsprotocol.UpdateRowRequest) (*otsprotocol.UpdateRowResponse, error) {
	row, cost, err := s.writeRow(UpdateRow, q.GetTableName(), q.GetRowChange(), q.GetCondition(), q.GetReturnContent(), q.TransactionId)
	return &otsprotocol.UpdateRowResponse{Consumed: cost, Row: row}, err
}

func (s *Server) deleteRow(q *otsprotocol.DeleteRowRequest) (*otsprotocol.DeleteRowResponse, error) {
	row, cost, err := s.writeRow(DeleteRow, q.GetTableName(), q.GetPrimaryKey(), q.GetCondition(), q.GetReturnContent(), q.TransactionId)
	return &otsprotocol.DeleteRowResponse{Consumed: cost, Row: row}, err
}

// writeRow carries out a request that writes one row.
func (s *Server) writeRow(
	op Operation, name string, data []byte, q *otsprotocol.Condition, returns *otsprotocol.ReturnContent, transaction *string,
) ([]byte, *otsprotocol.ConsumedCapacity, error) {
	if transaction != nil {
		return nil, nil, notServed("local transactions")
	}
	c, err := parseChange(op, data, q, returns)
	if err != nil {
		return nil, nil, err
	}
	if c.size() > maxWriteSize {
		return nil, nil, invalid("The total data size of %s request exceeds the limit, limit size: %d, data size: %d.", op, maxWriteSize, c.size())
	}
	return s.applyTo(name, c)
}

// applyTo applies a change to a table by name.
func (s *Server) applyTo(name string, c *change) ([]byte, *otsprotocol.ConsumedCapacity, error) {
	t, err := s.openToWrite(name)
	if err != nil {
		return nil, nil, err
	}
	after, err := c.apply(t, s.options.Now())
	if err != nil {
		return nil, nil, err
	}
	read := 0
	if c.reads() {
		read = 1
	}
	return c.content(after), consumed(read, c.size()), nil
}

// content is what the client wants to have back of the row.
func (c *change) content(after *row) []byte {
	back := plainbuffer.Row{PrimaryKey: c.row.PrimaryKey}
	switch c.returns.GetReturnType() {
	case otsprotocol.ReturnType_RT_PK:
	case otsprotocol.ReturnType_RT_AFTER_MODIFY:
		if after == nil {
			break
		}
		for _, column := range after.Columns {
			if slices.Contains(c.returns.GetReturnColumnNames(), column.Name) {
				back.Columns = append(back.Columns, column)
			}
		}
	default:
		return nil
	}
	return plainbuffer.Append(nil, back)
}
