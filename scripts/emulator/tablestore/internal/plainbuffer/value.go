package plainbuffer

import "strconv"

// Kind is the type of a value, as the wire spells it.
type Kind byte

// The kinds of values. The last three stand in primary keys only: the ends of a
// range, and a value that the service is to choose.
const (
	Integer       Kind = 0x0
	Double        Kind = 0x1
	Boolean       Kind = 0x2
	String        Kind = 0x3
	Blob          Kind = 0x7
	InfMin        Kind = 0x9
	InfMax        Kind = 0xa
	AutoIncrement Kind = 0xb
)

// String returns the service's name for the kind, as its errors have it.
func (k Kind) String() string {
	switch k {
	case Integer:
		return "VT_INTEGER"
	case Double:
		return "VT_DOUBLE"
	case Boolean:
		return "VT_BOOLEAN"
	case String:
		return "VT_STRING"
	case Blob:
		return "VT_BLOB"
	case InfMin:
		return "VT_INF_MIN"
	case InfMax:
		return "VT_INF_MAX"
	case AutoIncrement:
		return "VT_AUTO_INCREMENT"
	default:
		return "VT_" + strconv.Itoa(int(k))
	}
}

// Value is one value. Values of the same kind are equal if ==.
type Value struct {
	Kind   Kind
	Int    int64   // Integer; for Boolean 0 or 1
	Double float64 // Double: finite
	Text   string  // String: UTF-8; Blob: any bytes
}

// Size is how many bytes of data the value is to the service's limits.
func (v Value) Size() int {
	switch v.Kind {
	case Integer, Double:
		return 8
	case Boolean:
		return 1
	default:
		return len(v.Text)
	}
}
