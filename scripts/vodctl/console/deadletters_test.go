package console_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// bury has a body kept as a dead letter with a reason, and returns its address. It may
// be one that can be read now, as after an upgrade.
func (d *desk) bury(body []byte, reason store.Reason) string {
	d.t.Helper()
	id, _ := vod.IDOf(body) // the error says that it is no JSON
	got, err := d.Store.Commit(d.t.Context(), []store.Record{{
		ID: id, Source: store.SourceQueue, SourceID: "m-1", Received: now, Body: body, Reason: reason, Detail: "detail of " + string(reason),
	}})
	require.NoError(d.t, err)
	require.Equal(d.t, store.New, got[0].State)
	return "/dead-letters/" + id.String()
}

func upload(seed int) []byte {
	return vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Seed(seed))
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	page := d.get("/dead-letters").Text
	require.Contains(t, page, "nothing is thrown away")
	require.NotContains(t, page, "redrive-all", "there is nothing to try")

	malformed := d.bury([]byte(`<script>"broken`), store.ReasonMalformed)
	d.bury([]byte(`{"other":true}`), store.ReasonForeign)
	dropped := d.bury(upload(1), store.ReasonDropped)
	large := "/dead-letters/" + d.takeLarge()

	page = d.get("/dead-letters").Text
	for _, want := range []string{
		`<span class="badge bad">not readable</span>`, `<span class="badge warn">another product</span>`, `<span class="badge warn">too large</span>`,
		`<span class="badge plain">dropped</span>`, ">detail of malformed</a>", `href="` + malformed + `"`, "Try all 2 again",
		`action="` + malformed + `/redrive"`, `data-ask="An operator took this event out. Bring it back?">Bring back</button>`,
	} {
		require.Contains(t, page, want)
	}
	require.NotContains(t, page, large+"/redrive", "its rest is not there")
	require.Contains(t, page, dropped+"/redrive")

	page = d.get("/dead-letters?reason=foreign").Text
	require.Contains(t, page, "detail of foreign")
	require.NotContains(t, page, "detail of malformed")
	require.Contains(t, page, `<input type="hidden" name="reason" value="foreign">`)
	require.Contains(t, d.get("/dead-letters?reason=rejected").Text, "No dead letter is kept for this reason.")
	require.Equal(t, http.StatusBadRequest, d.get("/dead-letters?reason=other").Status)
}

// takeLarge takes in a body that is too large, and returns the id of its dead letter.
func (d *desk) takeLarge() string {
	d.t.Helper()
	d.take(bytes.Repeat([]byte("长"), pipeline.MaxBody/2))
	found, err := d.Store.(store.Reader).DeadLetters(d.t.Context(), store.DeadLetterQuery{Reason: store.ReasonTooLarge}) //nolint:errcheck,forcetypeassert // SQLite can be read
	require.NoError(d.t, err)
	require.Len(d.t, found, 1)
	return found[0].ID.String()
}

func TestManyDeadLetters(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	records := make([]store.Record, 101)
	for i := range records {
		body := upload(i)
		id, err := vod.IDOf(body)
		require.NoError(t, err)
		records[i] = store.Record{ID: id, Source: store.SourceQueue, Received: now, Body: body, Reason: store.ReasonMalformed}
	}
	_, err := d.Store.Commit(t.Context(), records)
	require.NoError(t, err)
	page := d.get("/dead-letters").Text
	require.Contains(t, page, "Try all 100 again")
	require.Contains(t, page, "These are the last 100.")
	require.Equal(t, "/dead-letters?notice=redriven-100-of-100", d.post("/dead-letters/redrive-all", nil).Header.Get("Location"))
	require.Contains(t, d.get("/dead-letters").Text, "Try it again", "the one that was not listed")
}

