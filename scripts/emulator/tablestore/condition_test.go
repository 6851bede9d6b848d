package tablestore_test

import (
	"testing"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
)

func TestExistence(t *testing.T) {
	t.Parallel()
	const ignore, exist, not = sdk.RowExistenceExpectation_IGNORE, sdk.RowExistenceExpectation_EXPECT_EXIST, sdk.RowExistenceExpectation_EXPECT_NOT_EXIST
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	for i, tc := range []struct {
		name   string
		there  bool
		expect sdk.RowExistenceExpectation
		fails  bool
	}{
		{name: "there, ignored", there: true, expect: ignore},
		{name: "there, expected", there: true, expect: exist},
		{name: "there, not expected", there: true, expect: not, fails: true},
		{name: "missing, ignored", expect: ignore},
		{name: "missing, expected", expect: exist, fails: true},
		{name: "missing, not expected", expect: not},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			prepare := func(key *sdk.PrimaryKey) {
				if tc.there {
					require.NoError(t, write(c, put("items", key, columns{"c": 1})))
				}
			}
			check := func(err error) {
				if tc.fails {
					refused(t, err, 403, "OTSConditionCheckFail", "Condition check failed.")
				} else {
					require.NoError(t, err)
				}
			}
			key := item("put", i)
			prepare(key)
			p := put("items", key, columns{"c": 2})
			p.SetCondition(tc.expect)
			check(write(c, p))

			key = item("update", i)
			prepare(key)
			u := update("items", key)
			u.PutColumn("c", int64(2))
			u.SetCondition(tc.expect)
			check(write(c, u))

			if tc.expect != not { // DeleteRow cannot expect that
				key = item("delete", i)
				prepare(key)
				d := remove("items", key)
				d.SetCondition(tc.expect)
				check(write(c, d))
			}
		})
	}
}

// only is a condition on one column; a row without the column does not meet it.
func only(name string, comparator sdk.ComparatorType, value any) *sdk.SingleColumnCondition {
	condition := sdk.NewSingleColumnCondition(name, comparator, value)
	condition.FilterIfMissing = true
	condition.LatestVersionOnly = true
	return condition
}

// orMissing is only, but a row without the column meets it.
func orMissing(name string, comparator sdk.ComparatorType, value any) *sdk.SingleColumnCondition {
	condition := only(name, comparator, value)
	condition.FilterIfMissing = false
	return condition
}

func combine(operator sdk.LogicalOperator, parts ...sdk.ColumnFilter) *sdk.CompositeColumnValueFilter {
	composite := sdk.NewCompositeColumnCondition(operator)
	for _, part := range parts {
		composite.AddFilter(part)
	}
	return composite
}

