package plainbuffer

import (
	"encoding/binary"
	"math"
)

// Append appends rows, with the header in front of them. A row must have a
// primary key or columns.
func Append(dst []byte, rows ...Row) []byte {
	w := writer{b: binary.LittleEndian.AppendUint32(dst, header), crc: newCRC8()}
	for _, r := range rows {
		w.row(r)
	}
	return w.b
}

type writer struct {
	b   []byte
	crc *crc8
}

func (w *writer) row(r Row) {
	w.cells(tagPrimaryKey, r.PrimaryKey)
	w.cells(tagColumns, r.Columns)
	if r.Delete {
		w.b = append(w.b, tagDelete)
	}
	w.b = append(w.b, tagRowChecksum, w.crc.row(r))
}

func (w *writer) cells(tag byte, cells []Cell) {
	if len(cells) == 0 {
		return
	}
	w.b = append(w.b, tag)
	for _, c := range cells {
		w.b = append(w.b, tagCell, tagName)
		w.text(c.Name)
		if !c.NoValue {
			w.value(c.Value)
		}
		if c.Op != Put {
			w.b = append(w.b, tagOp, byte(c.Op))
		}
		if c.HasTimestamp {
			w.b = append(w.b, tagTimestamp)
			w.uint64(uint64(c.Timestamp)) //nolint:gosec // The bits are meant.
		}
		w.b = append(w.b, tagCellChecksum, w.crc.cell(c))
	}
}

func (w *writer) value(v Value) {
	w.b = append(w.b, tagValue)
	w.b = binary.LittleEndian.AppendUint32(w.b, uint32(valueLength(v))) //nolint:gosec // Requests are smaller than that.
	w.b = append(w.b, byte(v.Kind))
	switch v.Kind {
	case Integer:
		w.uint64(uint64(v.Int)) //nolint:gosec // The bits are meant.
	case Double:
		w.uint64(math.Float64bits(v.Double))
	case Boolean:
		w.b = append(w.b, byte(v.Int)) //nolint:gosec // It is 0 or 1.
	case String, Blob:
		w.text(v.Text)
	default: // nothing but the kind
	}
}

func (w *writer) text(s string) {
	w.b = binary.LittleEndian.AppendUint32(w.b, uint32(len(s))) //nolint:gosec // Requests are smaller than that.
	w.b = append(w.b, s...)
}

func (w *writer) uint64(n uint64) { w.b = binary.LittleEndian.AppendUint64(w.b, n) }

// valueLength is the length that stands in front of a value: its kind and its
// data, with the length in front of a text.
func valueLength(v Value) int {
	switch v.Kind {
	case Integer, Double:
		return 1 + 8
	case Boolean:
		return 1 + 1
	case String, Blob:
		return 1 + 4 + len(v.Text)
	default:
		return 1
	}
}
