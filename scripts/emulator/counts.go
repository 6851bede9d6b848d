package emulator

import (
	"iter"
	"strconv"
	"strings"
)

// Counts is what happened since the start of a [Pool].
type Counts struct {
	Invocations   int `json:"invocations"`    // events given to an instance, retries included
	ColdStarts    int `json:"cold_starts"`    // instances started
	Errors        int `json:"errors"`         // the function reported an error, or its reply was not usable
	Panics        int `json:"panics"`         // the SDK reported a panic
	Killed        int `json:"killed"`         // the process exited or was killed in mid-invocation
	Timeouts      int `json:"timeouts"`       // the function outlived its time and was killed
	StartFailures int `json:"start_failures"` // the process could not be started, or ended before its first event; counted for each event that waited for it
	DiedIdle      int `json:"died_idle"`      // instances whose process ended by itself between two events; the next one is given to another
	Throttled     int `json:"throttled"`      // all instances were busy: 429, or a wait if nobody waits for the answer
	HungUp        int `json:"hung_up"`        // the caller left before the answer: 499
	Retries       int `json:"retries"`        // asynchronous invocations and pushes tried again
	Duplicates    int `json:"duplicates"`     // asynchronous events and messages delivered again after a success
	DeadLetters   int `json:"dead_letters"`   // asynchronous invocations and messages given up
	BadAnswers    int `json:"bad_answers"`    // answers refused by the runtime API: wrong id, or the second one
	HookFailures  int `json:"hook_failures"`  // PreStop hooks that there are none of, or that failed, or outlived their time
}

// Failures is how many invocations failed, in whatever way.
func (c Counts) Failures() int {
	return c.Errors + c.Panics + c.Killed + c.Timeouts + c.StartFailures
}

// All yields every count with its name, in the order of the fields.
func (c Counts) All() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for _, column := range []struct {
			name string
			n    int
		}{
			{"invocations", c.Invocations},
			{"cold_starts", c.ColdStarts},
			{"errors", c.Errors},
			{"panics", c.Panics},
			{"killed", c.Killed},
			{"timeouts", c.Timeouts},
			{"start_failures", c.StartFailures},
			{"died_idle", c.DiedIdle},
			{"throttled", c.Throttled},
			{"hung_up", c.HungUp},
			{"retries", c.Retries},
			{"duplicates", c.Duplicates},
			{"dead_letters", c.DeadLetters},
			{"bad_answers", c.BadAnswers},
			{"hook_failures", c.HookFailures},
		} {
			if !yield(column.name, column.n) {
				return
			}
		}
	}
}

// String lists the counts that are not zero, such as "invocations=3 cold_starts=1".
func (c Counts) String() string {
	var parts []string
	for name, n := range c.All() {
		if n != 0 {
			parts = append(parts, name+"="+strconv.Itoa(n))
		}
	}
	return strings.Join(parts, " ")
}