// The same conditions guard writes and filter reads.
func TestConditions(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	row := columns{"n": 5, "s": "m", "d": 0.5, "b": true, "x": []byte{1, 2}}
	key := item("row", 1)
	require.NoError(t, write(c, put("items", key, row)))
	yes, no := only("n", sdk.CT_EQUAL, int64(5)), only("n", sdk.CT_EQUAL, int64(6))
	for _, tc := range []struct {
		name string
		on   sdk.ColumnFilter
		met  bool
	}{
		{name: "equal", on: yes, met: true},
		{name: "equal to another", on: no},
		{name: "not equal", on: only("n", sdk.CT_NOT_EQUAL, int64(5))},
		{name: "not equal to another", on: only("n", sdk.CT_NOT_EQUAL, int64(-5)), met: true},
		{name: "greater", on: only("n", sdk.CT_GREATER_THAN, int64(-6)), met: true},
		{name: "not greater", on: only("n", sdk.CT_GREATER_THAN, int64(5))},
		{name: "greater or equal", on: only("n", sdk.CT_GREATER_EQUAL, int64(5)), met: true},
		{name: "neither greater nor equal", on: only("n", sdk.CT_GREATER_EQUAL, int64(6))},
		{name: "less", on: only("n", sdk.CT_LESS_THAN, int64(6)), met: true},
		{name: "not less", on: only("n", sdk.CT_LESS_THAN, int64(5))},
		{name: "less or equal", on: only("n", sdk.CT_LESS_EQUAL, int64(5)), met: true},
		{name: "neither less nor equal", on: only("n", sdk.CT_LESS_EQUAL, int64(4))},
		{name: "text", on: only("s", sdk.CT_GREATER_THAN, "lz"), met: true},
		{name: "text that is longer", on: only("s", sdk.CT_LESS_THAN, "ma"), met: true},
		{name: "fraction", on: only("d", sdk.CT_LESS_THAN, 0.75), met: true},
		{name: "boolean", on: only("b", sdk.CT_EQUAL, true), met: true},
		{name: "blob", on: only("x", sdk.CT_GREATER_EQUAL, []byte{1}), met: true},
		{name: "other type", on: only("n", sdk.CT_EQUAL, "5")},
		{name: "other type, not equal", on: only("n", sdk.CT_NOT_EQUAL, "5")},
		{name: "column of the key", on: only("name", sdk.CT_EQUAL, "row"), met: true},
		{name: "missing column", on: only("missing", sdk.CT_NOT_EQUAL, int64(1))},
		{name: "missing column that may be", on: orMissing("missing", sdk.CT_EQUAL, int64(1)), met: true},
		{name: "column that may be missing and is not", on: orMissing("n", sdk.CT_EQUAL, int64(1))},
		{name: "and", on: combine(sdk.LO_AND, yes, yes, yes), met: true},
		{name: "and no", on: combine(sdk.LO_AND, yes, yes, no)},
		{name: "or", on: combine(sdk.LO_OR, no, no, yes), met: true},
		{name: "or no", on: combine(sdk.LO_OR, no, no)},
		{name: "not", on: combine(sdk.LO_NOT, no), met: true},
		{name: "not yes", on: combine(sdk.LO_NOT, yes)},
		{name: "nested", on: combine(sdk.LO_AND, combine(sdk.LO_OR, no, combine(sdk.LO_NOT, no)), yes), met: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			change := put("items", key, row)
			change.SetColumnCondition(tc.on)
			err := write(c, change)
			if tc.met {
				require.NoError(t, err)
			} else {
				refused(t, err, 403, "OTSConditionCheckFail", "Condition check failed.")
			}
			found, _ := keys(t, c, span{table: "items", from: item("row", minimum), to: item("row", maximum), filter: tc.on})
			require.Equal(t, tc.met, len(found) == 1)
		})
	}
}

// Of a row that is not there every column is missing.
func TestConditionOnMissingRow(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	change := put("items", item("a", 1), columns{"n": 1})
	change.SetColumnCondition(only("n", sdk.CT_LESS_THAN, int64(5)))
	refused(t, write(c, change), 403, "OTSConditionCheckFail", "Condition check failed.")
	change.SetColumnCondition(orMissing("n", sdk.CT_LESS_THAN, int64(1)))
	require.NoError(t, write(c, change))
	refused(t, write(c, change), 403, "OTSConditionCheckFail", "Condition check failed.")
}

func TestConditionsRefused(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	create(t, c, items)
	single := only("n", sdk.CT_EQUAL, int64(5))
	eleven := sdk.NewCompositeColumnCondition(sdk.LO_OR)
	for range 11 {
		eleven.AddFilter(single)
	}
	for _, tc := range []struct {
		name string
		on   sdk.ColumnFilter
		want string
	}{
		{name: "not without a part", on: combine(sdk.LO_NOT), want: "Invalid NOT operator: the number of sub-filters must be 1."},
		{name: "not with two", on: combine(sdk.LO_NOT, single, single), want: "Invalid NOT operator: the number of sub-filters must be 1."},
		{name: "and with one", on: combine(sdk.LO_AND, single), want: "Invalid AND/OR operator: the number of sub-filters must be 2."},
		{name: "eleven", on: eleven, want: "The count of filter exceeds the max: 10."},
		{name: "pages of columns", on: &sdk.PaginationFilter{Offset: 0, Limit: 1}, want: "The emulator does not serve filters that page through columns."},
		{name: "name of a column", on: only("", sdk.CT_EQUAL, int64(1)), want: "Invalid column name: ''."},
		{
			name: "regular expression", want: "The emulator does not serve filters with regular expressions.",
			on: sdk.NewSingleColumnValueRegexFilter("n", sdk.CT_EQUAL, sdk.NewValueTransferRule("(.*)", sdk.Variant_STRING), "x"),
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			change := put("items", item("a", 1), columns{"n": 1})
			change.SetColumnCondition(tc.on)
			invalid(t, write(c, change), tc.want)
			_, err := c.GetRange(span{table: "items", from: item(minimum, minimum), to: item(maximum, maximum), filter: tc.on}.request())
			invalid(t, err, tc.want)
		})
	}
}
