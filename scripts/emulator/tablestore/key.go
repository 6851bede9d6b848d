package tablestore

import (
	"encoding/binary"
	"math"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore/internal/plainbuffer"
)

// rowKey is a primary key as a text that sorts as the service sorts rows:
// integers by value, strings and blobs byte by byte, column by column.
type rowKey string

// The marks in front of each column of a rowKey.
const (
	markMin   = 0x01
	markValue = 0x02
	markMax   = 0x03
)

// keyOf returns the rowKey of a primary key, which may hold the ends of ranges.
func keyOf(cells []plainbuffer.Cell) rowKey {
	var b []byte
	for _, c := range cells {
		switch c.Value.Kind {
		case plainbuffer.InfMin:
			b = append(b, markMin)
		case plainbuffer.InfMax:
			b = append(b, markMax)
		case plainbuffer.Integer:
			b = append(b, markValue)
			b = binary.BigEndian.AppendUint64(b, uint64(c.Value.Int)^(math.MaxInt64+1)) //nolint:gosec // The bits are meant.
		default:
			b = append(b, markValue)
			for i := range len(c.Value.Text) {
				// The end of a text is a 0, with a mark or nothing behind it. A 0 in a
				// text must sort behind that.
				if b = append(b, c.Value.Text[i]); c.Value.Text[i] == 0 {
					b = append(b, 0xff)
				}
			}
			b = append(b, 0)
		}
	}
	return rowKey(b)
}
