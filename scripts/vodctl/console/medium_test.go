package console_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// told is a video that was uploaded, lost one of five renditions, and was archived three
// months later.
func told() [][]byte {
	created := vodtest.Created(now.Add(-100 * 24 * time.Hour))
	bodies := vodtest.Life(vodtest.Medium("m"), created)
	for _, e := range []struct {
		of   vod.Type
		opts []vodtest.Option
	}{
		{vod.TypeStreamTranscodeComplete, []vodtest.Option{vodtest.Variant("4k"), vodtest.Fail()}},
		{vod.TypeUpdateMediaStorageClassComplete, []vodtest.Option{vodtest.Variant("ia")}},
		{vod.TypeSnapshotComplete, []vodtest.Option{vodtest.Variant("sprite")}},
		{vod.TypeDynamicImageComplete, nil},
		{vod.TypeAIVideoTagComplete, nil},
		{vod.TypeAIMediaDNAComplete, nil},
		{vod.TypeSubmitMediaRefreshComplete, nil},
		{vod.TypeWorkflowTaskComplete, nil},
		{vod.TypeUploadByURLComplete, nil},
		{vod.TypeRestoreMediaComplete, []vodtest.Option{vodtest.Fail()}},
	} {
		bodies = append(bodies, vodtest.NewEvent(e.of, append(e.opts, vodtest.Medium("m"), created)...))
	}
	return bodies
}

func TestMedium(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.take(told()...)
	page := d.get("/media/m")
	require.Equal(t, http.StatusOK, page.Status)
	for _, want := range []string{
		"<h1>Bread in four hours</h1>",
		`<span class="badge good">playable</span>`,
		"4 of 5 renditions succeeded.",
		`<code id="medium-id">m</code>`,
		`role="img" aria-labelledby="timeline-name timeline-about"`,
		"21 events, of which 2 failed",
		"Rendition HD mp4: ",
		"encrypted",
		"InvalidParameter.ResourceContentBad",
		"cover", "sprites", "animation",
		"auditor-2",
		"IA · by a lifecycle rule",
		"from source.example.com",
		"RestoreMediaComplete",
	} {
		require.Contains(t, page.Text, want)
	}
	require.NotContains(t, page.Text, `method="post"`, "nothing is changed here")
	events, err := d.Store.(store.Reader).Events(t.Context(), store.EventQuery{Subject: "m"}) //nolint:errcheck,forcetypeassert // SQLite can be read
	require.NoError(t, err)
	picture := pictureOf(t, page.Text)
	for _, e := range events {
		require.Contains(t, picture, `href="/events/`+e.ID.String()+`"`, e.Type)
	}
}

