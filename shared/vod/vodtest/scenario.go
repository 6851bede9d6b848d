package vodtest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// Scenario is a story about one or several media, event after event.
type Scenario struct {
	// Name is one word, Title a sentence about what happens.
	Name, Title string
	Steps       []Step
}

// Step is one event of a [Scenario].
type Step struct {
	// After is when it happens, counted from the beginning of the scenario.
	After time.Duration
	Type  vod.Type
	// Variant, Fail and Run shape the event, see the options of these names.
	Variant string
	Fail    bool
	Run     int
	// Medium tells the media of a scenario apart; all steps without one are about the
	// same medium.
	Medium string
	// Set has members to change, see the option [Set]; they are set in the order of
	// their names.
	Set map[string]any
}

// Happening is an event of a [Scenario] that was played for one seed.
type Happening struct {
	Step
	// At is when it happened: its EventTime, but for what the format leaves out.
	At   time.Time
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

// Play returns the events in the order of their time, beginning at start. Seed
// chooses the media: two with other seeds have nothing in common.
//
// It panics if a step has a Variant that its Type does not have, see [Scenario.Check].
func (s Scenario) Play(seed int, start time.Time) []Happening {
	steps := slices.Clone(s.Steps)
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(a.After, b.After) })
	var all []Happening
	for _, step := range steps {
		at := start.Add(step.After)
		all = append(all, Happening{Step: step, At: at, Body: NewEvent(step.Type, step.options(seed, start, at)...)})
	}
	return all
}

// Check says what is wrong with the scenario: errors that name the step, counted
// from 1.
func (s Scenario) Check() error {
	if len(s.Steps) == 0 {
		return fmt.Errorf("vodtest: scenario %s has no steps", s.Name)
	}
	for i, step := range s.Steps {
		if !slices.Contains(Variants(step.Type), step.Variant) && step.Variant != "" {
			return fmt.Errorf("vodtest: scenario %s, step %d: %s has no variant %q, only %q", s.Name, i+1, step.Type, step.Variant, Variants(step.Type))
		}
	}
	return nil
}

func (s Step) options(seed int, start, at time.Time) []Option {
	opts := []Option{Seed(seed), Created(start), At(at), Variant(s.Variant)}
	if s.Medium != "" {
		name := draft{seed: seed, id: s.Medium}
		opts = append(opts, Medium(name.newID("medium")))
	}
	if s.Fail {
		opts = append(opts, Fail())
	}
	for _, name := range slices.Sorted(maps.Keys(s.Set)) {
		opts = append(opts, Set(name, s.Set[name]))
	}
	return opts
}
