package tablestore_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
)

// start starts an instance for the time of a test.
func start(t *testing.T, o tablestore.Options) *tablestore.Server {
	t.Helper()
	s, err := tablestore.Start(o)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// client returns the SDK's client with the owner's credentials. It does not try
// anything twice.
func client(s *tablestore.Server) *sdk.TableStoreClient {
	return clientFor(s, tablestore.Credentials{AccessKeyID: s.AccessKeyID, AccessKeySecret: s.AccessKeySecret})
}

func clientFor(s *tablestore.Server, c tablestore.Credentials) *sdk.TableStoreClient {
	config := sdk.NewDefaultTableStoreConfig()
	config.RetryTimes = 0
	config.HTTPTimeout.RequestTimeout = 20 * time.Second
	return sdk.NewClientWithConfig(s.Endpoint, s.Instance, c.AccessKeyID, c.AccessKeySecret, c.SecurityToken, config)
}

// refused checks that an error is the service's, with a code, a status and a message.
func refused(t *testing.T, err error, status int, code, message string) {
	t.Helper()
	e, ok := errors.AsType[*sdk.OtsError](err)
	require.True(t, ok, "no error of the service: %v", err)
	require.Equal(t, []any{status, code, message}, []any{e.HttpStatusCode, e.Code, e.Message})
	require.NotEmpty(t, e.RequestId)
}

// invalid is refused for requests that are wrong in themselves.
func invalid(t *testing.T, err error, message string) {
	t.Helper()
	refused(t, err, 400, "OTSParameterInvalid", message)
}

// schema is what a test's table looks like: name and type of its columns.
type schema struct {
	name    string
	key     []keyColumn
	defined []definedColumn
	indexes []*sdk.IndexMeta
}

type keyColumn struct {
	name string
	kind sdk.PrimaryKeyType
}

type definedColumn struct {
	name string
	kind sdk.DefinedColumnType
}

func (s schema) request() *sdk.CreateTableRequest {
	meta := &sdk.TableMeta{TableName: s.name}
	for _, c := range s.key {
		meta.AddPrimaryKeyColumn(c.name, c.kind)
	}
	for _, c := range s.defined {
		meta.AddDefinedColumn(c.name, c.kind)
	}
	return &sdk.CreateTableRequest{
		TableMeta: meta, TableOption: sdk.NewTableOption(-1, 1),
		ReservedThroughput: &sdk.ReservedThroughput{}, IndexMetas: s.indexes,
	}
}

// create creates a table.
func create(t *testing.T, c *sdk.TableStoreClient, s schema) {
	t.Helper()
	_, err := c.CreateTable(s.request())
	require.NoError(t, err)
}

// items is a table with a key of two columns, of which the second is a number.
var items = schema{name: "items", key: []keyColumn{{"name", sdk.PrimaryKeyType_STRING}, {"number", sdk.PrimaryKeyType_INTEGER}}}

// minimum and maximum are the ends of the values of a key column.
type end int

const (
	minimum end = iota
	maximum
)

// pk makes a primary key of names and values in turn.
func pk(namesAndValues ...any) *sdk.PrimaryKey {
	key := &sdk.PrimaryKey{}
	for pair := range slices.Chunk(namesAndValues, 2) {
		name := fmt.Sprint(pair[0])
		switch v := pair[1].(type) {
		case end:
			if v == minimum {
				key.AddPrimaryKeyColumnWithMinValue(name)
			} else {
				key.AddPrimaryKeyColumnWithMaxValue(name)
			}
		case int:
			key.AddPrimaryKeyColumn(name, int64(v))
		default:
			key.AddPrimaryKeyColumn(name, v)
		}
	}
	return key
}

// item is the key of a row of items.
func item(name, number any) *sdk.PrimaryKey { return pk("name", name, "number", number) }

// columns are attribute columns by name.
type columns map[string]any

// put makes a change that puts a row, whether or not it is there.
func put(table string, key *sdk.PrimaryKey, c columns) *sdk.PutRowChange {
	change := &sdk.PutRowChange{TableName: table, PrimaryKey: key}
	for name, value := range c {
		if n, ok := value.(int); ok {
			value = int64(n)
		}
		change.AddColumn(name, value)
	}
	change.SetCondition(sdk.RowExistenceExpectation_IGNORE)
	return change
}

func update(table string, key *sdk.PrimaryKey) *sdk.UpdateRowChange {
	change := &sdk.UpdateRowChange{TableName: table, PrimaryKey: key}
	change.SetCondition(sdk.RowExistenceExpectation_IGNORE)
	return change
}

func remove(table string, key *sdk.PrimaryKey) *sdk.DeleteRowChange {
	change := &sdk.DeleteRowChange{TableName: table, PrimaryKey: key}
	change.SetCondition(sdk.RowExistenceExpectation_IGNORE)
	return change
}

// write carries out a change in a request of its own.
func write(c *sdk.TableStoreClient, change sdk.RowChange) error {
	var err error
	switch change := change.(type) {
	case *sdk.PutRowChange:
		_, err = c.PutRow(&sdk.PutRowRequest{PutRowChange: change})
	case *sdk.UpdateRowChange:
		_, err = c.UpdateRow(&sdk.UpdateRowRequest{UpdateRowChange: change})
	case *sdk.DeleteRowChange:
		_, err = c.DeleteRow(&sdk.DeleteRowRequest{DeleteRowChange: change})
	}
	return err
}

// get reads the attribute columns of a row; nil if it is not there.
func get(t *testing.T, c *sdk.TableStoreClient, table string, key *sdk.PrimaryKey) columns {
	t.Helper()
	a, err := c.GetRow(&sdk.GetRowRequest{SingleRowQueryCriteria: &sdk.SingleRowQueryCriteria{TableName: table, PrimaryKey: key, MaxVersion: 1}})
	require.NoError(t, err)
	if len(a.PrimaryKey.PrimaryKeys) == 0 {
		require.Empty(t, a.Columns)
		return nil
	}
	return byName(a.Columns)
}

func byName(list []*sdk.AttributeColumn) columns {
	found := columns{}
	for _, c := range list {
		found[c.ColumnName] = c.Value
	}
	return found
}

// span is a range to read, forward unless said otherwise.
type span struct {
	table    string
	from, to *sdk.PrimaryKey
	backward bool
	limit    int32
	columns  []string
	filter   sdk.ColumnFilter
}

func (s span) request() *sdk.GetRangeRequest {
	direction := sdk.FORWARD
	if s.backward {
		direction = sdk.BACKWARD
	}
	return &sdk.GetRangeRequest{RangeRowQueryCriteria: &sdk.RangeRowQueryCriteria{
		TableName: s.table, StartPrimaryKey: s.from, EndPrimaryKey: s.to, Direction: direction,
		Limit: s.limit, ColumnsToGet: s.columns, Filter: s.filter, MaxVersion: 1,
	}}
}

// keys reads all pages of a range and returns the values of the keys, and the
// number of pages.
func keys(t *testing.T, c *sdk.TableStoreClient, s span) (found [][]any, pages int) {
	t.Helper()
	q := s.request()
	for {
		a, err := c.GetRange(q)
		require.NoError(t, err)
		pages++
		for _, row := range a.Rows {
			found = append(found, values(row.PrimaryKey))
		}
		if a.NextStartPrimaryKey == nil {
			return found, pages
		}
		q.RangeRowQueryCriteria.StartPrimaryKey = a.NextStartPrimaryKey
	}
}

func values(key *sdk.PrimaryKey) []any {
	var list []any
	for _, c := range key.PrimaryKeys {
		list = append(list, c.Value)
	}
	return list
}

func TestCloseGivesUpRequests(t *testing.T) {
	t.Parallel()
	s, err := tablestore.Start(tablestore.Options{Instance: "other"})
	require.NoError(t, err)
	require.Equal(t, "other", s.Instance)
	s.Inject(tablestore.ListTable, 1, tablestore.Fault{Hang: true})
	done := make(chan error)
	go func() {
		_, err := client(s).ListTable()
		done <- err
	}()
	require.Eventually(t, func() bool { return s.Requests(tablestore.ListTable) == 1 }, 20*time.Second, time.Millisecond)
	s.Close()
	require.Error(t, <-done)
	_, err = client(s).ListTable()
	require.Error(t, err)
}

func TestRestart(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	c := client(s)
	create(t, c, items)
	require.NoError(t, write(c, put("items", item("a", 1), columns{"c": 1})))
	endpoint := s.Endpoint
	require.NoError(t, s.Restart())
	require.Equal(t, endpoint, s.Endpoint)
	require.Equal(t, columns{"c": int64(1)}, get(t, client(s), "items", item("a", 1)))
	require.NoError(t, write(client(s), put("items", item("a", 2), columns{"c": 1})))

	s.Inject(tablestore.PutRow, 1, tablestore.Fault{Hang: true})
	done := make(chan error)
	go func() { done <- write(client(s), put("items", item("a", 3), columns{"c": 1})) }()
	require.Eventually(t, func() bool { return s.Requests(tablestore.PutRow) == 3 }, 20*time.Second, time.Millisecond)
	require.NoError(t, s.Restart())
	require.Error(t, <-done, "requests on their way are cut")
	require.Nil(t, get(t, client(s), "items", item("a", 3)))
}
