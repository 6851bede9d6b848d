package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/all"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// filled returns the URL of a store with the life of a video, a failed event of
// another, and three dead letters, of which one can be read by now and one was not
// kept whole.
func filled(t *testing.T, h *home) (url string, readable vod.ID) {
	t.Helper()
	url = "sqlite:" + filepath.ToSlash(t.TempDir()) + "/vod.db"
	require.Contains(t, h.must(t, "migrate", "--store", url), "up to date")
	h.must(t, "migrate", "--store", url)

	s, err := store.Open(url)
	require.NoError(t, err)
	var records []store.Record
	bodies := append(vodtest.Life(vodtest.Medium("ferry")), vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Fail(), vodtest.Medium("lecture")))
	for _, body := range bodies {
		e, id, err := vod.Decode(body)
		require.NoError(t, err)
		records = append(records, store.Record{
			ID: id, Source: store.SourceHTTP, Received: time.Now(), Body: body, Type: e.Head().Type, Subject: e.Head().Subject,
			Status: e.Head().Status.Outcome(), Time: e.Head().Time, Facts: media.Facts(e, id),
		})
	}
	late := vodtest.NewEvent(vod.TypeProduceMediaComplete, vodtest.Medium("trailer"))
	for i, body := range [][]byte{late, []byte("\x1b[2J\xff not JSON"), []byte("the beginning")} {
		id, _ := vod.IDOf(body)
		r := store.Record{ID: id, Source: store.SourceQueue, Received: time.Now(), Body: body, Reason: store.ReasonMalformed, Detail: "test"}
		if i == 0 {
			readable = id
		}
		if i == 2 {
			r.Reason, r.Size, r.SHA256 = store.ReasonTooLarge, 2<<20, [32]byte{1}
		}
		records = append(records, r)
	}
	outcomes, err := s.Commit(t.Context(), records)
	require.NoError(t, err)
	for _, o := range outcomes {
		require.Equal(t, store.New, o.State)
	}
	require.NoError(t, s.Close())
	return url, readable
}

func TestEventsAndMedia(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, _ := filled(t, h)
	h.env = append(h.env, "VOD_STORE="+url)

	for _, tc := range []struct {
		name string
		args []string
		want int
	}{
		{name: "all", want: 12},
		{name: "type", args: []string{"--type", "StreamTranscodeComplete"}, want: 4},
		{name: "types", args: []string{"--type", "FileUploadComplete", "--type", "SnapshotComplete"}, want: 2},
		{name: "medium", args: []string{"--medium", "lecture"}, want: 1},
		{name: "status", args: []string{"--status", "failed"}, want: 1},
		{name: "since", args: []string{"--since", "1h"}, want: 12},
		{name: "since later", args: []string{"--since", "2100-01-01"}},
		{name: "limit", args: []string{"--limit", "3"}, want: 3},
	} {
		found := objects(t, h.must(t, append([]string{"events", "--json"}, tc.args...)...))
		require.Len(t, found, tc.want, tc.name)
	}
	_, code := h.run(t, "events", "--type", "TranscodeComplet")
	require.Equal(t, 2, code)
	_, code = h.run(t, "events", "no-id")
	require.Equal(t, 2, code)

	table := h.must(t, "events")
	require.Len(t, strings.Split(strings.TrimSpace(table), "\n"), 13)
	for line := range strings.Lines(table) {
		require.LessOrEqual(t, len([]rune(line)), 101, line)
	}

	event := objects(t, h.must(t, "events", "--json", "--medium", "lecture"))[0]
	id := fmt.Sprint(event["id"])
	shown := only(t, h.must(t, "events", "--json", id))
	require.Equal(t, event["body"], shown["body"])
	require.NotEmpty(t, shown["facts"])
	text := h.must(t, "events", id)
	require.Contains(t, text, `"VideoId": "lecture"`)
	require.Contains(t, text, "transcode")

	require.Len(t, objects(t, h.must(t, "media", "--json")), 2)
	require.Equal(t, "lecture", only(t, h.must(t, "media", "--json", "--state", "failed"))["id"])
	require.Empty(t, h.must(t, "media", "--json", "--kind", "image"))
	require.Contains(t, h.must(t, "media", "ferry"), "base/Title")
	_, code = h.run(t, "media", "nobody")
	require.Equal(t, 1, code)
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, readable := filled(t, h)
	list := func() []map[string]any {
		return objects(t, h.must(t, "dead-letters", "list", "--json", "--store", url))
	}
	require.Len(t, list(), 3)
	require.Len(t, objects(t, h.must(t, "dead-letters", "list", "--json", "--reason", "too_large", "--store", url)), 1)

	_, code := h.run(t, "events", readable.String(), "--store", url)
	require.Equal(t, 1, code, "it is no event, but a dead letter")
	shown := only(t, h.must(t, "dead-letters", "show", readable.String(), "--json", "--store", url))
	require.Contains(t, shown["body"], "ProduceMediaComplete")
	binary, _ := vod.IDOf([]byte("\x1b[2J\xff not JSON"))
	require.Contains(t, h.must(t, "dead-letters", "show", binary.String(), "--store", url), `\x1b[2J\xff not JSON`)
	require.NotEmpty(t, only(t, h.must(t, "dead-letters", "show", binary.String(), "--json", "--store", url))["body_base64"])

	require.Equal(t, 3, strings.Count(h.must(t, "dead-letters", "redrive", "--all", "--dry-run", "--store", url), "would be tried again"))
	require.Equal(t, 3, strings.Count(h.must(t, "dead-letters", "drop", "--all", "--dry-run", "--store", url), "would be dropped"))
	require.Len(t, list(), 3, "nothing happened")
	out, code := h.run(t, "dead-letters", "redrive", "--all", "--json", "--store", url)
	require.Equal(t, 1, code, "two cannot be read")
	outcomes := map[any]any{}
	for _, o := range objects(t, out) {
		outcomes[o["id"]] = o["outcome"]
	}
	require.Equal(t, "new", outcomes[readable.String()])
	require.Equal(t, "dead_letter", outcomes[binary.String()])
	require.Len(t, outcomes, 3)
	require.Len(t, list(), 2)
	require.Equal(t, "processing", only(t, h.must(t, "media", "trailer", "--json", "--store", url))["state"])

	_, code = h.run(t, "dead-letters", "drop", readable.String(), "--store", url)
	require.Equal(t, 1, code, "it is gone")
	require.Contains(t, h.must(t, "dead-letters", "drop", binary.String(), "--store", url), "dropped")
	h.must(t, "dead-letters", "drop", "--all", "--store", url)
	require.Empty(t, list())
	h.must(t, "dead-letters", "drop", "--all", "--store", url)
}

