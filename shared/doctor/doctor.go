// Package doctor examines a set-up before and after it is deployed: whether the settings
// can be read, whether the store commits and how fast, whether everything else can be
// reached, whether anybody does the timer's work, and what an outage of the store would
// cost.
//
// It opens what the settings name by itself, and changes nothing for good: what it commits
// to try the store it removes again. No finding holds a secret.
package doctor

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/config"
)

// Subject is what is examined.
type Subject struct {
	// Getenv gives access to the settings.
	Getenv func(string) string
	// Environ are all variables, NAME=value, among which settings are looked for that are
	// none; nil looks for none.
	Environ []string
	// Hint returns what to append to a message about a name that is none of names, such
	// as "; did you mean VOD_SINKS?"; nil appends nothing.
	Hint func(name string, names []string) string
	// Only is the function whose settings they are, empty if they are those of both. The
	// MNS function does not need the settings of the signature.
	Only Function
	// Region is where the functions are, such as cn-shanghai; empty if that is not known.
	Region string
	// Inside says that it is the function that asks, so that what it does not reach it
	// does not reach.
	Inside bool
	// Planned says that the functions may not be deployed yet, so that nobody knows the
	// address that the platform will give them.
	Planned bool
	// Offline leaves out all that needs the network or a disk.
	Offline bool
	// Timeout is how long one check may take; 0 means 10 s.
	Timeout time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Function is one of the two functions.
type Function string

// The functions.
const (
	HTTP Function = "http"
	MNS  Function = "mns"
)

// Report is what came out.
type Report struct {
	Settings []config.Setting `json:"settings"`
	// Findings are in the order in which they are best read, those of a check together.
	Findings []Finding `json:"findings"`
}

// Finding is one thing that was found out.
type Finding struct {
	// Check is what was examined, such as store, or sink crm.
	Check   string  `json:"check"`
	Verdict Verdict `json:"verdict"`
	// Detail says what was found, Advice what to do about it; the latter may be empty.
	Detail string `json:"detail"`
	Advice string `json:"advice,omitempty"`
}

// Verdict says how good a finding is.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Warn    Verdict = "warn"    // it works, and could be safer
	Fail    Verdict = "fail"    // it does not work, or loses events
	Skipped Verdict = "skipped" // it could not be examined, or there is nothing to examine
)

// Count returns how many findings have the verdict.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, f := range r.Findings {
		if f.Verdict == v {
			n++
		}
	}
	return n
}

// check is one examination.
type check struct {
	name string
	// reaches says that it needs the network or a disk.
	reaches bool
	run     func(context.Context) []Finding
}

const (
	defaultTimeout = 10 * time.Second
	// grace is how long a check may go on after its time is up. It is left behind then:
	// nobody is to wait for what does not heed its context.
	grace = time.Second
)

// Examine examines a set-up. All checks run at once, each in a time of its own, so that
// it ends within that time and a second, and by the deadline of ctx.
func Examine(ctx context.Context, s Subject) Report {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-grace))
		defer cancel()
	}
	o := open(s)
	defer o.close()
	checks := o.checks()
	found := make([][]Finding, len(checks))
	var wg sync.WaitGroup
	for i, c := range checks {
		wg.Go(func() { found[i] = o.examine(ctx, c) })
	}
	wg.Wait()
	r := Report{Settings: config.Describe(s.Getenv)}
	var left []string
	for i, f := range found {
		r.Findings = append(r.Findings, f...)
		if f == nil {
			left = append(left, checks[i].name)
		}
	}
	if left != nil {
		r.Findings = append(r.Findings, Finding{Check: "offline", Verdict: Skipped, Detail: "not examined: " + strings.Join(left, ", ")})
	}
	return r
}

// examine runs one check, in its time. What needs the network finds nothing offline.
func (o *opened) examine(ctx context.Context, c check) []Finding {
	if c.reaches && o.Offline {
		return nil
	}
	timeout := cmp.Or(o.Timeout, defaultTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %s", timeout))
	defer cancel()
	done := make(chan []Finding, 1) // nobody who is left behind waits
	go func() {
		defer func() {
			if recover() != nil { // nobody knows what is in the value
				done <- []Finding{{Verdict: Fail, Detail: "the examination panicked, which is a defect of ours"}}
			}
		}()
		done <- c.run(ctx)
	}()
	select {
	case found := <-done:
		return called(c.name, found)
	case <-ctx.Done():
	}
	select {
	case found := <-done:
		return called(c.name, found)
	case <-time.After(grace):
		return called(c.name, []Finding{o.unreachable(context.Cause(ctx))})
	}
}

// called notes which check found something.
func called(name string, found []Finding) []Finding {
	for i := range found {
		found[i].Check = name
	}
	return found
}

// unreachable is the finding that something does not answer as it should.
func (o *opened) unreachable(err error) Finding {
	f := Finding{Verdict: Fail, Detail: err.Error()}
	if !o.Inside {
		f.Advice = "what is in a VPC is reachable from the functions only: vodctl doctor --remote asks them, --offline leaves it out"
	}
	return f
}

func (o *opened) now() time.Time {
	if o.Now != nil {
		return o.Now()
	}
	return time.Now()
}
