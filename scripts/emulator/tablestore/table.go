package tablestore

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"
)

// table is a table, or what an index keeps its rows in.
type table struct {
	name    string
	key     []schemaColumn // primary key
	defined []schemaColumn // predefined columns
	ready   time.Time
	rows    rows
	indexes []*index // of a table
	index   *index   // whose rows these are; nil for a table
}

// open returns the table, or index, with a name, for reading. Nobody else holds
// the lock.
func (s *Server) open(name string) (*table, error) {
	t, err := s.find(name)
	if err != nil {
		return nil, err
	}
	now := s.options.Now()
	if now.Before(t.ready) {
		return nil, errNotReady()
	}
	if t.index != nil {
		t.index.catchUp(now)
	}
	return t, nil
}

// openToWrite is open for writing, which indexes are not for.
func (s *Server) openToWrite(name string) (*table, error) {
	t, err := s.open(name)
	if err == nil && t.index != nil {
		return nil, errIndexWrite()
	}
	return t, err
}

// find is open for those who do not want the rows.
func (s *Server) find(name string) (*table, error) {
	if err := checkTableName(name); err != nil {
		return nil, err
	}
	t, ok := s.tables[name]
	if !ok {
		return nil, errNoTable()
	}
	return t, nil
}

// add adds a table or index that is complete.
func (s *Server) add(t *table) {
	t.ready = s.options.Now().Add(s.options.TableDelay)
	s.tables[t.name] = t
}

// canAdd tells whether there is room for tables with these names.
func (s *Server) canAdd(names ...string) error {
	for i, name := range names {
		if err := checkTableName(name); err != nil {
			return err
		}
		if _, taken := s.tables[name]; taken || slices.Contains(names[:i], name) {
			return errExists()
		}
	}
	if len(s.tables)+len(names) > maxTables {
		e := errorOf("OTSQuotaExhausted")
		e.message = "Number of tables exceeded the quota."
		return e
	}
	return nil
}

func (s *Server) createTable(q *otsprotocol.CreateTableRequest) (*otsprotocol.CreateTableResponse, error) {
	meta := q.GetTableMeta()
	names := []string{meta.GetTableName()}
	for _, m := range q.GetIndexMetas() {
		names = append(names, m.GetName())
	}
	if err := s.canAdd(names...); err != nil {
		return nil, err
	}
	if err := checkOptions(q); err != nil {
		return nil, err
	}
	t := &table{name: meta.GetTableName()}
	var err error
	if t.key, err = keySchema(meta.GetPrimaryKey()); err != nil {
		return nil, err
	}
	if t.defined, err = definedSchema(t.key, nil, meta.GetDefinedColumn()); err != nil {
		return nil, err
	}
	for _, m := range q.GetIndexMetas() {
		if _, err := t.addIndex(m, s.options.IndexDelay); err != nil {
			return nil, err
		}
	}
	s.add(t)
	for _, x := range t.indexes {
		s.add(x.table)
	}
	return &otsprotocol.CreateTableResponse{}, nil
}

// checkOptions refuses what the service can do and the emulator can't.
func checkOptions(q *otsprotocol.CreateTableRequest) error {
	o, units := q.GetTableOptions(), q.GetReservedThroughput().GetCapacityUnit()
	switch {
	case o == nil || o.TimeToLive == nil:
		return invalid("Time-to-live is missing while creating table.")
	case o.MaxVersions == nil:
		return invalid("MaxVersions is missing while creating table.")
	case o.GetTimeToLive() == 0 || o.GetTimeToLive() < neverExpires:
		return invalid("TimeToLive cannot be 0 or less than -1.")
	case o.GetMaxVersions() <= 0:
		return invalid("The maximum versions cannot be less than or equal to 0.")
	case o.GetTimeToLive() != neverExpires:
		return notServed("a time to live other than -1")
	case o.GetMaxVersions() != oneVersion:
		return notServed("more than one version")
	case o.AllowUpdate != nil && !o.GetAllowUpdate(), o.GetUpdateFullRow():
		return notServed("tables that restrict updates")
	case units.Read == nil || units.Write == nil:
		return invalid("Both read and write capacity unit are required to create table.")
	case units.GetRead() != 0 || units.GetWrite() != 0:
		return invalid("Can not reserve read capacity unit on capacity.")
	case q.GetStreamSpec().GetEnableStream():
		return notServed("streams")
	case q.GetSseSpec().GetEnable():
		return notServed("encryption of tables")
	case q.GetEnableLocalTxn():
		return notServed("local transactions")
	case len(q.GetPartitions()) > 0:
		return notServed("initial partitions")
	}
	return nil
}

func (s *Server) listTable(*otsprotocol.ListTableRequest) (*otsprotocol.ListTableResponse, error) {
	return &otsprotocol.ListTableResponse{TableNames: slices.Sorted(maps.Keys(s.tables))}, nil
}

func (s *Server) describeTable(q *otsprotocol.DescribeTableRequest) (*otsprotocol.DescribeTableResponse, error) {
	t, err := s.find(q.GetTableName())
	if err != nil {
		return nil, err
	}
	a := &otsprotocol.DescribeTableResponse{
		TableMeta: &otsprotocol.TableMeta{TableName: &t.name, PrimaryKey: pbKey(t.key), DefinedColumn: pbDefined(t.defined)},
		ReservedThroughputDetails: &otsprotocol.ReservedThroughputDetails{
			CapacityUnit:     &otsprotocol.CapacityUnit{Read: new(int32), Write: new(int32)},
			LastIncreaseTime: new(t.ready.UnixMicro()),
		},
		TableOptions: &otsprotocol.TableOptions{
			TimeToLive: new(neverExpires), MaxVersions: new(oneVersion),
			DeviationCellVersionInSec: new(deviationSeconds), AllowUpdate: new(true),
		},
		TableStatus:   otsprotocol.TableStatus_ACTIVE.Enum(),
		StreamDetails: &otsprotocol.StreamDetails{EnableStream: new(false)},
	}
	if s.options.Now().Before(t.ready) {
		a.TableStatus = otsprotocol.TableStatus_LOADING.Enum()
	}
	for _, x := range t.indexes {
		a.IndexMetas = append(a.IndexMetas, x.meta())
	}
	return a, nil
}

// deleteTable deletes a table with its indexes.
func (s *Server) deleteTable(q *otsprotocol.DeleteTableRequest) (*otsprotocol.DeleteTableResponse, error) {
	t, err := s.find(q.GetTableName())
	if err != nil {
		return nil, err
	}
	if t.index != nil {
		return nil, invalid("Can't delete index table directly.") // not the service's words
	}
	for _, x := range t.indexes {
		delete(s.tables, x.table.name)
	}
	delete(s.tables, t.name)
	return &otsprotocol.DeleteTableResponse{}, nil
}

func (s *Server) addDefinedColumn(q *otsprotocol.AddDefinedColumnRequest) (*otsprotocol.AddDefinedColumnResponse, error) {
	t, err := s.find(q.GetTableName())
	if err != nil {
		return nil, err
	}
	if t.index != nil {
		return nil, errIndexWrite()
	}
	defined, err := definedSchema(t.key, t.defined, q.GetColumns())
	if err != nil {
		return nil, err
	}
	t.defined = defined
	return &otsprotocol.AddDefinedColumnResponse{}, nil
}

// sortColumns sorts the columns of a row by name.
func sortColumns(r *row) {
	slices.SortFunc(r.Columns, func(a, b column) int { return cmp.Compare(a.Name, b.Name) })
}
