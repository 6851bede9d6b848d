package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// minutely ticks as the timer does, n times.
func minutely(t *testing.T, p *pipeline.Pipeline, n int) pipeline.Tally {
	t.Helper()
	var all pipeline.Tally
	for range n {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		tally, err := p.Tick(ctx)
		cancel()
		require.NoError(t, err)
		all.Delivered += tally.Delivered
		all.Failed += tally.Failed
		all.Parked += tally.Parked
		time.Sleep(time.Minute)
	}
	return all
}

func TestASinkThatIsAwayForAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := database(t)
		crm, well := &fakeSink{answer: always(errSink)}, &fakeSink{}
		p := delivering(s, map[string]sink.Sink{"crm": crm, "well": well})
		p.Process(t.Context(), uploads(60))
		tally := minutely(t, p, 60)
		require.Equal(t, 60, tally.Delivered, "the other is not concerned")
		require.Empty(t, crm.ids())
		require.Less(t, crm.timesCalled(), 60, "it is asked now and then, with few events")
		require.GreaterOrEqual(t, crm.timesCalled(), 10)
		require.LessOrEqual(t, tally.Failed, 8*crm.timesCalled())

		crm.set(nil)
		minutely(t, p, 70)
		require.Len(t, crm.ids(), 60)
		require.Len(t, slices.Compact(crm.ids()), 60, "each once")
	})
}

// Events that a receiver can never take hold up no others for long.
func TestBadEventsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := database(t)
		arrived := map[vod.ID]time.Time{}
		var longest time.Duration
		crm := &fakeSink{answer: func(_ context.Context, batch []sink.Event) []error {
			errs := make([]error, len(batch))
			for i, e := range batch {
				if e.Type == vod.TypeSnapshotComplete {
					errs[i] = errSink
				} else {
					longest = max(longest, time.Since(arrived[e.ID]))
				}
			}
			return errs
		}}
		p := delivering(s, map[string]sink.Sink{"crm": crm})
		for i := range 60 {
			p.Process(t.Context(), []pipeline.Message{message(fmt.Sprintf(`{"EventType":"SnapshotComplete","VideoId":"bad%d","Status":"success"}`, i))})
		}
		minutely(t, p, 30)
		good := uploads(15)
		for _, m := range good {
			arrived[idOf(string(m.Body))] = time.Now()
			p.Process(t.Context(), []pipeline.Message{m})
			minutely(t, p, 1)
		}
		minutely(t, p, 10)
		require.Len(t, crm.ids(), len(good))
		require.Less(t, longest, 8*time.Minute)
	})
}

// The pauses grow from try to try and from failure to failure, at random, and end
// when the sink is back.
func TestPausesGrow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, o := database(t)
		crm := &fakeSink{answer: always(errSink)}
		p := delivering(s, map[string]sink.Sink{"crm": crm})
		p.Process(t.Context(), uploads(1))
		var rests, retries []time.Duration
		for len(retries) < 12 {
			_, err := p.Redrive(t.Context())
			require.NoError(t, err)
			d := deliveries(t, s, store.DeliveryQuery{})[0]
			require.Equal(t, len(retries)+1, d.Attempts)
			states, err := o.Sinks(t.Context())
			require.NoError(t, err)
			require.Equal(t, d.Attempts, states[0].Failures)
			retries = append(retries, time.Until(d.Due))
			rests = append(rests, time.Until(states[0].RestsUntil))
			time.Sleep(max(time.Until(d.Due), time.Until(states[0].RestsUntil)) + time.Millisecond)
		}
		require.LessOrEqual(t, retries[0], 11*time.Second)
		require.Greater(t, slices.Max(retries), 2*time.Minute)
		require.LessOrEqual(t, slices.Max(retries), time.Hour+time.Second)
		require.LessOrEqual(t, rests[0], 6*time.Second)
		require.Greater(t, slices.Max(rests), 20*time.Second)
		require.LessOrEqual(t, slices.Max(rests), 5*time.Minute+time.Second)

		crm.set(nil)
		_, err := p.Redrive(t.Context())
		require.NoError(t, err)
		states, err := o.Sinks(t.Context())
		require.NoError(t, err)
		require.Zero(t, states[0].Failures)
		require.Empty(t, states[0].LastError)
	})
}

func TestDeliveriesAreGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := database(t)
		crm, gone := &fakeSink{answer: always(errSink)}, &fakeSink{}
		p := delivering(s, map[string]sink.Sink{"crm": crm, "gone": gone})
		_, log := logged(s)
		p.Log = slog.New(slog.NewTextHandler(log, nil))
		p.Process(t.Context(), uploads(2))
		p.Sinks = p.Sinks[:1] // nobody has the other any more

		time.Sleep(24*time.Hour - 2*time.Minute)
		require.Zero(t, minutely(t, p, 1).Parked)
		require.Equal(t, 2, minutely(t, p, 2).Parked)
		require.Contains(t, log.String(), `level=ERROR msg=parked sink=gone events=2 reason="no function has a sink of this name`)
		for _, d := range deliveries(t, s, store.DeliveryQuery{Sink: "gone"}) {
			require.Equal(t, store.Parked, d.State)
			require.Contains(t, d.LastError, "no function has")
		}
		time.Sleep(5 * 24 * time.Hour)
		require.Zero(t, minutely(t, p, 1).Parked)
		time.Sleep(24 * time.Hour)
		require.Equal(t, 2, minutely(t, p, 1).Parked)
		require.Contains(t, log.String(), `level=ERROR msg=parked sink=crm events=2 reason="not delivered in 168h0m0s"`)
		for _, d := range deliveries(t, s, store.DeliveryQuery{Sink: "crm"}) {
			require.Equal(t, store.Parked, d.State)
			require.Contains(t, d.LastError, "status 500")
		}
		require.Empty(t, gone.ids())
	})
}

