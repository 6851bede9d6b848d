package console_test

import (
	"bufio"
	"context"
	"errors"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	empty := d.get("/events")
	require.Equal(t, http.StatusOK, empty.Status)
	require.Contains(t, empty.Text, "No events yet")

	upload := vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Medium("film-1"))
	failed := vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Medium("film-2"), vodtest.Fail())
	d.take(upload)
	d.takeAt(store.SourceQueue, now.Add(-time.Hour), failed)
	for _, tc := range []struct {
		name, query        string
		upload, transcoded bool
	}{
		{name: "all", query: "", upload: true, transcoded: true},
		{name: "type", query: "?type=FileUploadComplete", upload: true},
		{name: "status", query: "?status=failed", transcoded: true},
		{name: "medium", query: "?medium=film-1", upload: true},
		{name: "since", query: "?since=30m", upload: true},
		{name: "source", query: "?source=mns-queue", transcoded: true},
		{name: "search", query: "?q=FILM-2", transcoded: true},
		{name: "search for nothing", query: "?q=nowhere"},
		{name: "two filters", query: "?type=FileUploadComplete&status=failed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			page := d.get("/events" + tc.query)
			require.Equal(t, http.StatusOK, page.Status)
			require.Equal(t, tc.upload, strings.Contains(page.Text, `href="/media/film-1"`))
			require.Equal(t, tc.transcoded, strings.Contains(page.Text, `href="/media/film-2"`))
		})
	}
	require.Equal(t, http.StatusBadRequest, d.get("/events?since=yesterday").Status)
	require.NotContains(t, d.get("/events?medium=film-1").Text, "Ferry")
	d.take(vodtest.NewEvent(vod.TypeMediaBaseChangeComplete, vodtest.Medium("film-1"), vodtest.Set("MediaContent.Title.NewValue", "Ferry")))
	require.Contains(t, d.get("/events?type=FileUploadComplete").Text, `<span class="title">Ferry</span>`)
	require.Equal(t, http.StatusBadRequest, d.get("/events?before=1_2").Status)
	for _, bad := range []string{"status=bogus", "source=bogus", "type=%00", "medium=a%00b", "medium=%ff"} {
		require.Equal(t, http.StatusBadRequest, d.get("/events?"+bad).Status, bad)
	}
}

// TestEventsTitle: nothing in the title of a window turns the direction of writing.
func TestEventsTitle(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	event := []byte(`{"EventType":"Turn\u202eed","VideoId":"a\u202eb"}`)
	d.take(event)
	id, err := vod.IDOf(event)
	require.NoError(t, err)
	for _, path := range []string{"/events", "/events/" + id.String(), "/media"} {
		require.NotContains(t, d.get(path).Text, "\u202e", path)
	}
}

func TestEventsPages(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range 120 {
		d.takeAt(store.SourceHTTP, now.Add(-time.Duration(i/40)*time.Second), vodtest.NewEvent(vod.TypeDeleteMediaComplete, vodtest.Seed(i)))
	}
	seen := map[string]bool{}
	path := "/events?status=succeeded"
	for pages := 0; path != ""; pages++ {
		require.Less(t, pages, 4)
		page := d.get(path)
		require.Equal(t, pages > 0, strings.Contains(page.Text, `href="/events?status=succeeded">Newest`))
		for _, part := range strings.Split(page.Text, `<tr id="e-`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			require.NotContains(t, seen, id, "twice")
			seen[id] = true
		}
		_, rest, _ := strings.Cut(page.Text, `href="/events?before=`)
		next, _, _ := strings.Cut(rest, `"`)
		if path = ""; next != "" {
			path = "/events?before=" + html.UnescapeString(next)
		}
	}
	require.Len(t, seen, 120)
}

func TestEvent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	body := vodtest.NewEvent(vod.TypeStreamTranscodeComplete, vodtest.Medium("film-1"), vodtest.Set("HdrType", "<script>alert(1)</script>"))
	d.take(body)
	id, err := vod.IDOf(body)
	require.NoError(t, err)
	page := d.get("/events/" + id.String())
	require.Equal(t, http.StatusOK, page.Status)
	for _, want := range []string{
		"StreamTranscodeComplete", "Reports that one output of a transcoding job is done", `href="/media/film-1"`,
		"not documented", "&lt;script&gt;alert(1)&lt;/script&gt;", "38.9 MB", "It was checked when the event came in",
	} {
		require.Contains(t, page.Text, want)
	}
	require.NotContains(t, page.Text, "<script>alert")
	require.Equal(t, string(body), d.get("/events/"+id.String()+"/body").Text, "byte for byte")

	require.Equal(t, http.StatusNotFound, d.get("/events/"+vod.ID{1}.String()).Status)
	require.Equal(t, http.StatusNotFound, d.get("/events/no-id").Status)
	require.Equal(t, http.StatusNotFound, d.get("/nowhere").Status)
	require.Equal(t, http.StatusNotFound, d.get("/events/"+id.String()+"/curl").Status, "nobody can make one")
}

