package tablestore_test

import (
	"strings"
	"testing"
	"time"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
)

// indexOn makes an index with key columns, and attributes after a "|".
func indexOn(name string, columns ...string) *sdk.IndexMeta {
	m := &sdk.IndexMeta{IndexName: name}
	m.SetAsGlobalIndex()
	inKey := true
	for _, c := range columns {
		switch {
		case c == "|":
			inKey = false
		case inKey:
			m.AddPrimaryKeyColumn(c)
		default:
			m.AddDefinedColumn(c)
		}
	}
	return m
}

func local(m *sdk.IndexMeta) *sdk.IndexMeta {
	m.SetAsLocalIndex()
	return m
}

// tasks is a table whose rows are looked for by what is due.
func tasks(indexes ...*sdk.IndexMeta) schema {
	return schema{
		name:    "tasks",
		key:     []keyColumn{{"shard", sdk.PrimaryKeyType_STRING}, {"id", sdk.PrimaryKeyType_STRING}},
		defined: []definedColumn{{"due", sdk.DefinedColumn_INTEGER}, {"label", sdk.DefinedColumn_STRING}, {"weight", sdk.DefinedColumn_DOUBLE}},
		indexes: indexes,
	}
}

func task(shard, id string) *sdk.PrimaryKey { return pk("shard", shard, "id", id) }

func byDue(shard string) span {
	return span{table: "by_due", from: pk("shard", shard, "due", minimum, "id", minimum), to: pk("shard", shard, "due", maximum, "id", maximum)}
}

func TestLocalIndex(t *testing.T) {
	// The lag is for global indexes only.
	c := client(start(t, tablestore.Options{IndexDelay: time.Hour}))
	create(t, c, tasks(local(indexOn("by_due", "shard", "due", "|", "label"))))

	a, err := c.DescribeTable(&sdk.DescribeTableRequest{TableName: "by_due"})
	require.NoError(t, err)
	require.Len(t, a.TableMeta.SchemaEntry, 3)
	require.Equal(t, "id", *a.TableMeta.SchemaEntry[2].Name, "the rest of the table's key is appended")
	list, err := c.ListTable()
	require.NoError(t, err)
	require.Equal(t, []string{"by_due", "tasks"}, list.TableNames)
	a, err = c.DescribeTable(&sdk.DescribeTableRequest{TableName: "tasks"})
	require.NoError(t, err)
	require.Equal(t, sdk.IT_LOCAL_INDEX, a.IndexMetas[0].IndexType)
	require.Equal(t, []string{"shard", "due"}, a.IndexMetas[0].Primarykey)
	require.Equal(t, []string{"label"}, a.IndexMetas[0].DefinedColumns)

	require.NoError(t, write(c, put("tasks", task("s", "late"), columns{"due": 30, "label": "L", "other": 1})))
	require.NoError(t, write(c, put("tasks", task("s", "soon"), columns{"due": -10, "weight": 0.5})))
	require.NoError(t, write(c, put("tasks", task("s", "never"), columns{"label": "N"})))
	require.NoError(t, write(c, put("tasks", task("r", "other"), columns{"due": 1})))

	found, _ := keys(t, c, byDue("s"))
	require.Equal(t, [][]any{{"s", int64(-10), "soon"}, {"s", int64(30), "late"}}, found, "sorted, without the row that has no due")
	require.Equal(t, columns{"label": "L"}, get(t, c, "by_due", pk("shard", "s", "due", 30, "id", "late")), "with its attributes only")
	require.Equal(t, columns{}, get(t, c, "by_due", pk("shard", "s", "due", -10, "id", "soon")))

	t.Run("an update moves the row", func(t *testing.T) {
		change := update("tasks", task("s", "late"))
		change.PutColumn("due", int64(-20))
		require.NoError(t, write(c, change))
		found, _ := keys(t, c, byDue("s"))
		require.Equal(t, [][]any{{"s", int64(-20), "late"}, {"s", int64(-10), "soon"}}, found)
	})
	t.Run("an increment moves it too", func(t *testing.T) {
		change := update("tasks", task("s", "late"))
		change.IncrementColumn("due", 15)
		require.NoError(t, write(c, change))
		found, _ := keys(t, c, byDue("s"))
		require.Equal(t, [][]any{{"s", int64(-10), "soon"}, {"s", int64(-5), "late"}}, found)
	})
	t.Run("deleting the column takes the row out", func(t *testing.T) {
		change := update("tasks", task("s", "late"))
		change.DeleteColumn("due")
		require.NoError(t, write(c, change))
		found, _ := keys(t, c, byDue("s"))
		require.Equal(t, [][]any{{"s", int64(-10), "soon"}}, found)
	})
	t.Run("deleting the row too", func(t *testing.T) {
		require.NoError(t, write(c, remove("tasks", task("s", "soon"))))
		found, _ := keys(t, c, byDue("s"))
		require.Empty(t, found)
	})
	t.Run("a refused write changes nothing", func(t *testing.T) {
		change := put("tasks", task("r", "other"), columns{"due": 2})
		change.SetCondition(sdk.RowExistenceExpectation_EXPECT_NOT_EXIST)
		refused(t, write(c, change), 403, "OTSConditionCheckFail", "Condition check failed.")
		found, _ := keys(t, c, byDue("r"))
		require.Equal(t, [][]any{{"r", int64(1), "other"}}, found)
	})
	t.Run("nobody writes to it", func(t *testing.T) {
		key := pk("shard", "s", "due", 1, "id", "x")
		invalid(t, write(c, put("by_due", key, columns{"label": "x"})), "Can't write index table directly.")
		invalid(t, write(c, remove("by_due", key)), "Can't write index table directly.")
		_, err := batchWrite(c, put("by_due", key, columns{"label": "x"}))
		invalid(t, err, "Can't write index table directly.")
		_, err = c.DeleteTable(&sdk.DeleteTableRequest{TableName: "by_due"})
		invalid(t, err, "Can't delete index table directly.")
	})
}