// Each tick says what is left, for alarms.
func TestATickSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := database(t)
		p, log := logged(s)
		place := &fakePlace{bodies: []string{body("a")}}
		p.Fallback = place
		p.Sinks = delivering(s, map[string]sink.Sink{"crm": &fakeSink{answer: always(errSink)}}).Sinks
		p.Process(t.Context(), uploads(3))
		time.Sleep(90 * time.Second)
		place.err = errors.New("cannot be counted")
		_, err := p.Tick(t.Context())
		require.ErrorContains(t, err, "cannot be counted")
		require.Contains(t, log.String(), `level=ERROR msg=tick drained=1 settled=0 delivered=0 failed=4 parked=0 owed=4 oldest_s=90 error=`)
		log.Reset()
		place.err, place.bodies = nil, []string{body("b")}
		p.Stop() // so that it waits on
		_, err = p.Tick(t.Context())
		require.NoError(t, err)
		require.Contains(t, log.String(), `msg=tick drained=0 settled=0 delivered=0 failed=0 parked=0 waiting=1 owed=4 oldest_s=90`)
	})
}

// A hanging sink takes its share of the time and no more, and gives leases back.
func TestRedriveStopsInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := database(t)
		slow := &fakeSink{answer: func(_ context.Context, batch []sink.Event) []error {
			time.Sleep(10 * time.Second)
			return make([]error, len(batch))
		}}
		hanging := &fakeSink{answer: hang}
		p := delivering(s, map[string]sink.Sink{"slow": slow, "hanging": hanging})
		for part := range slices.Chunk(uploads(600), 500) {
			p.Process(t.Context(), part)
		}
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		_, err := p.Redrive(ctx)
		require.NoError(t, err)
		require.LessOrEqual(t, time.Since(start), 90*time.Second)
		require.Len(t, slow.calls, 8, "nothing is claimed after four fifths")
		require.Equal(t, 1, hanging.timesCalled())
		require.Len(t, deliveries(t, s, store.DeliveryQuery{Sink: "hanging", State: store.Owed}), 600)
	})
}

// A receiver that limits its rate takes some events of a batch, and says when to
// come with the others.
func TestASinkThatAsksForAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := database(t)
		later := &sink.LaterError{After: 5 * time.Minute, Err: errSink}
		crm := &fakeSink{answer: func(_ context.Context, batch []sink.Event) []error {
			errs := make([]error, len(batch))
			for i := 3; i < len(batch); i++ {
				errs[i] = fmt.Errorf("%w: %w", sink.ErrNotSent, later)
			}
			if len(batch) > 3 {
				errs[3] = later
			}
			return errs
		}}
		p := delivering(s, map[string]sink.Sink{"crm": crm})
		p.Process(t.Context(), uploads(20))
		require.Equal(t, 3, minutely(t, p, 5).Delivered)
		require.Equal(t, 1, crm.timesCalled(), "not before it said")
		for _, d := range deliveries(t, s, store.DeliveryQuery{State: store.Owed}) {
			require.LessOrEqual(t, d.Attempts, 1)
		}
		minutely(t, p, 90)
		require.Len(t, crm.ids(), 20)
	})
}

func TestTwoRedriveTheSameOutbox(t *testing.T) {
	t.Parallel()
	s, _ := database(t)
	crm := &fakeSink{}
	p := delivering(s, map[string]sink.Sink{"crm": crm})
	p.Process(t.Context(), uploads(100))
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = delivering(s, map[string]sink.Sink{"crm": crm}).Redrive(t.Context()) })
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	_, err := p.Redrive(t.Context())
	require.NoError(t, err)
	require.Len(t, crm.ids(), 100)
	require.Len(t, slices.Compact(crm.ids()), 100, "each once")
}

func TestReplay(t *testing.T) {
	t.Parallel()
	s, o := database(t)
	crm, erp := &fakeSink{}, &fakeSink{}
	p := delivering(s, map[string]sink.Sink{"crm": crm, "erp": erp})
	var messages []pipeline.Message
	for i := range 510 { // more than a page
		kind := []string{"FileUploadComplete", "TranscodeComplete", "SnapshotComplete"}[i%3]
		messages = append(messages, message(fmt.Sprintf(`{"EventType":%q,"VideoId":"v%d","Status":"success"}`, kind, i)))
	}
	results := p.Process(t.Context(), messages)
	p.Deliver(t.Context(), time.Minute, results)
	require.Len(t, crm.ids(), 510)
	before := len(erp.ids())

	r := pipeline.ReplayOf{
		Replay: store.Replay{ID: "r1", Detail: "crm lost its snapshots"},
		Query:  store.EventQuery{Types: []vod.Type{vod.TypeSnapshotComplete}}, Sinks: p.Sinks[:1],
	}
	n, err := p.Replay(t.Context(), r, true)
	require.NoError(t, err)
	require.Equal(t, 170, n)
	none, err := o.Replays(t.Context(), 0)
	require.NoError(t, err)
	require.Empty(t, none, "counting changes nothing")

	n, err = p.Replay(t.Context(), r, false)
	require.NoError(t, err)
	require.Equal(t, 170, n)
	_, err = p.Redrive(t.Context())
	require.NoError(t, err)
	require.Len(t, crm.ids(), 680)
	require.Len(t, erp.ids(), before)
	for _, e := range crm.got[510:] {
		require.Equal(t, "r1", e.Replay)
		require.Equal(t, vod.TypeSnapshotComplete, e.Type)
	}
	traces, err := o.Replays(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, 170, traces[0].Deliveries)
}
