package tablestore_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
)

func TestTables(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	c := client(s)
	wide := schema{
		name:    "Wide_1",
		key:     []keyColumn{{"a", sdk.PrimaryKeyType_STRING}, {"b", sdk.PrimaryKeyType_INTEGER}, {"c", sdk.PrimaryKeyType_BINARY}},
		defined: []definedColumn{{"i", sdk.DefinedColumn_INTEGER}, {"d", sdk.DefinedColumn_DOUBLE}, {"b1", sdk.DefinedColumn_BOOLEAN}, {"s", sdk.DefinedColumn_STRING}, {"x", sdk.DefinedColumn_BINARY}},
	}
	create(t, c, items)
	create(t, c, wide)

	list, err := c.ListTable()
	require.NoError(t, err)
	require.Equal(t, []string{"Wide_1", "items"}, list.TableNames)

	a, err := c.DescribeTable(&sdk.DescribeTableRequest{TableName: "Wide_1"})
	require.NoError(t, err)
	require.Equal(t, wide.request().TableMeta, a.TableMeta)
	require.Equal(t, 1, a.TableOption.MaxVersion)
	require.Equal(t, -1, a.TableOption.TimeToAlive)
	require.Empty(t, a.IndexMetas)

	_, err = c.AddDefinedColumn(&sdk.AddDefinedColumnRequest{TableName: "Wide_1", DefinedColumns: []*sdk.DefinedColumnSchema{{Name: "later", ColumnType: sdk.DefinedColumn_STRING}}})
	require.NoError(t, err)
	_, err = c.AddDefinedColumn(&sdk.AddDefinedColumnRequest{TableName: "Wide_1", DefinedColumns: []*sdk.DefinedColumnSchema{{Name: "later", ColumnType: sdk.DefinedColumn_STRING}}})
	invalid(t, err, "Duplicated defined column name: 'later'.")
	a, err = c.DescribeTable(&sdk.DescribeTableRequest{TableName: "Wide_1"})
	require.NoError(t, err)
	require.Len(t, a.TableMeta.DefinedColumns, 6)

	_, err = c.CreateTable(items.request())
	refused(t, err, 409, "OTSObjectAlreadyExist", "Requested table already exists.")

	_, err = c.DeleteTable(&sdk.DeleteTableRequest{TableName: "items"})
	require.NoError(t, err)
	_, err = c.DeleteTable(&sdk.DeleteTableRequest{TableName: "items"})
	refused(t, err, 404, "OTSObjectNotExist", "Requested table does not exist.")
	_, err = c.DescribeTable(&sdk.DescribeTableRequest{TableName: "items"})
	refused(t, err, 404, "OTSObjectNotExist", "Requested table does not exist.")
	require.Equal(t, 2, s.Requests(tablestore.DeleteTable))

	create(t, c, items)
	require.Nil(t, get(t, c, "items", item("a", 1)), "a new table is empty")
}

