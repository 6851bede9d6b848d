package tablestore

import (
	"crypto/sha256"
	"time"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"github.com/vodevents/vodevents/shared/vod"
)

// shards is in how many partition keys rows are.
const shards = 16

// shardNames returns the partition keys.
func shardNames() []string {
	names := make([]string, shards)
	for i := range names {
		names[i] = shardName(byte(i))
	}
	return names
}

// shardName is the hexadecimal digit for the lower half of b.
func shardName(b byte) string { return string("0123456789abcdef"[b&0xF]) }

// key is the primary key of a row, in the order of the columns of its table.
type key struct {
	table string
	pk    [3]string
}

func eventKey(id vod.ID) key {
	return key{eventTable, [3]string{shardName(id[15]), id.String()}}
}

func letterKey(id vod.ID) key {
	return key{letterTable, [3]string{shardName(id[15]), id.String()}}
}

func deliveryKey(event vod.ID, sink string) key {
	return key{deliveryTable, [3]string{shardName(event[15]), event.String(), sink}}
}

func mediaKey(id string) key {
	sum := sha256.Sum256([]byte(id))
	return key{mediaTable, [3]string{shardName(sum[31]), id}}
}

func sinkKey(name string) key { return key{sinkTable, [3]string{name}} }

// primary returns the key as the SDK has it.
func (k key) primary() *ots.PrimaryKey {
	primary := &ots.PrimaryKey{}
	for i, name := range keyColumns(k.table) {
		primary.AddPrimaryKeyColumn(name, k.pk[i])
	}
	return primary
}

// columns are values by the names of their columns: string, []byte, int64 or
// float64, which are the only ones that the SDK does not panic on.
type columns map[string]any

// rowOf returns the columns of a row, those of its key included.
func rowOf(primary []*ots.PrimaryKeyColumn, attributes []*ots.AttributeColumn) columns {
	row := make(columns, len(primary)+len(attributes))
	for _, c := range primary {
		row[c.ColumnName] = c.Value
	}
	for _, c := range attributes {
		row[c.ColumnName] = c.Value
	}
	return row
}

// text returns a text, empty if there is none.
func (c columns) text(name string) string {
	s, _ := c[name].(string)
	return s
}

// integer returns a number, 0 if there is none.
func (c columns) integer(name string) int64 {
	n, _ := c[name].(int64)
	return n
}

// bytes returns bytes, nil if there are none.
func (c columns) bytes(name string) []byte {
	b, _ := c[name].([]byte)
	return b
}

// moment returns a time, zero if there is none.
func (c columns) moment(name string) time.Time {
	ms, ok := c[name].(int64)
	if !ok {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// id returns an id, zero if there is none.
func (c columns) id(name string) vod.ID {
	id, _ := vod.ParseID(c.text(name))
	return id
}

// putMoment puts a time, unless it is zero.
func (c columns) putMoment(name string, t time.Time) {
	if !t.IsZero() {
		c[name] = t.UnixMilli()
	}
}

// size is about what the columns count for, in bytes.
func (c columns) size() int {
	n := 0
	for name, value := range c {
		n += len(name)
		switch v := value.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		default:
			n += 8
		}
	}
	return n
}

// blob is never nil, which the SDK panics on.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
