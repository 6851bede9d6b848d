package pipeline_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func letter(body string) store.DeadLetter {
	return store.DeadLetter{
		ID: idOf(body), Reason: store.ReasonRejected, Source: store.SourceQueue, SourceID: "m-1",
		Size: int64(len(body)), Body: []byte(body),
	}
}

func TestRedriveMakesAnEventOfWhatIsOneNow(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	s.letters[idOf(upload)] = store.Record{}
	res, err := newPipeline(s).RedriveDeadLetter(t.Context(), letter(upload))
	require.NoError(t, err)
	require.Equal(t, pipeline.New, res.Outcome)
	require.Empty(t, s.letters)
	require.Equal(t, store.SourceQueue, s.events[idOf(upload)].Source)

	// Killed between the two steps, it is redriven again.
	s.letters[idOf(upload)] = store.Record{}
	res, err = newPipeline(s).RedriveDeadLetter(t.Context(), letter(upload))
	require.NoError(t, err)
	require.Equal(t, pipeline.Known, res.Outcome)
	require.Empty(t, s.letters)
}

func TestRedriveLeavesWhatIsStillNoEvent(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	s.letters[idOf("garbage")] = store.Record{}
	res, err := newPipeline(s).RedriveDeadLetter(t.Context(), letter("garbage"))
	require.NoError(t, err)
	require.Equal(t, pipeline.DeadLetter, res.Outcome)
	require.Len(t, s.letters, 1)
	require.Empty(t, s.batches, "a redrive is no further arrival")

	s.outcome = func(int, store.Record) (store.Outcome, bool) {
		return store.Outcome{State: store.Rejected, Err: errDown}, true
	}
	res, err = newPipeline(s).RedriveDeadLetter(t.Context(), letter(upload))
	require.NoError(t, err)
	require.Equal(t, pipeline.DeadLetter, res.Outcome)
	require.Len(t, s.batches, 1)
}

func TestRedriveSaysThatTheStoreIsAway(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	s.letters[idOf(upload)] = store.Record{}
	s.fail = func(int) (bool, error) { return false, errDown }
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := newPipeline(s).RedriveDeadLetter(ctx, letter(upload))
	require.ErrorIs(t, err, errDown)
	require.Len(t, s.letters, 1)
}

func TestRedriveNeedsTheWholeBody(t *testing.T) {
	t.Parallel()
	l := letter(upload)
	l.Size++
	_, err := newPipeline(newFakeStore()).RedriveDeadLetter(t.Context(), l)
	require.ErrorIs(t, err, pipeline.ErrNotWhole)
}

func TestRepairsNeedAStoreThatIsAble(t *testing.T) {
	t.Parallel()
	p := newPipeline(miscounting{})
	_, err := p.RedriveDeadLetter(t.Context(), letter(upload))
	require.ErrorIs(t, err, pipeline.ErrUnable)
	_, err = p.Rebuild(t.Context())
	require.ErrorIs(t, err, pipeline.ErrUnable)
}

func TestRebuildDerivesAnew(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	p := newPipeline(s)
	p.Process(t.Context(), []pipeline.Message{message(upload)})
	want := s.events[idOf(upload)]
	stale := want
	stale.Subject, stale.Facts, stale.BusinessKey = "", nil, ""
	s.events[idOf(upload)] = stale
	n, err := p.Rebuild(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, want, s.events[idOf(upload)])
}

func TestRebuildKeepsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	s.events[idOf("garbage")] = store.Record{Type: "Old", Subject: "v1", Body: []byte("garbage")}
	_, err := newPipeline(s).Rebuild(t.Context())
	require.NoError(t, err)
	require.Equal(t, vod.Type("Old"), s.events[idOf("garbage")].Type)
	require.Equal(t, "v1", s.events[idOf("garbage")].Subject)
}

func TestRebuildStopsAtAnEventThatIsNotItself(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	s.events[vod.ID{1}] = store.Record{Body: []byte(upload)}
	_, err := newPipeline(s).Rebuild(t.Context())
	require.ErrorContains(t, err, idOf(upload).String())
}
