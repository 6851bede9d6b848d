package tablestore_test

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
)

// TestModel tries random writes and reads and compares what comes of them with
// a plain map.
func TestModel(t *testing.T) {
	t.Parallel()
	c := client(start(t, tablestore.Options{}))
	rapid.Check(t, func(t *rapid.T) {
		m := &model{c: c, rows: map[modelKey]columns{}}
		_, err := c.CreateTable(modelTable().request())
		require.NoError(t, err)
		defer func() { _, _ = c.DeleteTable(&sdk.DeleteTableRequest{TableName: "model"}) }()
		t.Repeat(map[string]func(*rapid.T){
			"put":    m.put,
			"update": m.update,
			"delete": m.delete,
			"range":  m.scan,
			"":       m.check,
		})
	})
}

// modelTable has a sparse index on one of its columns.
func modelTable() schema {
	return schema{
		name:    "model",
		key:     []keyColumn{{"name", sdk.PrimaryKeyType_STRING}, {"number", sdk.PrimaryKeyType_INTEGER}},
		defined: []definedColumn{{"n", sdk.DefinedColumn_INTEGER}, {"s", sdk.DefinedColumn_STRING}},
		indexes: []*sdk.IndexMeta{local(indexOn("model_by_n", "name", "n", "|", "s"))},
	}
}

type modelKey struct {
	name   string
	number int64
}

func (k modelKey) pk() *sdk.PrimaryKey { return item(k.name, k.number) }

func compareKeys(a, b modelKey) int {
	return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(a.number, b.number))
}

type model struct {
	c    *sdk.TableStoreClient
	rows map[modelKey]columns
}

// Few values, so that rows, columns and conditions meet.
func names4() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", "\x00", "a", "a\x00", "ab"})
}
func numbers() *rapid.Generator[int64] { return rapid.Int64Range(-2, 2) }

