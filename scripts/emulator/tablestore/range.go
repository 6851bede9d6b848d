package tablestore

import (
	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore/internal/plainbuffer"
)

// getRange reads a page of rows. The limit, 5000 rows and 4 MiB are what it
// looks at, whether or not a filter lets it through, so that a page may be empty
// and not the last.
func (s *Server) getRange(q *otsprotocol.GetRangeRequest) (*otsprotocol.GetRangeResponse, error) {
	switch {
	case q.TransactionId != nil:
		return nil, notServed("local transactions")
	case q.Limit != nil && q.GetLimit() <= 0:
		return nil, invalid("The limit must be greater than 0.")
	case !q.GetReturnEntirePrimaryKeys():
		return nil, notServed("parts of primary keys")
	}
	sel, err := parseSelection(q)
	if err != nil {
		return nil, err
	}
	t, err := s.open(q.GetTableName())
	if err != nil {
		return nil, err
	}
	from, to, err := t.parseRange(q)
	if err != nil {
		return nil, err
	}
	limit := maxRangeRows
	if q.Limit != nil {
		limit = min(limit, int(q.GetLimit()))
	}
	a := &otsprotocol.GetRangeResponse{Rows: []byte{}}
	var found []plainbuffer.Row
	looked, read, size := 0, 0, 0
	for r := range t.rows.between(from, to, q.GetDirection() == otsprotocol.Direction_BACKWARD) {
		if looked == limit || looked > 0 && size+r.size() > maxRangeSize {
			a.NextStartPrimaryKey = plainbuffer.Append(nil, plainbuffer.Row{PrimaryKey: r.PrimaryKey})
			break
		}
		looked++
		size += r.size()
		if selected, ok := sel.of(r); ok {
			read += selected.size()
			found = append(found, selected.Row)
		}
	}
	if len(found) > 0 {
		a.Rows = plainbuffer.Append(nil, found...)
	}
	a.Consumed = consumed(max(1, read), 0)
	return a, nil
}

// parseRange reads the ends of a range.
func (t *table) parseRange(q *otsprotocol.GetRangeRequest) (from, to rowKey, err error) {
	var ends [2]rowKey
	for i, data := range [][]byte{q.GetInclusiveStartPrimaryKey(), q.GetExclusiveEndPrimaryKey()} {
		cells, err := parseKey(data, true)
		if err != nil {
			return "", "", err
		}
		if err := t.checkKey(cells); err != nil {
			return "", "", err
		}
		ends[i] = keyOf(cells)
	}
	from, to = ends[0], ends[1]
	if q.GetDirection() == otsprotocol.Direction_BACKWARD {
		if from <= to {
			return "", "", invalid("Begin key must more than end key in BACKWARD")
		}
	} else if from >= to {
		return "", "", invalid("Begin key must less than end key in FORWARD")
	}
	return from, to, nil
}
