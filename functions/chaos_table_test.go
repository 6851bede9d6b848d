package functions_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// outcome is what a scenario ended with: a line of the table.
type outcome struct {
	scenario, store string

	sent         int // events
	acknowledged int // 200, from us
	platform     int // 200, from the platform in place of a function that was killed
	stored       int // rows
	discarded    int // three attempts failed, so that VOD drops the event
	lost         int // acknowledged, and not a row: must be 0
	duplicated   int // rows twice: must be 0
	fallback     int // acknowledged by way of the fallback
	late         int // attempts that VOD gave up waiting for
	longest      time.Duration
}

// outcomes are those of all scenarios that ran.
var outcomes struct {
	sync.Mutex
	all []outcome
}

// report adds a line to the table.
func report(o outcome) {
	outcomes.Lock()
	defer outcomes.Unlock()
	outcomes.all = append(outcomes.all, o)
}

// printOutcomes writes the table, if there is one.
func printOutcomes(out io.Writer) error {
	outcomes.Lock()
	defer outcomes.Unlock()
	if len(outcomes.all) == 0 {
		return nil
	}
	slices.SortStableFunc(outcomes.all, func(a, b outcome) int { return strings.Compare(a.scenario, b.scenario) })
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "scenario\tstore\tseed\tsent\tacknowledged\tby the platform\tstored\tdiscarded\tlost\tduplicated\tvia fallback\tlongest answer (ms)")
	for _, o := range outcomes.all {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", o.scenario, o.store, *chaosSeed,
			o.sent, o.acknowledged, o.platform, o.stored, o.discarded, o.lost, o.duplicated, o.fallback, o.longest.Milliseconds())
	}
	return table.Flush()
}

// tail keeps the last lines that functions log, and shows them if the test fails. It
// fails if the race detector says something.
type tail struct {
	t     testing.TB
	mu    sync.Mutex
	lines []string
}

const tailLines = 40

func newTail(t testing.TB) *tail {
	t.Helper()
	o := &tail{t: t}
	t.Cleanup(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if t.Failed() {
			t.Log(strings.Join(o.lines, ""))
		}
	})
	return o
}

// Write keeps a line, unless it is one that the SDK writes for each event.
func (o *tail) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if bytes.Contains(p, []byte("WARNING: DATA RACE")) {
		o.t.Error("a data race in a function")
	}
	if !bytes.HasPrefix(p, []byte("FC Invoke ")) {
		o.lines = append(o.lines, string(p))
		o.lines = o.lines[max(0, len(o.lines)-tailLines):]
	}
	return len(p), nil
}
