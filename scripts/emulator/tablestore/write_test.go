package tablestore_test

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
)

func TestPutAndDelete(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	all := columns{
		"text": "häß\x00", "empty": "", "number": int64(math.MinInt64), "yes": true, "no": false,
		"fraction": math.MaxFloat64, "blob": []byte{0xff, 0},
	}
	delete(all, "number") // the key has it
	require.Nil(t, get(t, c, "items", item("a", 1)))
	require.NoError(t, write(c, put("items", item("a", 1), all)))
	require.Equal(t, all, get(t, c, "items", item("a", 1)))
	require.NoError(t, write(c, put("items", item("a", 1), columns{"other": math.MinInt64})))
	require.Equal(t, columns{"other": int64(math.MinInt64)}, get(t, c, "items", item("a", 1)), "the row is replaced")
	require.Nil(t, get(t, c, "items", item("a", 2)))

	require.NoError(t, write(c, remove("items", item("a", 1))))
	require.Nil(t, get(t, c, "items", item("a", 1)))
	require.NoError(t, write(c, remove("items", item("a", 1))), "there is nothing to delete, and nothing wrong")
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)

	gone := update("items", item("a", 1))
	gone.DeleteColumn("x")
	require.NoError(t, write(c, gone))
	require.Nil(t, get(t, c, "items", item("a", 1)), "to delete makes no row")

	change := update("items", item("a", 1))
	change.PutColumn("s", "one")
	change.IncrementColumn("n", 5)
	require.NoError(t, write(c, change))
	require.Equal(t, columns{"s": "one", "n": int64(5)}, get(t, c, "items", item("a", 1)))

	change = update("items", item("a", 1))
	change.DeleteColumn("s")
	change.DeleteColumn("nothing")
	change.PutColumn("new", true)
	change.IncrementColumn("n", -7)
	change.ReturnType = sdk.ReturnType_RT_AFTER_MODIFY
	change.AppendIncrementColumnToReturn("n")
	a, err := c.UpdateRow(&sdk.UpdateRowRequest{UpdateRowChange: change})
	require.NoError(t, err)
	require.Equal(t, columns{"n": int64(-2)}, byName(a.Columns))
	require.Equal(t, columns{"new": true, "n": int64(-2)}, get(t, c, "items", item("a", 1)))

	change = update("items", item("a", 1))
	change.DeleteColumn("new")
	change.DeleteColumn("n")
	require.NoError(t, write(c, change))
	require.Equal(t, columns{}, get(t, c, "items", item("a", 1)), "the row is still there")
	expected := remove("items", item("a", 1))
	expected.SetCondition(sdk.RowExistenceExpectation_EXPECT_EXIST)
	require.NoError(t, write(c, expected))
}

func TestPutReturnsKey(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	change := put("items", item("a", 1), columns{"c": 1})
	change.SetReturnPk()
	a, err := c.PutRow(&sdk.PutRowRequest{PutRowChange: change})
	require.NoError(t, err)
	require.Equal(t, []any{"a", int64(1)}, values(&a.PrimaryKey))
	require.Equal(t, &sdk.ConsumedCapacityUnit{Write: 1}, a.ConsumedCapacityUnit)

	change = put("items", item("a", 1), columns{"c": strings.Repeat("x", 4096)})
	change.SetCondition(sdk.RowExistenceExpectation_EXPECT_EXIST)
	a, err = c.PutRow(&sdk.PutRowRequest{PutRowChange: change})
	require.NoError(t, err)
	require.Equal(t, &sdk.ConsumedCapacityUnit{Read: 1, Write: 2}, a.ConsumedCapacityUnit)
}

