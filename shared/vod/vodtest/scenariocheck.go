package vodtest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vodevents/vodevents/shared/vod"
)

// StepError says what is wrong with a step of a [Scenario].
type StepError struct {
	// Scenario is its name.
	Scenario string
	// Step is the number of the step, counted from 1.
	Step int
	// Problem says what is wrong with the event of the step, and with which other event
	// it disagrees.
	Problem string
}

// Error implements error.
func (e *StepError) Error() string {
	return fmt.Sprintf("vodtest: scenario %s, event %d: %s", e.Scenario, e.Step, e.Problem)
}

// Check says what is wrong with the scenario: that it has no steps or, as a
// [StepError], what the first bad one of them is. These are: a time before the
// beginning, a Run below 0, no Type, a Variant that the Type does not have, a value
// that JSON does not have, a name to set that is empty or no index of a list, a
// transcoding run that contradicts itself: two endings of one rendition or of the
// whole, a TranscodeComplete before its renditions, without one of them, or with
// another outcome than theirs, and success in deleting or refreshing renditions
// before the first one succeeded or after all were deleted.
func (s Scenario) Check() error {
	if len(s.Steps) == 0 {
		return fmt.Errorf("vodtest: scenario %s has no steps", s.Name)
	}
	without := s.withoutRenditions()
	for i, step := range s.Steps {
		problem := step.problem()
		if problem == "" {
			problem = s.contradiction(i)
		}
		if problem == "" && without[i] {
			problem = "none of the renditions that the story tells of is there then: there is nothing to delete or refresh"
		}
		if problem != "" {
			return &StepError{Scenario: s.Name, Step: i + 1, Problem: problem}
		}
	}
	return nil
}

// problem says what is wrong with the step alone.
func (s Step) problem() string {
	switch {
	case s.After < 0:
		return "it happens before the beginning"
	case s.Run < 0:
		return "its run is below 0"
	case s.Type == "":
		return "it has no type"
	}
	if _, ok := findShape(s.Type, s.Variant); !ok {
		return fmt.Sprintf("%s has no variant %q, only %q", s.Type, s.Variant, Variants(s.Type))
	}
	return s.wrongSet()
}

// wrongSet says what is wrong with what the step sets.
func (s Step) wrongSet() string {
	if len(s.Set) == 0 {
		return ""
	}
	shape, _ := findShape(s.Type, s.Variant)
	var body any = shape.body(newDraft(s.Type, shape.age, &options{failed: s.Fail, run: s.Run}))
	for _, name := range slices.Sorted(maps.Keys(s.Set)) {
		if _, err := encode(s.Set[name]); err != nil {
			return fmt.Sprintf("the value of %s cannot be encoded: %v", name, err)
		}
		path := strings.Split(name, ".")
		if slices.Contains(path, "") {
			return fmt.Sprintf("%q cannot be set: a name between the dots is empty", name)
		}
		if list, ok := listInTheWay(body, path); ok {
			return fmt.Sprintf("%q cannot be set: %s is a list, whose items are counted from 0", name, list)
		}
		body = set(body, path, s.Set[name])
	}
	return ""
}

// listInTheWay returns the list on the path in which the path does not name an item.
func listInTheWay(v any, path []string) (name string, ok bool) {
	for i := 0; i < len(path); {
		switch at := v.(type) {
		case quoted:
			v = at.value
			continue
		case array:
			n, err := strconv.Atoi(path[i])
			switch {
			case err != nil || n < 0:
				return strings.Join(path[:i], "."), true
			case n >= len(at):
				return "", false
			}
			v = at[n]
		case object:
			m := slices.IndexFunc(at, func(m member) bool { return m.name == path[i] })
			if m < 0 {
				return "", false
			}
			v = at[m].value
		default:
			return "", false
		}
		i++
	}
	return "", false
}

// withoutRenditions returns for each step whether it deletes or refreshes renditions
// where there are none.
func (s Scenario) withoutRenditions() []bool {
	without := make([]bool, len(s.Steps))
	order := s.order()
	for i, p := range places(s.inOrder(), usualCreation()) {
		step := s.Steps[order[i]]
		if names := streamsOf(step.Type, step.Variant); len(names) > 0 && !step.Fail {
			_, there := p.renditions(step.Run, names)
			without[order[i]] = len(there) == 0
		}
	}
	return without
}

// contradiction says how the step with that index contradicts others of its run of
// transcoding.
func (s Scenario) contradiction(index int) string {
	step := s.Steps[index]
	if !step.transcodes() {
		return ""
	}
	var own []int // the renditions with events of their own
	for i, other := range s.Steps {
		switch {
		case i == index || !other.transcodes() || other.track() != step.track():
		case other.Type != step.Type:
			own = append(own, i)
		case other.Type == vod.TypeTranscodeComplete && i < index:
			return fmt.Sprintf("transcoding was over in event %d already; another time has another run", i+1)
		case other.Variant == step.Variant && i < index:
			return fmt.Sprintf("rendition %q ended in event %d already; another time has another run", step.Variant, i+1)
		}
	}
	if step.Type == vod.TypeTranscodeComplete {
		return s.wrongSum(step, own)
	}
	return ""
}

// wrongSum says how a TranscodeComplete contradicts the events of its renditions.
func (s Scenario) wrongSum(whole Step, own []int) string {
	of := transcodings(s.inOrder(), usualCreation())[whole.track()].outputs(whole.Variant)
	for _, i := range own {
		part := s.Steps[i]
		has := slices.ContainsFunc(of, func(o output) bool { return o.rendition == part.Variant })
		switch {
		case part.After > whole.After:
			return fmt.Sprintf("rendition %q ends later, in event %d", part.Variant, i+1)
		case !has && len(of) > 0:
			return fmt.Sprintf("%q has no rendition %q, which event %d is about", whole.Variant, part.Variant, i+1)
		}
	}
	switch ok := slices.IndexFunc(of, func(o output) bool { return !o.failed }); {
	case whole.Fail && ok >= 0:
		return fmt.Sprintf("it failed as a whole, but its rendition %q did not", of[ok].rendition)
	case !whole.Fail && ok < 0 && len(of) > 0:
		return "each of its renditions failed, so it has to fail too"
	}
	return ""
}
