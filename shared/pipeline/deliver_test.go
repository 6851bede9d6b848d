package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
)

var errSink = errors.New("webhook: status 500")

func uploads(n int) []pipeline.Message {
	var all []pipeline.Message
	for i := range n {
		all = append(all, message(fmt.Sprintf(`{"EventType":"FileUploadComplete","EventTime":"2026-02-03T04:11:52Z","VideoId":"v%d","Status":"success"}`, i)))
	}
	return all
}

func TestDeliverAtOnce(t *testing.T) {
	t.Parallel()
	s, _ := database(t)
	crm, erp := &fakeSink{}, &fakeSink{}
	p := delivering(s, map[string]sink.Sink{"crm": crm, "erp": erp})
	p.HTTPSDomains = []string{"media.example.com"}
	body := `{"EventType":"FileUploadComplete","EventTime":"2026-02-03T04:11:52Z","VideoId":"v1","Status":"success",` +
		`"FileUrl":"http://media.example.com/a.mp4","Extend":"{\"tenant\":\"acme\"}"}`
	results := p.Process(t.Context(), []pipeline.Message{message(body), message("garbage")})
	p.Deliver(t.Context(), time.Minute, results)

	require.Len(t, crm.got, 1, "a dead letter is owed to nobody")
	require.Equal(t, crm.got, erp.got)
	e := crm.got[0]
	require.Equal(t, idOf(body), e.ID)
	require.Equal(t, "v1", e.Subject)
	require.JSONEq(t, `{"tenant":"acme"}`, e.Extend)
	require.Contains(t, string(e.Body), "https://media.example.com/a.mp4")
	require.Equal(t, "https://media.example.com/a.mp4", e.Facts[0].Value)
	require.Empty(t, e.Replay)
	reader, ok := s.(store.Reader)
	require.True(t, ok)
	kept, err := reader.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err)
	require.Equal(t, body, string(kept[0].Body), "what is stored is as it came")
	for _, d := range deliveries(t, s, store.DeliveryQuery{}) {
		require.Equal(t, store.Delivered, d.State)
		require.Equal(t, 1, d.Attempts)
	}

	p.Deliver(t.Context(), time.Minute, p.Process(t.Context(), []pipeline.Message{message(body)}))
	require.Len(t, crm.got, 1, "what is known was delivered")
}

func TestASinkGetsWhatItAsksFor(t *testing.T) {
	t.Parallel()
	routes, err := sink.Open([]string{"fake:#name=crm&events=Snapshot*&extend.tenant=acme", "fake:#name=erp&status=failed"}, sink.Options{})
	require.NoError(t, err)
	s, _ := database(t)
	p := delivering(s, nil)
	p.Sinks = routes
	p.Process(t.Context(), []pipeline.Message{
		message(upload),
		message(`{"EventType":"SnapshotComplete","VideoId":"v1","Status":"success","Extend":"{\"tenant\":\"acme\"}"}`),
		message(`{"EventType":"SnapshotComplete","VideoId":"v2","Status":"fail","Extend":"{\"tenant\":\"other\"}"}`),
	})
	require.Len(t, deliveries(t, s, store.DeliveryQuery{}), 2)
	require.Len(t, deliveries(t, s, store.DeliveryQuery{Sink: "crm"}), 1)
	require.Len(t, deliveries(t, s, store.DeliveryQuery{Sink: "erp"}), 1)
}

func TestWhatASinkAnswers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		answer  func(context.Context, []sink.Event) []error
		state   store.DeliveryState
		err     string
		rests   bool          // the sink
		due     time.Duration // at least
		untried bool
	}{
		{name: "takes it", state: store.Delivered},
		{name: "fails", answer: always(errSink), state: store.Owed, err: "status 500", rests: true},
		{name: "rejects it", answer: always(fmt.Errorf("status 410: %w", sink.ErrRejected)), state: store.Parked, err: "status 410"},
		{
			name: "asks to come later", answer: always(&sink.LaterError{After: 20 * time.Minute, Err: errSink}),
			state: store.Owed, err: "status 500", rests: true, due: 20 * time.Minute,
		},
		{name: "is slower than we are patient", answer: hang, state: store.Owed, err: "used up"},
		{
			name: "asks to come later, for another event", answer: always(fmt.Errorf("%w: %w", sink.ErrNotSent, &sink.LaterError{After: time.Hour, Err: errSink})),
			state: store.Owed, err: "status 500", rests: true, untried: true,
		},
		{
			name: "panics", answer: func(context.Context, []sink.Event) []error { panic("oh") },
			state: store.Owed, err: "sink crm panicked", rests: true,
		},
		{
			name: "miscounts", answer: func(context.Context, []sink.Event) []error { return nil },
			state: store.Owed, err: "0 errors for 1 events", rests: true,
		},
		{
			name: "says much", answer: always(errors.New(string(make([]byte, 5000)))), state: store.Owed, rests: true,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, o := database(t)
				crm, well := &fakeSink{answer: tc.answer}, &fakeSink{}
				p := delivering(s, map[string]sink.Sink{"crm": crm, "well": well})
				start := time.Now()
				p.Deliver(t.Context(), 500*time.Millisecond, p.Process(t.Context(), uploads(1)))
				require.LessOrEqual(t, time.Since(start), 500*time.Millisecond)
				require.Len(t, well.got, 1, "the other is not concerned")

				d := deliveries(t, s, store.DeliveryQuery{Sink: "crm"})[0]
				require.Equal(t, tc.state, d.State)
				require.Equal(t, tc.untried, d.Attempts == 0)
				require.Contains(t, d.LastError, tc.err)
				require.LessOrEqual(t, len(d.LastError), 510)
				require.GreaterOrEqual(t, d.Due.Sub(start), tc.due)
				sinks, err := o.Sinks(t.Context())
				require.NoError(t, err)
				if !tc.rests {
					require.Empty(t, sinks)
					return
				}
				require.Len(t, sinks, 1)
				require.Equal(t, "crm", sinks[0].Name)
				require.Equal(t, 1, sinks[0].Failures)
				require.GreaterOrEqual(t, sinks[0].RestsUntil.Sub(start), tc.due)
			})
		})
	}
}

func TestASinkThatRestsIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, o := database(t)
		crm := &fakeSink{}
		p := delivering(s, map[string]sink.Sink{"crm": crm})
		require.NoError(t, o.Rest(t.Context(), "crm", 1, time.Minute, "no"))
		p.Deliver(t.Context(), time.Second, p.Process(t.Context(), uploads(3)))
		require.Zero(t, crm.timesCalled())
		time.Sleep(time.Minute)
		p.Deliver(t.Context(), time.Second, p.Process(t.Context(), uploads(3)))
		require.Len(t, crm.ids(), 3, "known events are delivered, too, if that was not done")
	})
}

// Who is too slow for somebody in haste has not failed: he is left alone by those
// who are in haste, for a while, and gets his events from the timer.
func TestASlowSink(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, o := database(t)
		slow := &fakeSink{answer: func(ctx context.Context, batch []sink.Event) []error {
			select {
			case <-time.After(700 * time.Millisecond):
				return make([]error, len(batch))
			case <-ctx.Done():
				return sink.All(len(batch), context.Cause(ctx))
			}
		}}
		p := delivering(s, map[string]sink.Sink{"slow": slow})
		for _, m := range uploads(10) {
			p.Deliver(t.Context(), 500*time.Millisecond, p.Process(t.Context(), []pipeline.Message{m}))
			time.Sleep(time.Second)
		}
		require.Equal(t, 1, slow.timesCalled())
		require.Empty(t, slow.ids())
		states, err := o.Sinks(t.Context())
		require.NoError(t, err)
		require.Empty(t, states, "it neither failed nor rests")
		time.Sleep(10 * time.Second) // until the first is due again
		tally, err := p.Redrive(t.Context())
		require.NoError(t, err)
		require.Equal(t, pipeline.Tally{Delivered: 10}, tally)

		time.Sleep(30 * time.Second)
		p.Deliver(t.Context(), 2*time.Second, p.Process(t.Context(), uploads(11)))
		require.Len(t, slow.ids(), 11, "it gets another chance")
	})
}

func TestDeliverWithoutAnOutbox(t *testing.T) {
	t.Parallel()
	crm := &fakeSink{}
	p := delivering(newFakeStore(), map[string]sink.Sink{"crm": crm})
	p.Deliver(t.Context(), time.Second, p.Process(t.Context(), uploads(1)))
	require.Zero(t, crm.timesCalled())
	_, err := p.Redrive(t.Context())
	require.ErrorIs(t, err, pipeline.ErrUnable, "it would wait for ever")
	p.Sinks = nil
	_, err = p.Redrive(t.Context())
	require.NoError(t, err)
}

// The lease of one who is killed ends, so that another delivers.
func TestDeliveryAfterAKill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, o := database(t)
		crm := &fakeSink{}
		p := delivering(s, map[string]sink.Sink{"crm": crm})
		p.Process(t.Context(), uploads(2))
		killed, err := o.Claim(t.Context(), store.Claim{Token: "killed", For: time.Minute, Sinks: []string{"crm"}, Limit: 10})
		require.NoError(t, err)
		require.Len(t, killed, 2)
		_, err = p.Redrive(t.Context())
		require.NoError(t, err)
		require.Empty(t, crm.ids())
		time.Sleep(time.Minute)
		tally, err := p.Redrive(t.Context())
		require.NoError(t, err)
		require.Equal(t, pipeline.Tally{Delivered: 2}, tally)
	})
}

// Who is told to stop in the middle notes what was done. The rest is due at once, and
// the sink does not rest: it was none of its faults.
func TestDeliveryCalledOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := database(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := 2
		crm := &fakeSink{answer: func(_ context.Context, batch []sink.Event) []error {
			cancel()
			errs := make([]error, len(batch))
			for i := done; i < len(errs); i++ {
				errs[i] = context.Canceled
			}
			return errs
		}}
		p := delivering(s, map[string]sink.Sink{"crm": crm})
		p.Process(t.Context(), uploads(3))
		_, err := p.Redrive(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.Len(t, deliveries(t, s, store.DeliveryQuery{State: store.Delivered}), 2)
		require.Len(t, deliveries(t, s, store.DeliveryQuery{State: store.Owed}), 1)

		ctx, cancel = context.WithCancel(t.Context())
		defer cancel()
		done = 0 // nothing at all
		_, err = p.Redrive(ctx)
		require.ErrorIs(t, err, context.Canceled)
		crm.set(nil)
		tally, err := p.Redrive(t.Context())
		require.NoError(t, err)
		require.Equal(t, pipeline.Tally{Delivered: 1}, tally)
	})
}
