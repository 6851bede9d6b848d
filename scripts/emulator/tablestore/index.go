package tablestore

import (
	"slices"
	"time"

	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore/internal/plainbuffer"
)

// index is a secondary index: a table of its own that follows another one.
//
// A row is in it if it has all columns of the index's key, which are the named
// ones and those of the table's key that were not named. A local index follows
// at once, a global one when it gets to it.
//
// Source: Tablestore, "Secondary index" (May 2026).
type index struct {
	table    *table
	kind     otsprotocol.IndexType
	named    []string          // key columns as they were asked for
	lag      time.Duration     // of a global index
	pending  []indexChange     // writes that it has not followed yet, oldest first
	position map[rowKey]rowKey // key of a row in the table → its key in the index
}

// indexChange is a write to follow.
type indexChange struct {
	at   time.Time
	base rowKey
	row  *row // nil: deleted
}

// addIndex adds an index to a table, empty.
func (t *table) addIndex(m *otsprotocol.IndexMeta, lag time.Duration) (*index, error) {
	x := &index{
		table:    &table{name: m.GetName()},
		kind:     m.GetIndexType(),
		named:    m.GetPrimaryKey(),
		position: map[rowKey]rowKey{},
	}
	switch {
	case len(t.indexes) == maxIndexes:
		return nil, invalid("Number of index per table exceeds the quota:%d.", maxIndexes)
	case len(x.named) == 0 || len(x.named) > maxKeyColumns:
		return nil, invalid("The number of primary key columns must be in range: [1, %d] in index.", maxKeyColumns)
	case len(m.GetDefinedColumn()) > maxDefined:
		return nil, invalid("The number of attribute columns must be in range: [0, %d] in index.", maxDefined)
	}
	global := x.kind == otsprotocol.IndexType_IT_GLOBAL_INDEX
	if asynchronous := m.GetIndexUpdateMode() == otsprotocol.IndexUpdateMode_IUM_ASYNC_INDEX; asynchronous != global {
		return nil, invalid("Global indexes are asynchronous, local ones synchronous.") // not the service's words
	}
	if global {
		x.lag = lag
	} else if x.named[0] != t.key[0].name {
		return nil, invalid("The first primary key of a local index must be '%s'.", t.key[0].name) // not the service's words
	}
	x.table.index = x
	if err := x.schema(t, m.GetDefinedColumn()); err != nil {
		return nil, err
	}
	t.indexes = append(t.indexes, x)
	return x, nil
}

// schema works out the columns of the index.
func (x *index) schema(t *table, attributes []string) error {
	for _, name := range x.named {
		c, ok := find(t.key, name)
		if !ok {
			c, ok = find(t.defined, name)
		}
		_, twice := find(x.table.key, name)
		switch {
		case !ok:
			return invalid("Column does not exist:%s.", name)
		case twice:
			return invalid("Duplicated primary key name: '%s'.", name)
		case c.kind == plainbuffer.Double || c.kind == plainbuffer.Boolean:
			return invalid("Invalid column type, only STRING,INTEGER,BINARY is allowed.")
		}
		x.table.key = append(x.table.key, c)
	}
	for _, c := range t.key {
		if _, there := find(x.table.key, c.name); !there {
			x.table.key = append(x.table.key, c)
		}
	}
	if len(x.table.key) > maxIndexKey {
		return invalid("The number of primary key columns must be in range: [1, %d] in index.", maxIndexKey)
	}
	for _, name := range attributes {
		c, ok := find(t.defined, name)
		_, inKey := find(x.table.key, name)
		_, twice := find(x.table.defined, name)
		switch {
		case !ok:
			return invalid("Column does not exist:%s.", name)
		case inKey || twice:
			return invalid("Duplicated attribute column name with primary key column: '%s'.", name)
		}
		x.table.defined = append(x.table.defined, c)
	}
	return nil
}

// meta describes the index.
func (x *index) meta() *otsprotocol.IndexMeta {
	m := &otsprotocol.IndexMeta{
		Name: &x.table.name, PrimaryKey: x.named, IndexType: &x.kind,
		IndexUpdateMode: otsprotocol.IndexUpdateMode_IUM_ASYNC_INDEX.Enum(),
		IndexSyncPhase:  otsprotocol.IndexSyncPhase_ISP_INCR.Enum(),
	}
	if x.kind == otsprotocol.IndexType_IT_LOCAL_INDEX {
		m.IndexUpdateMode = otsprotocol.IndexUpdateMode_IUM_SYNC_INDEX.Enum()
	}
	for _, c := range x.table.defined {
		m.DefinedColumn = append(m.DefinedColumn, c.name)
	}
	return m
}

// follow hears of a write to the table.
func (x *index) follow(at time.Time, base rowKey, to *row) {
	x.pending = append(x.pending, indexChange{at, base, to})
	x.catchUp(at)
}

// catchUp follows the writes that are older than the lag.
func (x *index) catchUp(now time.Time) {
	for len(x.pending) > 0 && !now.Before(x.pending[0].at.Add(x.lag)) {
		c := x.pending[0]
		x.pending = x.pending[1:]
		if old, ok := x.position[c.base]; ok {
			x.table.rows.set(old, nil)
			delete(x.position, c.base)
		}
		if entry := x.entry(c.row); entry != nil {
			k := keyOf(entry.PrimaryKey)
			x.table.rows.set(k, entry)
			x.position[c.base] = k
		}
	}
}

// entry is what the index holds of a row; nil if the row is not in it.
func (x *index) entry(r *row) *row {
	if r == nil {
		return nil
	}
	entry := &row{}
	for _, c := range x.table.key {
		v, ok := r.column(c.name)
		if !ok || v.Kind != c.kind { // written before the column was predefined
			return nil
		}
		entry.PrimaryKey = append(entry.PrimaryKey, column{Name: c.name, Value: v})
	}
	for _, c := range r.Columns {
		if _, ok := find(x.table.defined, c.Name); ok {
			entry.Columns = append(entry.Columns, c)
		}
	}
	return entry
}

func (s *Server) createIndex(q *otsprotocol.CreateIndexRequest) (*otsprotocol.CreateIndexResponse, error) {
	t, err := s.find(q.GetMainTableName())
	if err != nil {
		return nil, err
	}
	if t.index != nil {
		return nil, invalid("Can't create an index of an index.") // not the service's words
	}
	if err := s.canAdd(q.GetIndexMeta().GetName()); err != nil {
		return nil, err
	}
	x, err := t.addIndex(q.GetIndexMeta(), s.options.IndexDelay)
	if err != nil {
		return nil, err
	}
	s.add(x.table)
	if q.GetIncludeBaseData() {
		for _, k := range t.rows.keys {
			x.follow(s.options.Now(), k, t.rows.get(k))
		}
	}
	return &otsprotocol.CreateIndexResponse{}, nil
}

func (s *Server) dropIndex(q *otsprotocol.DropIndexRequest) (*otsprotocol.DropIndexResponse, error) {
	t, err := s.find(q.GetMainTableName())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(t.indexes, func(x *index) bool { return x.table.name == q.GetIndexName() })
	if i < 0 {
		return nil, errNoTable()
	}
	t.indexes = slices.Delete(t.indexes, i, i+1)
	delete(s.tables, q.GetIndexName())
	return &otsprotocol.DropIndexResponse{}, nil
}
