package pipeline_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

const upload = `{"EventType":"FileUploadComplete","EventTime":"2026-02-03T04:11:52Z","VideoId":"v1","Status":"success","Size":7}`

func newPipeline(s store.Store) *pipeline.Pipeline {
	return &pipeline.Pipeline{Store: s, Log: slog.New(slog.DiscardHandler)}
}

func message(body string) pipeline.Message {
	return pipeline.Message{Body: []byte(body), Source: store.SourceHTTP, SourceID: "req-1"}
}

func idOf(body string) vod.ID {
	id, _ := vod.IDOf([]byte(body)) // of what is no JSON, too
	return id
}

func TestProcessStoresAnEvent(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	now := time.Date(2026, 2, 3, 4, 11, 53, 123456789, time.FixedZone("CST", 8*3600))
	p := newPipeline(s)
	p.Now = func() time.Time { return now }

	results := p.Process(t.Context(), []pipeline.Message{message(upload)})

	require.Equal(t, []pipeline.Result{{ID: idOf(upload), Outcome: pipeline.New}}, results)
	r := s.events[idOf(upload)]
	require.Equal(t, upload, string(r.Body))
	require.Equal(t, vod.TypeFileUploadComplete, r.Type)
	require.Equal(t, "v1", r.Subject)
	require.Equal(t, vod.Succeeded, r.Status)
	require.Equal(t, time.Date(2026, 2, 3, 4, 11, 52, 0, time.UTC), r.Time)
	require.Equal(t, now.UTC().Truncate(time.Millisecond), r.Received)
	require.Equal(t, store.SourceHTTP, r.Source)
	require.Equal(t, "req-1", r.SourceID)
	require.NotEmpty(t, r.BusinessKey)
	require.Len(t, r.Facts, 1)
	require.Equal(t, r.ID, r.Facts[0].Event)

	again := p.Process(t.Context(), []pipeline.Message{message(upload)})
	require.Equal(t, []pipeline.Result{{ID: idOf(upload), Outcome: pipeline.Known}}, again)
}

func TestProcessKeepsWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	large := `{"EventType":"FileUploadComplete","Extend":"` + strings.Repeat("x", pipeline.MaxBody) + `"}`
	for _, tc := range []struct {
		name, body string
		want       store.Reason
		kept       int // bytes
	}{
		{"garbage", "not json", store.ReasonMalformed, 8},
		{"empty", "", store.ReasonMalformed, 0},
		{"an array", "[]", store.ReasonMalformed, 2},
		{"no type", `{"a":1}`, store.ReasonMalformed, 7},
		{"another product", `{"EventType":"FileUploadComplete","UserId":1,"MessageBody":{"MediaId":"m"}}`, store.ReasonForeign, 75},
		{"too large", large, store.ReasonTooLarge, 64 << 10},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newFakeStore()
			p := newPipeline(s)
			res := p.Process(t.Context(), []pipeline.Message{message(tc.body)})[0]
			require.Equal(t, pipeline.DeadLetter, res.Outcome)
			require.NoError(t, res.Err)
			require.Empty(t, s.events)
			r := s.letters[res.ID]
			require.Equal(t, tc.want, r.Reason)
			require.NotEmpty(t, r.Detail)
			require.Equal(t, tc.body[:tc.kept], string(r.Body))
			require.Equal(t, int64(len(tc.body)), r.Size)
			require.Equal(t, sha256.Sum256([]byte(tc.body)), r.SHA256)
			require.Empty(t, r.Facts)
			require.Equal(t, pipeline.DeadLetter, p.Process(t.Context(), []pipeline.Message{message(tc.body)})[0].Outcome)
			require.Len(t, s.letters, 1)
		})
	}
}

func TestTwoBodiesThatAreTooLargeAreTwoDeadLetters(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	large := bytes.Repeat([]byte("x"), pipeline.MaxBody+1)
	other := append(bytes.Clone(large[1:]), 'y') // differs beyond what is kept
	newPipeline(s).Process(t.Context(), []pipeline.Message{{Body: large}, {Body: other}})
	require.Len(t, s.letters, 2)
}

