package console

import (
	"fmt"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

// What a sparkline shows: an hour in bars of two minutes. Its measures are units of the
// drawing, which is stretched to the place that it gets.
const (
	manyDrawn = 1000 // deliveries at most
	barTime   = 2 * time.Minute
	bars      = 30
	barWidth  = 10
	barGap    = 3
	upMost    = 34 // above the line: delivered
	downMost  = 14 // below it: failed
)

// sparkline is a drawing of what became of the deliveries to a sink lately: those that
// were made stand above the line, those that failed hang below it. Each stands where it
// last changed.
type sparkline struct {
	Bars              []bar
	Width, Height     int
	Line              int // how far down the line is
	Delivered, Failed int
	// From is when it begins; Cut says that more changed in the hour than was looked at.
	From time.Time
	Cut  bool
	// Unknown is the width of what was not looked at.
	Unknown int
	// Most is how many deliveries were made or failed in the fullest bar.
	Most int
}

// bar is what became of the deliveries of one while.
type bar struct {
	Begin, End        time.Time
	Delivered, Failed int
	X, Width          int
	UpY, UpHeight     int
	DownY, DownHeight int
}

// drawn draws deliveries, the last changed of which comes first.
func drawn(now time.Time, last []store.Delivery) sparkline {
	end := now.UTC().Truncate(barTime).Add(barTime)
	s := sparkline{
		Bars: make([]bar, bars), Width: bars*barWidth - barGap, Height: upMost + downMost, Line: upMost,
		From: end.Add(-bars * barTime),
	}
	for i := range s.Bars {
		begin := s.From.Add(time.Duration(i) * barTime)
		s.Bars[i] = bar{Begin: begin, End: begin.Add(barTime), X: i * barWidth, Width: barWidth - barGap}
	}
	for _, d := range last {
		at := int(d.Updated.Sub(s.From) / barTime)
		if d.Updated.Before(s.From) || at >= bars {
			continue // it is older, or its clock is ahead of ours
		}
		switch {
		case d.State == store.Delivered:
			s.Bars[at].Delivered++
			s.Delivered++
		case d.State == store.Parked || d.Attempts > 0:
			s.Bars[at].Failed++
			s.Failed++
		}
	}
	if n := len(last); n == manyDrawn && last[n-1].Updated.After(s.From) {
		s.Unknown = barWidth * int(last[n-1].Updated.Sub(s.From)/barTime)
		s.From, s.Cut = last[n-1].Updated, true
	}
	s.scale()
	return s
}

// scale makes the bars as high as there is room for, those above and below the line by
// the same measure. What is not nothing is seen.
func (s *sparkline) scale() {
	up, down := 0, 0
	for _, b := range s.Bars {
		up, down = max(up, b.Delivered), max(down, b.Failed)
	}
	s.Most = max(up, down)
	unit := 0.0
	if s.Most > 0 {
		unit = min(upMost/max(float64(up), 1), downMost/max(float64(down), 1))
		unit = min(unit, upMost/4) // one delivery is no tower
	}
	high := func(n int) int {
		if n == 0 {
			return 0
		}
		return max(2, int(float64(n)*unit))
	}
	for i := range s.Bars {
		b := &s.Bars[i]
		b.UpHeight, b.DownHeight = high(b.Delivered), high(b.Failed)
		b.UpY, b.DownY = upMost-b.UpHeight, upMost+1
	}
}

// Says says what it shows, in words.
func (s sparkline) Says() string {
	during := "in the last hour"
	if s.Cut {
		during = "since " + s.From.UTC().Format(time.TimeOnly) + " UTC"
	}
	switch {
	case s.Delivered+s.Failed == 0:
		return "No deliveries " + during
	case s.Failed == 0:
		return fmt.Sprintf("%d delivered %s", s.Delivered, during)
	default:
		return fmt.Sprintf("%d delivered, %d failed %s", s.Delivered, s.Failed, during)
	}
}

// Says says what the bar shows, in words.
func (b bar) Says() string {
	return fmt.Sprintf("%s to %s: %d delivered, %d failed", b.Begin.Format("15:04"), b.End.Format("15:04"), b.Delivered, b.Failed)
}

// Empty reports whether nothing became of any delivery.
func (b bar) Empty() bool { return b.Delivered+b.Failed == 0 }
