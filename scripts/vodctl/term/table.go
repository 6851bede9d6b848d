package term

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Column is one column of a [Table].
type Column struct {
	Title string
	Min   int  // least width
	Whole int  // least width where nothing is cut, if that is more: what most texts need
	Max   int  // what is wider is cut on a terminal; 0 means no limit
	Right bool // align to the right, as numbers are
	Fit   bool // the last one only: cut to what is left of the terminal
}

// gap is what stands between two columns.
const gap = "  "

// leastCut is how many columns of a text say anything.
const leastCut = 8

// Cell is the text at one place, of whatever origin: it is cleaned.
type Cell struct {
	Text  string
	Style Style
}

// Table has aligned columns, two blanks apart. With [Table.Line] it writes rows
// as they come, in the least widths; with [Table.Add] and [Table.Write] all of
// them at once, in the widths they need.
type Table struct {
	Columns []Column
	Paint   Paint
	// Width is how wide the terminal is; 0 means that it is none, and nothing is cut.
	Width int

	rows [][]Cell
}

// Add appends a row.
func (t *Table) Add(row ...Cell) { t.rows = append(t.rows, row) }

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Write writes the titles and all rows. A column in which there is nothing is
// left out.
func (t *Table) Write(w io.Writer) error {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		for _, row := range t.rows {
			widths[i] = max(widths[i], Width(t.text(i, row[i])))
		}
		if widths[i] > 0 {
			widths[i] = max(widths[i], Width(c.Title), c.Min)
		}
	}
	t.fit(widths)
	lines := []string{t.titles(widths)}
	for _, row := range t.rows {
		lines = append(lines, t.line(row, widths))
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// fit cuts the last column if that is what it is for, unless too little of it would
// be left.
func (t *Table) fit(widths []int) {
	last := len(widths) - 1
	if !t.Columns[last].Fit || t.Width == 0 {
		return
	}
	left := t.Width
	for _, w := range widths[:last] {
		if w > 0 {
			left -= w + len(gap)
		}
	}
	if widths[last] <= left || left < leastCut {
		return
	}
	widths[last] = left
	for _, row := range t.rows {
		row[last].Text = Cut(Clean(row[last].Text), left)
	}
}

// Titles returns the line above the rows of [Table.Line].
func (t *Table) Titles() string { return t.titles(t.least()) }

// Line returns one row. A cell that is wider than its column moves those behind it.
func (t *Table) Line(row ...Cell) string { return t.line(row, t.least()) }

func (t *Table) least() []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = max(c.Min, Width(c.Title), 1) // a width of 0 would leave it out
		if t.Width == 0 {
			widths[i] = max(widths[i], c.Whole)
		}
	}
	return widths
}

func (t *Table) titles(widths []int) string {
	var row []Cell
	for _, c := range t.Columns {
		row = append(row, Cell{Text: strings.ToUpper(c.Title), Style: Dim})
	}
	return t.line(row, widths)
}

func (t *Table) line(row []Cell, widths []int) string {
	if len(row) != len(t.Columns) {
		panic(fmt.Sprintf("term: %d cells for %d columns", len(row), len(t.Columns)))
	}
	last := len(row) - 1
	for last > 0 && (widths[last] == 0 || row[last].Text == "") {
		last--
	}
	var cells []string
	for i, c := range row[:last+1] {
		if widths[i] == 0 {
			continue
		}
		text := t.text(i, c)
		pad := strings.Repeat(" ", max(0, widths[i]-Width(text)))
		text = t.Paint.Text(c.Style, text)
		switch {
		case t.Columns[i].Right:
			text = pad + text
		case i < last: // no blanks at the end of a line
			text += pad
		}
		cells = append(cells, text)
	}
	return strings.Join(cells, gap)
}

func (t *Table) text(column int, c Cell) string {
	if t.Width == 0 {
		return Clean(c.Text)
	}
	return Cut(Clean(c.Text), t.Columns[column].Max)
}

// Texts returns cells without style.
func Texts(texts ...string) []Cell {
	return slices.Collect(func(yield func(Cell) bool) {
		for _, s := range texts {
			if !yield(Cell{Text: s}) {
				return
			}
		}
	})
}
