package plainbuffer

// Row is a row, or a change of one.
type Row struct {
	PrimaryKey []Cell
	Columns    []Cell // attribute columns
	Delete     bool   // the mark of DeleteRow
}

// Cell is a column of a row: its name, and what is in it or to be done to it.
type Cell struct {
	Name  string
	Value Value
	// NoValue says that there is none: the cell is to be deleted.
	NoValue bool
	Op      Op
	// HasTimestamp says that Timestamp counts.
	HasTimestamp bool
	Timestamp    int64 // the version: milliseconds since 1970
}

// Op is what UpdateRow is to do with a cell.
type Op byte

// The operations on a cell.
const (
	Put       Op = 0 // not on the wire
	DeleteAll Op = 0x1
	DeleteOne Op = 0x3
	Increment Op = 0x4
)

// header and tags are the bytes that say what follows.
const (
	header = 0x75

	tagPrimaryKey   = 0x1
	tagColumns      = 0x2
	tagCell         = 0x3
	tagName         = 0x4
	tagValue        = 0x5
	tagOp           = 0x6
	tagTimestamp    = 0x7
	tagDelete       = 0x8
	tagRowChecksum  = 0x9
	tagCellChecksum = 0xa
)
