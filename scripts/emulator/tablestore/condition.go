package tablestore

import (
	"cmp"
	"strings"

	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"
	"github.com/golang/protobuf/proto"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore/internal/plainbuffer"
)

// condition tells whether columns meet a filter, or a condition on a write. A
// column that the row does not have is looked up in vain.
type condition func(lookup func(name string) (plainbuffer.Value, bool)) bool

// parseCondition reads a filter. Nothing in it is a condition that is always met.
func parseCondition(data []byte) (condition, error) {
	if len(data) == 0 {
		return func(func(string) (plainbuffer.Value, bool)) bool { return true }, nil
	}
	f := new(otsprotocol.Filter)
	if err := proto.Unmarshal(data, f); err != nil {
		return nil, invalid("Deserialize filter failed.")
	}
	left := maxConditions
	return combine(f, &left)
}

// combine reads a filter, of which so many single conditions may be left.
func combine(f *otsprotocol.Filter, left *int) (condition, error) {
	switch f.GetType() {
	case otsprotocol.FilterType_FT_SINGLE_COLUMN_VALUE:
		if *left--; *left < 0 {
			return nil, invalid("The count of filter exceeds the max: %d.", maxConditions)
		}
		single := new(otsprotocol.SingleColumnValueFilter)
		if err := proto.Unmarshal(f.GetFilter(), single); err != nil {
			return nil, invalid("Deserialize relation filter failed.")
		}
		return compare(single)
	case otsprotocol.FilterType_FT_COMPOSITE_COLUMN_VALUE:
		composite := new(otsprotocol.CompositeColumnValueFilter)
		if err := proto.Unmarshal(f.GetFilter(), composite); err != nil {
			return nil, invalid("Deserialize composite filter failed.")
		}
		var parts []condition
		for _, sub := range composite.GetSubFilters() {
			part, err := combine(sub, left)
			if err != nil {
				return nil, err
			}
			parts = append(parts, part)
		}
		return join(composite.GetCombinator(), parts)
	default:
		return nil, notServed("filters that page through columns")
	}
}

func join(operator otsprotocol.LogicalOperator, parts []condition) (condition, error) {
	if operator == otsprotocol.LogicalOperator_LO_NOT {
		if len(parts) != 1 {
			return nil, invalid("Invalid NOT operator: the number of sub-filters must be 1.")
		}
		return func(lookup func(string) (plainbuffer.Value, bool)) bool { return !parts[0](lookup) }, nil
	}
	if len(parts) < 2 {
		return nil, invalid("Invalid AND/OR operator: the number of sub-filters must be 2.")
	}
	decisive := operator == otsprotocol.LogicalOperator_LO_OR
	return func(lookup func(string) (plainbuffer.Value, bool)) bool {
		for _, part := range parts {
			if part(lookup) == decisive {
				return decisive
			}
		}
		return !decisive
	}, nil
}

// compare reads a condition on one column. A value of another type than the
// column's meets none.
func compare(f *otsprotocol.SingleColumnValueFilter) (condition, error) {
	if err := checkColumnName(f.GetColumnName()); err != nil {
		return nil, err
	}
	if f.GetValueTransRule() != nil {
		return nil, notServed("filters with regular expressions")
	}
	want, err := plainbuffer.ReadValue(f.GetColumnValue())
	if err != nil {
		return nil, invalid("%v.", err)
	}
	switch want.Kind {
	case plainbuffer.InfMin, plainbuffer.InfMax, plainbuffer.AutoIncrement:
		return nil, invalid("Invalid column type: %s.", want.Kind)
	default:
	}
	return func(lookup func(string) (plainbuffer.Value, bool)) bool {
		found, ok := lookup(f.GetColumnName())
		if !ok {
			return !f.GetFilterIfMissing()
		}
		return found.Kind == want.Kind && meets(f.GetComparator(), order(found, want))
	}, nil
}

func meets(comparator otsprotocol.ComparatorType, order int) bool {
	switch comparator {
	case otsprotocol.ComparatorType_CT_EQUAL:
		return order == 0
	case otsprotocol.ComparatorType_CT_NOT_EQUAL:
		return order != 0
	case otsprotocol.ComparatorType_CT_GREATER_THAN:
		return order > 0
	case otsprotocol.ComparatorType_CT_GREATER_EQUAL:
		return order >= 0
	case otsprotocol.ComparatorType_CT_LESS_THAN:
		return order < 0
	default:
		return order <= 0
	}
}

// order compares two values of the same kind.
func order(a, b plainbuffer.Value) int {
	switch a.Kind {
	case plainbuffer.Double:
		return cmp.Compare(a.Double, b.Double)
	case plainbuffer.Integer, plainbuffer.Boolean:
		return cmp.Compare(a.Int, b.Int)
	default:
		return strings.Compare(a.Text, b.Text)
	}
}
