package main_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// receive commits an event to a store that is there.
func receive(t *testing.T, url string, source store.Source, body []byte) vod.ID {
	t.Helper()
	s, err := store.Open(url)
	require.NoError(t, err)
	e, id, err := vod.Decode(body)
	require.NoError(t, err)
	outcomes, err := s.Commit(t.Context(), []store.Record{{
		ID: id, Source: source, Received: time.Now().UTC().Truncate(time.Millisecond), Body: body, Type: e.Head().Type,
		Subject: e.Head().Subject, Status: e.Head().Status.Outcome(), Time: e.Head().Time, Facts: media.Facts(e, id),
	}})
	require.NoError(t, err)
	require.Equal(t, store.New, outcomes[0].State)
	require.NoError(t, s.Close())
	return id
}

// follower is a vodctl events --follow that runs.
type follower struct {
	cmd   *exec.Cmd
	out   io.ReadCloser
	lines *bufio.Reader
}

func (h *home) follow(t *testing.T, args ...string) *follower {
	t.Helper()
	f := &follower{cmd: h.command(t, append([]string{"events", "--follow"}, args...)...)}
	var err error
	f.out, err = f.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, f.cmd.Start())
	f.lines = bufio.NewReaderSize(f.out, 16) // so that it reads no more than it has to
	return f
}

func (f *follower) next(t *testing.T) string {
	t.Helper()
	line, err := f.lines.ReadString('\n')
	require.NoError(t, err)
	return line
}

// stop ends it as Ctrl-C does and returns what it printed since.
func (f *follower) stop(t *testing.T) string {
	t.Helper()
	require.NoError(t, f.cmd.Process.Signal(os.Interrupt))
	rest, err := io.ReadAll(f.lines)
	require.NoError(t, err)
	require.NoError(t, f.cmd.Wait(), "exit code 0")
	return string(rest)
}

func TestFollowEvents(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, _ := filled(t, h)
	h = h.with("VOD_STORE=" + url)

	lines, narrow, json := h.follow(t), h.follow(t, "--source", "queue", "--search", "FERRY-2", "--json"), h.follow(t, "--json", "--limit", "3")
	require.Equal(t, "RECEIVED (UTC)  VIA    TYPE                         MEDIUM                            STATUS  ID\n", lines.next(t))
	listed := objects(t, h.must(t, "events", "--json", "--limit", "10"))
	slices.Reverse(listed) // the last received comes last
	for _, e := range listed {
		line := lines.next(t)
		require.NotContains(t, line, "\x1b", "no colours in a pipe")
		require.True(t, strings.HasSuffix(line, fmt.Sprint("  ", e["id"], "\n")), line)
	}
	for _, e := range listed[7:] {
		require.Equal(t, e, only(t, json.next(t)), "the same objects")
	}
	receive(t, url, store.SourceHTTP, vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Medium("ferry-1")))
	require.Equal(t, "ferry-1", only(t, json.next(t))["subject"])
	id := receive(t, url, store.SourceQueue, vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Medium("ferry-2")))
	require.Equal(t, "ferry-2", only(t, json.next(t))["subject"])
	require.Equal(t, id.String(), only(t, narrow.next(t))["id"])
	require.Contains(t, lines.next(t), "ferry-1")
	require.Regexp(t, `^\d\d-\d\d \d\d:\d\d:\d\d  queue  FileUploadComplete           ferry-2 {27}ok      `+id.String()+"\n$", lines.next(t))
	for _, f := range []*follower{lines, narrow, json} {
		require.Empty(t, f.stop(t))
	}
}

// TestFollowEndsWithItsReader has the reader go away, as head does.
func TestFollowEndsWithItsReader(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, _ := filled(t, h)
	f := h.follow(t, "--store", url, "--limit", "1")
	f.next(t)
	f.next(t)
	require.NoError(t, f.out.Close())
	receive(t, url, store.SourceHTTP, vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Medium("ferry-1")))
	require.Error(t, f.cmd.Wait())
	require.Equal(t, 1, f.cmd.ProcessState.ExitCode())
}

func TestFollowRefuses(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, readable := filled(t, h)
	for _, tc := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{name: "an id", args: []string{readable.String(), "--follow", "--store", url}, code: 2, says: "not both"},
		{name: "an id and a text", args: []string{readable.String(), "--search", "x", "--store", url}, code: 2, says: "not both"},
		{name: "no such type", args: []string{"--follow", "--type", "TranscodeComplet", "--store", url}, code: 2, says: "TranscodeComplete"},
		{name: "no such source", args: []string{"--source", "mail", "--store", url}, code: 2, says: "http, topic, queue"},
		{name: "no store", args: []string{"--follow", "--store", "sqlite:" + t.TempDir() + "/none.db"}, code: 1, says: "is the path right?"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			said, code := h.said(t, append([]string{"events"}, tc.args...)...)
			require.Equal(t, tc.code, code)
			require.Contains(t, said, tc.says)
		})
	}
}

// TestSearchEvents lists events by what no query of a store knows.
func TestSearchEvents(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, _ := filled(t, h)
	h = h.with("VOD_STORE=" + url)
	id := receive(t, url, store.SourceQueue, vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Medium("newsreel")))
	require.Equal(t, id.String(), only(t, h.must(t, "events", "--json", "--source", "queue"))["id"])
	require.Equal(t, id.String(), only(t, h.must(t, "events", "--json", "--source", "MNS-queue"))["id"])
	require.Empty(t, h.must(t, "events", "--json", "--source", "topic"))
	require.Len(t, objects(t, h.must(t, "events", "--json", "--source", "http")), 12)
	require.Equal(t, id.String(), only(t, h.must(t, "events", "--json", "--search", "NewsReel"))["id"])
	require.Len(t, objects(t, h.must(t, "events", "--json", "--search", "ferry", "--type", "StreamTranscodeComplete", "--limit", "2")), 2)
	require.Empty(t, h.must(t, "events", "--json", "--search", "newsreel", "--source", "http"))
}