func TestValuesOfPredefinedColumns(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, tasks(local(indexOn("by_label", "shard", "label"))))
	invalid(t, write(c, put("tasks", task("s", "a"), columns{"due": "soon"})), "Defined column 'due' is VT_INTEGER, not VT_STRING.")
	long := strings.Repeat("x", 1025)
	invalid(t, write(c, put("tasks", task("s", "a"), columns{"label": long})), "The length of primary key column: 'label' exceeds the MaxLength:1024 with CurrentLength:1025.")
	require.NoError(t, write(c, put("tasks", task("s", "a"), columns{"label": long[1:], "free": long})))
	require.Nil(t, get(t, c, "tasks", task("s", "b")))
}

func TestGlobalIndexLags(t *testing.T) {
	t.Parallel()
	now := newClock()
	c := client(start(t, tablestore.Options{IndexDelay: time.Second, Now: now.Now}))
	create(t, c, tasks(indexOn("by_due", "due", "|", "label")))
	all := span{table: "by_due", from: pk("due", minimum, "shard", minimum, "id", minimum), to: pk("due", maximum, "shard", maximum, "id", maximum)}

	require.NoError(t, write(c, put("tasks", task("s", "a"), columns{"due": 1})))
	now.forward(600 * time.Millisecond)
	require.NoError(t, write(c, put("tasks", task("s", "a"), columns{"due": 2})))
	found, _ := keys(t, c, all)
	require.Empty(t, found)
	now.forward(400 * time.Millisecond)
	found, _ = keys(t, c, all)
	require.Equal(t, [][]any{{int64(1), "s", "a"}}, found, "the first write has arrived, the second has not")
	now.forward(600 * time.Millisecond)
	found, _ = keys(t, c, all)
	require.Equal(t, [][]any{{int64(2), "s", "a"}}, found)
	require.NoError(t, write(c, remove("tasks", task("s", "a"))))
	found, _ = keys(t, c, all)
	require.Equal(t, [][]any{{int64(2), "s", "a"}}, found, "a row that is no more")
	now.forward(time.Second)
	found, _ = keys(t, c, all)
	require.Empty(t, found)
}

