package tablestore

import (
	"math"
	"slices"
	"time"

	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore/internal/plainbuffer"
)

// change is a write of one row, checked as far as it can be without the table.
type change struct {
	op        Operation // PutRow, UpdateRow or DeleteRow
	key       rowKey
	row       plainbuffer.Row
	existence otsprotocol.RowExistenceExpectation
	condition condition
	// conditional says that condition is more than nothing.
	conditional bool
	returns     *otsprotocol.ReturnContent
}

// size is how many bytes of data the change is to the service's limits.
func (c *change) size() int { return size(c.row) }

// reads tells whether the row must be looked at.
func (c *change) reads() bool {
	return c.conditional || c.existence != otsprotocol.RowExistenceExpectation_IGNORE ||
		slices.ContainsFunc(c.row.Columns, func(c column) bool { return c.Op == plainbuffer.Increment })
}

// parseChange reads a write of one row.
func parseChange(op Operation, data []byte, q *otsprotocol.Condition, returns *otsprotocol.ReturnContent) (*change, error) {
	r, err := readRow(data)
	if err != nil {
		return nil, err
	}
	if err := checkKeyValues(r.PrimaryKey); err != nil {
		return nil, err
	}
	for _, c := range r.PrimaryKey {
		if c.Value.Kind == plainbuffer.InfMin || c.Value.Kind == plainbuffer.InfMax {
			return nil, invalid("%s is an invalid type for the primary key.", c.Value.Kind)
		}
	}
	if err := checkMark(op, r); err != nil {
		return nil, err
	}
	if err := checkColumns(op, r); err != nil {
		return nil, err
	}
	c := &change{
		op: op, key: keyOf(r.PrimaryKey), row: r, existence: q.GetRowExistence(),
		conditional: len(q.GetColumnCondition()) > 0, returns: returns,
	}
	if _, known := otsprotocol.RowExistenceExpectation_name[int32(c.existence)]; !known {
		return nil, invalid("Invalid row-existence expectation: %d.", c.existence)
	}
	if op == DeleteRow && c.existence == otsprotocol.RowExistenceExpectation_EXPECT_NOT_EXIST {
		return nil, invalid("Invalid row-existence expectation: %s.", c.existence)
	}
	if returns.GetReturnType() == otsprotocol.ReturnType_RT_AFTER_MODIFY && op != UpdateRow {
		return nil, invalid("Invalid return type: %s.", returns.GetReturnType())
	}
	if c.condition, err = parseCondition(q.GetColumnCondition()); err != nil {
		return nil, err
	}
	return c, nil
}

// readRow reads PlainBuffer that must hold one row.
func readRow(data []byte) (plainbuffer.Row, error) {
	list, err := plainbuffer.Read(data)
	if err != nil {
		return plainbuffer.Row{}, invalid("%v.", err)
	}
	if len(list) != 1 || len(list[0].PrimaryKey) == 0 {
		return plainbuffer.Row{}, invalid("Cell data broken, PK is empty.")
	}
	return list[0], nil
}

// checkMark checks that the mark of DeleteRow is there if, and only if, it is to be.
func checkMark(op Operation, r plainbuffer.Row) error {
	switch {
	case op == DeleteRow && !r.Delete:
		return invalid("Invalid request of delete row: missing RowDeleteMarker in request.")
	case op != DeleteRow && r.Delete:
		return invalid("Invalid request of put/update row: unexpected RowDeleteMarker in request.")
	case op == DeleteRow && len(r.Columns) > 0:
		return invalid("Invalid delete row request: unexpected cells in request.")
	case op == PutRow && len(r.Columns) == 0:
		return invalid("Attribute column is missing.")
	case op == UpdateRow && len(r.Columns) == 0:
		return invalid("Invalid update row request: missing cells in request.")
	case len(r.Columns) > maxColumns:
		return invalid("The number of attribute columns exceeds the limit, limit count: %d, column count: %d.", maxColumns, len(r.Columns))
	}
	return nil
}

