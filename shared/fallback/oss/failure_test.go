package oss_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/oss"
	"github.com/vodevents/vodevents/shared/fallback"
)

var unavailable = emulator.Fault{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable"}

// TestPutFaults: what goes wrong with a Put, how often it is tried, and what is there
// in the end.
func TestPutFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault emulator.Fault
		times int64
		puts  int64
		err   string // empty: it is there
	}{
		{name: "error once", fault: unavailable, times: 1, puts: 2},
		{name: "error twice", fault: unavailable, times: 2, puts: 3},
		{name: "error for ever", fault: unavailable, times: 99, puts: 3, err: "oss: put: answered 503 ServiceUnavailable"},
		{name: "error that is final", fault: emulator.Fault{Status: 404, Code: "NoSuchBucket"}, times: 99, puts: 1, err: "answered 404 NoSuchBucket"},
		{name: "request lost", fault: emulator.Fault{Drop: true}, times: 1, puts: 2},
		{name: "answer lost", fault: emulator.Fault{Drop: true, Applied: true}, times: 1, puts: 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			f := p.open(t, "/fallback")
			puts := p.fails("PutObject", "", tc.fault, tc.times)
			err := f.Put(asRole(t.Context()), []byte("hello"))
			require.Equal(t, tc.puts, puts.Load())
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				require.NotErrorIs(t, err, fallback.ErrRefused)
				p.SetFault(nil)
				err = f.Put(asRole(t.Context()), []byte("hello"))
			}
			require.NoError(t, err)
			bodies, err := drain(t, f)
			require.NoError(t, err)
			require.Equal(t, []string{"hello"}, bodies)
		})
	}
}

// TestDrainFaults: what cannot be read or deleted stays, and holds up no other.
func TestDrainFaults(t *testing.T) {
	t.Parallel()
	const bodies = 3
	for _, tc := range []struct {
		name      string
		operation string
		key       string
		fault     emulator.Fault
		times     int64
		err       string // empty: all is drained
		taken     int    // of bodies
		left      int
	}{
		{name: "a read fails once", operation: "GetObject", key: nameOfHello, fault: unavailable, times: 1, taken: 3},
		{
			name: "one cannot be read", operation: "GetObject", key: nameOfHello, fault: emulator.Fault{Status: 403, Code: "Frozen"}, times: 99,
			err: "oss: drain bucket vod-events: read " + nameOfHello + ": oss: get: answered 403 Frozen", taken: 2, left: 1,
		},
		{
			name: "one cannot be deleted", operation: "DeleteObject", key: nameOfHello, fault: emulator.Fault{Status: 409, Code: "FileImmutable"}, times: 99,
			err: "remove " + nameOfHello + ": oss: delete: answered 409 FileImmutable", taken: 3, left: 1,
		},
		{name: "the answer to a delete is lost", operation: "DeleteObject", fault: emulator.Fault{Drop: true, Applied: true}, times: 1, taken: 3},
		{name: "somebody else is faster", operation: "GetObject", key: nameOfHello, fault: emulator.Fault{Status: 404, Code: "NoSuchKey"}, times: 99, taken: 2, left: 1},
		{name: "no list", operation: "ListObjectsV2", fault: unavailable, times: 99, err: "oss: list: answered 503", left: bodies},
		{name: "nothing can be read", operation: "GetObject", fault: unavailable, times: 99, err: "3 items, the first: read ", left: bodies},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			f := p.open(t, "/fallback")
			for _, body := range []string{"hello", "other", "another"} {
				require.NoError(t, f.Put(asRole(t.Context()), []byte(body)))
			}
			p.fails(tc.operation, tc.key, tc.fault, tc.times)
			taken, err := drain(t, f)
			if tc.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tc.err)
			}
			require.Len(t, taken, tc.taken)
			require.Len(t, p.keys(), tc.left)
			p.SetFault(nil)
			taken, err = drain(t, f)
			require.NoError(t, err)
			require.Len(t, taken, tc.left)
			require.Empty(t, p.keys())
		})
	}
}

// TestAway: once OSS is away a drain costs the requests of one batch.
func TestAway(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	f := p.open(t, "/fallback")
	for i := range 3 * fallback.MaxBatch {
		require.NoError(t, f.Put(asRole(t.Context()), fmt.Append(nil, i)))
	}
	gets := p.fails("GetObject", "", emulator.Fault{Drop: true}, 1<<40)
	_, err := drain(t, f)
	require.ErrorContains(t, err, "100 items, the first: ")
	require.LessOrEqual(t, gets.Load(), int64(3*fallback.MaxBatch))
}

// TestDamaged: what is not the body that its name says stays and is said, and a Put of
// that body makes it whole.
func TestDamaged(t *testing.T) {
	t.Parallel()
	s := emulator.New(region)
	s.AddBucket(bucket)
	s.AddKey(role)
	p := place{Server: s}
	var damage atomic.Bool
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if damage.Load() && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, nameOfHello) {
			w = upper{w}
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	p.url = h.URL
	f := p.open(t, "/fallback")
	for _, body := range []string{"hello", "other"} {
		require.NoError(t, f.Put(asRole(t.Context()), []byte(body)))
	}
	damage.Store(true)
	taken, err := drain(t, f)
	require.ErrorContains(t, err, "read "+nameOfHello+": it is damaged")
	require.Equal(t, []string{"other"}, taken)
	require.Len(t, p.keys(), 1)
	damage.Store(false)
	taken, err = drain(t, f)
	require.NoError(t, err)
	require.Equal(t, []string{"hello"}, taken)
}

// upper changes what is written.
type upper struct{ http.ResponseWriter }

func (u upper) Write(b []byte) (int, error) {
	return u.ResponseWriter.Write([]byte(strings.ToUpper(string(b))))
}

// TestManyObjects: more than a page of the list.
func TestManyObjects(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	f := p.open(t, "/fallback")
	const all = 1050
	var putting sync.WaitGroup
	for first := range 8 {
		putting.Go(func() {
			for i := first; i < all; i += 8 {
				if err := f.Put(asRole(t.Context()), fmt.Append(nil, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	putting.Wait()
	n, err := f.Waiting(asRole(t.Context()))
	require.NoError(t, err)
	require.Equal(t, all, n)
	seen := map[string]bool{}
	n, err = f.Drain(asRole(t.Context()), func(_ context.Context, items []fallback.Item) []error {
		for _, item := range items {
			seen[string(item.Body)] = true
		}
		return make([]error, len(items))
	})
	require.NoError(t, err)
	require.Equal(t, all, n)
	require.Len(t, seen, all)
	require.Empty(t, p.keys())
}
