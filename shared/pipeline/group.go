package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

const (
	// maxGroup is how many bytes of bodies are committed together, or those of one caller
	// if they are more.
	maxGroup = 8 << 20
	// stalls is how long a commit may take before others no longer wait for its end: it may
	// hang at a connection or a lock that they need not have. It is far more than a store
	// needs that is well.
	stalls = 250 * time.Millisecond
	// maxStalled is how many commits may be in progress beside the one that is waited for.
	maxStalled = 3
)

// commitFunc is the store's Commit.
type commitFunc func(context.Context, []store.Record) ([]store.Outcome, error)

// run commits; an outcome for each record is all that it believes.
func (c commitFunc) run(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
	outcomes, err := c(ctx, records)
	if err == nil && len(outcomes) != len(records) {
		err = fmt.Errorf("pipeline: store returned %d outcomes for %d records", len(outcomes), len(records))
	}
	return outcomes, err
}

// group lets commits of one process that come at the same time share one: whoever finds
// none in progress commits at once, on his own; who comes meanwhile waits for its end, or
// until it has stalled, and all that wait are one commit then. Nobody waits for company,
// and a lone commit pays next to nothing. The zero value is ready.
type group struct {
	mu      sync.Mutex
	busy    bool // a commit is in progress that those who come wait for
	stalled int  // commits in progress that nobody waits for any more but their callers
	waiting []*member
}

// member is a caller whose records wait, or are being committed together with others'.
type member struct {
	ctx     context.Context //nolint:containedctx // it waits with him
	records []store.Record
	run     *run // nil while it waits
	done    chan struct{}

	outcomes []store.Outcome // when done is closed
	err      error
}

// run is a commit for several callers.
type run struct {
	cancel context.CancelCauseFunc
	wanted int // members who have not given up
}

// errAllLeft is the cause for which a commit is called off.
var errAllLeft = errors.New("pipeline: nobody waits for the commit any more")

// commit commits the records, with those of others if that is in time. If ctx ends before,
// it returns the cause; what was begun goes on for the others, and the last one to leave
// calls it off and waits for its end. Then as after any lost reply the records may have
// been committed all the same.
func (g *group) commit(ctx context.Context, records []store.Record, commit commitFunc) ([]store.Outcome, error) {
	g.mu.Lock()
	if !g.busy {
		g.busy = true
		g.mu.Unlock()
		defer g.watch(commit)() //nolint:contextcheck // the next ones have their own
		return commit.run(ctx, records)
	}
	m := &member{ctx: ctx, records: records, done: make(chan struct{})}
	g.waiting = append(g.waiting, m)
	g.mu.Unlock()
	select {
	case <-m.done:
	case <-ctx.Done():
		if !g.leave(m) {
			return nil, context.Cause(ctx)
		}
		<-m.done // and perhaps it was faster
	}
	return m.outcomes, m.err
}

// leave takes a member out that has given up. It reports whether a commit was called off
// by that, which the member has to wait for.
func (g *group) leave(m *member) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m.run == nil {
		g.waiting = slices.DeleteFunc(g.waiting, func(other *member) bool { return other == m })
		return false
	}
	m.run.wanted--
	if m.run.wanted > 0 {
		return false
	}
	m.run.cancel(errAllLeft)
	return true
}

// watch watches over a commit that begins now, for which others wait. The function that it
// returns has to be called when the commit has ended.
func (g *group) watch(commit commitFunc) (ended func()) {
	var stalled, over bool // guarded by g.mu
	var timer *time.Timer
	g.mu.Lock()
	defer g.mu.Unlock()
	timer = time.AfterFunc(stalls, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		switch {
		case over:
		case g.stalled == maxStalled:
			timer.Reset(stalls) // one of them may end
		default:
			stalled, g.stalled = true, g.stalled+1
			g.next(commit)
		}
	})
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		timer.Stop()
		over = true
		if stalled {
			g.stalled--
			return
		}
		g.next(commit)
	}
}

// next begins the commit of those who wait, if anybody does. The caller holds the lock.
func (g *group) next(commit commitFunc) {
	members := g.take()
	if len(members) == 0 {
		g.busy = false
		return
	}
	ctx, cancel := together(members)
	r := &run{cancel: cancel, wanted: len(members)}
	for _, m := range members {
		m.run = r
	}
	go func() {
		defer g.watch(commit)() //nolint:contextcheck // the next ones have their own
		defer cancel(nil)
		conclude(ctx, members, commit)
	}()
}

// take removes from those who wait as many as are committed together.
func (g *group) take() []*member {
	n, records, bytes := 0, 0, 0
	for _, m := range g.waiting {
		records += len(m.records)
		for _, r := range m.records {
			bytes += len(r.Body)
		}
		if n > 0 && (records > maxCommit || bytes > maxGroup) {
			break
		}
		n++
	}
	members := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	return members
}

// together is the context of a commit for several: it ends with the last of their
// deadlines, and carries what the one who came last does, whose credentials are the
// freshest.
func together(members []*member) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(members[len(members)-1].ctx))
	var last time.Time
	for _, m := range members {
		deadline, ok := m.ctx.Deadline()
		if !ok {
			return ctx, cancel
		}
		if deadline.After(last) {
			last = deadline
		}
	}
	ctx, stop := context.WithDeadline(ctx, last)
	return ctx, func(cause error) {
		cancel(cause)
		stop()
	}
}

// conclude commits the records of all members and gives each one his outcomes.
func conclude(ctx context.Context, members []*member, commit commitFunc) {
	var records []store.Record
	for _, m := range members {
		records = append(records, m.records...)
	}
	outcomes, err := commit.run(ctx, records)
	for _, m := range members {
		if m.err = err; err == nil {
			m.outcomes, outcomes = outcomes[:len(m.records):len(m.records)], outcomes[len(m.records):]
		}
		close(m.done)
	}
}