func TestCreateTableRefused(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	with := func(change func(*sdk.CreateTableRequest)) *sdk.CreateTableRequest {
		q := items.request()
		change(q)
		return q
	}
	many := schema{name: "many", key: items.key}
	for i := range 33 {
		many.defined = append(many.defined, definedColumn{"d" + strconv.Itoa(i), sdk.DefinedColumn_STRING})
	}
	for _, tc := range []struct {
		name    string
		request *sdk.CreateTableRequest
		want    string
	}{
		{name: "name with a digit in front", request: schema{name: "3t", key: items.key}.request(), want: "Invalid table name: '3t'."},
		{name: "name with a hyphen", request: schema{name: "a-b", key: items.key}.request(), want: "Invalid table name: 'a-b'."},
		{name: "no name", request: schema{key: items.key}.request(), want: "Invalid table name: ''."},
		{name: "name of a column", request: schema{name: "t", key: []keyColumn{{"a.b", sdk.PrimaryKeyType_STRING}}}.request(), want: "Invalid column name: 'a.b'."},
		{name: "long name of a column", request: schema{name: "t", key: []keyColumn{{strings.Repeat("x", 256), sdk.PrimaryKeyType_STRING}}}.request(), want: "Invalid column name: '" + strings.Repeat("x", 256) + "'."},
		{name: "key column twice", request: schema{name: "t", key: []keyColumn{{"a", sdk.PrimaryKeyType_STRING}, {"a", sdk.PrimaryKeyType_INTEGER}}}.request(), want: "Duplicated primary key name: 'a'."},
		{name: "five key columns", request: schema{name: "t", key: []keyColumn{{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}}}.request(), want: "The number of primary key columns must be in range: [1, 4]."},
		{name: "predefined column in the key", request: schema{name: "t", key: items.key, defined: []definedColumn{{"name", sdk.DefinedColumn_STRING}}}.request(), want: "Duplicated defined column name: 'name'."},
		{name: "33 predefined columns", request: many.request(), want: "The number of defined columns must be in range: [0, 32]."},
		{name: "time to live", request: with(func(q *sdk.CreateTableRequest) { q.TableOption.TimeToAlive = 86400 }), want: "The emulator does not serve a time to live other than -1."},
		{name: "time to live of 0", request: with(func(q *sdk.CreateTableRequest) { q.TableOption.TimeToAlive = 0 }), want: "TimeToLive cannot be 0 or less than -1."},
		{name: "versions", request: with(func(q *sdk.CreateTableRequest) { q.TableOption.MaxVersion = 2 }), want: "The emulator does not serve more than one version."},
		{name: "no versions", request: with(func(q *sdk.CreateTableRequest) { q.TableOption.MaxVersion = 0 }), want: "The maximum versions cannot be less than or equal to 0."},
		{name: "reserved throughput", request: with(func(q *sdk.CreateTableRequest) { q.ReservedThroughput.Readcap = 1 }), want: "Can not reserve read capacity unit on capacity."},
		{name: "no updates", request: with(func(q *sdk.CreateTableRequest) { q.TableOption.AllowUpdate = new(false) }), want: "The emulator does not serve tables that restrict updates."},
		{name: "stream", request: with(func(q *sdk.CreateTableRequest) {
			q.StreamSpec = &sdk.StreamSpecification{EnableStream: true, ExpirationTime: 24}
		}), want: "The emulator does not serve streams."},
		{name: "local transactions", request: with(func(q *sdk.CreateTableRequest) { q.EnableLocalTxn = new(true) }), want: "The emulator does not serve local transactions."},
		{name: "auto-increment", request: with(func(q *sdk.CreateTableRequest) {
			q.TableMeta.AddPrimaryKeyColumnOption("auto", sdk.PrimaryKeyType_INTEGER, sdk.AUTO_INCREMENT)
		}), want: "The emulator does not serve auto-increment primary keys."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := c.CreateTable(tc.request)
			invalid(t, err, tc.want)
		})
	}
}

func TestNumberOfTables(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	for i := range 64 {
		create(t, c, schema{name: "t" + strconv.Itoa(i), key: items.key})
	}
	_, err := c.CreateTable(items.request())
	refused(t, err, 403, "OTSQuotaExhausted", "Number of tables exceeded the quota.")
}

func TestNewTablesAreNotReady(t *testing.T) {
	t.Parallel()
	now := newClock()
	c := client(start(t, tablestore.Options{TableDelay: time.Minute, Now: now.Now}))
	create(t, c, items)
	_, err := c.DescribeTable(&sdk.DescribeTableRequest{TableName: "items"})
	require.NoError(t, err)
	now.forward(time.Minute - time.Nanosecond)
	err = write(c, put("items", item("a", 1), columns{"c": 1}))
	refused(t, err, 404, "OTSTableNotReady", "The table is not ready.")
	_, err = c.GetRange(span{table: "items", from: item(minimum, minimum), to: item(maximum, maximum)}.request())
	refused(t, err, 404, "OTSTableNotReady", "The table is not ready.")
	now.forward(time.Nanosecond)
	require.NoError(t, write(c, put("items", item("a", 1), columns{"c": 1})))
}
