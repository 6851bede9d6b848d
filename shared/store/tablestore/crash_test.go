package tablestore_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	emulator "github.com/vodevents/vodevents/scripts/emulator/tablestore"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/tablestore"
	"github.com/vodevents/vodevents/shared/vod"
)

// script is what is committed again and again: three events about two media, one of
// them twice, one that is settled from the start, and a dead letter.
func script() []store.Record {
	first, second, other, bare := event(1), event(2), event(3), event(4)
	second.Facts = append(second.Facts, second.Facts[0])
	second.Facts[1].Facet, second.Facts[1].Value = "audit", "Blocked"
	other.Subject, other.Facts[0].Medium = "v2", "v2"
	other.Deliveries = []string{"erp"}
	bare.Facts, bare.Deliveries = nil, nil
	return []store.Record{first, second, first, other, bare, letter(5)}
}

func letter(n byte) store.Record {
	r := event(n)
	return store.Record{
		ID: r.ID, Source: store.SourceQueue, Received: r.Received, Body: []byte("no JSON"),
		Reason: store.ReasonMalformed, Detail: "not a JSON object",
	}
}

// fate is how a request ends that ends badly.
type fate struct {
	name  string
	fault emulator.Fault
}

func fates() []fate {
	return []fate{
		{"refused for now", emulator.Fault{Code: "OTSServerBusy"}},
		{"timed out in the service", emulator.Fault{Code: "OTSTimeout"}},
		{"cut before it is applied", emulator.Fault{Cut: true}},
		{"reply lost", emulator.Fault{Drop: true}},
		{"reply empty", emulator.Fault{Empty: true}},
		{"some rows timed out", emulator.Fault{Row: func(n int) string { return []string{"OTSTimeout", ""}[n%2] }}},
	}
}

// A request that fails once is made again: nobody notices, and what is new is New.
func TestOneRequestFails(t *testing.T) {
	t.Parallel()
	for _, f := range fates() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				server := start(t)
				s := open(t, server)
				var hit atomic.Bool
				at := &moment{}
				at.befall(server, n, func() emulator.Fault { hit.Store(true); return f.fault })
				outcomes, err := s.Commit(t.Context(), script())
				at.stop()
				require.NoError(t, err)
				require.Equal(t, []store.State{store.New, store.New, store.Known, store.New, store.New, store.New}, statesOf(outcomes), "request %d", n)
				requireSettled(t, s)
				requireScript(t, s)
				if !hit.Load() {
					require.Greater(t, n, 4, "requests of a commit")
					return
				}
			}
		})
	}
}

// The process ends in the middle of a commit, before or after each request is applied.
// What was acknowledged is there, and when it comes again and is settled, all is.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, f := range []fate{
		{"before", emulator.Fault{Cut: true}},
		{"after", emulator.Fault{Drop: true}},
		{"in the middle of a batch", emulator.Fault{Row: func(n int) string { return []string{"", "OTSServerUnavailable"}[n%2] }}},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n++ {
				server := start(t)
				s := open(t, server)
				ctx, crash := context.WithCancel(t.Context())
				at := &moment{then: func() emulator.Fault { crash(); return emulator.Fault{Cut: true} }}
				if f.fault.Row == nil {
					at.during = crash
				}
				at.befall(server, n, func() emulator.Fault { return f.fault })
				outcomes, err := s.Commit(ctx, script())
				crash()
				crashed := at.stop()

				again := open(t, server) // another process
				told := make([]bool, len(script()))
				for i, o := range outcomes {
					told[i] = err == nil && o.State == store.New
					if told[i] && i < 5 {
						require.Len(t, eventsOf(t, again, script()[i].ID), 1, "request %d: acknowledged is durable", n)
					}
				}
				_, err = again.Settle(t.Context())
				require.NoError(t, err)
				outcomes, err = again.Commit(t.Context(), script())
				require.NoError(t, err)
				for i, o := range outcomes {
					require.Contains(t, []store.State{store.New, store.Known}, o.State)
					require.False(t, told[i] && o.State == store.New, "request %d: record %d is New twice", n, i)
				}
				_, err = again.Settle(t.Context())
				require.NoError(t, err)
				requireSettled(t, again)
				requireScript(t, again)
				if !crashed {
					return
				}
			}
		})
	}
}

