package doctor_test

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/doctor"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// distant is a store that is far away: each call takes a while, and ends with its context.
type distant struct {
	store.Reader
	store.Maintainer

	trip time.Duration
	// committed is called when a record is in, and before the caller knows; nil: nothing is.
	committed func(ctx context.Context) error
	readOnly  error // of removing; nil: that can be done

	mu      sync.Mutex
	letters map[vod.ID]time.Time // when each was seen
	commits int
}

// distants are the stores that can be opened, by the host of their URL.
var distants sync.Map

func openDistant(u *url.URL) (store.Store, error) {
	d, ok := distants.Load(u.Host)
	if !ok {
		return nil, errors.New("there is none")
	}
	return d.(*distant), nil //nolint:errcheck,forcetypeassert // nothing else is in it
}

func (d *distant) travel(ctx context.Context) error {
	select {
	case <-time.After(d.trip):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *distant) Commit(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
	d.mu.Lock()
	d.letters[records[0].ID] = records[0].Received
	d.commits++
	d.mu.Unlock()
	if d.committed != nil {
		if err := d.committed(ctx); err != nil {
			return nil, err
		}
	}
	return make([]store.Outcome, len(records)), d.travel(ctx)
}

func (d *distant) Events(ctx context.Context, _ store.EventQuery) ([]store.Event, error) {
	return nil, d.travel(ctx)
}

func (d *distant) DeadLetters(ctx context.Context, q store.DeadLetterQuery) ([]store.DeadLetter, error) {
	if err := d.travel(ctx); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []store.DeadLetter
	for id, seen := range d.letters {
		if q.Reason == store.ReasonProbe {
			all = append(all, store.DeadLetter{ID: id, LastSeen: seen})
		}
	}
	return all, nil
}

func (d *distant) DropDeadLetters(ctx context.Context, ids ...vod.ID) (int, error) {
	if err := cmp.Or(d.travel(ctx), d.readOnly); err != nil {
		return 0, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range ids {
		delete(d.letters, id)
	}
	return len(ids), nil
}

func (d *distant) Close() error { return nil }

// examine examines the store, in a bubble, where time passes as it is waited for.
func (d *distant) examine(ctx context.Context, t *testing.T) string {
	t.Helper()
	host := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	distants.Store(host, d)
	defer distants.Delete(host)
	settings := map[string]string{"VOD_STORE": "distant://" + host}
	return of(doctor.Examine(ctx, doctor.Subject{Getenv: func(name string) string { return settings[name] }}), "store")
}

// TestNothingStays: what is committed to try a store is removed again, however far it is
// and whatever happens.
func TestNothingStays(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name      string
		trip      time.Duration
		committed func(ctx context.Context, cancel context.CancelFunc) error
		want      string
	}{
		{name: "far", trip: 300 * time.Millisecond, want: "ok: a durable commit takes 300ms (median of 5, the longest 300ms)"},
		{name: "farther", trip: 900 * time.Millisecond, want: "ok: a durable commit takes 900ms (median of 5, the longest 900ms)"},
		{name: "no time for five", trip: 1500 * time.Millisecond, want: "warn: a durable commit takes 1.5s (median of 2, the longest 1.5s)"},
		{name: "time for one", trip: 3 * time.Second, want: "warn: a durable commit takes 3s (median of 1, the longest 3s)"},
		{name: "too far", trip: 3400 * time.Millisecond, want: "fail: it does not take records: no answer within 3.3s"},
		{
			name: "the reply is lost", want: "fail: it does not take records: no answer within 5s",
			committed: func(ctx context.Context, _ context.CancelFunc) error {
				<-ctx.Done()
				return context.Cause(ctx)
			},
		},
		{
			name: "stopped meanwhile", trip: 300 * time.Millisecond, want: "fail: it does not take records: context canceled",
			committed: func(_ context.Context, cancel context.CancelFunc) error {
				cancel()
				return nil
			},
		},
		{
			name: "panic", trip: time.Second, want: "fail: the examination panicked",
			committed: func(context.Context, context.CancelFunc) error { panic(secret) },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				d := &distant{trip: tc.trip, letters: map[vod.ID]time.Time{}}
				if tc.committed != nil {
					d.committed = func(ctx context.Context) error { return tc.committed(ctx, cancel) }
				}
				require.Contains(t, d.examine(ctx, t), tc.want)
				require.Positive(t, d.commits)
				require.Empty(t, d.letters)
			})
		})
	}
}

// TestWhatStaysIsSaid: a store that takes records and does not forget them.
func TestWhatStaysIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &distant{trip: time.Millisecond, letters: map[vod.ID]time.Time{}, readOnly: errors.New("read only")}
		require.Equal(t, "ok: it can be reached, and its tables are up to date\n"+
			"ok: a durable commit takes 1ms (median of 5, the longest 1ms)\n"+
			"warn: what was committed to try the store could not be removed again: read only", d.examine(t.Context(), t))
		require.Len(t, d.letters, 5)
	})
}

// TestProbesOfOthers: those of an examination that is going on elsewhere stay.
func TestProbesOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		killed, _ := vod.IDOf([]byte("killed"))
		atWork, _ := vod.IDOf([]byte("at work"))
		d := &distant{trip: time.Millisecond, letters: map[vod.ID]time.Time{
			killed: time.Now().Add(-time.Hour - time.Second),
			atWork: time.Now().Add(-time.Minute),
		}}
		require.Contains(t, d.examine(t.Context(), t), "ok: a durable commit takes 1ms")
		require.Len(t, d.letters, 1)
		require.Contains(t, d.letters, atWork)
	})
}
