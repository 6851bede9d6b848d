package tail_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/tail"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/sqlite"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// following is a Follower at work, in the bubble of a test.
type following struct {
	stop context.CancelFunc
	done chan struct{}

	mu   sync.Mutex
	got  []int // what was yielded since it was asked last
	errs []error
}

func follow(t *testing.T, f tail.Follower) *following {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	g := &following{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(g.done)
		for e, err := range f.Events(ctx) {
			g.add(e, err)
		}
	}()
	synctest.Wait()
	return g
}

func (g *following) add(e store.Event, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		g.errs = append(g.errs, err)
		return
	}
	g.got = append(g.got, number(e.ID))
}

// failed returns the errors that were yielded.
func (g *following) failed() []error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.errs
}

// after lets time pass and returns what was yielded meanwhile.
func (g *following) after(d time.Duration) []int {
	time.Sleep(d)
	synctest.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	got := g.got
	g.got = nil
	return got
}

func (g *following) end() {
	g.stop()
	<-g.done
}

func TestFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.add(1, time.Hour)
		f.add(2, time.Second)
		g := follow(t, tail.Follower{Reader: f})
		defer g.end()
		require.Empty(t, g.after(3*time.Second), "what is there is not new")
		f.add(3, time.Second)
		f.add(4, 0)
		require.Equal(t, []int{3, 4}, g.after(time.Second))
		require.Empty(t, g.after(time.Minute), "each once")
		f.add(6, 0)
		f.add(5, 9*time.Second)
		require.Equal(t, []int{5, 6}, g.after(time.Second), "in the order received")
		f.add(7, 9*time.Second)
		require.Equal(t, []int{7}, g.after(time.Second), "another clock is behind, or its commit took long")
		require.Empty(t, g.failed())
	})
}

func TestFollowFromNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		g := follow(t, tail.Follower{Reader: f, Last: 5, Every: time.Minute})
		defer g.end()
		f.add(1, time.Hour)
		require.Equal(t, []int{1}, g.after(time.Minute))
		f.add(2, 0)
		require.Empty(t, g.after(59*time.Second))
		require.Equal(t, []int{2}, g.after(time.Second))
	})
}

func TestFollowBeginsWithTheLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		for n := range 20 {
			f.add(n, time.Duration(20-n)*time.Second)
		}
		even := func(e store.Event) bool { return number(e.ID)%2 == 0 }
		g := follow(t, tail.Follower{Reader: f, Last: 3, Match: even})
		defer g.end()
		require.Equal(t, []int{14, 16, 18}, g.after(0))
		f.add(20, 0)
		f.add(21, 0)
		require.Equal(t, []int{20}, g.after(5*time.Second))
	})
}

// TestFollowMissesNothingWhileItBegins adds an event before each of its first queries.
func TestFollowMissesNothingWhileItBegins(t *testing.T) {
	t.Parallel()
	for _, last := range []int{0, 1, 10} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{}
			n := 0
			f.before = func() {
				if n < 10 {
					n++
					f.add(n, time.Duration(n%3)*time.Second)
				}
			}
			g := follow(t, tail.Follower{Reader: f, Last: last})
			defer g.end()
			got := g.after(20 * time.Second)
			slices.Sort(got)
			require.Equal(t, slices.Compact(slices.Clone(got)), got, "each once")
			require.Subset(t, got, []int{4, 5, 6, 7, 8, 9, 10}, "what came after it began")
		})
	}
}

// TestFollowBurst has far more come at once than fits a page, also within one
// millisecond.
func TestFollowBurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.add(0, time.Minute)
		g := follow(t, tail.Follower{Reader: f})
		defer g.end()
		const many = 10_000
		for n := range many {
			ago := time.Duration(many-n) * 100 * time.Microsecond // ten in each millisecond
			if n < many/2 {
				ago = 500 * time.Millisecond
			}
			f.add(n+1, ago)
		}
		got := g.after(2 * time.Second)
		require.Len(t, got, many)
		require.True(t, slices.IsSorted(got), "in the order received")
		require.LessOrEqual(t, f.largest(), 500)
		require.Empty(t, g.after(2*time.Second))
	})
}

// TestFollowForHours remembers no more than it has to.
func TestFollowForHours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		g := follow(t, tail.Follower{Reader: f})
		defer g.end()
		for n := range 300 {
			f.add(n, 0)
			require.Equal(t, []int{n}, g.after(10*time.Second))
		}
		f.largest()
		require.Empty(t, g.after(time.Minute))
		require.LessOrEqual(t, f.largest(), 2, "it reads what came in the last ten seconds")
	})
}

