package console_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestReplay(t *testing.T) {
	t.Parallel()
	crm := &taker{}
	d := newDesk(t, withSinks(map[string]*taker{"crm": crm}))
	body := upload(1)
	id, err := vod.IDOf(body)
	require.NoError(t, err)
	// One that came in by a clock that is ahead of ours, and another that stays out of it.
	d.takeAt(store.SourceHTTP, now.Add(time.Hour), body)
	d.take(upload(2))
	d.redrive()
	require.Equal(t, int64(2), crm.taken.Load())

	got := d.post("/events/"+id.String()+"/replay", url.Values{})
	require.Equal(t, http.StatusSeeOther, got.Status)
	require.Equal(t, "/events/"+id.String()+"?notice=replayed", got.Header.Get("Location"))
	require.Contains(t, d.get(got.Header.Get("Location")).Text, "owed to its sinks again")
	d.redrive()
	require.Equal(t, int64(3), crm.taken.Load())

	replays, err := d.Store.(store.Outbox).Replays(t.Context(), 0) //nolint:errcheck,forcetypeassert // SQLite has one
	require.NoError(t, err)
	require.Len(t, replays, 1)
	require.Equal(t, "event "+id.String()+"; from the console", replays[0].Detail)
	require.Regexp(t, `^replay-\d{8}T\d{6}\.\d{3}Z-\d+$`, replays[0].ID)
}

func TestReplayOfNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	body := upload(1)
	id, err := vod.IDOf(body)
	require.NoError(t, err)
	d.take(body)
	got := d.post("/events/"+id.String()+"/replay", url.Values{})
	require.Equal(t, "/events/"+id.String()+"?notice=nothing-owed", got.Header.Get("Location"))
	require.Equal(t, http.StatusNotFound, d.post("/events/00000000-0000-8000-8000-000000000001/replay", url.Values{}).Status)
	require.Equal(t, http.StatusNotFound, d.post("/events/x/replay", url.Values{}).Status)
}

// TestReadOnly: without a pipeline nothing changes, and no button says that it could.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	var p *pipeline.Pipeline
	d := newDesk(t, withSinks(map[string]*taker{"crm": {}}), func(s *console.Settings) { p, s.Pipeline = s.Pipeline, nil })
	d.Pipeline = p
	event, letter := upload(1), []byte(`{"a":1}`)
	d.take(event, letter)
	eventID, err := vod.IDOf(event)
	require.NoError(t, err)
	letterID, err := vod.IDOf(letter)
	require.NoError(t, err)

	for _, path := range []string{
		"/sinks/crm/hasten", "/events/" + eventID.String() + "/replay", "/dead-letters/redrive-all",
		"/dead-letters/" + letterID.String() + "/redrive", "/dead-letters/" + letterID.String() + "/drop",
	} {
		got := d.post(path, url.Values{})
		require.Equal(t, http.StatusForbidden, got.Status, path)
		require.Contains(t, got.Text, "changes nothing", path)
		require.Equal(t, http.StatusNotFound, d.get(path).Status, "%s by GET", path)
	}
	for _, path := range []string{"/sinks", "/sinks/crm", "/dead-letters", "/dead-letters/" + letterID.String()} {
		got := d.get(path)
		require.Equal(t, http.StatusOK, got.Status, path)
		require.NotContains(t, got.Text, `method="post"`, path)
	}
	require.Equal(t, http.StatusOK, d.get("/dead-letters/"+letterID.String()).Status, "it is there")
}
