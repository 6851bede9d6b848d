package console

import (
	"fmt"
	"strings"
	"unicode"
)

// drawnMark is a mark as it is drawn.
type drawnMark struct {
	mark

	X, Y, Width int // Width is 0 for a moment
	LabelX      int
	LabelEnds   bool // at LabelX, instead of beginning there
	Inside      bool // the label stands on the bar
	HitX, HitW  int  // what can be clicked
}

// Bar reports whether the mark is a span of time.
func (d drawnMark) Bar() bool { return d.Width > 0 }

// Failed reports whether what the mark is about failed, or was refused.
func (d drawnMark) Failed() bool { return d.Tone == "bad" }

// draw returns a mark with its place from left to right.
func draw(m mark, s scale) drawnMark {
	least := 8 // of a bar, which has room for the sign of a failure
	if m.Tone == "bad" {
		least = 2 * dotRadius
	}
	d := drawnMark{mark: m, X: s.x(m.Start)}
	from, to := d.X-dotRadius, d.X+dotRadius
	if m.Start.Before(m.End) {
		d.Width = max(least, s.x(m.End)-d.X)
		from, to = d.X, d.X+d.Width
	}
	label := textWidth(m.Label)
	if d.Failed() {
		label += label / 8 // it is bold
	}
	switch {
	case to+labelSpace+label <= s.left+s.width: // after it
		d.LabelX = to + labelSpace
		to = d.LabelX + label
	case d.Width > label+2*labelSpace:
		d.Inside, d.LabelX = true, d.X+labelSpace
	default: // before it
		d.LabelX, d.LabelEnds = from-labelSpace, true
		from = d.LabelX - label
	}
	d.HitX, d.HitW = from-labelSpace/2, to-from+labelSpace
	return d
}

// Where things are drawn, from top to bottom.

// Top is that of what can be clicked.
func (d drawnMark) Top() int { return d.Y - 10 }

// BarY is the top of a bar.
func (d drawnMark) BarY() int { return d.Y - 7 }

// TextY is the line that the label stands on.
func (d drawnMark) TextY() int { return d.Y + 4 }

// Cross is the sign of what failed: on the dot, or at the end of the bar.
func (d drawnMark) Cross() string {
	return fmt.Sprintf("M%d %dl6 6m0 -6l-6 6", d.X+max(0, d.Width-dotRadius-1)-3, d.Y-3)
}

// NameY and MoreY are the lines of what stands at the beginning of a lane.
func (l lane) NameY() int { return l.Y + lanePad + rowHeight/2 + 4 }

// MoreY is below NameY.
func (l lane) MoreY() int { return l.NameY() + 16 }

// LanesHeight is that of all lanes.
func (t timeline) LanesHeight() int { return t.Bottom - t.Top }

// Middle is that of what is cut short, from left to right.
func (c cut) Middle() int { return c.X + c.Width/2 }

// Tear is the line that shows that something is cut short.
func (c cut) Tear(top, bottom int) string {
	const tooth = 6
	var path strings.Builder
	fmt.Fprintf(&path, "M%d %d", c.Middle(), top)
	for y, side := top, tooth; y < bottom; y, side = y+tooth, -side {
		fmt.Fprintf(&path, "l%d %d", side, min(tooth, bottom-y))
	}
	return path.String()
}

// textWidth returns about how wide a text is, in pixels, at the size of the picture.
func textWidth(s string) int {
	width := 0.0
	for _, r := range s {
		if r < unicode.MaxLatin1 {
			width += 6.8
		} else {
			width += 13
		}
	}
	return int(width)
}

// fitting returns the beginning of a text that is no wider than there is room.
func fitting(s string, width int) string {
	r := []rune(s)
	for i := len(r); i > 0; i-- {
		text := string(r[:i])
		if i < len(r) {
			text += "…"
		}
		if textWidth(text) <= width {
			return text
		}
	}
	return ""
}
