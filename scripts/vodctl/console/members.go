package console

import (
	"github.com/vodevents/vodevents/scripts/vodctl/fielddoc"
)

// memberRow is a member of an event's body in the table of them.
type memberRow struct {
	fielddoc.Member

	// Doc says what it means; of members that come again, as in each item of a list, only
	// at the first.
	Doc string
	// Indent is its depth, as far as there is room for.
	Indent int
}

// maxIndent is the deepest indentation of a member.
const maxIndent = 4

func memberRows(d fielddoc.Description) []memberRow {
	said := map[string]bool{}
	rows := make([]memberRow, 0, len(d.Members))
	for _, m := range d.Members {
		row := memberRow{Member: m, Indent: min(m.Depth, maxIndent)}
		if !said[m.Field.Path] {
			row.Doc, said[m.Field.Path] = m.Field.Doc, true
		}
		rows = append(rows, row)
	}
	return rows
}