func drawKey(t *rapid.T) modelKey {
	return modelKey{names4().Draw(t, "name"), numbers().Draw(t, "number")}
}

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
	column, value := "n", any(numbers().Draw(t, "value"))
	if rapid.Bool().Draw(t, "text") {
		column, value = "s", names4().Draw(t, "value")
	}
	single := sdk.NewSingleColumnCondition(column, comparator, value)
	single.FilterIfMissing, single.LatestVersionOnly = !missing, true
	return rule{single, func(c columns) bool {
		found, ok := c[column]
		if !ok {
			return missing
		}
		order := 0
		switch found := found.(type) {
		case int64:
			order = cmp.Compare(found, value.(int64))
		case string:
			order = strings.Compare(found, value.(string))
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

// write carries out a change, which must succeed if, and only if, its guard lets
// it; then the row becomes what it is to become, nil meaning gone.
func (m *model) write(t *rapid.T, change guarded, k modelKey, g guard, become func(columns) columns) {
	change.SetCondition(g.expect)
	if g.rule != nil {
		change.SetColumnCondition(g.rule.filter)
	}
	old, there := m.rows[k]
	err := write(m.c, change)
	if !g.lets(there, old) {
		e, ok := errors.AsType[*sdk.OtsError](err)
		require.True(t, ok)
		require.Equal(t, "OTSConditionCheckFail", e.Code)
		return
	}
	require.NoError(t, err)
	if to := become(maps.Clone(old)); to == nil {
		delete(m.rows, k)
	} else {
		m.rows[k] = to
	}
}

func (m *model) put(t *rapid.T) {
	k, g := drawKey(t), drawGuard(t, 2)
	row := columns{"always": true}
	if rapid.Bool().Draw(t, "with n") {
		row["n"] = numbers().Draw(t, "n")
	}
	if rapid.Bool().Draw(t, "with s") {
		row["s"] = names4().Draw(t, "s")
	}
	m.write(t, put("model", k.pk(), row), k, g, func(columns) columns { return row })
}

func (m *model) update(t *rapid.T) {
	k, g := drawKey(t), drawGuard(t, 2)
	change := update("model", k.pk())
	var steps []func(columns)
	switch rapid.IntRange(0, 3).Draw(t, "n") {
	case 0:
		v := numbers().Draw(t, "n")
		change.PutColumn("n", v)
		steps = append(steps, func(c columns) { c["n"] = v })
	case 1:
		v := numbers().Draw(t, "by")
		change.IncrementColumn("n", v)
		steps = append(steps, func(c columns) {
			old, _ := c["n"].(int64)
			c["n"] = old + v
		})
	case 2:
		change.DeleteColumn("n")
		steps = append(steps, func(c columns) { delete(c, "n") })
	}
	if len(steps) == 0 || rapid.Bool().Draw(t, "with s") {
		change.DeleteColumn("s")
		steps = append(steps, func(c columns) { delete(c, "s") })
	}
	m.write(t, change, k, g, func(old columns) columns {
		to := old
		if to == nil {
			to = columns{}
		}
		for _, step := range steps {
			step(to)
		}
		if old == nil && len(to) == 0 {
			return nil
		}
		return to
	})
}

func (m *model) delete(t *rapid.T) {
	k, g := drawKey(t), drawGuard(t, 1)
	m.write(t, remove("model", k.pk()), k, g, func(columns) columns { return nil })
}

// scan reads a range, page by page, and compares it with the sorted rows.
func (m *model) scan(t *rapid.T) {
	ends := []edge{drawEdge(t), drawEdge(t)}
	slices.SortFunc(ends, edge.compare)
	if ends[0].compare(ends[1]) == 0 {
		t.Skip("an empty range")
	}
	s := span{table: "model", from: ends[0].pk(), to: ends[1].pk(), limit: rapid.Int32Range(0, 3).Draw(t, "limit")}
	in := func(k modelKey) bool { return ends[0].before(k) && !ends[1].before(k) }
	if s.backward = rapid.Bool().Draw(t, "backward"); s.backward {
		s.from, s.to = s.to, s.from
		in = func(k modelKey) bool { return ends[0].after(k) && !ends[1].after(k) }
	}
	met := func(columns) bool { return true }
	if rapid.Bool().Draw(t, "filtered") {
		r := drawRule(t, 2)
		s.filter, met = r.filter, r.met
	}
	want := [][]any{}
	for _, k := range slices.SortedFunc(maps.Keys(m.rows), compareKeys) {
		if in(k) && met(m.rows[k]) {
			want = append(want, []any{k.name, k.number})
		}
	}
	if s.backward {
		slices.Reverse(want)
	}
	found := [][]any{}
	q := s.request()
	for {
		a, err := m.c.GetRange(q)
		require.NoError(t, err)
		if s.limit > 0 {
			require.LessOrEqual(t, len(a.Rows), int(s.limit))
		}
		for _, row := range a.Rows {
			found = append(found, values(row.PrimaryKey))
		}
		if a.NextStartPrimaryKey == nil {
			break
		}
		q.RangeRowQueryCriteria.StartPrimaryKey = a.NextStartPrimaryKey
	}
	require.Equal(t, want, found)
}

// edge is an end of a range: a key whose columns may be ends themselves.
type edge struct {
	key          modelKey
	name, number int // -1 the minimum, 1 the maximum, 0 a value
}

func drawEdge(t *rapid.T) edge {
	e := edge{key: drawKey(t), name: rapid.IntRange(-1, 1).Draw(t, "end of name"), number: rapid.IntRange(-1, 1).Draw(t, "end of number")}
	return e
}

func (e edge) pk() *sdk.PrimaryKey {
	column := func(at int, value any) any {
		return map[int]any{-1: minimum, 0: value, 1: maximum}[at]
	}
	return item(column(e.name, e.key.name), column(e.number, e.key.number))
}

func (e edge) compare(other edge) int {
	if order := cmp.Compare(e.name, other.name); order != 0 {
		return order
	}
	if e.name == 0 {
		if order := strings.Compare(e.key.name, other.key.name); order != 0 {
			return order
		}
	}
	if order := cmp.Compare(e.number, other.number); order != 0 || e.number != 0 {
		return order
	}
	return cmp.Compare(e.key.number, other.key.number)
}

// before tells whether a range upwards from here has the key in it, and after
// the same of one downwards.
func (e edge) before(k modelKey) bool { return e.compare(edge{key: k}) <= 0 }
func (e edge) after(k modelKey) bool  { return e.compare(edge{key: k}) < 0 }

// check compares all rows, and the index, with the model.
func (m *model) check(t *rapid.T) {
	want := [][]any{}
	entries := [][]any{}
	for _, k := range slices.SortedFunc(maps.Keys(m.rows), compareKeys) {
		row := m.rows[k]
		want = append(want, []any{k.name, k.number, row})
		if n, ok := row["n"]; ok {
			attributes := columns{}
			if s, ok := row["s"]; ok {
				attributes["s"] = s
			}
			entries = append(entries, []any{k.name, n, k.number, attributes})
		}
	}
	slices.SortFunc(entries, func(a, b []any) int {
		return cmp.Or(strings.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(int64), b[1].(int64)), cmp.Compare(a[2].(int64), b[2].(int64)))
	})
	require.Equal(t, want, m.all(t, span{table: "model", from: item(minimum, minimum), to: item(maximum, maximum)}))
	require.Equal(t, entries, m.all(t, span{
		table: "model_by_n",
		from:  pk("name", minimum, "n", minimum, "number", minimum), to: pk("name", maximum, "n", maximum, "number", maximum),
	}))
}

// all reads a range at once: the values of the keys, and the columns.
func (m *model) all(t *rapid.T, s span) [][]any {
	a, err := m.c.GetRange(s.request())
	require.NoError(t, err)
	require.Nil(t, a.NextStartPrimaryKey)
	found := [][]any{}
	for _, row := range a.Rows {
		found = append(found, append(values(row.PrimaryKey), byName(row.Columns)))
	}
	return found
}
