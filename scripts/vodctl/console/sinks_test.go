package console_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// taker is a sink that takes everything, or answers everything with an error.
type taker struct {
	err   error
	taken atomic.Int64
}

func (s *taker) Deliver(_ context.Context, batch []sink.Event) []error {
	if s.err == nil {
		s.taken.Add(int64(len(batch)))
	}
	return sink.All(len(batch), s.err)
}

func (*taker) Close() error { return nil }

// withSinks gives the console sinks, and the clock by which its store counts.
func withSinks(sinks map[string]*taker) func(*console.Settings) {
	return func(s *console.Settings) {
		s.Now = time.Now
		for name, t := range sinks {
			s.Pipeline.Sinks = append(s.Pipeline.Sinks, &sink.Route{Name: name, Sink: t})
		}
	}
}

// redrive does what a tick does for sinks.
func (d *desk) redrive() {
	d.t.Helper()
	_, err := d.Pipeline.Redrive(d.t.Context())
	require.NoError(d.t, err)
}

// rest has a sink rest for long, after failures.
func (d *desk) rest(name, lastError string) {
	d.t.Helper()
	require.NoError(d.t, d.Store.(store.Outbox).Rest(d.t.Context(), name, 3, time.Hour, lastError)) //nolint:errcheck,forcetypeassert // SQLite has one
}

func TestSinks(t *testing.T) {
	t.Parallel()
	d := newDesk(t, withSinks(map[string]*taker{
		"crm":    {err: errors.New("away")},
		"search": {},
		"strict": {err: sink.ErrRejected},
	}))
	require.Contains(t, d.get("/sinks").Text, "No function has said yet that it has this sink.")

	d.take(upload(1), upload(2))
	d.redrive()
	d.rest("crm", "connection <b>refused</b>")
	page := d.get("/sinks")
	require.Equal(t, http.StatusOK, page.Status)
	for _, want := range []string{
		`href="/sinks/crm"`, `<span class="badge bad">failing</span>`, `Failed 3 times in a row: connection &lt;b&gt;refused&lt;/b&gt;`, "It rests until",
		`2 failed in the last hour`, `<span class="badge good">well</span>`, `<title>2 delivered in the last hour; at most 2 in two minutes</title>`,
		`action="/sinks/crm/hasten"`, `<dt>Parked</dt><dd>2</dd>`,
	} {
		require.Contains(t, page.Text, want)
	}
	require.NotContains(t, page.Text, `action="/sinks/search/hasten"`, "nothing is owed to it")
	require.NotContains(t, page.Text, "<b>")
}

func TestSinksWithout(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(*console.Settings)
		want   string
	}{
		{name: "sinks", change: func(*console.Settings) {}, want: "vodctl dev --forward-to http://localhost:3000/hook"},
		{name: "outbox", change: func(s *console.Settings) {
			s.Store = struct {
				store.Store
				store.Reader
			}{s.Store, s.Store.(store.Reader)} //nolint:errcheck,forcetypeassert // SQLite can be read
			s.Pipeline.Store = s.Store
		}, want: "This kind of store keeps no deliveries"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, tc.change)
			require.Contains(t, d.get("/sinks").Text, tc.want)
			require.Equal(t, http.StatusNotFound, d.get("/sinks/crm").Status)
			require.Equal(t, http.StatusNotFound, d.post("/sinks/crm/hasten", url.Values{}).Status)
		})
	}
}

func TestSinksNotSeen(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(s *console.Settings) { s.Now = func() time.Time { return time.Now().Add(25 * time.Hour) } })
	outbox := d.Store.(store.Outbox) //nolint:errcheck,forcetypeassert // SQLite has one
	require.NoError(t, outbox.Seen(t.Context(), "old"))
	page := d.get("/sinks")
	require.Contains(t, page.Text, `<span class="badge warn">not seen lately</span>`)
	require.Contains(t, page.Text, "has no sink of that name", "nor has our pipeline")
}

func TestSink(t *testing.T) {
	t.Parallel()
	d := newDesk(t, withSinks(map[string]*taker{"crm": {}}))
	body := upload(1)
	id, err := vod.IDOf(body)
	require.NoError(t, err)
	d.take(body)
	require.Equal(t, http.StatusNotFound, d.get("/sinks/other").Status)
	require.Equal(t, http.StatusBadRequest, d.get("/sinks/crm?state=lost").Status)
	require.Contains(t, d.get("/sinks/crm?state=parked").Text, "No delivery to this sink is parked.")

	page := d.get("/sinks/crm?state=owed").Text
	require.Contains(t, page, `<tr id="d-`+id.String()+`">`)
	require.Contains(t, page, `href="/events/`+id.String()+`">File<wbr>Upload<wbr>Complete</a>`)
	require.Contains(t, page, `<span class="badge warn">owed</span>`)

	d.redrive()
	require.Contains(t, d.get("/sinks/crm?state=owed").Text, "No delivery to this sink is owed.")
	require.Contains(t, d.get("/sinks/crm").Text, `<span class="badge good">delivered</span>`)
}

func TestSinkOfManyDeliveries(t *testing.T) {
	t.Parallel()
	d := newDesk(t, withSinks(map[string]*taker{"crm": {}}))
	messages := make([]pipeline.Message, 101)
	for i := range messages {
		messages[i] = pipeline.Message{Body: upload(i), Source: store.SourceHTTP, Received: now}
	}
	for _, r := range d.Pipeline.Process(t.Context(), messages) {
		require.Equal(t, pipeline.New, r.Outcome)
	}
	require.Contains(t, d.get("/sinks/crm").Text, "These are the last 100 that changed.")
}

func TestHasten(t *testing.T) {
	t.Parallel()
	crm := &taker{err: errors.New("away")}
	strict := &taker{err: sink.ErrRejected}
	d := newDesk(t, withSinks(map[string]*taker{"crm": crm, "strict": strict}))
	d.take(upload(1))
	d.redrive()
	crm.err, strict.err = nil, nil
	d.rest("crm", "away")
	d.redrive()
	require.Zero(t, crm.taken.Load(), "it rests")

	for _, tc := range []struct {
		name, sink string
		form       url.Values
		notice     string
		says       string
	}{
		{name: "owed", sink: "crm", notice: "hastened-1", says: "One delivery is due now"},
		{name: "nothing owed", sink: "strict", notice: "hastened-0", says: "There was nothing to deliver"},
		{name: "parked", sink: "strict", form: url.Values{"parked": {"yes"}}, notice: "hastened-1", says: "One delivery is due now"},
	} {
		got := d.post("/sinks/"+tc.sink+"/hasten", tc.form)
		require.Equal(t, http.StatusSeeOther, got.Status, tc.name)
		require.Equal(t, "/sinks/"+tc.sink+"?notice="+tc.notice, got.Header.Get("Location"), tc.name)
		require.Contains(t, d.get(got.Header.Get("Location")).Text, tc.says, tc.name)
	}
	d.redrive()
	require.Equal(t, int64(1), crm.taken.Load())
	require.Equal(t, int64(1), strict.taken.Load())
}
