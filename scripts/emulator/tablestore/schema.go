package tablestore

import (
	"slices"

	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore/internal/plainbuffer"
)

// The service's limits (Tablestore, "Limitations of the wide column model" and
// "Limits on secondary indexes", May 2026).
const (
	maxTables        = 64       // tables and indexes of an instance
	maxKeyColumns    = 4        // of a table, and those that an index names
	maxIndexKey      = 8        // with those that the service adds
	maxDefined       = 32       // predefined columns of a table, and attributes of an index
	maxIndexes       = 5        // of a table
	maxKeyValue      = 1 << 10  // bytes of a string or blob in a primary key
	maxColumnValue   = 2 << 20  // bytes of a string or blob elsewhere
	maxColumns       = 1024     // columns in one write of a row
	maxColumnsToGet  = 128      // names in columns_to_get
	maxWriteSize     = 4 << 20  // bytes of data in PutRow, UpdateRow and BatchWriteRow
	maxBatchWrite    = 200      // rows
	maxBatchGet      = 100      // rows
	maxRangeRows     = 5000     // rows that a GetRange looks at
	maxRangeSize     = 4 << 20  // bytes of data that it looks at
	maxConditions    = 10       // single ones in a filter or a condition
	oneVersion       = int32(1) // the only number of versions that is served
	neverExpires     = int32(-1)
	deviationSeconds = int64(86400) // the service's default, which nothing here needs
)

// validName tells whether a table, an index or a column may have the name: 1 to
// 255 letters, digits and underscores, and no digit in front.
func validName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != "" && len(name) <= 255
}

func checkTableName(name string) error {
	if !validName(name) {
		return invalid("Invalid table name: '%s'.", name)
	}
	return nil
}

func checkColumnName(name string) error {
	if !validName(name) {
		return invalid("Invalid column name: '%s'.", name)
	}
	return nil
}

// schemaColumn is a column that a table knows by name: of its primary key, or
// predefined.
type schemaColumn struct {
	name string
	kind plainbuffer.Kind
}

func find(columns []schemaColumn, name string) (schemaColumn, bool) {
	i := slices.IndexFunc(columns, func(c schemaColumn) bool { return c.name == name })
	if i < 0 {
		return schemaColumn{}, false
	}
	return columns[i], true
}

// keySchema reads the primary key of a new table.
func keySchema(columns []*otsprotocol.PrimaryKeySchema) ([]schemaColumn, error) {
	if len(columns) == 0 || len(columns) > maxKeyColumns {
		return nil, invalid("The number of primary key columns must be in range: [1, %d].", maxKeyColumns)
	}
	var schema []schemaColumn
	for _, c := range columns {
		if err := checkColumnName(c.GetName()); err != nil {
			return nil, err
		}
		if _, twice := find(schema, c.GetName()); twice {
			return nil, invalid("Duplicated primary key name: '%s'.", c.GetName())
		}
		if c.Option != nil {
			return nil, notServed("auto-increment primary keys")
		}
		column := schemaColumn{name: c.GetName()}
		switch c.GetType() {
		case otsprotocol.PrimaryKeyType_INTEGER:
			column.kind = plainbuffer.Integer
		case otsprotocol.PrimaryKeyType_STRING:
			column.kind = plainbuffer.String
		case otsprotocol.PrimaryKeyType_BINARY:
			column.kind = plainbuffer.Blob
		default:
			return nil, invalid("Invalid column type, only STRING,INTEGER,BINARY is allowed.")
		}
		schema = append(schema, column)
	}
	return schema, nil
}

// definedSchema adds predefined columns to those that a table has.
func definedSchema(key, defined []schemaColumn, columns []*otsprotocol.DefinedColumnSchema) ([]schemaColumn, error) {
	schema := slices.Clone(defined)
	for _, c := range columns {
		if err := checkColumnName(c.GetName()); err != nil {
			return nil, err
		}
		_, inKey := find(key, c.GetName())
		if _, twice := find(schema, c.GetName()); twice || inKey {
			return nil, invalid("Duplicated defined column name: '%s'.", c.GetName())
		}
		column := schemaColumn{name: c.GetName()}
		switch c.GetType() {
		case otsprotocol.DefinedColumnType_DCT_INTEGER:
			column.kind = plainbuffer.Integer
		case otsprotocol.DefinedColumnType_DCT_DOUBLE:
			column.kind = plainbuffer.Double
		case otsprotocol.DefinedColumnType_DCT_BOOLEAN:
			column.kind = plainbuffer.Boolean
		case otsprotocol.DefinedColumnType_DCT_STRING:
			column.kind = plainbuffer.String
		case otsprotocol.DefinedColumnType_DCT_BLOB:
			column.kind = plainbuffer.Blob
		default:
			return nil, invalid("Invalid column type: %d.", c.GetType())
		}
		schema = append(schema, column)
	}
	if len(schema) > maxDefined {
		return nil, invalid("The number of defined columns must be in range: [0, %d].", maxDefined)
	}
	return schema, nil
}

// pbKey and pbDefined are the way back, for DescribeTable.
func pbKey(schema []schemaColumn) []*otsprotocol.PrimaryKeySchema {
	var columns []*otsprotocol.PrimaryKeySchema
	for _, c := range schema {
		t := otsprotocol.PrimaryKeyType_BINARY
		switch c.kind {
		case plainbuffer.Integer:
			t = otsprotocol.PrimaryKeyType_INTEGER
		case plainbuffer.String:
			t = otsprotocol.PrimaryKeyType_STRING
		default:
		}
		columns = append(columns, &otsprotocol.PrimaryKeySchema{Name: &c.name, Type: &t})
	}
	return columns
}

func pbDefined(schema []schemaColumn) []*otsprotocol.DefinedColumnSchema {
	var columns []*otsprotocol.DefinedColumnSchema
	for _, c := range schema {
		t := otsprotocol.DefinedColumnType_DCT_BLOB
		switch c.kind {
		case plainbuffer.Integer:
			t = otsprotocol.DefinedColumnType_DCT_INTEGER
		case plainbuffer.Double:
			t = otsprotocol.DefinedColumnType_DCT_DOUBLE
		case plainbuffer.Boolean:
			t = otsprotocol.DefinedColumnType_DCT_BOOLEAN
		case plainbuffer.String:
			t = otsprotocol.DefinedColumnType_DCT_STRING
		default:
		}
		columns = append(columns, &otsprotocol.DefinedColumnSchema{Name: &c.name, Type: &t})
	}
	return columns
}