func TestWriteRefused(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	require.NoError(t, write(c, put("items", item("text", 1), columns{"c": "x"})))
	require.NoError(t, write(c, put("items", item("full", 1), columns{"c": int64(math.MaxInt64)})))
	wide := columns{}
	for i := range 1025 {
		wide["c"+strconv.Itoa(i)] = true
	}
	increment := func(name string, by int64) *sdk.UpdateRowChange {
		change := update("items", item(name, 1))
		change.IncrementColumn("c", by)
		return change
	}
	dated := put("items", item("a", 1), nil)
	dated.AddColumnWithTimestamp("c", true, 1)
	twice := update("items", item("a", 1))
	twice.PutColumn("c", true)
	twice.DeleteColumn("c")
	oneVersion := update("items", item("a", 1))
	oneVersion.DeleteColumnWithTimestamp("c", 1)
	notANumber := update("items", item("a", 1))
	notANumber.PutColumn("c", math.NaN())
	expecting := remove("items", item("a", 1))
	expecting.SetCondition(sdk.RowExistenceExpectation_EXPECT_NOT_EXIST)
	transacted := put("items", item("a", 1), columns{"c": 1})
	transacted.TransactionId = new("x")
	auto := &sdk.PrimaryKey{}
	auto.AddPrimaryKeyColumn("name", "a")
	auto.AddPrimaryKeyColumnWithAutoIncrement("number")

	for _, tc := range []struct {
		name   string
		change sdk.RowChange
		code   string
		want   string
	}{
		{name: "key with a column less", change: put("items", pk("name", "a"), columns{"c": 1}), code: "OTSInvalidPK", want: "Validate PK size fail. Input: 1, Meta: 2."},
		{name: "key in another order", change: put("items", pk("number", 1, "name", "a"), columns{"c": 1}), code: "OTSInvalidPK", want: "Validate PK name fail. Input: number, Meta: name."},
		{name: "key of another type", change: put("items", item("a", "1"), columns{"c": 1}), code: "OTSInvalidPK", want: "Validate PK type fail. Input: VT_STRING, Meta: VT_INTEGER."},
		{name: "end of a range to delete", change: remove("items", item("a", maximum)), want: "VT_INF_MAX is an invalid type for the primary key."},
		{name: "auto-increment", change: put("items", auto, columns{"c": 1}), want: "The emulator does not serve auto-increment primary keys."},
		{name: "long key", change: put("items", item(strings.Repeat("x", 1025), 1), columns{"c": 1}), want: "The length of primary key column: 'name' exceeds the MaxLength:1024 with CurrentLength:1025."},
		{name: "key column twice", change: put("items", pk("name", "a", "name", "b"), columns{"c": 1}), want: "Duplicated primary key name: 'name'."},
		{name: "no columns", change: put("items", item("a", 1), nil), want: "Attribute column is missing."},
		{name: "no columns to update", change: update("items", item("a", 1)), want: "Invalid update row request: missing cells in request."},
		{name: "column that is in the key", change: put("items", item("a", 1), columns{"name": "x"}), want: "Duplicated attribute column name with primary key column: 'name'."},
		{name: "name of a column", change: put("items", item("a", 1), columns{"ü": 1}), want: "Invalid column name: 'ü'."},
		{name: "large column", change: put("items", item("a", 1), columns{"c": strings.Repeat("x", 2<<20+1)}), want: "The length of attribute column: 'c' exceeds the MaxLength:2097152 with CurrentLength:2097153."},
		{name: "large row", change: put("items", item("a", 1), columns{"c": strings.Repeat("x", 2<<20), "d": strings.Repeat("x", 2<<20)}), want: "The total data size of PutRow request exceeds the limit, limit size: 4194304, data size: 4194325."},
		{name: "many columns", change: put("items", item("a", 1), wide), want: "The number of attribute columns exceeds the limit, limit count: 1024, column count: 1025."},
		{name: "version", change: dated, want: "The emulator does not serve versions chosen by the client."},
		{name: "version to delete", change: oneVersion, want: "The emulator does not serve versions chosen by the client."},
		{name: "two operations on a column", change: twice, want: "The emulator does not serve two operations on one column."},
		{name: "text that is not UTF-8", change: put("items", item("a", 1), columns{"c": "\xff"}), want: "Cell data broken, wrong string format: it must be UTF8 encoding."},
		{name: "not a number", change: notANumber, want: "Cell data broken, NaN and infinity can't be set to double value."},
		{name: "sum with a text", change: increment("text", 1), want: "Column 'c' to increment is VT_STRING."},
		{name: "sum that is too large", change: increment("full", 1), want: "Column 'c' to increment overflows."},
		{name: "deletion of what is not there", change: expecting, want: "Invalid row-existence expectation: EXPECT_NOT_EXIST."},
		{name: "transaction", change: transacted, want: "The emulator does not serve local transactions."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			code := "OTSParameterInvalid"
			if tc.code != "" {
				code = tc.code
			}
			refused(t, write(c, tc.change), 400, code, tc.want)
		})
	}
	require.Nil(t, get(t, c, "items", item("a", 1)))
	refused(t, write(c, put("nowhere", item("a", 1), columns{"c": 1})), 404, "OTSObjectNotExist", "Requested table does not exist.")
	invalid(t, write(c, put("3t", item("a", 1), columns{"c": 1})), "Invalid table name: '3t'.")
}

// Of many who expect that the row is not there, one is right.
func TestOneOfMany(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	var wg sync.WaitGroup
	results := make(chan error, 20)
	for i := range cap(results) {
		wg.Go(func() {
			change := put("items", item("a", 1), columns{"by": i})
			change.SetCondition(sdk.RowExistenceExpectation_EXPECT_NOT_EXIST)
			results <- write(c, change)
			add := update("items", item("sum", 1))
			add.IncrementColumn("n", 1)
			_ = write(c, add)
		})
	}
	wg.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
			continue
		}
		refused(t, err, 403, "OTSConditionCheckFail", "Condition check failed.")
	}
	require.Equal(t, 1, won)
	require.Equal(t, columns{"n": int64(20)}, get(t, c, "items", item("sum", 1)))
}
