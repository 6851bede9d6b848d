package plainbuffer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// ErrMalformed is what every error of this package wraps, in the service's words.
var ErrMalformed = errors.New("Cell data broken")

// Read decodes rows. Errors are [ErrMalformed]; they quote names and numbers,
// never values.
func Read(data []byte) ([]Row, error) {
	r := reader{b: data, crc: newCRC8()}
	if found := r.uint32(); r.err == nil && found != header {
		r.fail("mismatch header, actual: %d, expect: %d", found, header)
	}
	var rows []Row
	for r.err == nil && len(r.b) > 0 {
		rows = append(rows, r.row())
	}
	return rows, r.err
}

// ReadValue decodes one value without a length in front of it, as filters and
// conditions hold them.
func ReadValue(data []byte) (Value, error) {
	r := reader{b: data}
	v := r.variant()
	if r.err == nil && len(r.b) > 0 {
		r.fail("has more data in value, but they can't be parsed")
	}
	return v, r.err
}

// reader decodes from the front of b. After an error it only returns zeros.
type reader struct {
	b   []byte
	crc *crc8
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w, "+format, append([]any{ErrMalformed}, args...)...)
	}
	r.b = nil
}

func (r *reader) row() Row {
	var row Row
	if r.is(tagPrimaryKey) {
		row.PrimaryKey = r.cells()
	}
	if r.is(tagColumns) {
		row.Columns = r.cells()
	}
	if len(row.PrimaryKey)+len(row.Columns) == 0 {
		r.fail("PK is empty")
	}
	row.Delete = r.is(tagDelete)
	if !r.is(tagRowChecksum) {
		r.fail("row is not end with checksum tag")
	}
	r.checksum(r.crc.row(row))
	return row
}

func (r *reader) cells() []Cell {
	var cells []Cell
	for r.is(tagCell) {
		cells = append(cells, r.cell())
	}
	if len(cells) == 0 {
		r.fail("no Cells follow CellTag")
	}
	return cells
}

func (r *reader) cell() Cell {
	if !r.is(tagName) {
		r.fail("attr has no name")
	}
	c := Cell{Name: r.text()}
	if r.is(tagValue) {
		length := r.uint32()
		c.Value = r.variant()
		if r.err == nil && int64(length) != int64(valueLength(c.Value)) {
			r.fail("wrong length of value, name: %q", c.Name)
		}
	} else {
		c.NoValue = true
	}
	if r.is(tagOp) {
		c.Op = Op(r.byte())
		if r.err == nil && c.Op != DeleteAll && c.Op != DeleteOne && c.Op != Increment {
			r.fail("invalid op type of cell: %d", c.Op)
		}
	}
	if r.is(tagTimestamp) {
		c.HasTimestamp = true
		c.Timestamp = int64(r.uint64()) //nolint:gosec // The bits are meant.
	}
	if !r.is(tagCellChecksum) {
		r.fail("cell is not end with checksum tag, name: %q", c.Name)
	}
	r.checksum(r.crc.cell(c))
	return c
}

func (r *reader) variant() Value {
	v := Value{Kind: Kind(r.byte())}
	switch v.Kind {
	case Integer:
		v.Int = int64(r.uint64()) //nolint:gosec // The bits are meant.
	case Double:
		v.Double = math.Float64frombits(r.uint64())
		if math.IsNaN(v.Double) || math.IsInf(v.Double, 0) {
			r.fail("NaN and infinity can't be set to double value")
		}
	case Boolean:
		if v.Int = int64(r.byte()); v.Int > 1 {
			r.fail("invalid boolean real value")
		}
	case String:
		if v.Text = r.text(); !utf8.ValidString(v.Text) {
			r.fail("wrong string format: it must be UTF8 encoding")
		}
	case Blob:
		v.Text = r.text()
	case InfMin, InfMax, AutoIncrement:
	default:
		r.fail("unknown variant type occurred: %d", v.Kind)
	}
	return v
}

func (r *reader) checksum(want byte) {
	if got := r.byte(); r.err == nil && got != want {
		r.fail("checksum is mismatch, %d : %d", got, want)
	}
}

// is tells whether the next byte is the tag, and takes it if so.
func (r *reader) is(tag byte) bool {
	if len(r.b) == 0 || r.b[0] != tag {
		return false
	}
	r.b = r.b[1:]
	return true
}

// take returns the next n bytes.
func (r *reader) take(n uint32) []byte {
	if uint64(len(r.b)) < uint64(n) {
		r.fail("length is shorter than expect")
		return nil
	}
	taken := r.b[:n]
	r.b = r.b[n:]
	return taken
}

func (r *reader) text() string { return string(r.take(r.uint32())) }

func (r *reader) byte() byte {
	if b := r.take(1); r.err == nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.take(4); r.err == nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.take(8); r.err == nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}