// Several settle what a crash left, while others commit about the same medium.
func TestSettleTogether(t *testing.T) {
	t.Parallel()
	server := start(t)
	s := open(t, server)
	var want []media.Fact
	for n := range byte(30) { // the process ends before it knows the medium
		r := event(n)
		want = append(want, r.Facts...)
		ctx, crash := context.WithCancel(t.Context())
		server.Before(func(op emulator.Operation, _ int) emulator.Fault {
			if op != emulator.BatchGetRow {
				return emulator.Fault{}
			}
			crash()
			return emulator.Fault{Cut: true}
		})
		outcomes, err := s.Commit(ctx, []store.Record{r})
		crash()
		server.Before(nil)
		require.NoError(t, err)
		require.Equal(t, store.New, outcomes[0].State)
	}
	facts, err := s.Facts(t.Context(), "v1")
	require.NoError(t, err)
	require.Empty(t, facts, "they come late")

	errs := make(chan error, 5)
	for range 4 {
		other := open(t, server)
		go func() {
			_, err := other.Settle(t.Context())
			errs <- err
		}()
	}
	go func() {
		var err error
		for n := byte(30); n < 40 && err == nil; n++ {
			_, err = s.Commit(t.Context(), []store.Record{event(n)})
		}
		errs <- err
	}()
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	requireSettled(t, s)
	facts, err = s.Facts(t.Context(), "v1")
	require.NoError(t, err)
	require.Equal(t, event(39).Facts, facts)
	require.Equal(t, media.Fold(append(want, facts...)).Updated, facts[0].Time)
	deliveries, err := s.Deliveries(t.Context(), store.DeliveryQuery{Limit: 1000})
	require.NoError(t, err)
	require.Len(t, deliveries, 80)
	for _, d := range deliveries {
		require.Equal(t, store.Owed, d.State)
	}
}

// moment is a request that something befalls.
type moment struct {
	server *emulator.Server
	hit    atomic.Bool
	// during is called when the request comes, then for each that follows it.
	during func()
	then   func() emulator.Fault
}

// befall lets a fault befall the n-th request from now on. Lists do not count: they
// change nothing, and each is a request for every shard.
func (m *moment) befall(s *emulator.Server, n int, fault func() emulator.Fault) {
	m.server = s
	left := n
	s.Before(func(op emulator.Operation, _ int) emulator.Fault {
		if op == emulator.GetRange && left > 0 {
			return emulator.Fault{}
		}
		left--
		switch {
		case left == 0:
			m.hit.Store(true)
			if m.during != nil {
				defer m.during()
			}
			return fault()
		case left < 0 && m.then != nil:
			return m.then()
		default:
			return emulator.Fault{}
		}
	})
}

// stop ends the faults, and reports whether there was one.
func (m *moment) stop() bool {
	m.server.Before(nil)
	return m.hit.Load()
}

// requireScript requires that the script was committed once.
func requireScript(t *testing.T, s *tablestore.Store) {
	t.Helper()
	var facts []media.Fact
	var owed []string
	seen := map[vod.ID]bool{}
	for _, r := range script()[:5] {
		if seen[r.ID] {
			continue
		}
		seen[r.ID] = true
		facts = append(facts, r.Facts...)
		for _, sink := range r.Deliveries {
			owed = append(owed, fmt.Sprint(r.ID, sink))
		}
		require.Len(t, eventsOf(t, s, r.ID), 1)
	}
	for _, id := range []string{"v1", "v2"} {
		got, err := s.Media(t.Context(), store.MediaQuery{IDs: []string{id}})
		require.NoError(t, err)
		mine := slices.DeleteFunc(slices.Clone(facts), func(f media.Fact) bool { return f.Medium != id })
		require.Equal(t, []media.Media{media.Fold(mine)}, got)
	}
	deliveries, err := s.Deliveries(t.Context(), store.DeliveryQuery{})
	require.NoError(t, err)
	var got []string
	for _, d := range deliveries {
		require.Equal(t, store.Owed, d.State)
		require.Zero(t, d.Attempts)
		got = append(got, fmt.Sprint(d.Event, d.Sink))
	}
	require.ElementsMatch(t, owed, got)
	letters, err := s.DeadLetters(t.Context(), store.DeadLetterQuery{})
	require.NoError(t, err)
	require.Len(t, letters, 1)
	claimed, err := s.Claim(t.Context(), store.Claim{Token: "t", For: time.Hour, Sinks: []string{"crm", "erp"}, Limit: 100})
	require.NoError(t, err)
	require.Len(t, claimed, len(owed), "each is handed out once")
}

// requireSettled requires that nothing is left to settle.
func requireSettled(t *testing.T, s *tablestore.Store) {
	t.Helper()
	n, err := s.Settle(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
}

func eventsOf(t *testing.T, s *tablestore.Store, ids ...vod.ID) []store.Event {
	t.Helper()
	events, err := s.Events(t.Context(), store.EventQuery{IDs: ids})
	require.NoError(t, err)
	return events
}

func statesOf(outcomes []store.Outcome) []store.State {
	states := make([]store.State, len(outcomes))
	for i, o := range outcomes {
		states[i] = o.State
	}
	return states
}
