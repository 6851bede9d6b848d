package tablestore_test

import (
	"cmp"
	"strings"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"pgregory.net/rapid"
)

// rule is a condition, and what it means.
type rule struct {
	filter sdk.ColumnFilter
	met    func(columns) bool
}

func drawRule(t *rapid.T, depth int) rule {
	switch rapid.IntRange(0, min(depth, 1)*3).Draw(t, "kind") {
	case 1:
		part := drawRule(t, depth-1)
		return rule{combine(sdk.LO_NOT, part.filter), func(c columns) bool { return !part.met(c) }}
	case 2:
		a, b := drawRule(t, depth-1), drawRule(t, depth-1)
		return rule{combine(sdk.LO_AND, a.filter, b.filter), func(c columns) bool { return a.met(c) && b.met(c) }}
	case 3:
		a, b := drawRule(t, depth-1), drawRule(t, depth-1)
		return rule{combine(sdk.LO_OR, a.filter, b.filter), func(c columns) bool { return a.met(c) || b.met(c) }}
	default:
		return drawSingle(t)
	}
}

func drawSingle(t *rapid.T) rule {
	comparator := sdk.ComparatorType(rapid.IntRange(1, 6).Draw(t, "comparator"))
	missing := rapid.Bool().Draw(t, "missing is met")
	number, text := numbers().Draw(t, "value"), texts().Draw(t, "text")
	column, value := "n", any(number)
	if rapid.Bool().Draw(t, "of the text") {
		column, value = "s", text
	}
	single := sdk.NewSingleColumnCondition(column, comparator, value)
	single.FilterIfMissing, single.LatestVersionOnly = !missing, true
	return rule{single, func(c columns) bool {
		var order int
		switch found := c[column].(type) {
		case int64:
			order = cmp.Compare(found, number)
		case string:
			order = strings.Compare(found, text)
		default:
			return missing
		}
		return map[sdk.ComparatorType]bool{
			sdk.CT_EQUAL: order == 0, sdk.CT_NOT_EQUAL: order != 0, sdk.CT_LESS_THAN: order < 0,
			sdk.CT_LESS_EQUAL: order <= 0, sdk.CT_GREATER_THAN: order > 0, sdk.CT_GREATER_EQUAL: order >= 0,
		}[comparator]
	}}
}

// guard is what a write expects.
type guard struct {
	expect sdk.RowExistenceExpectation
	rule   *rule
}

func drawGuard(t *rapid.T, most int) guard {
	g := guard{expect: sdk.RowExistenceExpectation(rapid.IntRange(0, most).Draw(t, "expect"))}
	if rapid.Bool().Draw(t, "conditional") {
		g.rule = new(drawRule(t, 2))
	}
	return g
}

func (g guard) lets(there bool, c columns) bool {
	switch {
	case g.expect == sdk.RowExistenceExpectation_EXPECT_EXIST && !there,
		g.expect == sdk.RowExistenceExpectation_EXPECT_NOT_EXIST && there:
		return false
	}
	return g.rule == nil || g.rule.met(c)
}

// guarded is a change that can be guarded.
type guarded interface {
	sdk.RowChange
	SetCondition(sdk.RowExistenceExpectation)
	SetColumnCondition(sdk.ColumnFilter)
}