func TestCreateAndDeleteIndex(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, tasks())
	require.NoError(t, write(c, put("tasks", task("s", "a"), columns{"due": 1})))
	_, err := c.CreateIndex(&sdk.CreateIndexRequest{MainTableName: "tasks", IndexMeta: local(indexOn("by_due", "shard", "due")), IncludeBaseData: true})
	require.NoError(t, err)
	_, err = c.CreateIndex(&sdk.CreateIndexRequest{MainTableName: "tasks", IndexMeta: local(indexOn("by_due_again", "shard", "due"))})
	require.NoError(t, err)
	require.NoError(t, write(c, put("tasks", task("s", "b"), columns{"due": 2})))

	found, _ := keys(t, c, byDue("s"))
	require.Equal(t, [][]any{{"s", int64(1), "a"}, {"s", int64(2), "b"}}, found)
	again := byDue("s")
	again.table = "by_due_again"
	found, _ = keys(t, c, again)
	require.Equal(t, [][]any{{"s", int64(2), "b"}}, found, "without the rows that were there before")

	_, err = c.DeleteIndex(&sdk.DeleteIndexRequest{MainTableName: "tasks", IndexName: "by_due"})
	require.NoError(t, err)
	_, err = c.DeleteIndex(&sdk.DeleteIndexRequest{MainTableName: "tasks", IndexName: "by_due"})
	refused(t, err, 404, "OTSObjectNotExist", "Requested table does not exist.")
	_, err = c.GetRange(byDue("s").request())
	refused(t, err, 404, "OTSObjectNotExist", "Requested table does not exist.")
	_, err = c.DeleteTable(&sdk.DeleteTableRequest{TableName: "tasks"})
	require.NoError(t, err)
	list, err := c.ListTable()
	require.NoError(t, err)
	require.Empty(t, list.TableNames, "indexes go with their table")
}

func TestIndexRefused(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, tasks(indexOn("taken", "due")))
	for _, tc := range []struct {
		name string
		meta *sdk.IndexMeta
		want string
	}{
		{name: "no key", meta: indexOn("i"), want: "The number of primary key columns must be in range: [1, 4] in index."},
		{name: "five columns", meta: indexOn("i", "due", "label", "shard", "id", "x"), want: "The number of primary key columns must be in range: [1, 4] in index."},
		{name: "column that is not predefined", meta: indexOn("i", "free"), want: "Column does not exist:free."},
		{name: "attribute that is not predefined", meta: indexOn("i", "due", "|", "free"), want: "Column does not exist:free."},
		{name: "attribute that is in the key", meta: indexOn("i", "due", "|", "due"), want: "Duplicated attribute column name with primary key column: 'due'."},
		{name: "column twice", meta: indexOn("i", "due", "due"), want: "Duplicated primary key name: 'due'."},
		{name: "number with a fraction", meta: indexOn("i", "weight"), want: "Invalid column type, only STRING,INTEGER,BINARY is allowed."},
		{name: "local index with another first column", meta: local(indexOn("i", "due")), want: "The first primary key of a local index must be 'shard'."},
		{name: "name", meta: indexOn("i-1", "due"), want: "Invalid table name: 'i-1'."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := c.CreateIndex(&sdk.CreateIndexRequest{MainTableName: "tasks", IndexMeta: tc.meta})
			invalid(t, err, tc.want)
			s := tasks(tc.meta)
			s.name = "other"
			_, err = c.CreateTable(s.request())
			invalid(t, err, tc.want)
		})
	}
	_, err := c.CreateIndex(&sdk.CreateIndexRequest{MainTableName: "tasks", IndexMeta: indexOn("taken", "label")})
	refused(t, err, 409, "OTSObjectAlreadyExist", "Requested table already exists.")
	_, err = c.CreateIndex(&sdk.CreateIndexRequest{MainTableName: "taken", IndexMeta: indexOn("i", "due")})
	invalid(t, err, "Can't create an index of an index.")
	six := tasks(indexOn("i1", "due"), indexOn("i2", "due"), indexOn("i3", "due"), indexOn("i4", "due"), indexOn("i5", "due"), indexOn("i6", "due"))
	six.name = "six"
	_, err = c.CreateTable(six.request())
	invalid(t, err, "Number of index per table exceeds the quota:5.")
}
