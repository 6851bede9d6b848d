package tablestore_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
)

func TestRange(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	var rows [][]any // in their order
	for _, name := range []string{"", "\x00", "\x00\x00", "\x00a", "a", "a\x00", "ab", "b", "ä"} {
		for _, number := range []int64{math.MinInt64, -1, 0, 1, math.MaxInt64} {
			rows = append(rows, []any{name, number})
			require.NoError(t, write(c, put("items", item(name, number), columns{"c": 1})))
		}
	}
	names := func(from, to int) [][]any { return rows[5*from : 5*to] }
	for _, tc := range []struct {
		name     string
		from, to *sdk.PrimaryKey
		want     [][]any
	}{
		{name: "all", from: item(minimum, minimum), to: item(maximum, maximum), want: rows},
		{name: "one partition", from: item("a", minimum), to: item("a", maximum), want: names(4, 5)},
		{name: "from a row, which is in it, to another, which is not", from: item("a", -1), to: item("ab", 0), want: rows[21:32]},
		{name: "from and to what is not there", from: item("a", -7), to: item("aa", 0), want: rows[21:30]},
		{name: "what comes after the first column counts not after an end", from: item(minimum, 5), to: item("\x00", minimum), want: names(0, 1)},
		{name: "between partitions", from: item("b", maximum), to: item("ä", minimum), want: nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			found, pages := keys(t, c, span{table: "items", from: tc.from, to: tc.to})
			require.Equal(t, tc.want, found)
			require.Equal(t, 1, pages)
			for _, limit := range []int32{1, 7} {
				found, _ = keys(t, c, span{table: "items", from: tc.from, to: tc.to, limit: limit})
				require.Equal(t, tc.want, found)
			}
		})
	}
	for _, tc := range []struct {
		name     string
		from, to *sdk.PrimaryKey
		want     [][]any
	}{
		{name: "all", from: item(maximum, maximum), to: item(minimum, minimum), want: rows},
		{name: "from a row, which is in it, to another, which is not", from: item("ab", 0), to: item("a", -1), want: rows[22:33]},
		{name: "from and to what is not there", from: item("aa", 0), to: item("a", -7), want: rows[21:30]},
	} {
		t.Run("backward/"+tc.name, func(t *testing.T) {
			t.Parallel()
			want := slices.Clone(tc.want)
			slices.Reverse(want)
			for _, limit := range []int32{0, 1, 7} {
				found, _ := keys(t, c, span{table: "items", from: tc.from, to: tc.to, limit: limit, backward: true})
				require.Equal(t, want, found)
			}
		})
	}
}

func TestPages(t *testing.T) {
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	all := span{table: "items", from: item(minimum, minimum), to: item(maximum, maximum)}
	for i := range 26 {
		var changes []sdk.RowChange
		for j := range 200 {
			changes = append(changes, put("items", item("many", 200*i+j), columns{"odd": j % 2}))
		}
		_, err := batchWrite(c, changes...)
		require.NoError(t, err)
	}
	t.Run("rows", func(t *testing.T) {
		found, pages := keys(t, c, all)
		require.Len(t, found, 5200)
		require.Equal(t, 2, pages, "5000 rows, and the rest")
		one := all
		one.limit = 6000
		a, err := c.GetRange(one.request())
		require.NoError(t, err)
		require.Len(t, a.Rows, 5000, "whatever the limit says")
	})
	t.Run("rows that a filter keeps back count", func(t *testing.T) {
		none := all
		none.filter = only("odd", sdk.CT_GREATER_THAN, int64(1))
		found, pages := keys(t, c, none)
		require.Empty(t, found)
		require.Equal(t, 2, pages)
		odd := all
		odd.filter = only("odd", sdk.CT_EQUAL, int64(1))
		odd.limit = 4
		a, err := c.GetRange(odd.request())
		require.NoError(t, err)
		require.Len(t, a.Rows, 2)
		require.Equal(t, []any{"many", int64(4)}, values(a.NextStartPrimaryKey))
	})
	t.Run("bytes", func(t *testing.T) {
		for i := range 5 {
			require.NoError(t, write(c, put("items", item("large", i), columns{"c": strings.Repeat("x", 1500000)})))
		}
		found, pages := keys(t, c, span{table: "items", from: item("large", minimum), to: item("large", maximum), columns: []string{"c"}})
		require.Len(t, found, 5)
		require.Equal(t, 3, pages, "two in 4 MiB")
	})
}

