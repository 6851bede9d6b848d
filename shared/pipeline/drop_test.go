package pipeline_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/sqlite"
	"github.com/vodevents/vodevents/shared/vod"
)

// DropEvent implements [store.Maintainer] in two steps.
func (f *fakeStore) DropEvent(
	ctx context.Context, id vod.ID, detail string, derive func(store.Event) (store.Record, error),
) (bool, error) {
	r, ok := f.events[id]
	if !ok {
		return false, nil
	}
	f.letters[id] = store.Record{ID: id, Body: r.Body, Reason: store.ReasonDropped, Detail: detail}
	delete(f.events, id)
	_, err := f.Rebuild(ctx, derive)
	return true, err
}

// another is a second event about the medium of upload, which it ends.
const another = `{"EventType":"DeleteMediaComplete","EventTime":"2026-11-23T09:00:00Z","Status":"success","MediaType":"video","DeleteType":"all","MediaId":"v1"}`

// What the dropping of a forged event leaves, and that redriving it is the undo.
func TestDropEvent(t *testing.T) {
	t.Parallel()
	s := openSQLite(t)
	reader, ok := s.(store.Reader)
	require.True(t, ok)
	p := newPipeline(s)
	var log bytes.Buffer
	p.Log = slog.New(slog.NewJSONHandler(&log, nil))
	states := func() string {
		all, err := reader.Media(t.Context(), store.MediaQuery{})
		require.NoError(t, err)
		var found []string
		for _, m := range all {
			found = append(found, m.ID+" "+string(m.State))
		}
		return strings.Join(found, ", ")
	}
	letters := func() []store.DeadLetter {
		all, err := reader.DeadLetters(t.Context(), store.DeadLetterQuery{})
		require.NoError(t, err)
		return all
	}

	forged := idOf(another)
	for _, res := range p.Process(t.Context(), []pipeline.Message{message(upload), message(another)}) {
		require.Equal(t, pipeline.New, res.Outcome)
	}
	before := states()
	require.Contains(t, before, "deleted")

	left, err := p.MediumWithout(t.Context(), "v1", forged)
	require.NoError(t, err)
	require.Equal(t, before, states(), "it was only asked")
	nothing, err := p.MediumWithout(t.Context(), "v1", forged, idOf(upload))
	require.NoError(t, err)
	require.Empty(t, nothing.Facts)

	log.Reset()
	dropped, err := p.DropEvent(t.Context(), forged, "not ours")
	require.NoError(t, err)
	require.True(t, dropped)
	require.Equal(t, "v1 uploaded", states())
	require.Equal(t, media.Uploaded, left.State)
	require.Len(t, letters(), 1)
	require.Equal(t, store.ReasonDropped, letters()[0].Reason)
	require.Equal(t, "dropped: not ours", letters()[0].Detail)
	var line struct {
		Level, Msg string
		ID         string `json:"event_id"`
	}
	require.NoError(t, json.Unmarshal(log.Bytes(), &line), "one line")
	require.Equal(t, "WARN event dropped "+forged.String(), line.Level+" "+line.Msg+" "+line.ID)

	log.Reset()
	dropped, err = p.DropEvent(t.Context(), forged, "not ours")
	require.NoError(t, err)
	require.False(t, dropped)
	require.Empty(t, log.String())

	res, err := p.RedriveDeadLetter(t.Context(), letters()[0])
	require.NoError(t, err)
	require.Equal(t, pipeline.New, res.Outcome)
	require.Equal(t, before, states())
	require.Empty(t, letters())
}

// What another event of the medium says cannot be told.
func TestDropEventStopsAtAnEventThatIsNotItself(t *testing.T) {
	t.Parallel()
	s := newFakeStore()
	p := newPipeline(s)
	p.Process(t.Context(), []pipeline.Message{message(upload)})
	s.events[vod.ID{1}] = store.Record{Body: []byte(another)}
	dropped, err := p.DropEvent(t.Context(), idOf(upload), "not ours")
	require.ErrorContains(t, err, idOf(another).String())
	require.False(t, dropped)
}

func TestDropEventNeedsAStoreThatIsAble(t *testing.T) {
	t.Parallel()
	_, err := newPipeline(miscounting{}).DropEvent(t.Context(), vod.ID{1}, "not ours")
	require.ErrorIs(t, err, pipeline.ErrUnable)
}

// More events than are read at once are about the medium, and one that is no longer
// stored.
func TestMediumWithout(t *testing.T) {
	t.Parallel()
	s := openSQLite(t)
	p := newPipeline(s)
	const n = 600
	var messages []pipeline.Message
	for i := range n {
		body := fmt.Sprintf(`{"EventType":"StreamTranscodeComplete","EventTime":"2026-02-03T04:12:00Z","VideoId":"v1","Status":"success","JobId":"%04d"}`, i)
		messages = append(messages, message(body))
	}
	for _, res := range p.Process(t.Context(), messages) {
		require.Equal(t, pipeline.New, res.Outcome)
	}
	gone := media.Fact{Medium: "v1", Kind: media.Video, Facet: "audit", Event: vod.ID{1}, Data: []byte("{}")}
	_, err := s.Commit(t.Context(), []store.Record{{ID: vod.ID{2}, Type: "Another", Subject: "v2", Body: []byte("{}"), Facts: []media.Fact{gone}}})
	require.NoError(t, err)
	left, err := p.MediumWithout(t.Context(), "v1", idOf(string(messages[7].Body)), idOf(string(messages[n-1].Body)))
	require.NoError(t, err)
	require.Len(t, left.Facts, n-2+1)
	require.NotContains(t, left.Facts, "stream/0007")
	require.Contains(t, left.Facts, "audit")
	_, err = newPipeline(miscounting{}).MediumWithout(t.Context(), "v1")
	require.ErrorIs(t, err, pipeline.ErrUnable)
}

// openSQLite returns a store with its tables.
func openSQLite(t *testing.T) store.Store {
	t.Helper()
	s, err := store.Open("sqlite:" + filepath.ToSlash(filepath.Join(t.TempDir(), "vod.db")))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	migrator, ok := s.(store.Migrator)
	require.True(t, ok)
	require.NoError(t, migrator.Migrate(t.Context()))
	return s
}
