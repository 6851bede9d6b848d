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
			"all":    m.check,
		})
		m.check(t)
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
func texts() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", "\x00", "a", "a\x00", "ab"})
}
func numbers() *rapid.Generator[int64] { return rapid.Int64Range(-2, 2) }

func drawKey(t *rapid.T) modelKey {
	return modelKey{texts().Draw(t, "name"), numbers().Draw(t, "number")}
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
		row["s"] = texts().Draw(t, "s")
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
	at := rapid.SampledFrom([]int{0, 0, 0, -1, 1})
	return edge{key: drawKey(t), name: at.Draw(t, "end of name"), number: at.Draw(t, "end of number")}
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
	var indexed []modelKey
	for _, k := range slices.SortedFunc(maps.Keys(m.rows), compareKeys) {
		want = append(want, []any{k.name, k.number, m.rows[k]})
		if _, ok := m.rows[k]["n"]; ok {
			indexed = append(indexed, k)
		}
	}
	n := func(k modelKey) int64 {
		n, _ := m.rows[k]["n"].(int64)
		return n
	}
	slices.SortFunc(indexed, func(a, b modelKey) int {
		return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(n(a), n(b)), cmp.Compare(a.number, b.number))
	})
	entries := [][]any{}
	for _, k := range indexed {
		attributes := maps.Clone(m.rows[k])
		maps.DeleteFunc(attributes, func(name string, _ any) bool { return name != "s" })
		entries = append(entries, []any{k.name, n(k), k.number, attributes})
	}
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