// TestFollowRemembersSoMany has more come within the overlap than it remembers.
func TestFollowRemembersSoMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		g := follow(t, tail.Follower{Reader: f, Overlap: time.Hour, Remember: 100})
		defer g.end()
		var got []int
		for n := range 1000 {
			f.add(n, 0)
			got = append(got, g.after(time.Second)...)
		}
		require.Len(t, got, 1000)
		require.True(t, slices.IsSorted(got))
		require.LessOrEqual(t, f.largest(), 101)
		require.Empty(t, g.after(time.Hour))
	})
}

func TestFollowWithClocksThatDiffer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		g := follow(t, tail.Follower{Reader: f})
		defer g.end()
		f.add(1, -time.Hour) // from the future
		require.Equal(t, []int{1}, g.after(time.Second))
		f.add(2, 0)
		f.add(3, -time.Hour)
		require.Equal(t, []int{2, 3}, g.after(time.Second))
		require.Empty(t, g.after(2*time.Hour))
	})
	synctest.Test(t, func(t *testing.T) { // this machine is an hour ahead, or behind
		for _, wrong := range []time.Duration{time.Hour, -time.Hour} {
			f := &fake{}
			f.add(1, 0)
			g := follow(t, tail.Follower{Reader: f, Now: func() time.Time { return time.Now().Add(wrong) }})
			f.add(2, 0)
			f.add(3, 3*time.Second)
			require.Equal(t, []int{3, 2}, g.after(time.Second))
			require.Empty(t, g.after(time.Minute))
			g.end()
		}
	})
}

func TestFollowSince(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.add(1, 3*time.Second)
		f.add(2, time.Second)
		g := follow(t, tail.Follower{Reader: f, Last: 9, Query: store.EventQuery{Since: time.Now().Add(-2 * time.Second)}})
		defer g.end()
		require.Equal(t, []int{2}, g.after(0))
		f.add(3, 4*time.Second)
		f.add(4, 0)
		require.Equal(t, []int{4}, g.after(time.Second))
	})
}

// TestFollowWhileTheStoreIsAway has it go away twice, and what came meanwhile come after.
func TestFollowWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{away: true}
		f.add(1, time.Minute)
		g := follow(t, tail.Follower{Reader: f, Last: 1})
		defer g.end()
		require.Empty(t, g.after(time.Minute))
		require.Equal(t, []error{errAway}, g.failed(), "once")
		f.leave(false)
		require.Equal(t, []int{1}, g.after(time.Second))
		f.leave(true)
		for n := range 1200 {
			f.add(n+2, time.Second)
		}
		require.Empty(t, g.after(time.Hour))
		require.Equal(t, []error{errAway, errAway}, g.failed(), "and once more")
		f.leave(false)
		require.Len(t, g.after(time.Second), 1200)
		require.Empty(t, g.after(time.Minute))
	})
}

func TestFollowEndsWhenNobodyListens(t *testing.T) {
	t.Parallel()
	f := &fake{}
	for n := range 3 {
		f.add(n, time.Second)
	}
	for _, err := range (tail.Follower{Reader: f, Last: 3}).Events(t.Context()) {
		require.NoError(t, err)
		break
	}
	f.leave(true)
	for _, err := range (tail.Follower{Reader: f}).Events(t.Context()) {
		require.ErrorIs(t, err, errAway)
		break
	}
}

// TestFollowSQLite follows a real store.
func TestFollowSQLite(t *testing.T) {
	t.Parallel()
	s, err := store.Open("sqlite:" + filepath.ToSlash(t.TempDir()) + "/vod.db")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	m, ok := s.(store.Migrator)
	require.True(t, ok)
	require.NoError(t, m.Migrate(t.Context()))
	r, ok := s.(store.Reader)
	require.True(t, ok)
	commit := func(from, to int) {
		var records []store.Record
		for n := from; n < to; n++ {
			body := vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Seed(n))
			e, id, err := vod.Decode(body)
			require.NoError(t, err)
			records = append(records, store.Record{
				ID: id, Source: store.SourceQueue, Received: time.Now().Add(time.Duration(n) * time.Millisecond).UTC().Truncate(time.Millisecond),
				Body: body, Type: e.Head().Type, Subject: e.Head().Subject, Status: e.Head().Status.Outcome(), Time: e.Head().Time,
			})
		}
		_, err := s.Commit(t.Context(), records)
		require.NoError(t, err)
	}
	commit(0, 3)
	const all = 1300
	f := tail.Follower{
		Reader: r, Last: 2, Every: time.Millisecond,
		Match: tail.Filter{Source: store.SourceQueue}.Match(), Query: store.EventQuery{Types: []vod.Type{vod.TypeFileUploadComplete}},
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // if something is missed
	defer cancel()
	seen := map[vod.ID]bool{}
	for e, err := range f.Events(ctx) {
		require.NoError(t, err)
		require.False(t, seen[e.ID])
		seen[e.ID] = true
		if len(seen) == 2 { // those that were there
			commit(3, all)
		}
		if len(seen) == all-1 {
			break
		}
	}
	require.Len(t, seen, all-1)
}
