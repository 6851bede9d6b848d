package console_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

func TestMedia(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Contains(t, d.get("/media").Text, "No media yet")

	d.take(vodtest.Life(vodtest.Medium("life"), vodtest.Created(now.Add(-time.Hour)))...)
	d.take(
		vodtest.NewEvent(vod.TypeImageUploadComplete, vodtest.Medium("picture"), vodtest.At(now)),
		vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Variant("ladder"), vodtest.Medium("ladder"), vodtest.At(now.Add(-2*time.Hour))),
	)
	page := d.get("/media")
	require.Equal(t, http.StatusOK, page.Status)
	rows := rowsOf(page.Text)
	require.Len(t, rows, 3)
	require.Contains(t, rows[0], `href="/media/picture"`, "the last updated comes first")
	require.Contains(t, rows[0], "untitled")
	require.Contains(t, rows[0], `aria-label="image"`)
	require.Contains(t, rows[0], ">uploaded<")
	require.Contains(t, rows[1], "Ferry at dawn")
	require.Contains(t, rows[1], ">playable<")
	require.Contains(t, rows[1], ">9:29<")
	require.Contains(t, rows[2], ">5 <span class=\"badge bad\">1 failed</span>")

	require.Len(t, rowsOf(d.get("/media?state=playable").Text), 2)
	require.Len(t, rowsOf(d.get("/media?kind=image&state=uploaded").Text), 1)
	require.Contains(t, d.get("/media?kind=attached").Text, "No medium is like that")
	require.Equal(t, http.StatusBadRequest, d.get("/media?state=great").Status)
	require.Equal(t, http.StatusBadRequest, d.get("/media?kind=audio").Status)
}

// rowsOf returns the rows of the first list of a page.
func rowsOf(page string) []string {
	_, list, _ := strings.Cut(page, `<tbody id="rows"`)
	list, _, _ = strings.Cut(list, "</tbody>")
	return strings.Split(list, "<tr ")[1:]
}

// TestMediaMany says so if there may be more media than the list shows.
func TestMediaMany(t *testing.T) {
	t.Parallel()
	const shown = 200
	d := newDesk(t)
	var all []pipeline.Message
	for i := range shown + 1 {
		all = append(all, pipeline.Message{Source: store.SourceHTTP, Received: now, Body: vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Medium("m"+strconv.Itoa(i)))})
	}
	d.Pipeline.Process(t.Context(), all)
	page := d.get("/media").Text
	require.Len(t, rowsOf(page), shown)
	require.Contains(t, page, "the 200 media that were updated last")
}

// TestMediaRenditionsDeleted counts no renditions that are gone.
func TestMediaRenditionsDeleted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.take(
		vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Variant("ladder"), vodtest.Medium("m"), vodtest.At(now.Add(-time.Hour))),
		vodtest.NewEvent(vod.TypeDeleteMediaComplete, vodtest.Variant("stream"), vodtest.Set("JobIds", ""), vodtest.Medium("m"), vodtest.At(now)),
	)
	row := rowsOf(d.get("/media").Text)[0]
	require.NotContains(t, row, "failed")
	require.Contains(t, row, `<td class="says"></td>`)
}

func TestFindMedium(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for id, want := range map[string]string{
		" m1 ":          "/media/m1",
		"a/b?c%2F 深圳":   "/media/a%2Fb%3Fc%252F%20%E6%B7%B1%E5%9C%B3",
		"//example.com": "/media/%2F%2Fexample.com",
		"":              "/media",
	} {
		found := d.get("/medium?" + url.Values{"id": {id}}.Encode())
		require.Equal(t, http.StatusSeeOther, found.Status)
		require.Equal(t, want, found.Header.Get("Location"))
	}
}