// pictureOf returns the timeline of a page.
func pictureOf(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)<svg class="timeline".*?</svg>`).FindString(page)
	require.NotEmpty(t, found)
	return found
}

// TestMediumInAnyOrder has the same picture however the events came in.
func TestMediumInAnyOrder(t *testing.T) {
	t.Parallel()
	bodies := told()
	d := newDesk(t)
	d.take(bodies...)
	want := d.get("/media/m").Text
	slices.Reverse(bodies)
	other := newDesk(t)
	for i, b := range bodies {
		other.takeAt(store.SourceQueue, now.Add(-time.Duration(i)*time.Minute), b)
		other.takeAt(store.SourceHTTP, now, b) // once more
	}
	got := other.get("/media/m").Text
	require.Equal(t, pictureOf(t, want), pictureOf(t, got))
	require.Equal(t, renditionsOf(want), renditionsOf(got))
}

func renditionsOf(page string) string {
	_, page, _ = strings.Cut(page, `<div id="renditions"`)
	page, _, _ = strings.Cut(page, `<div id="snapshots"`)
	return page
}

// TestMediumBecause has a row for each state, and for each way there.
func TestMediumBecause(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at := func(minutes int, of vod.Type, opts ...vodtest.Option) []byte {
		return vodtest.NewEvent(of, append(opts, vodtest.Medium("m"), vodtest.At(now.Add(-time.Hour+time.Duration(minutes)*time.Minute)))...)
	}
	upload := at(0, vod.TypeFileUploadComplete)
	stream := at(1, vod.TypeStreamTranscodeComplete)
	broken := at(2, vod.TypeStreamTranscodeComplete, vodtest.Variant("4k"), vodtest.Fail())
	for _, tc := range []struct {
		name  string
		told  [][]byte
		state string
		want  string
	}{
		{"created", [][]byte{at(0, vod.TypeMediaBaseChangeComplete)}, "created", "VOD knows of it. No file has come yet."},
		{"source deleted", [][]byte{upload, at(1, vod.TypeDeleteMediaComplete, vodtest.Variant("mezzanine"))}, "created", "Its source file was deleted on November 24, 2026, and there is no rendition."},
		{"uploaded", [][]byte{upload}, "uploaded", "The source file is there."},
		{"pulled", [][]byte{at(0, vod.TypeUploadByURLComplete)}, "processing", "Its source file is being made."},
		{"one failed", [][]byte{upload, broken}, "processing", "1 rendition failed, and transcoding is not over."},
		{"one of two", [][]byte{upload, stream, broken}, "playable", "1 of 2 renditions succeeded."},
		{"one", [][]byte{stream}, "playable", "Its rendition succeeded."},
		{"all", [][]byte{at(0, vod.TypeTranscodeComplete, vodtest.Variant("multi-stream"))}, "playable", "All 4 renditions succeeded."},
		{"all, without renditions", [][]byte{at(0, vod.TypeTranscodeComplete, vodtest.Variant("no-streams"))}, "playable", "Transcoding succeeded."},
		{"a failure before another upload", [][]byte{at(-9, vod.TypeStreamTranscodeComplete, vodtest.Variant("4k"), vodtest.Fail()), upload, stream}, "playable", "Its rendition succeeded."},
		{"none", [][]byte{upload, broken, at(3, vod.TypeTranscodeComplete, vodtest.Fail(), vodtest.Variant("no-streams"), vodtest.Set("ErrorCode", "E1"))}, "failed", "Transcoding failed in every rendition: E1"},
		{"not readable", [][]byte{upload, at(1, vod.TypeVideoAnalysisComplete, vodtest.Fail())}, "failed", "The source file cannot be read: InvalidParameter.ResourceContentBad"},
		{"production failed", [][]byte{at(0, vod.TypeProduceMediaComplete, vodtest.Fail())}, "failed", "The production failed"},
		{"blocked", [][]byte{stream, at(2, vod.TypeCreateAuditComplete, vodtest.Variant("blocked"))}, "blocked", "A reviewer blocked it on November 24, 2026: 版权不清 (rights unclear)."},
		{"archived", [][]byte{stream, at(2, vod.TypeUpdateMediaStorageClassComplete, vodtest.Variant("cold-archive"))}, "archived", "All of it is of storage class ColdArchive since November 24, 2026."},
		{"restored", [][]byte{stream, at(2, vod.TypeUpdateMediaStorageClassComplete, vodtest.Variant("archive")), at(3, vod.TypeRestoreMediaComplete)}, "playable", "It is archived, and was restored for some time."},
		{"deleted", [][]byte{stream, at(2, vod.TypeDeleteMediaComplete)}, "deleted", "It was deleted as a whole on November 24, 2026."},
		{"unknown", [][]byte{at(0, "ChapterComplete")}, "", "No event says anything about its state."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			page := d.getAbout(tc.name, tc.told...).Text
			_, head, _ := strings.Cut(page, `<div id="top"`)
			head, _, _ = strings.Cut(head, "<dl")
			require.Contains(t, head, tc.want)
			if tc.state != "" {
				require.Contains(t, head, ">"+tc.state+"</span>")
			}
		})
	}
}

// getAbout takes bodies about the medium m as if they were about another one, and asks for
// the page of that.
func (d *desk) getAbout(id string, bodies ...[]byte) answer {
	d.t.Helper()
	for _, b := range bodies {
		d.take(bytes.ReplaceAll(b, []byte(`"m"`), []byte(`"`+id+`"`)))
	}
	return d.get("/media/" + url.PathEscape(id))
}

func TestMediumNotKnown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.take(told()...)
	for _, path := range []string{"/media/other", "/media/%00", "/media/%ff", "/media/a%2Fb"} {
		require.Equal(t, http.StatusNotFound, d.get(path).Status, path)
	}
	require.Equal(t, http.StatusBadRequest, d.get("/media/m?before=x").Status)
}

// TestMediumHostile has a medium whose every text is an attack.
func TestMediumHostile(t *testing.T) {
	t.Parallel()
	const bad = `"><script>alert(1)</script><img src=x onerror=alert(1)>` + "\u202e"
	id := "../a/b?" + bad
	d := newDesk(t)
	d.take(
		vodtest.NewEvent(vod.TypeMediaBaseChangeComplete, vodtest.Medium(id), vodtest.Set("MediaContent", map[string]any{
			"Title": map[string]any{"NewValue": bad}, "CoverURL": map[string]any{"NewValue": "javascript:alert(1)"},
		})),
		vodtest.NewEvent(vod.TypeStreamTranscodeComplete, vodtest.Medium(id), vodtest.Set("JobId", bad), vodtest.Set("Definition", bad),
			vodtest.Set("Format", bad), vodtest.Set("FileUrl", "javascript:alert(1)"), vodtest.Set("StartTime", "0001-01-01T00:00:00Z")),
		vodtest.NewEvent(vod.TypeCreateAuditComplete, vodtest.Medium(id), vodtest.Set("AuditStatus", bad), vodtest.Set("Reason", bad), vodtest.Set("EventTime", "9999-12-31T23:59:59Z")),
		vodtest.NewEvent(vod.TypeSnapshotComplete, vodtest.Medium(id), vodtest.Set("SnapshotInfos.0.SnapshotType", bad)),
		vodtest.NewEvent(vod.TypeAIMediaDNAComplete, vodtest.Medium(id), vodtest.Set("Data.VideoDNA.0.PrimaryKey", "javascript:alert(1)")),
		vodtest.NewEvent("New"+bad, vodtest.Medium(id)),
	)
	for _, path := range []string{"/media", "/media/" + url.PathEscape(id)} {
		page := d.get(path)
		require.Equal(t, http.StatusOK, page.Status)
		require.NotContains(t, page.Text, "<script>alert")
		require.NotContains(t, page.Text, "<img")
		require.NotContains(t, regexp.MustCompile(`title="[^"]*"`).ReplaceAllString(page.Text, ""), "\u202e")
		require.NotRegexp(t, `(?i)(href|src)="javascript:`, page.Text)
	}
}

