package tablestore

import (
	"net/http"
	"strings"

	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"
	"github.com/golang/protobuf/proto"
)

// Operation is what a request asks for: the path of its URL.
type Operation string

// The operations that are served.
const (
	CreateTable      Operation = "CreateTable"
	ListTable        Operation = "ListTable"
	DescribeTable    Operation = "DescribeTable"
	DeleteTable      Operation = "DeleteTable"
	AddDefinedColumn Operation = "AddDefinedColumn"
	CreateIndex      Operation = "CreateIndex"
	DropIndex        Operation = "DropIndex" // the SDK's DeleteIndex
	PutRow           Operation = "PutRow"
	UpdateRow        Operation = "UpdateRow"
	DeleteRow        Operation = "DeleteRow"
	GetRow           Operation = "GetRow"
	GetRange         Operation = "GetRange"
	BatchGetRow      Operation = "BatchGetRow"
	BatchWriteRow    Operation = "BatchWriteRow"
)

func operationOf(r *http.Request) Operation {
	return Operation(strings.TrimPrefix(r.URL.Path, "/"))
}

// handle carries out an operation and returns the encoded reply.
func (s *Server) handle(op Operation, body []byte, fault Fault) ([]byte, error) {
	switch op {
	case CreateTable:
		return answer(s, body, new(otsprotocol.CreateTableRequest), s.createTable)
	case ListTable:
		return answer(s, body, new(otsprotocol.ListTableRequest), s.listTable)
	case DescribeTable:
		return answer(s, body, new(otsprotocol.DescribeTableRequest), s.describeTable)
	case DeleteTable:
		return answer(s, body, new(otsprotocol.DeleteTableRequest), s.deleteTable)
	case AddDefinedColumn:
		return answer(s, body, new(otsprotocol.AddDefinedColumnRequest), s.addDefinedColumn)
	case CreateIndex:
		return answer(s, body, new(otsprotocol.CreateIndexRequest), s.createIndex)
	case DropIndex:
		return answer(s, body, new(otsprotocol.DropIndexRequest), s.dropIndex)
	case PutRow:
		return answer(s, body, new(otsprotocol.PutRowRequest), s.putRow)
	case UpdateRow:
		return answer(s, body, new(otsprotocol.UpdateRowRequest), s.updateRow)
	case DeleteRow:
		return answer(s, body, new(otsprotocol.DeleteRowRequest), s.deleteRow)
	case GetRow:
		return answer(s, body, new(otsprotocol.GetRowRequest), s.getRow)
	case GetRange:
		return answer(s, body, new(otsprotocol.GetRangeRequest), s.getRange)
	case BatchGetRow:
		return answerRows(body, new(otsprotocol.BatchGetRowRequest), func(q *otsprotocol.BatchGetRowRequest) (*otsprotocol.BatchGetRowResponse, error) {
			return s.batchGetRow(q, fault)
		})
	case BatchWriteRow:
		return answerRows(body, new(otsprotocol.BatchWriteRowRequest), func(q *otsprotocol.BatchWriteRowRequest) (*otsprotocol.BatchWriteRowResponse, error) {
			return s.batchWriteRow(q, fault)
		})
	default:
		return nil, unsupported(op)
	}
}

// answer decodes a request, carries it out while nobody else does anything, and
// encodes the reply.
func answer[Q, A proto.Message](s *Server, body []byte, q Q, carryOut func(Q) (A, error)) ([]byte, error) {
	return answerRows(body, q, func(q Q) (A, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return carryOut(q)
	})
}

// answerRows is answer for requests that go row by row: others may come between.
func answerRows[Q, A proto.Message](body []byte, q Q, carryOut func(Q) (A, error)) ([]byte, error) {
	if err := proto.Unmarshal(body, q); err != nil {
		return nil, errProtobuf()
	}
	a, err := carryOut(q)
	if err != nil {
		return nil, err
	}
	return proto.Marshal(a)
}