func TestRebuild(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, _ := filled(t, h)
	before := h.must(t, "media", "--json", "--store", url)
	require.InDelta(t, 12, only(t, h.must(t, "rebuild", "--json", "--store", url))["events"], 0)
	require.Equal(t, before, h.must(t, "media", "--json", "--store", url))
}

func TestStoreIsNotThere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	_, code := h.run(t, "events")
	require.Equal(t, 2, code, "which store?")
	cmd := h.command(t, "events", "--store", "sqlite:"+filepath.ToSlash(t.TempDir())+"/none.db")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Equal(t, 1, cmd.ProcessState.ExitCode())
	require.Contains(t, string(out), "vodctl migrate")
	_, code = h.run(t, "migrate", "--store", "sqlite:"+filepath.ToSlash(t.TempDir())+"/no/such/dir.db")
	require.Equal(t, 1, code)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	const url, key = "https://hooks.example.com/vod", "Key0ofVOD"
	sent := time.Now()
	signed := vod.Sign(url, key, sent)
	args := func(url string, more ...string) []string {
		return append([]string{
			"verify", "--url", url, "--key", "0ther", "--key", key,
			"--timestamp", signed.Get(vod.HeaderTimestamp), "--signature", signed.Get(vod.HeaderSignature),
		}, more...)
	}
	h := newHome(t)
	require.Contains(t, h.must(t, args(url)...), "key 2 of 2")
	out, code := h.run(t, args(url+"/", "--json")...)
	require.Equal(t, 1, code)
	require.Contains(t, out, url+`"`)
	out, code = h.run(t, args(url, "--at", sent.Add(time.Hour).Format(time.RFC3339))...)
	require.Equal(t, 1, code)
	require.Contains(t, out, "only because of the time")

	// By the settings of a function, and without telling the right signature.
	h.env = append(h.env, "VOD_CALLBACK_URL="+url, "VOD_AUTH_KEY=0ther")
	out, code = h.run(t, "verify", "--timestamp", strconv.FormatInt(sent.Unix(), 10), "--signature", signed.Get(vod.HeaderSignature))
	require.Equal(t, 1, code)
	require.Contains(t, out, "not right")
	require.NotContains(t, out, vod.Sign(url, "0ther", sent).Get(vod.HeaderSignature))
}

// TestSendGivesUp proves VOD's rule with an address at which nobody listens.
func TestSendGivesUp(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	out, code := h.run(t, "send", "TranscodeComplete", "--url", "http://127.0.0.1:1/", "--key", "k", "--json")
	require.Equal(t, 1, code)
	sent := only(t, out)
	require.Equal(t, false, sent["acknowledged"])
	require.Len(t, sent["attempts"], 3)
	_, err := os.Stat(filepath.Join(h.dir, ".cache", "vodevents", "dev.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
