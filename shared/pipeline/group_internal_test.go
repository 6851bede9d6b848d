package pipeline

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
)

// gate is a store whose commits wait until they are let go, or called off.
type gate struct {
	open  chan error // one for each commit, which it returns
	began chan []store.Record
	ctx   context.Context //nolint:containedctx // of the last commit, to be looked at
}

func newGate() *gate { return &gate{open: make(chan error), began: make(chan []store.Record, 100)} }

func (g *gate) commit(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
	g.ctx = ctx
	g.began <- records
	select {
	case err := <-g.open:
		if err != nil {
			return nil, err
		}
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	outcomes := make([]store.Outcome, len(records))
	for i, r := range records {
		outcomes[i] = store.Outcome{State: store.New, Err: errors.New(r.SourceID)} // says whose it is
	}
	return outcomes, nil
}

func named(names ...string) []store.Record {
	var records []store.Record
	for _, name := range names {
		records = append(records, store.Record{SourceID: name})
	}
	return records
}

// caller is somebody who commits.
type caller struct {
	done     chan struct{}
	outcomes []store.Outcome
	err      error
}

// begin commits in the background, and returns when it is in progress or waits.
func begin(ctx context.Context, g *group, gate *gate, records []store.Record) *caller {
	c := &caller{done: make(chan struct{})}
	go func() {
		c.outcomes, c.err = g.commit(ctx, records, gate.commit)
		close(c.done)
	}()
	synctest.Wait()
	return c
}

func (c *caller) names(t *testing.T) []string {
	t.Helper()
	<-c.done
	require.NoError(t, c.err)
	var names []string
	for _, o := range c.outcomes {
		require.Equal(t, store.New, o.State)
		names = append(names, o.Err.Error())
	}
	return names
}

// idle requires that nothing is left behind.
func idle(t *testing.T, g *group) {
	t.Helper()
	synctest.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	require.False(t, g.busy)
	require.Zero(t, g.stalled)
	require.Empty(t, g.waiting)
}

type valueKey struct{}

func TestALoneCommitIsItsCallersOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		gate := newGate()
		ctx := context.WithValue(t.Context(), valueKey{}, "own")
		c := begin(ctx, &g, gate, named("a"))
		require.Equal(t, ctx, gate.ctx)
		gate.open <- nil
		require.Equal(t, []string{"a"}, c.names(t))
		idle(t, &g)
	})
}

func TestWhoComesMeanwhileSharesTheNextCommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		gate := newGate()
		first := begin(t.Context(), &g, gate, named("a"))
		early, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		late, cancel := context.WithTimeout(context.WithValue(t.Context(), valueKey{}, "freshest"), time.Hour)
		defer cancel()
		second := begin(early, &g, gate, named("b", "c"))
		third := begin(late, &g, gate, named("d"))
		require.Len(t, gate.began, 1)
		<-gate.began

		gate.open <- nil
		require.Equal(t, []string{"a"}, first.names(t))
		require.Equal(t, named("b", "c", "d"), <-gate.began)
		require.Equal(t, "freshest", gate.ctx.Value(valueKey{}))
		deadline, ok := gate.ctx.Deadline()
		require.True(t, ok)
		require.Equal(t, time.Hour, time.Until(deadline))

		gate.open <- nil
		require.Equal(t, []string{"b", "c"}, second.names(t))
		require.Equal(t, []string{"d"}, third.names(t))
		idle(t, &g)
	})
}

func TestWithoutADeadlineOfOneThereIsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		gate := newGate()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		callers := []*caller{
			begin(t.Context(), &g, gate, named("a")), begin(t.Context(), &g, gate, named("b")), begin(ctx, &g, gate, named("c")),
		}
		gate.open <- nil
		synctest.Wait()
		_, ok := gate.ctx.Deadline()
		require.False(t, ok)
		gate.open <- nil
		for _, c := range callers {
			<-c.done
		}
		idle(t, &g)
	})
}

func TestAFailureIsEverybodysWhoShares(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		gate := newGate()
		first := begin(t.Context(), &g, gate, named("a"))
		second, third := begin(t.Context(), &g, gate, named("b")), begin(t.Context(), &g, gate, named("c"))
		gate.open <- nil
		require.Equal(t, []string{"a"}, first.names(t))
		away := errors.New("away")
		gate.open <- away
		for _, c := range []*caller{second, third} {
			<-c.done
			require.ErrorIs(t, c.err, away)
		}
		idle(t, &g)
	})
}

func TestWhoGivesUpLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		gate := newGate()
		tired := errors.New("tired")
		first := begin(t.Context(), &g, gate, named("a"))
		var members []*caller
		var giveUp []context.CancelCauseFunc
		for _, name := range []string{"waits", "runs", "stays"} {
			ctx, cancel := context.WithCancelCause(t.Context())
			giveUp, members = append(giveUp, cancel), append(members, begin(ctx, &g, gate, named(name)))
		}
		giveUp[0](tired)
		<-members[0].done
		require.ErrorIs(t, members[0].err, tired)

		<-gate.began
		gate.open <- nil
		<-first.done
		require.Equal(t, named("runs", "stays"), <-gate.began)
		giveUp[1](tired)
		<-members[1].done
		require.ErrorIs(t, members[1].err, tired)
		require.NoError(t, gate.ctx.Err())
		gate.open <- nil
		require.Equal(t, []string{"stays"}, members[2].names(t))
		idle(t, &g)
	})
}

// Nobody else waits for it: it must not hold on to locks while the process is frozen.
func TestTheLastOneToGiveUpCallsTheCommitOffAndWaitsForItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		gate := newGate()
		first := begin(t.Context(), &g, gate, named("a"))
		ctx, cancel := context.WithCancel(t.Context())
		var members []*caller
		for _, name := range []string{"b", "c"} {
			members = append(members, begin(ctx, &g, gate, named(name)))
		}
		gate.open <- nil
		<-first.done
		synctest.Wait()
		cancel()
		waited := 0
		for _, m := range members {
			<-m.done
			require.Error(t, m.err)
			if errors.Is(m.err, errAllLeft) {
				waited++
			}
		}
		require.Equal(t, 1, waited)
		idle(t, &g)
	})
}

// A commit that hangs, at a dead connection say, holds up nobody who comes later; how many
// may hang at a time has an end, since each holds a connection.
func TestACommitThatHangsIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		gate := newGate()
		var callers []*caller
		for range maxStalled + 1 {
			callers = append(callers, begin(t.Context(), &g, gate, named("hangs")))
			time.Sleep(stalls)
			synctest.Wait()
			require.Equal(t, named("hangs"), <-gate.began)
		}
		last := begin(t.Context(), &g, gate, named("late"))
		time.Sleep(10 * stalls)
		synctest.Wait()
		require.Empty(t, gate.began, "as many as may be are in progress")

		gate.open <- nil
		time.Sleep(stalls)
		synctest.Wait()
		require.Equal(t, named("late"), <-gate.began, "one has ended")
		for range maxStalled + 1 {
			gate.open <- nil
		}
		for _, c := range callers {
			require.Equal(t, []string{"hangs"}, c.names(t))
		}
		require.Equal(t, []string{"late"}, last.names(t))
		idle(t, &g)
	})
}

func TestACommitForManyHasLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		gate := newGate()
		var all sync.WaitGroup
		commit := func(records []store.Record) {
			all.Go(func() { _, _ = g.commit(t.Context(), records, gate.commit) })
			synctest.Wait()
		}
		many := make([]store.Record, maxCommit-1)
		large := []store.Record{{Body: make([]byte, maxGroup+1)}}
		commit(named("a"))
		commit(many)
		commit(named("b"))
		commit(named("c")) // one too many
		commit(large)      // more than a commit may have, but somebody's own
		commit(named("d"))
		for _, want := range []int{1, maxCommit, 1, 1, 1} {
			require.Len(t, <-gate.began, want)
			gate.open <- nil
		}
		all.Wait()
		idle(t, &g)
	})
}

func TestOutcomesThatDoNotFitAreAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g group
		gate := newGate()
		first := begin(t.Context(), &g, gate, named("a"))
		short := func(context.Context, []store.Record) ([]store.Outcome, error) { return nil, nil }
		done := make(chan error)
		go func() {
			_, err := g.commit(t.Context(), named("b"), short)
			done <- err
		}()
		synctest.Wait()
		g.mu.Lock()
		members := g.take()
		g.mu.Unlock()
		conclude(t.Context(), members, short)
		require.ErrorContains(t, <-done, "0 outcomes for 1 records")
		gate.open <- nil
		<-first.done
		idle(t, &g)
	})
}

// Everybody gets his own outcome, however many there are at a time.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	var g group
	var mu sync.Mutex
	commits, records := 0, 0
	commit := func(ctx context.Context, batch []store.Record) ([]store.Outcome, error) {
		mu.Lock()
		commits, records = commits+1, records+len(batch)
		mu.Unlock()
		outcomes := make([]store.Outcome, len(batch))
		for i, r := range batch {
			outcomes[i].Err = errors.New(r.SourceID)
		}
		return outcomes, ctx.Err()
	}
	const callers, each = 50, 40
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range each {
				outcomes, err := g.commit(t.Context(), named("x", "y"), commit)
				if err != nil || len(outcomes) != 2 || outcomes[0].Err.Error() != "x" || outcomes[1].Err.Error() != "y" {
					t.Error("somebody else's outcomes", outcomes, err)
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, callers*each*2, records)
	require.LessOrEqual(t, commits, callers*each)
}