func TestMediumPages(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const all, rows = 60, 50
	for i := range all {
		d.takeAt(store.SourceHTTP, now.Add(-time.Duration(i)*time.Minute), vodtest.NewEvent(vod.TypeMediaBaseChangeComplete,
			vodtest.Variant("update"), vodtest.Medium("a/b"), vodtest.Extend(strconv.Itoa(i)), vodtest.At(now.Add(-time.Duration(i)*time.Minute))))
	}
	first := d.get("/media/a%2Fb").Text
	require.Len(t, rowsOf(first), rows)
	older := regexp.MustCompile(`href="(/media/a%2Fb\?before=[^"#]*)#events" rel="next"`).FindStringSubmatch(first)
	require.NotNil(t, older)
	second := d.get(older[1]).Text
	require.Len(t, rowsOf(second), all-rows)
	require.NotContains(t, second, `rel="next"`)
	require.Contains(t, second, ">Newest<")
	require.Equal(t, pictureOf(t, first), pictureOf(t, second), "the picture shows them all on every page")
}

// TestMediumPruned shows what is known when the events are gone: facts stay.
func TestMediumPruned(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(s *console.Settings) { s.Store = forgetful{s.Store, s.Store.(store.Reader)} }) //nolint:errcheck,forcetypeassert // SQLite can be read
	d.take(told()...)
	page := d.get("/media/m")
	require.Equal(t, http.StatusOK, page.Status)
	require.Contains(t, page.Text, "4 of 5 renditions succeeded.")
	require.Contains(t, page.Text, "Its events are not stored any more.")
}

// forgetful is a store whose events were pruned.
type forgetful struct {
	store.Store
	store.Reader
}

func (forgetful) Events(context.Context, store.EventQuery) ([]store.Event, error) { return nil, nil }

// TestMediumOfDots: two ids are none in a path.
func TestMediumOfDots(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, id := range []string{".", ".."} {
		for i := range 60 {
			d.take(vodtest.NewEvent(vod.TypeSnapshotComplete, vodtest.Medium(id), vodtest.Seed(i)))
		}
		path := "/medium?id=" + id
		require.Contains(t, d.get("/media").Text, `href="`+path+`"`)
		require.Contains(t, d.get("/events?medium="+id).Text, `href="`+path+`"`)
		page := d.get(path)
		require.Equal(t, http.StatusOK, page.Status)
		require.Contains(t, page.Text, `<code id="medium-id">`+id+`</code>`)
		_, rest, ok := strings.Cut(page.Text, `href="`+path+"&amp;before=")
		require.True(t, ok)
		next, _, _ := strings.Cut(rest, "#")
		older := d.get(path + "&before=" + next)
		require.Equal(t, 10, strings.Count(older.Text, `<tr id="e-`))
		require.Contains(t, older.Text, `href="`+path+`#events">Newest`)
	}
	require.Equal(t, "/media/a%2F..", d.get("/medium?id=a/..").Header.Get("Location"))
	require.Equal(t, http.StatusSeeOther, d.get("/medium?id=m").Status)
}
