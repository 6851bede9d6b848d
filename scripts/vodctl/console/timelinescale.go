package console

import (
	"math"
	"slices"
	"time"
)

// scale places times on a line. What happens close together is shown in proportion;
// long times without anything are cut short, so that a video that was uploaded in two
// minutes and archived in three months can be read.
type scale struct {
	segments []segment
	left     int
	width    int // in pixels, as everything here
}

// segment is a span of time that is shown in proportion.
type segment struct {
	from, to time.Time
	x, width int
	gap      time.Duration // cut short before it
}

// In pixels.
const (
	segmentWidth = 90 // at least, so that its time and date can be read
	gapWidth     = 56
	inset        = 10 // between the edges of a segment and what is in it
)

// A time without anything is cut short if it is at least that long, and
// at least so many times as long as all shorter ones together.
const (
	minGap   = 3 * time.Minute
	gapTimes = 2
	maxGaps  = 40
)

// newScale returns a scale for times, from left on, at least of a width; it is wider
// if there is much to cut short.
func newScale(times []time.Time, left, width int) scale {
	times = slices.Clone(times)
	slices.SortFunc(times, time.Time.Compare)
	times = slices.CompactFunc(times, time.Time.Equal)
	if len(times) == 0 {
		return scale{left: left, width: width}
	}
	limit := longGap(times)
	s := scale{left: left, segments: []segment{{from: times[0], to: times[0]}}}
	var shown time.Duration
	for _, t := range times[1:] {
		last := &s.segments[len(s.segments)-1]
		if d := t.Sub(last.to); limit > 0 && d >= limit {
			s.segments = append(s.segments, segment{from: t, to: t, gap: d})
			continue
		}
		shown += t.Sub(last.to)
		last.to = t
	}
	n := len(s.segments)
	free := max(0, width-n*segmentWidth-(n-1)*gapWidth)
	x := left
	for i := range s.segments {
		g := &s.segments[i]
		share := 1 / float64(n)
		if shown > 0 {
			share = float64(g.to.Sub(g.from)) / float64(shown)
		}
		if g.gap > 0 {
			x += gapWidth
		}
		g.x, g.width = x, segmentWidth+int(math.Floor(share*float64(free)))
		x += g.width
	}
	s.width = max(width, x-left)
	return s
}

// longGap returns from which length on times without anything are cut short; 0 for
// none.
func longGap(times []time.Time) time.Duration {
	var gaps []time.Duration
	for i, t := range times[1:] {
		gaps = append(gaps, t.Sub(times[i]))
	}
	slices.Sort(gaps)
	var shorter time.Duration
	for i, g := range gaps {
		if shorter > 0 && g >= minGap && g/gapTimes >= shorter && len(gaps)-i <= maxGaps {
			return g
		}
		if shorter += g; shorter < 0 { // longer than a Duration can be
			return g
		}
	}
	return 0
}

// x returns the place of one of the times of the scale.
func (s scale) x(t time.Time) int {
	i, found := slices.BinarySearchFunc(s.segments, t, func(g segment, t time.Time) int { return g.to.Compare(t) })
	if !found && i == len(s.segments) {
		return s.left + s.width
	}
	g := s.segments[i]
	span := g.to.Sub(g.from)
	if span <= 0 {
		return g.x + inset
	}
	share := float64(t.Sub(g.from)) / float64(span)
	return g.x + inset + int(math.Round(share*float64(g.width-2*inset)))
}

// tick is a line of the axis, with a time and, where it is another than before, a date.
type tick struct {
	X          int
	Time, Date string
}

// cut is a time that is cut short.
type cut struct {
	X, Width int
	Label    string
}

// cuts returns what is cut short.
func (s scale) cuts() []cut {
	var all []cut
	for _, g := range s.segments {
		if g.gap > 0 {
			all = append(all, cut{X: g.x - gapWidth, Width: gapWidth, Label: lastingShort(g.gap)})
		}
	}
	return all
}

// tickWidth is how much room the text of a tick needs, in pixels.
const tickWidth = 88

// ticks returns the lines of the axis: where each segment begins, and round times.
func (s scale) ticks() []tick {
	var all []tick
	date, year := "", 0
	for _, g := range s.segments {
		span := g.to.Sub(g.from)
		step := tickStep(span, (g.width-2*inset)/tickWidth)
		add := func(t time.Time, x int) {
			k := tick{X: x, Time: t.Format("15:04")}
			if span < 10*time.Minute || t.Equal(g.from) && t.Second() != 0 && step < time.Hour {
				k.Time = t.Format(time.TimeOnly)
			}
			if d := t.Format("Jan 2"); d != date || t.Year() != year {
				k.Date = d
				if t.Year() != year {
					k.Date = t.Format("Jan 2, 2006")
				}
				date, year = d, t.Year()
			}
			if step >= 24*time.Hour && !t.Equal(g.from) {
				k.Time = ""
			}
			all = append(all, k)
		}
		start := g.from.UTC()
		add(start, g.x+inset)
		if step <= 0 {
			continue
		}
		for t := start.Truncate(step).Add(step); t.Before(g.to); t = t.Add(step) {
			x := s.x(t)
			if x-all[len(all)-1].X >= tickWidth && x+tickWidth <= g.x+g.width+inset {
				add(t, x)
			}
		}
	}
	return all
}

// tickStep returns the shortest round time of which no more than n fit into a span; 0
// if there is room for none.
func tickStep(span time.Duration, n int) time.Duration {
	if span <= 0 || n < 2 {
		return 0
	}
	const day = 24 * time.Hour
	for _, step := range []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
		day, 2 * day, 7 * day, 14 * day, 30 * day, 91 * day, 365 * day, 3650 * day,
	} {
		if span <= step*time.Duration(n) {
			return step
		}
	}
	return 0
}

// lastingShort returns how long something took, in its largest unit.
func lastingShort(d time.Duration) string {
	const day = 24 * time.Hour
	round := func(unit time.Duration, one, many string) string {
		return counted(int(math.Round(float64(d)/float64(unit))), one, many)
	}
	switch {
	case d == math.MaxInt64: // which is as long as a Duration can be
		return "ages"
	case d < 100*time.Minute:
		return round(time.Minute, "min", "min")
	case d < 2*day:
		return round(time.Hour, "h", "h")
	case d < 60*day:
		return round(day, "day", "days")
	case d < 730*day:
		return round(365*day/12, "month", "months")
	default:
		return round(365*day, "year", "years")
	}
}
