package tablestore_test

import (
	"strings"
	"testing"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
)

// batchWrite carries out changes in one request and returns the codes of the
// errors of the rows by table, "" where there is none.
func batchWrite(c *sdk.TableStoreClient, changes ...sdk.RowChange) (map[string][]string, error) {
	q := &sdk.BatchWriteRowRequest{}
	for _, change := range changes {
		q.AddRowChange(change)
	}
	a, err := c.BatchWriteRow(q)
	if err != nil {
		return nil, err
	}
	codes := map[string][]string{}
	for table, rows := range a.TableToRowsResult {
		for _, row := range rows {
			codes[table] = append(codes[table], row.Error.Code)
		}
	}
	return codes, nil
}

func TestBatchWrite(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	create(t, c, tasks())
	require.NoError(t, write(c, put("items", item("old", 1), columns{"n": 1})))

	fresh := put("items", item("old", 1), columns{"n": 2})
	fresh.SetCondition(sdk.RowExistenceExpectation_EXPECT_NOT_EXIST)
	add := update("items", item("sum", 1))
	add.IncrementColumn("n", 3)
	codes, err := batchWrite(c,
		put("items", item("new", 1), columns{"n": 1}),
		fresh,
		put("items", pk("name", "x"), columns{"n": 1}),
		add,
		remove("items", item("nothing", 1)),
		put("tasks", task("s", "a"), columns{"due": 1}),
	)
	require.NoError(t, err)
	require.Equal(t, map[string][]string{
		"items": {"", "OTSConditionCheckFail", "OTSInvalidPK", "", ""},
		"tasks": {""},
	}, codes)
	require.Equal(t, columns{"n": int64(1)}, get(t, c, "items", item("new", 1)))
	require.Equal(t, columns{"n": int64(1)}, get(t, c, "items", item("old", 1)))
	require.Equal(t, columns{"n": int64(3)}, get(t, c, "items", item("sum", 1)))
	require.Equal(t, columns{"due": int64(1)}, get(t, c, "tasks", task("s", "a")))
}

func TestBatchWriteRefused(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	row := func(i int) sdk.RowChange { return put("items", item("a", i), columns{"c": 1}) }
	many := make([]sdk.RowChange, 201)
	for i := range many {
		many[i] = row(i)
	}
	large := make([]sdk.RowChange, 3)
	for i := range large {
		large[i] = put("items", item("a", i), columns{"c": strings.Repeat("x", 1400000)})
	}
	expecting := put("items", item("a", 1), columns{"c": 2})
	expecting.SetCondition(sdk.RowExistenceExpectation_EXPECT_EXIST)
	conditional := put("items", item("a", 1), columns{"c": 2})
	conditional.SetColumnCondition(sdk.NewSingleColumnCondition("c", sdk.CT_EQUAL, int64(1)))
	for _, tc := range []struct {
		name    string
		changes []sdk.RowChange
		want    string
	}{
		{name: "nothing", want: "No row is specified in BatchWriteRow."},
		{name: "201 rows", changes: many, want: "Rows count exceeds the upper limit: 200."},
		{name: "over 4 MiB", changes: large, want: "The total data size of BatchWriteRow request exceeds the limit, limit size: 4194304, data size: 4200060."},
		{name: "a row twice", changes: []sdk.RowChange{row(1), row(2), row(1)}, want: "Duplicate rows detected in MultiPut."},
		{name: "a row put and deleted", changes: []sdk.RowChange{row(1), remove("items", item("a", 1))}, want: "Duplicate rows detected in MultiPut."},
		{name: "a row twice, expected", changes: []sdk.RowChange{row(1), expecting}, want: "Repeated rows do not support row exist expectation check in BatchModify."},
		{name: "a row twice, with a condition", changes: []sdk.RowChange{row(1), conditional}, want: "Repeated rows do not support row condition check in BatchModify."},
		{name: "one row that is wrong in itself", changes: []sdk.RowChange{row(1), put("items", item("a", 2), nil)}, want: "Attribute column is missing."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := batchWrite(c, tc.changes...)
			invalid(t, err, tc.want)
		})
	}
	t.Run("table that is not there", func(t *testing.T) {
		t.Parallel()
		_, err := batchWrite(c, row(1), put("nowhere", item("a", 1), columns{"c": 1}))
		refused(t, err, 404, "OTSObjectNotExist", "Requested table does not exist.")
	})
	t.Run("atomic", func(t *testing.T) {
		t.Parallel()
		q := &sdk.BatchWriteRowRequest{IsAtomic: true}
		q.AddRowChange(row(1))
		_, err := c.BatchWriteRow(q)
		invalid(t, err, "The emulator does not serve atomic batches.")
	})
	t.Cleanup(func() {
		found, _ := keys(t, c, span{table: "items", from: item(minimum, minimum), to: item(maximum, maximum)})
		require.Empty(t, found, "a refused batch writes nothing")
	})
}

