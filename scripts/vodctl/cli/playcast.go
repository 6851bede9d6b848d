package cli

import (
	"cmp"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
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
		for h := range c.all() {
			if !yield(h) {
				return
			}
		}
	}
}

// told returns what play does, and what says, while they are taken, in which story an
// event is; the first event has number 1.
func (c cast) told() (iter.Seq[vodtest.Happening], func(number int) string) {
	var mu sync.Mutex
	var stories []uint16 // by events: there may be millions
	events := func(yield func(vodtest.Happening) bool) {
		for h, story := range c.all() {
			mu.Lock()
			stories = append(stories, uint16(story)) //nolint:gosec // a command line has no more
			mu.Unlock()
			if !yield(h) {
				return
			}
		}
	}
	return events, func(number int) string {
		mu.Lock()
		defer mu.Unlock()
		return c.stories[stories[number-1]].Name
	}
}

// all returns the events of all media, each with the index of its story.
func (c cast) all() iter.Seq2[vodtest.Happening, int] {
	return func(yield func(vodtest.Happening, int) bool) {
		all, group := c.count*len(c.stories), 1
		var begin time.Time
		length := c.length()
		if c.speed > 0 {
			group = atOnce
			groups := (all + group - 1) / group
			begin = time.Now().Add((c.takes() - length) * time.Duration(groups))
		}
		for first := 0; first < all; first += group {
			for _, x := range c.lives(first, min(first+group, all), begin) {
				if !yield(x.Happening, x.story) {
					return
				}
			}
			begin = begin.Add(length)
		}
	}
}

// lived is an event of the story with an index.
type lived struct {
	vodtest.Happening

	story int
}

// lives returns the events of media first to last, which begin at the same time; the
// zero time means that they end now.
func (c cast) lives(first, last int, begin time.Time) []lived {
	var all []lived
	for i := first; i < last; i++ {
		story, start := i%len(c.stories), begin
		s := c.stories[story]
		if c.speed == 0 {
			start = time.Now().Add(-s.Length())
		}
		for _, h := range s.Play(nthSeed(c.seed, i), start) {
			all = append(all, lived{h, story})
		}
	}
	slices.SortStableFunc(all, func(a, b lived) int { return cmp.Compare(a.After, b.After) })
	return all
}

// nthSeed returns the seed of medium i, from 0, of those of a seed: of the first it is
// the same one, and none of the others is among those of the next seed.
func nthSeed(seed, i int) int {
	if i == 0 {
		return seed
	}
	return int(rand.NewPCG(uint64(seed), uint64(i)).Uint64() >> 1) //nolint:gosec // to be repeated exactly, not to be secret
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
		takes += time.Duration(min(float64(after-last)/c.speed, float64(c.pause)))
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
