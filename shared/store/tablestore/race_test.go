package tablestore_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/tablestore"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/tablestore"
)

// Between the look at a delivery and the write to it, somebody else is at it: what
// they did stands.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	const age = 20 * time.Millisecond
	for name, their := range map[string]struct {
		do       func(*testing.T, *tablestore.Store)
		state    store.DeliveryState
		attempts int
		parked   int // by a Park that looks again
	}{
		"delivered":         {do: marking(store.Mark{State: store.Delivered, Tried: true}), state: store.Delivered, attempts: 2},
		"parked":            {do: marking(store.Mark{State: store.Parked, Tried: true}), state: store.Parked, attempts: 2},
		"to be tried later": {do: marking(store.Mark{State: store.Owed, Tried: true, Retry: time.Hour}), state: store.Owed, attempts: 2, parked: 1},
		"given back":        {do: marking(store.Mark{State: store.Owed, Retry: time.Hour}), state: store.Owed, attempts: 1, parked: 1},
		"leased":            {do: leasing, state: store.Owed, attempts: 1},
		"replayed":          {do: replaying, state: store.Owed},
	} {
		t.Run("claim/"+name, func(t *testing.T) {
			t.Parallel()
			mine, others, writes := rivals(t)
			tryOnce(t, others)
			writes.before(1, func() { their.do(t, others) })
			require.Empty(t, claim(t, mine, "mine", time.Hour))
			requireDelivery(t, others, their.state, their.attempts)
		})
		t.Run("park/"+name, func(t *testing.T) {
			t.Parallel()
			mine, others, writes := rivals(t)
			tryOnce(t, others)
			committed := time.Now()
			require.Eventually(t, func() bool { return time.Since(committed) > 2*age }, time.Minute, time.Millisecond)
			writes.before(1, func() { their.do(t, others) })
			got, err := mine.Park(t.Context(), age, time.Hour)
			require.NoError(t, err)
			if their.parked == 0 {
				require.Empty(t, got)
				requireDelivery(t, others, their.state, their.attempts)
				return
			}
			require.Equal(t, []store.Parking{{Sink: "crm", Deliveries: their.parked}}, got)
			requireDelivery(t, others, store.Parked, their.attempts)
		})
	}

	t.Run("hasten", func(t *testing.T) {
		t.Parallel()
		mine, others, writes := rivals(t)
		require.Len(t, claim(t, others, "first", time.Hour), 1)
		marking(store.Mark{State: store.Parked, Tried: true})(t, others)
		writes.before(2, func() { // the first ends the rest
			replaying(t, others)
			require.Len(t, claim(t, others, "first", time.Hour), 1)
			marking(store.Mark{State: store.Delivered, Tried: true})(t, others)
		})
		n, err := mine.Hasten(t.Context(), "crm", true)
		require.NoError(t, err)
		require.Zero(t, n)
		requireDelivery(t, others, store.Delivered, 1)
	})
}

// What was tried stays behind what was not, also when it is given back or hastened.
func TestTriedStaysBehind(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]func(*testing.T, *tablestore.Store){
		"given back": marking(store.Mark{State: store.Owed}),
		"hastened": func(t *testing.T, s *tablestore.Store) {
			t.Helper()
			marking(store.Mark{State: store.Owed, Retry: time.Hour})(t, s)
			n, err := s.Hasten(t.Context(), "crm", false)
			require.NoError(t, err)
			require.Equal(t, 1, n)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, _ := rivals(t)
			tryOnce(t, s)
			after(t, s)
			fresh := event(2)
			fresh.Deliveries = []string{"crm"}
			_, err := s.Commit(t.Context(), []store.Record{fresh})
			require.NoError(t, err)
			for _, want := range []store.Record{fresh, event(1)} {
				got, err := s.Claim(t.Context(), store.Claim{Token: "t", For: time.Hour, Sinks: []string{"crm"}, Limit: 1})
				require.NoError(t, err)
				require.Len(t, got, 1)
				require.Equal(t, want.ID, got[0].Event.ID)
			}
		})
	}
}

// writes are the writes of a store, that others can come before.
type writes struct {
	left atomic.Int64
	then func()
	cut  atomic.Bool // no request arrives any more
}

// before lets fn happen before the n-th write from now on.
func (w *writes) before(n int64, fn func()) {
	w.then = fn
	w.left.Store(n)
}

// rivals are two stores on one instance, in which event 1 is owed to crm.
func rivals(t *testing.T) (mine, others *tablestore.Store, w *writes) {
	t.Helper()
	server := start(t)
	others = open(t, server)
	r := event(1)
	r.Deliveries = []string{"crm"}
	_, err := others.Commit(t.Context(), []store.Record{r})
	require.NoError(t, err)

	mine, w = watched(t, server)
	return mine, others, w
}

// watched is a store on an instance, and its writes.
func watched(t *testing.T, server *emulator.Server) (*tablestore.Store, *writes) {
	t.Helper()
	w := &writes{}
	target, err := url.Parse(server.Endpoint)
	require.NoError(t, err)
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/BatchWriteRow" && w.left.Add(-1) == 0 {
			w.then()
		}
		if w.cut.Load() {
			panic(http.ErrAbortHandler)
		}
		forward.ServeHTTP(rw, r)
	}))
	t.Cleanup(proxy.Close)
	u, err := url.Parse(strings.Replace(urlOf(server), target.Host, proxy.Listener.Addr().String(), 1))
	require.NoError(t, err)
	s, err := tablestore.Open(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s, w
}

// tryOnce makes an attempt that fails, and begins another whose lease ends at once,
// though its token is good until somebody else comes.
func tryOnce(t *testing.T, s *tablestore.Store) {
	t.Helper()
	require.Len(t, claim(t, s, "first", time.Hour), 1)
	marking(store.Mark{State: store.Owed, Tried: true})(t, s)
	require.Len(t, claim(t, s, "first", time.Nanosecond), 1)
}

func claim(t *testing.T, s *tablestore.Store, token string, during time.Duration) []store.Claimed {
	t.Helper()
	got, err := s.Claim(t.Context(), store.Claim{Token: token, For: during, Sinks: []string{"crm"}, Limit: 10})
	require.NoError(t, err)
	return got
}

func marking(m store.Mark) func(*testing.T, *tablestore.Store) {
	return func(t *testing.T, s *tablestore.Store) {
		t.Helper()
		m.Event, m.Sink = event(1).ID, "crm"
		require.NoError(t, s.Mark(t.Context(), "first", []store.Mark{m}))
	}
}

func leasing(t *testing.T, s *tablestore.Store) {
	t.Helper()
	require.Len(t, claim(t, s, "second", time.Hour), 1)
}

func replaying(t *testing.T, s *tablestore.Store) {
	t.Helper()
	n, err := s.Owe(t.Context(), store.Replay{}, []store.Owing{{Event: event(1).ID, Sink: "crm"}})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func requireDelivery(t *testing.T, s *tablestore.Store, state store.DeliveryState, attempts int) {
	t.Helper()
	got, err := s.Deliveries(t.Context(), store.DeliveryQuery{Event: event(1).ID, Sink: "crm"})
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Equal(t, state, got[0].State)
	require.Equal(t, attempts, got[0].Attempts)
}