// checkKeyValues checks the columns of a primary key by themselves.
func checkKeyValues(cells []column) error {
	for i, c := range cells {
		if err := checkColumnName(c.Name); err != nil {
			return err
		}
		switch {
		case slices.ContainsFunc(cells[:i], named(c.Name)):
			return invalid("Duplicated primary key name: '%s'.", c.Name)
		case c.NoValue:
			return invalid("No value is given for primary key name:'%s'.", c.Name)
		case c.Op != plainbuffer.Put:
			return invalid("OpType cannot be given for primary key name :'%s'.", c.Name)
		case c.HasTimestamp:
			return invalid("Timestamp cannot be given for primary key name:'%s'.", c.Name)
		case c.Value.Kind == plainbuffer.AutoIncrement:
			return notServed("auto-increment primary keys")
		case c.Value.Kind == plainbuffer.Double || c.Value.Kind == plainbuffer.Boolean:
			return invalid("%s is an invalid type for the primary key.", c.Value.Kind)
		case len(c.Value.Text) > maxKeyValue:
			return invalid("The length of primary key column: '%s' exceeds the MaxLength:%d with CurrentLength:%d.", c.Name, maxKeyValue, len(c.Value.Text))
		}
	}
	return nil
}

// checkColumns checks the attribute columns of a write by themselves.
func checkColumns(op Operation, r plainbuffer.Row) error {
	seen := make(map[string]bool, len(r.Columns))
	for _, c := range r.Columns {
		if err := checkColumnName(c.Name); err != nil {
			return err
		}
		switch {
		case slices.ContainsFunc(r.PrimaryKey, named(c.Name)):
			return invalid("Duplicated attribute column name with primary key column: '%s'.", c.Name)
		case seen[c.Name]:
			return notServed("two operations on one column") // more than one version, or an order that is nowhere documented
		case op == PutRow && c.Op != plainbuffer.Put:
			return invalid("OpType cannot be given for column name:'%s' in PutRow.", c.Name)
		case c.HasTimestamp && c.Op == plainbuffer.DeleteAll:
			return invalid("Timestamp cannot be given when type is DELETE_ALL_VERSION.")
		case c.HasTimestamp || c.Op == plainbuffer.DeleteOne:
			return notServed("versions chosen by the client")
		case c.Op == plainbuffer.DeleteAll && !c.NoValue:
			return invalid("Column value cannot be given when type is DELETE_ONE_VERSION,DELETE_ALL_VERSION.")
		case c.Op != plainbuffer.DeleteAll && c.NoValue:
			return invalid("Cell data broken, attr has no value, name:'%s'.", c.Name)
		case c.Op == plainbuffer.Increment && c.Value.Kind != plainbuffer.Integer:
			return notServed("increments of other types than integers")
		case c.Value.Kind == plainbuffer.InfMin || c.Value.Kind == plainbuffer.InfMax || c.Value.Kind == plainbuffer.AutoIncrement:
			return invalid("%s is an invalid type for the attribute column.", c.Value.Kind)
		case len(c.Value.Text) > maxColumnValue:
			return invalid("The length of attribute column: '%s' exceeds the MaxLength:%d with CurrentLength:%d.", c.Name, maxColumnValue, len(c.Value.Text))
		}
		seen[c.Name] = true
	}
	return nil
}

// apply carries out the change, or says why not, and returns the row as it is
// then; nil if it is not there.
func (c *change) apply(t *table, now time.Time) (*row, error) {
	if err := t.checkKey(c.row.PrimaryKey); err != nil {
		return nil, err
	}
	if err := t.checkDefined(c.row.Columns); err != nil {
		return nil, err
	}
	old := t.rows.get(c.key)
	switch {
	case c.existence == otsprotocol.RowExistenceExpectation_EXPECT_EXIST && old == nil,
		c.existence == otsprotocol.RowExistenceExpectation_EXPECT_NOT_EXIST && old != nil:
		return nil, errCondition()
	case !c.condition(lookup(old)):
		return nil, errCondition()
	}
	to, err := c.result(old, now)
	if err != nil {
		return nil, err
	}
	t.rows.set(c.key, to)
	for _, x := range t.indexes {
		x.follow(now, c.key, to)
	}
	return to, nil
}