// A body that is nested deep would be larger by a factor of thousands if it was set in.
func TestDeepEvent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	deep := strings.Repeat("[", 9_000) + strings.Repeat("1,", 20_000) + "1" + strings.Repeat("]", 9_000)
	event := []byte(`{"EventType":"FileUploadComplete","VideoId":"film-1","Extend":` + deep + `}`)
	d.take(event)
	id, err := vod.IDOf(event)
	require.NoError(t, err)
	page := d.get("/events/" + id.String())
	require.Equal(t, http.StatusOK, page.Status)
	require.Less(t, len(page.Text), 1<<20)
	require.Contains(t, page.Text, "[[[1,1,1")
}

func TestCurl(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(s *console.Settings) {
		s.Curl = func(_ context.Context, body []byte) (string, error) { return "curl " + string(body), nil }
	})
	body := vodtest.NewEvent(vod.TypeDeleteMediaComplete)
	d.take(body)
	id, err := vod.IDOf(body)
	require.NoError(t, err)
	got := d.get("/events/" + id.String() + "/curl")
	require.Equal(t, "curl "+string(body), got.Text)
	require.Equal(t, "text/plain; charset=utf-8", got.Header.Get("Content-Type"))
}

func TestAssets(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	page := d.get("/events").Text
	for _, name := range []string{"console.css", "console.js", "icon.svg"} {
		before, _, ok := strings.Cut(page, "/"+name)
		require.True(t, ok, name)
		path := before[strings.LastIndex(before, `"`)+1:] + "/" + name
		got := d.get(path)
		require.Equal(t, http.StatusOK, got.Status, path)
		require.Contains(t, got.Header.Get("Cache-Control"), "immutable")
	}
	require.Equal(t, http.StatusNotFound, d.get("/assets/000000000000/console.js").Status)
	require.Equal(t, http.StatusNotFound, d.get("/assets/console.js").Status)
}

// A page is told when something comes in.
func TestLive(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.server.URL+"/live", nil)
	require.NoError(t, err)
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	news := func() string {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		t.Fatal("no more news: ", lines.Err())
		return ""
	}
	first := news()
	d.take(vodtest.NewEvent(vod.TypeDeleteMediaComplete))
	second := news()
	require.NotEqual(t, first, second)
	d.take([]byte("no event"))
	require.NotEqual(t, second, news())
}

// TestDriftOfMany: no more is offered than there is.
func TestDriftOfMany(t *testing.T) {
	t.Parallel()
	h := &manyEvents{n: 2_000}
	d := newDesk(t, func(s *console.Settings) { h.Store, s.Store = s.Store, h })
	require.NotContains(t, d.get("/drift").Text, "more=1")
	h.n++
	require.Contains(t, d.get("/drift").Text, "more=1")
	require.Contains(t, d.get("/drift?more=1").Text, "2001")
}

// manyEvents is a store that has n events, all alike.
type manyEvents struct {
	store.Store
	store.Reader

	n int
}

func (m *manyEvents) Events(_ context.Context, q store.EventQuery) ([]store.Event, error) {
	from := m.n
	if q.Before != (store.Cursor{}) {
		from = int(q.Before.Received.Unix())
	}
	var found []store.Event
	for i := from - 1; i >= 0 && len(found) < q.Limit; i-- {
		found = append(found, store.Event{Received: time.Unix(int64(i), 0), Type: vod.TypeFileUploadComplete, Body: []byte(`{}`)})
	}
	return found, nil
}

func (*manyEvents) DeadLetters(context.Context, store.DeadLetterQuery) ([]store.DeadLetter, error) {
	return nil, nil
}

func TestDrift(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.take(vodtest.NewEvent(vod.TypeFileUploadComplete))
	require.Contains(t, d.get("/drift").Text, "No drift")
	d.take(
		vodtest.NewEvent("SubtitleComplete"),
		vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Set("StreamInfos.0.HdrType", "HDR10")),
	)
	page := d.get("/drift").Text
	require.NotContains(t, page, "No drift")
	require.Contains(t, page, "SubtitleComplete")
	require.Contains(t, page, "StreamInfos[].HdrType")
	require.Contains(t, page, "HdrType string `json:&#34;HdrType,omitzero&#34;`")
}

// simulator is a fake one.
type simulator struct {
	sent   []string
	result vodtest.Result
	err    error
}

