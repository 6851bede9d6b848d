package console

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// timeline is the picture of what happened to a medium, and the same as a list.
type timeline struct {
	Width, Height int
	Left, Top     int // where the lanes begin
	Bottom        int // where they end
	Lanes         []lane
	Ticks         []tick
	Cuts          []cut
	Story         []chapter
	// Earlier is how many of the Marks are left out at the beginning of Story.
	Earlier, Marks int
	// Streams holds what events said of renditions, by job.
	Streams map[string]vod.Stream
	// About says in a sentence what is to be seen.
	About string
}

// lane is a line of the picture.
type lane struct {
	Name, Full string // Name is cut to what fits
	Y, Height  int
	Marks      []drawnMark
	More       int // marks for which there is no room
}

// Name says everything about the mark.
func (m mark) Name() string {
	name := m.Lane + ": " + m.Label
	if m.Says != "" {
		name += ", " + m.Says
	}
	if m.Start.Equal(m.End) {
		return name + ", " + m.Start.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return name + ", " + m.Start.UTC().Format("2006-01-02 15:04:05") + " to " + m.End.UTC().Format("15:04:05 UTC")
}

// In pixels.
const (
	laneNames  = 156
	plotWidth  = 966
	rowHeight  = 24
	lanePad    = 6
	axisHeight = 40
	dotRadius  = 6
	labelSpace = 6
)

// At most so much is drawn.
const (
	manyLaneRows = 4  // of a lane
	manyStreams  = 16 // lanes of renditions
	manyChapters = 40
)

// newTimeline draws the events of one medium, and what they tell.
func newTimeline(events []store.Event, marks []mark) timeline {
	marks = inOrder(marks)
	if len(marks) == 0 {
		return timeline{}
	}
	var times []time.Time
	for _, m := range marks {
		times = append(times, m.Start, m.End)
	}
	s := newScale(times, laneNames, plotWidth)
	t := timeline{Left: laneNames, Top: axisHeight, Width: laneNames + s.width, Ticks: s.ticks(), Cuts: s.cuts()}
	names, byLane := lanesOf(marks)
	y := t.Top
	for _, name := range names {
		l := lane{Name: fitting(name, laneNames-2*inset), Full: name, Y: y}
		l.place(byLane[name], s)
		t.Lanes = append(t.Lanes, l)
		y += l.Height
	}
	t.Bottom = y
	t.Height = y + 1
	t.Story, t.Earlier, t.Marks = chapters(marks)
	t.About = about(events, marks)
	t.Streams = map[string]vod.Stream{}
	for _, m := range marks {
		if m.stream != nil && m.stream.Definition+m.stream.Format != "" {
			t.Streams[m.stream.JobID] = *m.stream
		}
	}
	return t
}

func about(events []store.Event, marks []mark) string {
	failed := 0
	for _, e := range events {
		if e.Status == vod.Failed {
			failed++
		}
	}
	last := marks[0].End
	for _, m := range marks {
		last = later(last, m.End)
	}
	return fmt.Sprintf("%s, of which %d failed, from %s to %s. Long times without events are cut short.",
		counted(len(events), "event", "events"), failed,
		marks[0].Start.UTC().Format("2006-01-02 15:04:05 UTC"), last.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// lanesOf sorts marks into lanes, and returns the names of those that are needed.
func lanesOf(marks []mark) ([]string, map[string][]mark) {
	names := streamNames(marks)
	heights := map[string]int64{}
	by := map[string][]mark{}
	for i := range marks {
		m := &marks[i]
		if m.stream != nil {
			m.Lane = names[m.stream.JobID]
			if m.stream.JobID == "" {
				m.Lane = streamName(*m.stream)
			}
			heights[m.Lane] = max(heights[m.Lane], m.stream.Height)
		}
	}
	streams := slices.SortedFunc(maps.Keys(heights), func(a, b string) int {
		return cmp.Or(cmp.Compare(heights[b], heights[a]), strings.Compare(a, b))
	})
	if len(streams) > manyStreams {
		rest := fmt.Sprintf("%d more renditions", len(streams)-manyStreams+1)
		kept := streams[:manyStreams-1]
		for i := range marks {
			if m := &marks[i]; m.stream != nil && !slices.Contains(kept, m.Lane) {
				m.Lane = rest
			}
		}
		streams = append(slices.Clone(kept), rest)
	}
	for _, m := range marks {
		by[m.Lane] = append(by[m.Lane], m)
	}
	all := slices.Concat(lanesBefore(), streams, lanesAfter())
	return slices.DeleteFunc(all, func(name string) bool { return len(by[name]) == 0 }), by
}

// streamNames returns what renditions are called, by job: those that failed often do
// not say what they were to be, but another event of the same job may.
func streamNames(marks []mark) map[string]string {
	names := map[string]string{}
	for _, m := range marks {
		if m.stream == nil {
			continue
		}
		name := streamName(*m.stream)
		if _, known := names[m.stream.JobID]; !known || m.stream.Definition != "" {
			names[m.stream.JobID] = name
		}
	}
	return names
}

// streamName returns what a rendition is called.
func streamName(s vod.Stream) string {
	if name := strings.Join(some(clip(s.Definition, shortText), clip(s.Format, shortText)), " "); name != "" {
		return "Rendition " + name
	}
	return strings.TrimSpace("Rendition " + short(s.JobID))
}

// place puts marks into the rows of a lane, so that none hides another.
func (l *lane) place(marks []mark, s scale) {
	var rows [][][2]int // what is taken, from and to
	free := func(row, from, to int) bool {
		return !slices.ContainsFunc(rows[row], func(taken [2]int) bool { return from < taken[1] && taken[0] < to })
	}
	for _, m := range marks {
		d := draw(m, s)
		row := 0
		for row < len(rows) && !free(row, d.HitX, d.HitX+d.HitW) {
			row++
		}
		if row == manyLaneRows {
			l.More++
			continue
		}
		if row == len(rows) {
			rows = append(rows, nil)
		}
		rows[row] = append(rows[row], [2]int{d.HitX, d.HitX + d.HitW})
		d.Y = l.Y + lanePad + row*rowHeight + rowHeight/2
		l.Marks = append(l.Marks, d)
	}
	l.Height = len(rows)*rowHeight + 2*lanePad
}

// chapter is an event in the list that stands for the picture on small screens.
type chapter struct {
	mark

	// Gap is how long nothing had happened before, if that was long.
	Gap string
}

// chapters returns the marks as a list, in the order in which they ended, how many are
// left out at its beginning, and how many there are.
func chapters(marks []mark) (story []chapter, earlier, all int) {
	marks = slices.Clone(marks)
	slices.SortStableFunc(marks, func(a, b mark) int { return a.End.Compare(b.End) })
	earlier = max(0, len(marks)-manyChapters)
	for i, m := range marks[earlier:] {
		c := chapter{mark: m}
		if i > 0 {
			if gap := m.End.Sub(story[i-1].End); gap >= time.Hour {
				c.Gap = lastingShort(gap)
			}
		}
		story = append(story, c)
	}
	return story, earlier, len(marks)
}

// Title says what a mark is about.
func (m mark) Title() string {
	switch m.Lane {
	case laneLife, laneAnalysis, lanePictures, laneOther:
		return m.Label
	default:
		return m.Lane + ": " + m.Label
	}
}
