package functions_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// outcome is what a scenario ended with: a line of the table.
type outcome struct {
	scenario, store string

	behind  string // the kind of fallback, if there was one
	fault   string // what was done: how long, or how often
	skipped string // what it needs and did not have; then the rest means nothing

	sent         int // events
	attempts     int // to send them
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

// plus adds up what two scenarios counted.
func (o outcome) plus(p outcome) outcome {
	o.sent += p.sent
	o.attempts += p.attempts
	o.acknowledged += p.acknowledged
	o.platform += p.platform
	o.stored += p.stored
	o.discarded += p.discarded
	o.lost += p.lost
	o.duplicated += p.duplicated
	o.fallback += p.fallback
	o.late += p.late
	o.longest = max(o.longest, p.longest)
	return o
}

// cells are those of its line.
func (o outcome) cells() string {
	if o.skipped != "" {
		return fmt.Sprintf("%s\tskipped: it needs %s", o.scenario, o.skipped)
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d", o.scenario,
		cmp.Or(o.store, "-"), cmp.Or(o.behind, "-"), cmp.Or(o.fault, "-"), o.sent, o.acknowledged, o.fallback, o.platform,
		o.stored, o.discarded, o.lost, o.duplicated, o.late, o.longest.Milliseconds())
}

// seconds says how long something lasted.
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s" }

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

// needs says in the table what the scenario needs, if it is skipped.
func needs(t testing.TB, what string) {
	t.Helper()
	t.Cleanup(func() {
		if t.Skipped() {
			report(outcome{scenario: scenario(t), skipped: what})
		}
	})
}

// legend says what the columns mean.
const legend = `acknowledged: 200 from the function, by way of the store or of the fallback. by the platform: 200 that stands for a
killed function; VOD cannot tell, and some of these are rows. discarded: three attempts failed, and VOD drops the event.
late: attempts without an answer in 5 s. lost (acknowledged and no row) and duplicated must be 0.
Power that fails at any system call is tested where the file system is ours: shared/store/sqlite.
`

// printOutcomes writes the table, if there is one.
func printOutcomes(out io.Writer) error {
	outcomes.Lock()
	defer outcomes.Unlock()
	if len(outcomes.all) == 0 {
		return nil
	}
	slices.SortStableFunc(outcomes.all, func(a, b outcome) int {
		return cmp.Or(strings.Compare(a.scenario, b.scenario), strings.Compare(a.store, b.store), strings.Compare(a.behind, b.behind))
	})
	fmt.Fprintf(out, "The fault bench, seed %d:\n", *chaosSeed)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "scenario\tstore\tfallback\tfault\tsent\tacknowledged\tvia fallback\tby the platform\t"+
		"stored\tdiscarded\tlost\tduplicated\tlate\tlongest answer (ms)")
	all := outcome{scenario: "all"}
	for _, o := range outcomes.all {
		fmt.Fprintln(table, o.cells())
		all = all.plus(o)
	}
	fmt.Fprintln(table, all.cells())
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(out, legend)
	return err
}

// summarize appends the table to the summary of a job of GitHub Actions: of a test that
// passes, go test shows no output.
//
// Source: GitHub Actions, "Workflow commands", "Adding a job summary" (read 2026-11-23).
func summarize() error {
	path := os.Getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var table strings.Builder
	err = printOutcomes(&table)
	if err == nil && table.Len() > 0 {
		_, err = fmt.Fprintf(f, "```\n%s```\n", table.String())
	}
	return errors.Join(err, f.Close())
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