func TestDeadLetter(t *testing.T) {
	t.Parallel()
	log := &intake.Log{}
	d := newDesk(t, func(s *console.Settings) { s.Intake = log })
	body := []byte(`<script>alert("1")</script>` + "\u202e")
	address := d.bury(body, store.ReasonMalformed)
	id, _ := vod.IDOf(body)
	log.Add(intake.Arrival{Time: now, Via: store.SourceQueue, ID: id, Outcome: pipeline.DeadLetter})

	page := d.get(address).Text
	for _, want := range []string{
		"detail of malformed", "not a JSON object with an EventType", "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;\\u202e", "queue <code class=\"muted\">m-1</code>",
		"<dd>30 bytes</dd>", "vodctl dead-letters redrive " + id.String(), `<a href="/arrivals/1">Message 1</a>`,
		`action="` + address + `/drop"`, `data-ask="Remove this dead letter for good?"`,
	} {
		require.Contains(t, page, want)
	}
	require.NotContains(t, page, "<script>")
	require.NotContains(t, page, "\u202e")

	file := d.get(address + "/body")
	require.Equal(t, string(body), file.Text)
	require.Equal(t, "application/octet-stream", file.Header.Get("Content-Type"))
	require.True(t, strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment;"))
	require.Equal(t, "nosniff", file.Header.Get("X-Content-Type-Options"))

	for _, path := range []string{"/dead-letters/x", "/dead-letters/00000000-0000-8000-8000-000000000001", "/dead-letters/00000000-0000-8000-8000-000000000001/body"} {
		require.Equal(t, http.StatusNotFound, d.get(path).Status, path)
	}
}

func TestDeadLetterThatIsNotWhole(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	address := "/dead-letters/" + d.takeLarge()
	page := d.get(address).Text
	require.Contains(t, page, "1572864 bytes, of which the first 65536 were kept")
	require.Contains(t, page, "The first 65535 of 1572864 bytes, of which 65536 were kept.", "no half of a character")
	require.NotContains(t, page, address+"/redrive")
	require.Equal(t, address+"?notice=not-whole", d.post(address+"/redrive", nil).Header.Get("Location"))
	require.Contains(t, d.get(address+"?notice=not-whole").Text, "Only the beginning")
}

func TestRedriveDeadLetter(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	body := upload(1)
	id, err := vod.IDOf(body)
	require.NoError(t, err)
	readable, broken := d.bury(body, store.ReasonMalformed), d.bury([]byte(`{"a":1}`), store.ReasonMalformed)

	require.Equal(t, broken+"?notice=still-unreadable", d.post(broken+"/redrive", url.Values{}).Header.Get("Location"))
	got := d.post(readable+"/redrive", url.Values{})
	require.Equal(t, http.StatusSeeOther, got.Status)
	require.Equal(t, "/events/"+id.String()+"?notice=redriven", got.Header.Get("Location"))
	require.Contains(t, d.get(got.Header.Get("Location")).Text, "it is an event now")
	require.Equal(t, "/dead-letters?notice=gone", d.post(readable+"/redrive", url.Values{}).Header.Get("Location"), "a second press")
}

func TestRedriveAllDeadLetters(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.bury(upload(1), store.ReasonMalformed)
	d.bury(upload(2), store.ReasonRejected)
	d.bury([]byte(`{"a":1}`), store.ReasonMalformed)
	dropped := d.bury(upload(3), store.ReasonDropped)

	got := d.post("/dead-letters/redrive-all", url.Values{"reason": {"rejected"}})
	require.Equal(t, "/dead-letters?reason=rejected&notice=redriven-1-of-1", got.Header.Get("Location"))
	require.Contains(t, d.get(got.Header.Get("Location")).Text, "All 1 went through")
	got = d.post("/dead-letters/redrive-all", url.Values{})
	require.Equal(t, "/dead-letters?notice=redriven-1-of-2", got.Header.Get("Location"))
	require.Equal(t, http.StatusOK, d.get(dropped).Status, "what an operator dropped is left alone")
	require.Equal(t, http.StatusBadRequest, d.post("/dead-letters/redrive-all", url.Values{"reason": {"other"}}).Status)
}

func TestDropDeadLetter(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	address := d.bury([]byte(`{"a":1}`), store.ReasonMalformed)
	require.Equal(t, http.StatusNotFound, d.get(address+"/drop").Status)
	require.Equal(t, "/dead-letters?notice=dropped", d.post(address+"/drop", url.Values{}).Header.Get("Location"))
	require.Equal(t, http.StatusNotFound, d.get(address).Status)
	require.Equal(t, "/dead-letters?notice=gone", d.post(address+"/drop", url.Values{}).Header.Get("Location"))
}
