package cli

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// cast are the media that stories are about: so many for each story, each with a seed
// of its own.
type cast struct {
	stories []vodtest.Scenario
	count   int
	seed    int
	speed   float64       // 0 means that the stories take no time
	pause   time.Duration // the longest
}

// atOnce is how many media live at the same time, if stories take their time. Their
// events are in memory.
const atOnce = 1000

// events returns how many events there will be.
func (c cast) events() int {
	n := 0
	for _, s := range c.stories {
		n += len(s.Steps)
	}
	return n * c.count
}

// play returns the events of all media. Without a speed one medium comes after the
// other, and the last event of each happens now. With a speed they live side by side,
// and the last event of all happens when it is its turn. So none is in the future.
func (c cast) play() iter.Seq[vodtest.Happening] {
	return func(yield func(vodtest.Happening) bool) {
		all, group := c.count*len(c.stories), 1
		var begin time.Time
		length := c.length()
		if c.speed > 0 {
			group = atOnce
			groups := (all + group - 1) / group
			begin = time.Now().Add((c.takes() - length) * time.Duration(groups))
		}
		for first := 0; first < all; first += group {
			for _, h := range c.lives(first, min(first+group, all), begin) {
				if !yield(h) {
					return
				}
			}
			begin = begin.Add(length)
		}
	}
}

// lives returns the events of media first to last, which begin at the same time; the
// zero time means that they end now.
func (c cast) lives(first, last int, begin time.Time) []vodtest.Happening {
	var all []vodtest.Happening
	for i := first; i < last; i++ {
		s, start := c.stories[i%len(c.stories)], begin
		if c.speed == 0 {
			start = time.Now().Add(-s.Length())
		}
		all = append(all, s.Play(c.seed+i, start)...)
	}
	slices.SortStableFunc(all, func(a, b vodtest.Happening) int { return cmp.Compare(a.After, b.After) })
	return all
}

// takes returns how long it takes to play all stories side by side.
func (c cast) takes() time.Duration {
	var afters []time.Duration
	for _, s := range c.stories {
		for _, step := range s.Steps {
			afters = append(afters, step.After)
		}
	}
	slices.Sort(afters)
	var takes, last time.Duration
	for _, after := range afters {
		takes += min(time.Duration(float64(after-last)/c.speed), c.pause)
		last = after
	}
	return takes
}

// length returns how long the longest story takes.
func (c cast) length() time.Duration {
	var length time.Duration
	for _, s := range c.stories {
		length = max(length, s.Length())
	}
	return length
}

// storyTime shows a time in a story.
func storyTime(d time.Duration) string {
	d = d.Round(time.Second)
	const day = 24 * time.Hour
	h, m, s := d%day/time.Hour, d%time.Hour/time.Minute, d%time.Minute/time.Second
	switch {
	case d >= day && d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	case d >= day:
		return fmt.Sprintf("%dd %d:%02d", d/day, h, m)
	case d >= time.Hour:
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	default:
		return fmt.Sprintf("%d:%02d", m, s)
	}
}
