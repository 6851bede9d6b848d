package plainbuffer_test

import (
	"math"
	"testing"
	"time"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore/internal/plainbuffer"
)

func key() *sdk.PrimaryKey {
	k := &sdk.PrimaryKey{}
	k.AddPrimaryKeyColumn("text", "häß\x00")
	k.AddPrimaryKeyColumn("number", int64(math.MinInt64))
	k.AddPrimaryKeyColumn("blob", []byte{0xff, 0})
	return k
}

func cell(name string, kind plainbuffer.Kind, v plainbuffer.Value) plainbuffer.Cell {
	v.Kind = kind
	return plainbuffer.Cell{Name: name, Value: v}
}

func keyCells() []plainbuffer.Cell {
	return []plainbuffer.Cell{
		cell("text", plainbuffer.String, plainbuffer.Value{Text: "häß\x00"}),
		cell("number", plainbuffer.Integer, plainbuffer.Value{Int: math.MinInt64}),
		cell("blob", plainbuffer.Blob, plainbuffer.Value{Text: "\xff\x00"}),
	}
}

// What the SDK writes is what Read reads and what Append writes, to the byte.
func TestAgainstSDK(t *testing.T) {
	t.Parallel()
	put := &sdk.PutRowChange{PrimaryKey: key()}
	put.AddColumn("b", true)
	put.AddColumn("d", -1.5)
	put.AddColumn("empty", "")
	put.AddColumnWithTimestamp("at", int64(1), 1700000000000)
	update := &sdk.UpdateRowChange{PrimaryKey: key()}
	update.PutColumn("b", false)
	update.DeleteColumn("gone")
	update.DeleteColumnWithTimestamp("one", 5)
	update.IncrementColumn("n", -2)
	remove := &sdk.DeleteRowChange{PrimaryKey: key()}
	ends := &sdk.PrimaryKey{}
	ends.AddPrimaryKeyColumnWithMinValue("from")
	ends.AddPrimaryKeyColumnWithMaxValue("to")
	ends.AddPrimaryKeyColumnWithAutoIncrement("auto")

	for _, tc := range []struct {
		name    string
		encoded []byte
		want    plainbuffer.Row
	}{
		{name: "put", encoded: put.Serialize(), want: plainbuffer.Row{PrimaryKey: keyCells(), Columns: []plainbuffer.Cell{
			cell("b", plainbuffer.Boolean, plainbuffer.Value{Int: 1}),
			cell("d", plainbuffer.Double, plainbuffer.Value{Double: -1.5}),
			cell("empty", plainbuffer.String, plainbuffer.Value{}),
			{Name: "at", Value: plainbuffer.Value{Kind: plainbuffer.Integer, Int: 1}, HasTimestamp: true, Timestamp: 1700000000000},
		}}},
		{name: "update", encoded: update.Serialize(), want: plainbuffer.Row{PrimaryKey: keyCells(), Columns: []plainbuffer.Cell{
			cell("b", plainbuffer.Boolean, plainbuffer.Value{}),
			{Name: "gone", NoValue: true, Op: plainbuffer.DeleteAll},
			{Name: "one", NoValue: true, Op: plainbuffer.DeleteOne, HasTimestamp: true, Timestamp: 5},
			{Name: "n", Value: plainbuffer.Value{Kind: plainbuffer.Integer, Int: -2}, Op: plainbuffer.Increment},
		}}},
		{name: "delete", encoded: remove.Serialize(), want: plainbuffer.Row{PrimaryKey: keyCells(), Delete: true}},
		{name: "ends of ranges", encoded: ends.Build(false), want: plainbuffer.Row{PrimaryKey: []plainbuffer.Cell{
			cell("from", plainbuffer.InfMin, plainbuffer.Value{}),
			cell("to", plainbuffer.InfMax, plainbuffer.Value{}),
			cell("auto", plainbuffer.AutoIncrement, plainbuffer.Value{}),
		}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			rows, err := plainbuffer.Read(tc.encoded)
			require.NoError(t, err)
			require.Equal(t, []plainbuffer.Row{tc.want}, rows)
			require.Equal(t, tc.encoded, plainbuffer.Append(nil, tc.want))
		})
	}
}

func TestSeveralRows(t *testing.T) {
	t.Parallel()
	rows := []plainbuffer.Row{
		{PrimaryKey: keyCells()},
		{Columns: keyCells()},
		{PrimaryKey: keyCells(), Columns: keyCells(), Delete: true},
	}
	read, err := plainbuffer.Read(plainbuffer.Append(nil, rows...))
	require.NoError(t, err)
	require.Equal(t, rows, read)

	read, err = plainbuffer.Read(plainbuffer.Append(nil))
	require.NoError(t, err)
	require.Empty(t, read)
}

