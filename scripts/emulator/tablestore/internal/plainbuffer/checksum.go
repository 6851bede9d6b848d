package plainbuffer

import (
	"encoding/binary"
	"math"
)

// crc8 is the table of CRC-8 with the polynomial x⁸+x²+x+1, which starts at 0.
type crc8 [256]byte

func newCRC8() *crc8 {
	var table crc8
	for i := range table {
		x := byte(i)
		for range 8 {
			carry := x & 0x80
			x <<= 1
			if carry != 0 {
				x ^= 0x07
			}
		}
		table[i] = x
	}
	return &table
}

func (t *crc8) bytes(crc byte, data ...byte) byte {
	for _, b := range data {
		crc = t[crc^b]
	}
	return crc
}

func (t *crc8) text(crc byte, s string) byte {
	for i := range len(s) {
		crc = t[crc^s[i]]
	}
	return crc
}

// cell returns the checksum of a cell. The version comes before the operation
// here, unlike on the wire.
func (t *crc8) cell(c Cell) byte {
	crc := t.text(0, c.Name)
	if !c.NoValue {
		crc = t.value(crc, c.Value)
	}
	if c.HasTimestamp {
		crc = t.bytes(crc, binary.LittleEndian.AppendUint64(nil, uint64(c.Timestamp))...) //nolint:gosec // The bits are meant.
	}
	if c.Op != Put {
		crc = t.bytes(crc, byte(c.Op))
	}
	return crc
}

func (t *crc8) value(crc byte, v Value) byte {
	crc = t.bytes(crc, byte(v.Kind))
	switch v.Kind {
	case Integer:
		return t.bytes(crc, binary.LittleEndian.AppendUint64(nil, uint64(v.Int))...) //nolint:gosec // The bits are meant.
	case Double:
		return t.bytes(crc, binary.LittleEndian.AppendUint64(nil, math.Float64bits(v.Double))...)
	case Boolean:
		return t.bytes(crc, byte(v.Int)) //nolint:gosec // It is 0 or 1.
	case String, Blob:
		crc = t.bytes(crc, binary.LittleEndian.AppendUint32(nil, uint32(len(v.Text)))...) //nolint:gosec // Requests are smaller than that.
		return t.text(crc, v.Text)
	default:
		return crc
	}
}

// row returns the checksum of a row, which is that of its cells' checksums.
func (t *crc8) row(r Row) byte {
	var crc byte
	for _, c := range r.PrimaryKey {
		crc = t.bytes(crc, t.cell(c))
	}
	for _, c := range r.Columns {
		crc = t.bytes(crc, t.cell(c))
	}
	if r.Delete {
		return t.bytes(crc, 1)
	}
	return t.bytes(crc, 0)
}