func TestABodyAtTheLimitIsRead(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	frame := `{"EventType":"FileUploadComplete","VideoId":"v1","Extend":""}`
	body := strings.Replace(frame, `""`, `"`+strings.Repeat("x", pipeline.MaxBody-len(frame))+`"`, 1)
	require.Len(t, body, pipeline.MaxBody)
	require.Equal(t, pipeline.New, newPipeline(s).Process(t.Context(), []pipeline.Message{message(body)})[0].Outcome)
}

func TestProcessKeepsTheOrderOfABatch(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	var in []pipeline.Message
	var want []pipeline.Outcome
	for i := range 100 {
		switch i % 3 {
		case 0:
			in, want = append(in, message(fmt.Sprintf(`{"EventType":"X","n":%d}`, i))), append(want, pipeline.New)
		case 1:
			in, want = append(in, message(fmt.Sprintf("garbage %d", i))), append(want, pipeline.DeadLetter)
		default:
			in, want = append(in, message(fmt.Sprintf(`{"n":%d.0,"EventType":"X"}`, i-2))), append(want, pipeline.Known)
		}
	}
	var got []pipeline.Outcome
	for _, r := range newPipeline(s).Process(t.Context(), in) {
		got = append(got, r.Outcome)
	}
	require.Equal(t, want, got)
	require.Len(t, s.batches, 1, "a batch is one commit")
}

// A batch that does not fit into the time gets somewhere all the same: what was
// committed is known when it comes again.
func TestALargeBatchMakesProgress(t *testing.T) {
	t.Parallel()
	const n = 1200
	var batch []pipeline.Message
	for i := range n {
		batch = append(batch, message(fmt.Sprintf(`{"EventType":"X","n":%d}`, i)))
	}
	s := newFakeStore()
	ctx, cancel := context.WithCancelCause(t.Context())
	errTime := errors.New("time is up")
	s.fail = func(commit int) (bool, error) {
		if commit == 2 {
			cancel(errTime) // after this commit
		}
		return false, nil
	}
	count := map[pipeline.Outcome]int{}
	for _, r := range newPipeline(s).Process(ctx, batch) {
		count[r.Outcome]++
		if r.Outcome == pipeline.Failed {
			require.ErrorIs(t, r.Err, errTime)
		}
	}
	require.Equal(t, map[pipeline.Outcome]int{pipeline.New: 1000, pipeline.Failed: 200}, count)

	clear(count)
	for _, r := range newPipeline(s).Process(t.Context(), batch) {
		count[r.Outcome]++
	}
	require.Equal(t, map[pipeline.Outcome]int{pipeline.Known: 1000, pipeline.New: 200}, count)
}

func TestProcessOfNothing(t *testing.T) {
	t.Parallel()
	require.Empty(t, newPipeline(newFakeStore()).Process(t.Context(), nil))
}

var errDown = errors.New("store: connection refused")

func TestAStoreThatIsAwayIsTriedUntilTheTimeIsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFakeStore()
		s.fail = func(int) (bool, error) { return false, errDown }
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		start := time.Now()
		res := newPipeline(s).Process(ctx, []pipeline.Message{message(upload)})[0]
		require.Equal(t, pipeline.Failed, res.Outcome)
		require.ErrorIs(t, res.Err, errDown, "the cause is the store's, not the clock's")
		require.Equal(t, idOf(upload), res.ID)
		require.Equal(t, 4*time.Second, time.Since(start))
		require.Greater(t, len(s.batches), 8, "it is offered often enough to meet a short recovery")
		require.Empty(t, s.events)
	})
}

func TestAStoreThatComesBackInTimeLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFakeStore()
		back := time.Now().Add(3 * time.Second)
		s.fail = func(int) (bool, error) {
			if time.Now().Before(back) {
				return false, errDown
			}
			return false, nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		res := newPipeline(s).Process(ctx, []pipeline.Message{message(upload), message("garbage")})
		require.Equal(t, pipeline.New, res[0].Outcome)
		require.Equal(t, pipeline.DeadLetter, res[1].Outcome)
	})
}

func TestALostReplyIsKnownTheSecondTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFakeStore()
		s.fail = func(n int) (bool, error) {
			if n == 1 {
				return true, errDown
			}
			return false, nil
		}
		res := newPipeline(s).Process(t.Context(), []pipeline.Message{message(upload)})[0]
		require.Equal(t, pipeline.Known, res.Outcome)
	})
}

func TestOnlyWhatFailedIsOfferedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFakeStore()
		s.outcome = func(n int, r store.Record) (store.Outcome, bool) {
			return store.Outcome{State: store.Failed, Err: errDown}, n <= 2 && r.Type == "Second"
		}
		res := newPipeline(s).Process(t.Context(), []pipeline.Message{
			message(`{"EventType":"First"}`), message(`{"EventType":"Second"}`), message(`{"EventType":"Third"}`),
		})
		for _, r := range res {
			require.Equal(t, pipeline.New, r.Outcome)
		}
		require.Len(t, s.batches, 3)
		require.Len(t, s.batches[1], 1)
		require.Equal(t, vod.Type("Second"), s.batches[2][0].Type)
	})
}

func TestWhatTheStoreRefusesBecomesADeadLetter(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	errText := errors.New("store: text holds a character that it cannot keep")
	s.outcome = func(_ int, r store.Record) (store.Outcome, bool) {
		return store.Outcome{State: store.Rejected, Err: errText}, r.Type == "Bad"
	}
	res := newPipeline(s).Process(t.Context(), []pipeline.Message{
		message(`{"EventType":"Good"}`), message(`{"EventType":"Bad"}`), message(`{"EventType":"Good","n":2}`),
	})
	require.Equal(t, pipeline.New, res[0].Outcome)
	require.Equal(t, pipeline.DeadLetter, res[1].Outcome)
	require.Equal(t, pipeline.New, res[2].Outcome)
	letter := s.letters[res[1].ID]
	require.Equal(t, store.ReasonRejected, letter.Reason)
	require.Equal(t, errText.Error(), letter.Detail)
	require.JSONEq(t, `{"EventType":"Bad"}`, string(letter.Body))
}

func TestADeadLetterThatIsRefusedHasFailed(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	s.outcome = func(int, store.Record) (store.Outcome, bool) {
		return store.Outcome{State: store.Rejected, Err: errDown}, true
	}
	for _, body := range []string{upload, "garbage"} {
		res := newPipeline(s).Process(t.Context(), []pipeline.Message{message(body)})[0]
		require.Equal(t, pipeline.Failed, res.Outcome, body)
		require.ErrorIs(t, res.Err, errDown)
	}
}

func TestAStoreThatMiscountsIsNotBelieved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		res := newPipeline(miscounting{}).Process(ctx, []pipeline.Message{message(upload)})[0]
		require.Equal(t, pipeline.Failed, res.Outcome)
	})
}

type miscounting struct{}

func (miscounting) Commit(context.Context, []store.Record) ([]store.Outcome, error) { return nil, nil }
func (miscounting) Close() error                                                    { return nil }

// A store that says nothing understandable has not taken the record, and no failure is
// without a reason.
func TestStrangeOutcomes(t *testing.T) {
	t.Parallel()
	for name, outcome := range map[string]store.Outcome{"none": {}, "unknown": {State: "maybe"}, "failed without a reason": {State: store.Failed}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newFakeStore()
				s.outcome = func(int, store.Record) (store.Outcome, bool) { return outcome, true }
				p, _ := logged(s)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				r := p.Process(ctx, []pipeline.Message{message(upload)})[0]
				require.Equal(t, pipeline.Failed, r.Outcome)
				require.ErrorContains(t, r.Err, "no reason")
			})
		})
	}
}

// Whatever a message is called, it can be stored.
func TestStrangeSourceID(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	p, _ := logged(s)
	m := message(upload)
	m.SourceID = "a\x00b\xffc"
	require.Equal(t, pipeline.New, p.Process(t.Context(), []pipeline.Message{m})[0].Outcome)
	require.Equal(t, "abc", s.events[idOf(upload)].SourceID)
}