// criteria asks for rows of a table.
func criteria(table string, rows ...*sdk.PrimaryKey) *sdk.MultiRowQueryCriteria {
	return &sdk.MultiRowQueryCriteria{TableName: table, PrimaryKey: rows, MaxVersion: 1}
}

func batchGet(c *sdk.TableStoreClient, list ...*sdk.MultiRowQueryCriteria) (map[string][]sdk.RowResult, error) {
	a, err := c.BatchGetRow(&sdk.BatchGetRowRequest{MultiRowQueryCriteria: list})
	if err != nil {
		return nil, err
	}
	return a.TableToRowsResult, nil
}

func TestBatchGet(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	create(t, c, tasks(local(indexOn("by_due", "shard", "due"))))
	require.NoError(t, write(c, put("items", item("a", 1), columns{"n": 1, "m": 2})))
	require.NoError(t, write(c, put("items", item("b", 1), columns{"m": 2})))
	require.NoError(t, write(c, put("tasks", task("s", "t"), columns{"due": 7})))

	some := criteria("items", item("a", 1), item("missing", 1), pk("name", "x"), item("b", 1))
	some.AddColumnToGet("n")
	found, err := batchGet(c, some, criteria("by_due", pk("shard", "s", "due", 7, "id", "t")))
	require.NoError(t, err)
	rows := found["items"]
	require.Len(t, rows, 4)
	require.True(t, rows[0].IsSucceed)
	require.Equal(t, []any{"a", int64(1)}, values(&rows[0].PrimaryKey))
	require.Len(t, rows[0].Columns, 1)
	require.True(t, rows[1].IsSucceed)
	require.Empty(t, rows[1].PrimaryKey.PrimaryKeys, "a row that is not there is empty")
	require.False(t, rows[2].IsSucceed)
	require.Equal(t, sdk.Error{Code: "OTSInvalidPK", Message: "Validate PK size fail. Input: 1, Meta: 2."}, rows[2].Error)
	require.True(t, rows[3].IsSucceed)
	require.Empty(t, rows[3].PrimaryKey.PrimaryKeys, "and so is one without the columns that were asked for")
	require.Equal(t, []any{"s", int64(7), "t"}, values(&found["by_due"][0].PrimaryKey))
}

func TestBatchGetRefused(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	many := make([]*sdk.PrimaryKey, 101)
	for i := range many {
		many[i] = item("a", i)
	}
	for _, tc := range []struct {
		name string
		list []*sdk.MultiRowQueryCriteria
		want string
	}{
		{name: "nothing", want: "No row specified in the request of BatchGetRow."},
		{name: "nothing of a table", list: []*sdk.MultiRowQueryCriteria{criteria("items")}, want: "No row specified in the request of BatchGetRow."},
		{name: "101 rows", list: []*sdk.MultiRowQueryCriteria{criteria("items", many...)}, want: "Rows count exceeds the upper limit: 100."},
		{name: "a row twice", list: []*sdk.MultiRowQueryCriteria{criteria("items", many[0], many[0])}, want: "Duplicate rows detected in MultiGet."},
		{name: "a table twice", list: []*sdk.MultiRowQueryCriteria{criteria("items", many[0]), criteria("items", many[1])}, want: "Duplicated table name: 'items'."},
		{name: "end of a range", list: []*sdk.MultiRowQueryCriteria{criteria("items", item("a", minimum))}, want: "VT_INF_MIN is an invalid type for the primary key."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := batchGet(c, tc.list...)
			invalid(t, err, tc.want)
		})
	}
	_, err := batchGet(c, criteria("nowhere", item("a", 1)))
	refused(t, err, 404, "OTSObjectNotExist", "Requested table does not exist.")
}
