package vodtest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// Scenario is a story about one or several media, event after event.
//
// Its events agree with one another: the ids, files, sizes and texts of a medium
// are the same in all of them, a TranscodeComplete has the renditions of the
// StreamTranscodeComplete before it, ended as they did and when they did, what is
// deleted or refreshed is what was made and is still there, by the same Run or, if that
// made nothing, by the last one that did, a changed title is the title from then
// on, and a video that is composed of live recordings, those before it, is as long as
// they are together. What [Step.Set] changes, it changes in one event only.
type Scenario struct {
	// Name is one word, Title a sentence about what happens. Scenarios of other names
	// have other media; without one the main medium is that of [NewEvent].
	Name, Title string
	// Steps are the events, in any order.
	Steps []Step
}

// Step is one event of a [Scenario].
type Step struct {
	// After is when it happens, counted from the beginning of the scenario. Of steps
	// of the same time the first is the earlier one.
	After time.Duration
	// Type is the EventType; one that VOD does not have gets the members that all
	// events share.
	Type vod.Type
	// Variant, Fail and Run shape the event, see the options of these names. A
	// TranscodeComplete without Variant has the renditions whose own events, of the same
	// Medium and Run, the scenario has; if it has none, one.
	Variant string
	Fail    bool
	Run     int
	// Medium tells the media of a scenario apart; all steps without one are about the
	// same one, the main medium, and an image and an attached medium of its own. It is a
	// name, which with the Name of the scenario and the seed makes the id.
	Medium string
	// Set has members to change, see the option [Set]; they are set in the order of
	// their names.
	Set map[string]any
}

// Happening is an event of a [Scenario] that was played for one seed.
type Happening struct {
	Step
	// At is when it happened: its EventTime, but for what the format leaves out.
	At time.Time
	// Body is the event as [NewEvent] makes it.
	Body []byte
}

// Length returns how long the scenario takes.
func (s Scenario) Length() time.Duration {
	var length time.Duration
	for _, step := range s.Steps {
		length = max(length, step.After)
	}
	return length
}

// Play returns the events in the order of their time, beginning at start, which is
// cut to a second, as VOD's times are; the zero time stands for a fixed moment in
// 2026. Seed chooses the media: two with other seeds have nothing in common. The
// same call gives the same bytes.
//
// It panics with a [StepError] if something is wrong with a step alone, such as a
// Variant that its Type does not have. Of steps that contradict one another, the event
// of a single rendition counts.
func (s Scenario) Play(seed int, start time.Time) []Happening {
	return s.play(options{seed: seed, created: start})
}

// play makes the events; all has what they have in common.
func (s Scenario) play(all options) []Happening {
	if all.created.IsZero() {
		all.created = usualCreation()
	}
	all.created = all.created.Truncate(time.Second)
	for i, step := range s.Steps {
		if problem := step.problem(); problem != "" {
			panic(&StepError{Scenario: s.Name, Step: i + 1, Problem: problem})
		}
	}
	steps := s.inOrder()
	places := places(steps, all.created)
	played := make([]Happening, len(steps))
	for i, step := range steps {
		at := all.created.Add(step.After)
		played[i] = Happening{Step: step, At: at, Body: newEvent(step.Type, s.options(step, all, at, &places[i]))}
	}
	return played
}

// inOrder returns the steps in the order of time.
func (s Scenario) inOrder() []Step {
	var steps []Step
	for _, i := range s.order() {
		steps = append(steps, s.Steps[i])
	}
	return steps
}

// order returns the indices of the steps in the order of time.
func (s Scenario) order() []int {
	order := make([]int, len(s.Steps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.Steps[a].After, s.Steps[b].After) })
	return order
}

// options returns what makes the event of a step, from what all have in common.
func (s Scenario) options(step Step, all options, at time.Time, p *place) *options {
	o := all
	o.at, o.place = at, p
	o.variant, o.failed, o.run = step.Variant, step.Fail, step.Run
	if s.Name != "" || step.Medium != "" {
		o.medium, o.byKind = s.videoID(o.seed, step.Medium), step.Medium == ""
	}
	for _, name := range p.parts {
		o.parts = append(o.parts, s.videoID(o.seed, name))
	}
	for _, name := range slices.Sorted(maps.Keys(step.Set)) {
		Set(name, step.Set[name])(&o)
	}
	return &o
}

// videoID returns the id of the medium of that name: unless it has one, of the video.
func (s Scenario) videoID(seed int, name string) string {
	named := draft{seed: seed}
	if s.Name == "" && name == "" {
		return named.lastingID("video")
	}
	return named.lastingID("medium " + s.Name + "/" + name)
}
