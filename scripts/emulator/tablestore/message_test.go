package tablestore_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"
	"github.com/golang/protobuf/proto"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
	"github.com/vodevents/vodevents/scripts/emulator/tablestore/internal/plainbuffer"
)

// send sends a request that is signed as the protocol says, whatever is in it.
func send(t *testing.T, s *tablestore.Server, op tablestore.Operation, content []byte) (int, *otsprotocol.Error) {
	t.Helper()
	digest := md5.Sum(content)
	lines := []string{
		"x-ots-accesskeyid:" + s.AccessKeyID,
		"x-ots-apiversion:2015-12-31",
		"x-ots-contentmd5:" + base64.StdEncoding.EncodeToString(digest[:]),
		"x-ots-date:" + time.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		"x-ots-instancename:" + s.Instance,
	}
	mac := hmac.New(sha1.New, []byte(s.AccessKeySecret))
	mac.Write([]byte("/" + string(op) + "\nPOST\n\n" + strings.Join(lines, "\n") + "\n"))
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Endpoint+"/"+string(op), bytes.NewReader(content))
	require.NoError(t, err)
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		q.Header.Set(name, value)
	}
	q.Header.Set("x-ots-signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	a, err := http.DefaultClient.Do(q)
	require.NoError(t, err)
	defer func() { _ = a.Body.Close() }()
	reply, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	e := new(otsprotocol.Error)
	if a.StatusCode != http.StatusOK {
		require.NoError(t, proto.Unmarshal(reply, e))
	}
	return a.StatusCode, e
}