func TestColumnsToGet(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	require.NoError(t, write(c, put("items", item("a", 1), columns{"c": 1, "b": 2, "a": 3})))
	for _, tc := range []struct {
		name    string
		columns []string
		filter  sdk.ColumnFilter
		want    []string // nil: no row
	}{
		{name: "all, sorted", want: []string{"a", "b", "c"}},
		{name: "some", columns: []string{"c", "a", "c"}, want: []string{"a", "c"}},
		{name: "one that is not there", columns: []string{"a", "x"}, want: []string{"a"}},
		{name: "none that is there", columns: []string{"x"}},
		{name: "one of the key", columns: []string{"name", "x"}, want: []string{}},
		{name: "filter on a column", columns: []string{"a"}, filter: only("a", sdk.CT_EQUAL, int64(3)), want: []string{"a"}},
		{name: "filter on a column that is not read", columns: []string{"a"}, filter: only("b", sdk.CT_EQUAL, int64(2))},
		{name: "filter on the key", columns: []string{"a"}, filter: only("number", sdk.CT_EQUAL, int64(1)), want: []string{"a"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a, err := c.GetRow(&sdk.GetRowRequest{SingleRowQueryCriteria: &sdk.SingleRowQueryCriteria{
				TableName: "items", PrimaryKey: item("a", 1), MaxVersion: 1, ColumnsToGet: tc.columns, Filter: tc.filter,
			}})
			require.NoError(t, err)
			require.Equal(t, tc.want, names(a.PrimaryKey.PrimaryKeys, a.Columns))

			r, err := c.GetRange(span{table: "items", from: item("a", 0), to: item("b", 0), columns: tc.columns, filter: tc.filter}.request())
			require.NoError(t, err)
			if tc.want == nil {
				require.Empty(t, r.Rows)
				return
			}
			require.Len(t, r.Rows, 1)
			require.Equal(t, tc.want, names(r.Rows[0].PrimaryKey.PrimaryKeys, r.Rows[0].Columns))
		})
	}
}

// names returns the names of the columns as they came; nil if there is no row.
func names(key []*sdk.PrimaryKeyColumn, list []*sdk.AttributeColumn) []string {
	if len(key) == 0 {
		return nil
	}
	found := []string{}
	for _, c := range list {
		found = append(found, c.ColumnName)
	}
	return found
}

func TestReadRefused(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	many := make([]string, 129)
	for i := range many {
		many[i] = "c" + strconv.Itoa(i)
	}
	whole := span{table: "items", from: item(minimum, minimum), to: item(maximum, maximum)}
	with := func(change func(*sdk.RangeRowQueryCriteria)) *sdk.GetRangeRequest {
		q := whole.request()
		change(q.RangeRowQueryCriteria)
		return q
	}
	for _, tc := range []struct {
		name    string
		request *sdk.GetRangeRequest
		code    string
		want    string
	}{
		{name: "wrong way", request: span{table: "items", from: item("b", 1), to: item("a", 1)}.request(), want: "Begin key must less than end key in FORWARD"},
		{name: "nothing between", request: span{table: "items", from: item("a", 1), to: item("a", 1)}.request(), want: "Begin key must less than end key in FORWARD"},
		{name: "wrong way backward", request: span{table: "items", from: item("a", 1), to: item("b", 1), backward: true}.request(), want: "Begin key must more than end key in BACKWARD"},
		{name: "negative limit", request: with(func(q *sdk.RangeRowQueryCriteria) { q.Limit = -1 }), want: "The limit must be greater than 0."},
		{name: "half a key", request: span{table: "items", from: pk("name", minimum), to: pk("name", maximum)}.request(), code: "OTSInvalidPK", want: "Validate PK size fail. Input: 1, Meta: 2."},
		{name: "key of another type", request: span{table: "items", from: item(1, minimum), to: item(maximum, maximum)}.request(), code: "OTSInvalidPK", want: "Validate PK type fail. Input: VT_INTEGER, Meta: VT_STRING."},
		{name: "many columns", request: with(func(q *sdk.RangeRowQueryCriteria) { q.ColumnsToGet = many }), want: "The number of columns from the request exceeds the limit, limit count: 128, column count: 129."},
		{name: "name of a column", request: with(func(q *sdk.RangeRowQueryCriteria) { q.ColumnsToGet = []string{"a b"} }), want: "Invalid column name: 'a b'."},
		{name: "versions", request: with(func(q *sdk.RangeRowQueryCriteria) { q.MaxVersion = -1 }), want: "Invalid max versions: -1 . Reason: Max versions must be positive."},
		{name: "time", request: with(func(q *sdk.RangeRowQueryCriteria) { q.TimeRange = &sdk.TimeRange{End: 1} }), want: "The emulator does not serve time ranges."},
		{name: "range of columns", request: with(func(q *sdk.RangeRowQueryCriteria) { q.StartColumn = new("a") }), want: "The emulator does not serve ranges of columns."},
		{name: "part of the key", request: with(func(q *sdk.RangeRowQueryCriteria) { q.ReturnSpecifiedPkOnly = true }), want: "The emulator does not serve parts of primary keys."},
		{name: "transaction", request: with(func(q *sdk.RangeRowQueryCriteria) { q.TransactionId = new("x") }), want: "The emulator does not serve local transactions."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			code := "OTSParameterInvalid"
			if tc.code != "" {
				code = tc.code
			}
			_, err := c.GetRange(tc.request)
			refused(t, err, 400, code, tc.want)
		})
	}
	_, err := c.GetRange(with(func(q *sdk.RangeRowQueryCriteria) { q.TableName = "nowhere" }))
	refused(t, err, 404, "OTSObjectNotExist", "Requested table does not exist.")
}