// lookup finds the columns of a row, which may not be there.
func lookup(r *row) func(string) (plainbuffer.Value, bool) {
	if r == nil {
		return func(string) (plainbuffer.Value, bool) { return plainbuffer.Value{}, false }
	}
	return r.column
}

// result is what becomes of a row.
func (c *change) result(old *row, now time.Time) (*row, error) {
	if c.op == DeleteRow {
		return nil, nil //nolint:nilnil // No row is what is left.
	}
	to := &row{plainbuffer.Row{PrimaryKey: c.row.PrimaryKey}}
	if c.op == UpdateRow && old != nil {
		to.Columns = slices.Clone(old.Columns)
	}
	for _, set := range c.row.Columns {
		i := slices.IndexFunc(to.Columns, named(set.Name))
		value := set.Value
		switch {
		case set.Op == plainbuffer.DeleteAll:
			if i >= 0 {
				to.Columns = slices.Delete(to.Columns, i, i+1)
			}
			continue
		case set.Op == plainbuffer.Increment && i >= 0:
			var err error
			if value, err = sum(to.Columns[i], set); err != nil {
				return nil, err
			}
		}
		written := column{Name: set.Name, Value: value, HasTimestamp: true, Timestamp: now.UnixMilli()}
		if i < 0 {
			to.Columns = append(to.Columns, written)
		} else {
			to.Columns[i] = written
		}
	}
	if old == nil && len(to.Columns) == 0 {
		return nil, nil //nolint:nilnil // To delete columns of a row that is not there makes none.
	}
	sortColumns(to)
	return to, nil
}

// sum adds to a column.
func sum(to, by column) (plainbuffer.Value, error) {
	a, b := to.Value.Int, by.Value.Int
	switch {
	case to.Value.Kind != plainbuffer.Integer:
		return plainbuffer.Value{}, invalid("Column '%s' to increment is %s.", to.Name, to.Value.Kind) // not the service's words
	case b > 0 && a > math.MaxInt64-b, b < 0 && a < math.MinInt64-b:
		return plainbuffer.Value{}, invalid("Column '%s' to increment overflows.", to.Name) // not the service's words
	}
	return plainbuffer.Value{Kind: plainbuffer.Integer, Int: a + b}, nil
}

// checkKey checks that a primary key, or the end of a range, fits the table.
func (t *table) checkKey(cells []column) error {
	if len(cells) != len(t.key) {
		return invalidKey("Validate PK size fail. Input: %d, Meta: %d.", len(cells), len(t.key))
	}
	for i, c := range cells {
		switch want := t.key[i]; {
		case c.Name != want.name:
			return invalidKey("Validate PK name fail. Input: %s, Meta: %s.", c.Name, want.name)
		case c.Value.Kind == plainbuffer.InfMin, c.Value.Kind == plainbuffer.InfMax:
		case c.Value.Kind != want.kind:
			return invalidKey("Validate PK type fail. Input: %s, Meta: %s.", c.Value.Kind, want.kind)
		}
	}
	return nil
}

// checkDefined checks what is written to predefined columns.
func (t *table) checkDefined(columns []column) error {
	for _, c := range columns {
		want, ok := find(t.defined, c.Name)
		if !ok || c.NoValue {
			continue
		}
		if c.Value.Kind != want.kind {
			return invalid("Defined column '%s' is %s, not %s.", c.Name, want.kind, c.Value.Kind) // not the service's words
		}
		for _, x := range t.indexes {
			if _, inKey := find(x.table.key, c.Name); inKey && len(c.Value.Text) > maxKeyValue {
				return invalid("The length of primary key column: '%s' exceeds the MaxLength:%d with CurrentLength:%d.", c.Name, maxKeyValue, len(c.Value.Text))
			}
		}
	}
	return nil
}