// What the SDK would never send is refused too.
func TestBrokenMessages(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	create(t, client(s), items)
	marshal := func(m proto.Message) []byte {
		content, err := proto.Marshal(m)
		require.NoError(t, err)
		return content
	}
	rawKey := func(c plainbuffer.Cell) []byte {
		return marshal(&otsprotocol.GetRowRequest{
			TableName: new("items"), PrimaryKey: plainbuffer.Append(nil, plainbuffer.Row{PrimaryKey: []plainbuffer.Cell{c}}), MaxVersions: new(int32(1)),
		})
	}
	ignore := &otsprotocol.Condition{RowExistence: otsprotocol.RowExistenceExpectation_IGNORE.Enum()}
	row := put("items", item("a", 1), columns{"c": 1}).Serialize()
	rawColumn := func(c plainbuffer.Cell) plainbuffer.Row {
		rows, err := plainbuffer.Read(row)
		require.NoError(t, err)
		rows[0].Columns = []plainbuffer.Cell{c}
		return rows[0]
	}
	rawPut := func(c plainbuffer.Cell) []byte {
		return marshal(&otsprotocol.PutRowRequest{TableName: new("items"), Row: plainbuffer.Append(nil, rawColumn(c)), Condition: ignore})
	}
	rawUpdate := func(c plainbuffer.Cell) []byte {
		return marshal(&otsprotocol.UpdateRowRequest{TableName: new("items"), RowChange: plainbuffer.Append(nil, rawColumn(c)), Condition: ignore})
	}
	one := plainbuffer.Value{Kind: plainbuffer.Integer, Int: 1}
	for _, tc := range []struct {
		name    string
		op      tablestore.Operation
		content []byte
		want    string
	}{
		{name: "no protobuf", op: tablestore.PutRow, content: []byte("x"), want: "Failed to parse the ProtoBuf message."},
		{name: "protobuf without what is required", op: tablestore.PutRow, content: nil, want: "Failed to parse the ProtoBuf message."},
		{
			name: "no row", op: tablestore.PutRow, want: "Cell data broken, length is shorter than expect.",
			content: marshal(&otsprotocol.PutRowRequest{TableName: new("items"), Row: []byte("x"), Condition: ignore}),
		},
		{
			name: "two rows", op: tablestore.PutRow, want: "Cell data broken, PK is empty.",
			content: marshal(&otsprotocol.PutRowRequest{TableName: new("items"), Row: slices.Concat(row, row[4:]), Condition: ignore}),
		},
		{
			name: "columns of a row to read", op: tablestore.GetRow, want: "Attribute column cannot be given while reading data.",
			content: marshal(&otsprotocol.GetRowRequest{TableName: new("items"), PrimaryKey: row, MaxVersions: new(int32(1))}),
		},
		{
			name: "mark of deletion on a row to read", op: tablestore.GetRow, want: "Delete marker cannot be given.",
			content: marshal(&otsprotocol.GetRowRequest{TableName: new("items"), PrimaryKey: item("a", 1).Build(true), MaxVersions: new(int32(1))}),
		},
		{
			name: "mark of deletion on a row to put", op: tablestore.PutRow, want: "Invalid request of put/update row: unexpected RowDeleteMarker in request.",
			content: marshal(&otsprotocol.PutRowRequest{TableName: new("items"), Row: item("a", 1).Build(true), Condition: ignore}),
		},
		{
			name: "no mark of deletion on a row to delete", op: tablestore.DeleteRow, want: "Invalid request of delete row: missing RowDeleteMarker in request.",
			content: marshal(&otsprotocol.DeleteRowRequest{TableName: new("items"), PrimaryKey: item("a", 1).Build(false), Condition: ignore}),
		},
		{
			name: "no filter", op: tablestore.GetRow, want: "Deserialize filter failed.",
			content: marshal(&otsprotocol.GetRowRequest{
				TableName: new("items"), PrimaryKey: item("a", 1).Build(false), MaxVersions: new(int32(1)), Filter: []byte("x"),
			}),
		},
		{
			name: "no version", op: tablestore.GetRow, want: "No version condition is specified while querying row.",
			content: marshal(&otsprotocol.GetRowRequest{TableName: new("items"), PrimaryKey: item("a", 1).Build(false)}),
		},
		{name: "key without a value", op: tablestore.GetRow, want: "No value is given for primary key name:'name'.", content: rawKey(plainbuffer.Cell{Name: "name", NoValue: true})},
		{name: "key with an operation", op: tablestore.GetRow, want: "OpType cannot be given for primary key name :'name'.", content: rawKey(plainbuffer.Cell{Name: "name", Value: one, Op: plainbuffer.Increment})},
		{name: "key with a version", op: tablestore.GetRow, want: "Timestamp cannot be given for primary key name:'name'.", content: rawKey(plainbuffer.Cell{Name: "name", Value: one, HasTimestamp: true})},
		{name: "key of a type that none is of", op: tablestore.GetRow, want: "VT_BOOLEAN is an invalid type for the primary key.", content: rawKey(plainbuffer.Cell{Name: "name", Value: plainbuffer.Value{Kind: plainbuffer.Boolean}})},
		{name: "key that is to be chosen", op: tablestore.GetRow, want: "The emulator does not serve auto-increment primary keys.", content: rawKey(plainbuffer.Cell{Name: "name", Value: plainbuffer.Value{Kind: plainbuffer.AutoIncrement}})},
		{name: "operation in PutRow", op: tablestore.PutRow, want: "OpType cannot be given for column name:'c' in PutRow.", content: rawPut(plainbuffer.Cell{Name: "c", Value: one, Op: plainbuffer.Increment})},
		{name: "column without a value", op: tablestore.PutRow, want: "Cell data broken, attr has no value, name:'c'.", content: rawPut(plainbuffer.Cell{Name: "c", NoValue: true})},
		{name: "value of a type that no column has", op: tablestore.PutRow, want: "VT_INF_MIN is an invalid type for the attribute column.", content: rawPut(plainbuffer.Cell{Name: "c", Value: plainbuffer.Value{Kind: plainbuffer.InfMin}})},
		{name: "version of all versions", op: tablestore.UpdateRow, want: "Timestamp cannot be given when type is DELETE_ALL_VERSION.", content: rawUpdate(plainbuffer.Cell{Name: "c", NoValue: true, Op: plainbuffer.DeleteAll, HasTimestamp: true})},
		{name: "value to delete", op: tablestore.UpdateRow, want: "Column value cannot be given when type is DELETE_ONE_VERSION,DELETE_ALL_VERSION.", content: rawUpdate(plainbuffer.Cell{Name: "c", Value: one, Op: plainbuffer.DeleteAll})},
		{name: "sum of texts", op: tablestore.UpdateRow, want: "The emulator does not serve increments of other types than integers.", content: rawUpdate(plainbuffer.Cell{Name: "c", Value: plainbuffer.Value{Kind: plainbuffer.String}, Op: plainbuffer.Increment})},
		{
			name: "no time to live", op: tablestore.CreateTable, want: "Time-to-live is missing while creating table.",
			content: marshal(&otsprotocol.CreateTableRequest{
				TableMeta:          &otsprotocol.TableMeta{TableName: new("t")},
				ReservedThroughput: &otsprotocol.ReservedThroughput{CapacityUnit: &otsprotocol.CapacityUnit{}},
			}),
		},
		{
			name: "no versions", op: tablestore.CreateTable, want: "MaxVersions is missing while creating table.",
			content: marshal(&otsprotocol.CreateTableRequest{
				TableMeta:          &otsprotocol.TableMeta{TableName: new("t")},
				TableOptions:       &otsprotocol.TableOptions{TimeToLive: new(int32(-1))},
				ReservedThroughput: &otsprotocol.ReservedThroughput{CapacityUnit: &otsprotocol.CapacityUnit{}},
			}),
		},
		{
			name: "no throughput", op: tablestore.CreateTable, want: "Both read and write capacity unit are required to create table.",
			content: marshal(&otsprotocol.CreateTableRequest{
				TableMeta:          &otsprotocol.TableMeta{TableName: new("t")},
				TableOptions:       &otsprotocol.TableOptions{TimeToLive: new(int32(-1)), MaxVersions: new(int32(1))},
				ReservedThroughput: &otsprotocol.ReservedThroughput{CapacityUnit: &otsprotocol.CapacityUnit{}},
			}),
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			status, e := send(t, s, tc.op, tc.content)
			require.Equal(t, 400, status)
			require.Equal(t, "OTSParameterInvalid", e.GetCode())
			require.Equal(t, tc.want, e.GetMessage())
		})
	}
	status, _ := send(t, s, tablestore.PutRow, marshal(&otsprotocol.PutRowRequest{TableName: new("items"), Row: row, Condition: ignore}))
	require.Equal(t, 200, status)
}