func (*simulator) Ways() []string { return []string{"http", "queue"} }

func (s *simulator) Send(_ context.Context, way string, body []byte) (vodtest.Result, error) {
	s.sent = append(s.sent, way+" "+string(body))
	return s.result, s.err
}

func TestSend(t *testing.T) {
	t.Parallel()
	sim := &simulator{result: vodtest.Result{Acknowledged: true, Attempts: []vodtest.Attempt{{Number: 1, Status: 200, Body: []byte("<b>new</b>")}}}}
	d := newDesk(t, func(s *console.Settings) { s.Simulator = sim })
	for _, typ := range append(vod.Types(), "SomethingNew") {
		for _, variant := range vodtest.Variants(typ) {
			form := d.get("/send?" + url.Values{"type": {string(typ)}, "variant": {variant}, "fail": {"1"}, "medium": {"film-1"}}.Encode())
			require.Equal(t, http.StatusOK, form.Status, "%s %s", typ, variant)
			require.Contains(t, form.Text, "film-1")
			require.Contains(t, form.Text, "<option selected>"+string(typ)+"</option>")
		}
	}

	done := d.post("/send", url.Values{"way": {"queue"}, "body": {"{\r\n}"}})
	require.Equal(t, http.StatusSeeOther, done.Status)
	require.Equal(t, []string{"queue {\n}"}, sim.sent)
	page := d.get(done.Header.Get("Location")).Text
	require.Contains(t, page, "accepted")
	require.Contains(t, page, "&lt;b&gt;new&lt;/b&gt;")
	require.Contains(t, page, "/dead-letters/", "it is no event")

	require.Equal(t, http.StatusBadRequest, d.post("/send", url.Values{"way": {"pigeon"}, "body": {"{}"}}).Status)
	const most = 1 << 20
	for _, tc := range []struct {
		body string
		want string // empty if it is sent
	}{
		{body: strings.Repeat("\n", most)},
		{body: strings.Repeat("中", most/3)},
		{body: strings.Repeat("x", most+1), want: "at most 1 MiB"},
		{body: strings.Repeat("\n", most+1<<17), want: "at most 1 MiB"},
	} {
		got := d.post("/send", url.Values{"way": {"http"}, "body": {tc.body}})
		if tc.want == "" {
			require.Equal(t, http.StatusSeeOther, got.Status)
			require.Equal(t, "http "+tc.body, sim.sent[len(sim.sent)-1])
			continue
		}
		require.Equal(t, http.StatusBadRequest, got.Status)
		require.Contains(t, got.Text, tc.want)
	}
	bad := d.do(http.MethodPost, "/send?%zz", url.Values{"way": {"http"}, "body": {"{}"}}, http.Header{"Sec-Fetch-Site": {"same-origin"}})
	require.Equal(t, http.StatusBadRequest, bad.Status)
	require.Contains(t, bad.Text, "cannot be read")
	sim.err = errors.New("nobody there")
	require.Contains(t, d.post("/send", url.Values{"way": {"http"}, "body": {"{}"}}).Text, "nobody there")
	require.Equal(t, http.StatusNotFound, d.get("/send/99").Status)
	require.Equal(t, http.StatusNotFound, newDesk(t).get("/send").Status, "no form without a simulator")
}

func TestTheme(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.NotContains(t, d.get("/events").Text, "data-theme")
	require.Contains(t, d.do(http.MethodGet, "/events", nil, http.Header{"Cookie": {"theme=dark"}}).Text, `data-theme="dark"`)
	require.NotContains(t, d.do(http.MethodGet, "/events", nil, http.Header{"Cookie": {"theme=x"}}).Text, "data-theme")
}

// Nothing of a text is lost on the way to a reader, and nothing of it drives his screen.
func TestPrintable(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const title = "中文　全角 👨\u200d👩 می\u200cخواهم"
	body := vodtest.NewEvent("SubtitleComplete", vodtest.Set("Title", title), vodtest.Set("Turned", "a\u202eb"))
	d.take(body)
	id, err := vod.IDOf(body)
	require.NoError(t, err)
	page := d.get("/events/" + id.String()).Text
	require.Contains(t, page, title)
	require.Contains(t, page, `a\u202eb`)
	require.NotContains(t, page, "\u202e")
}

// A store without tables, or that is away, has a page of its own.
func TestStoreAway(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.NoError(t, d.Store.Close())
	page := d.get("/events")
	require.Equal(t, http.StatusBadGateway, page.Status)
	require.Contains(t, page.Text, "The store does not answer")
	require.NotContains(t, page.Text, "Is it running?", "a file does not run")
	require.Contains(t, page.Text, "may this user write it and its directory?")
}