// Each byte of a row matters: whichever is changed, the row is refused or another.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	row := plainbuffer.Row{PrimaryKey: keyCells(), Columns: []plainbuffer.Cell{
		cell("b", plainbuffer.Boolean, plainbuffer.Value{Int: 1}),
		{Name: "n", Value: plainbuffer.Value{Kind: plainbuffer.Integer, Int: -2}, Op: plainbuffer.Increment},
	}}
	encoded := plainbuffer.Append(nil, row)
	for i := range encoded {
		for bit := range 8 {
			changed := append([]byte(nil), encoded...)
			changed[i] ^= 1 << bit
			_, err := plainbuffer.Read(changed)
			require.ErrorIs(t, err, plainbuffer.ErrMalformed, "bit %d of byte %d", bit, i)
		}
		_, err := plainbuffer.Read(encoded[:i])
		if i != 4 { // the header alone is no rows
			require.ErrorIs(t, err, plainbuffer.ErrMalformed, "the first %d bytes", i)
		}
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	row := func(c plainbuffer.Cell) []byte {
		return plainbuffer.Append(nil, plainbuffer.Row{PrimaryKey: []plainbuffer.Cell{c}})
	}
	for _, tc := range []struct {
		name string
		data []byte
	}{
		{name: "nothing"},
		{name: "other header", data: []byte{0x76, 0, 0, 0}},
		{name: "row without cells", data: []byte{0x75, 0, 0, 0, 9, 0}},
		{name: "primary key without cells", data: []byte{0x75, 0, 0, 0, 1, 9, 0}},
		{name: "NaN", data: row(cell("d", plainbuffer.Double, plainbuffer.Value{Double: math.NaN()}))},
		{name: "infinity", data: row(cell("d", plainbuffer.Double, plainbuffer.Value{Double: math.Inf(-1)}))},
		{name: "boolean that is neither", data: row(cell("b", plainbuffer.Boolean, plainbuffer.Value{Int: 2}))},
		{name: "string that is not UTF-8", data: row(cell("s", plainbuffer.String, plainbuffer.Value{Text: "\xff"}))},
		{name: "kind that nobody knows", data: row(cell("x", 0x6, plainbuffer.Value{}))},
		{name: "operation that nobody knows", data: row(plainbuffer.Cell{Name: "x", NoValue: true, Op: 2})},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := plainbuffer.Read(tc.data)
			require.ErrorIs(t, err, plainbuffer.ErrMalformed)
		})
	}
}

func TestReadValue(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		value any
		want  plainbuffer.Value
	}{
		{name: "string", value: "x", want: plainbuffer.Value{Kind: plainbuffer.String, Text: "x"}},
		{name: "integer", value: int64(-1), want: plainbuffer.Value{Kind: plainbuffer.Integer, Int: -1}},
		{name: "double", value: 0.5, want: plainbuffer.Value{Kind: plainbuffer.Double, Double: 0.5}},
		{name: "boolean", value: true, want: plainbuffer.Value{Kind: plainbuffer.Boolean, Int: 1}},
		{name: "blob", value: []byte{1}, want: plainbuffer.Value{Kind: plainbuffer.Blob, Text: "\x01"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			column := sdk.NewColumn([]byte("c"), tc.value)
			data := column.Value.WriteCellValueWithoutLengthPrefix()
			v, err := plainbuffer.ReadValue(data)
			require.NoError(t, err)
			require.Equal(t, tc.want, v)
			_, err = plainbuffer.ReadValue(append(data, 0))
			require.ErrorIs(t, err, plainbuffer.ErrMalformed)
			_, err = plainbuffer.ReadValue(data[:len(data)-1])
			require.ErrorIs(t, err, plainbuffer.ErrMalformed)
		})
	}
}

// FuzzRead checks that what is read is what would be written, byte by byte, and
// that nothing makes the reader panic or believe a length.
func FuzzRead(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{0x75, 0, 0, 0})
	f.Add([]byte{0x75, 0, 0, 0, 1, 3, 4, 0xff, 0xff, 0xff, 0xff})
	f.Add(plainbuffer.Append(nil, plainbuffer.Row{PrimaryKey: keyCells()}, plainbuffer.Row{Columns: keyCells(), Delete: true}))
	f.Add(plainbuffer.Append(nil, plainbuffer.Row{PrimaryKey: []plainbuffer.Cell{
		cell("b", plainbuffer.Boolean, plainbuffer.Value{Int: 1}),
		{Name: "n", Value: plainbuffer.Value{Kind: plainbuffer.Integer, Int: -2}, Op: plainbuffer.Increment, HasTimestamp: true, Timestamp: -1},
		{Name: "gone", NoValue: true, Op: plainbuffer.DeleteAll},
	}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		rows, err := plainbuffer.Read(data)
		if err != nil {
			require.ErrorIs(t, err, plainbuffer.ErrMalformed)
			return
		}
		require.Equal(t, data, plainbuffer.Append(nil, rows...))
	})
}

// FuzzReadValue checks the same of single values.
func FuzzReadValue(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{0x3, 0xff, 0xff, 0xff, 0x7f, 'x'})
	f.Add([]byte{0x1, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f})
	f.Add([]byte{0x9})
	f.Fuzz(func(t *testing.T, data []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		v, err := plainbuffer.ReadValue(data)
		if err != nil {
			require.ErrorIs(t, err, plainbuffer.ErrMalformed)
			return
		}
		row := plainbuffer.Row{Columns: []plainbuffer.Cell{{Name: "c", Value: v}}}
		read, err := plainbuffer.Read(plainbuffer.Append(nil, row))
		require.NoError(t, err)
		require.Equal(t, []plainbuffer.Row{row}, read)
	})
}
