package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/tail"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// eventsPage is the list of events.
type eventsPage struct {
	Filter eventFilter
	Rows   []eventRow
	// Older is the address of the next page; empty at the end of the list. Newest is that
	// of the first one.
	Older, Newest string
	// Searched says how far a search has looked, if it has not looked through everything.
	Searched string
	First    bool // the page with the newest events, which follows what comes in
	Types    []vod.Type
	Sources  []store.Source
	Start    Start
	Form     bool // there is a form that sends events
}

// eventRow is an event in a list.
type eventRow struct {
	store.Event // without its Body

	Summary string
	Title   string // of its medium; empty if that has none, or where there is no need to say it
}

// titled adds the titles of the media to rows. Without the store's help they have none.
func (c *Console) titled(ctx context.Context, rows []eventRow) {
	var ids []string
	for _, r := range rows {
		if r.Subject != "" && !slices.Contains(ids, r.Subject) {
			ids = append(ids, r.Subject)
		}
	}
	if len(ids) == 0 {
		return
	}
	found, err := c.reader.Media(ctx, store.MediaQuery{IDs: ids, Limit: len(ids)})
	if err != nil {
		c.settings.Log.WarnContext(ctx, "events are shown without titles", "error", err.Error())
		return
	}
	titles := map[string]string{}
	for _, m := range found {
		titles[m.ID] = m.Title
	}
	for i := range rows {
		rows[i].Title = titles[rows[i].Subject]
	}
}

func newEventRows(found []store.Event) []eventRow {
	rows := make([]eventRow, 0, len(found))
	for _, e := range found {
		rows = append(rows, eventRow{Event: withoutBody(e), Summary: strings.Clone(summary(e))})
	}
	return rows
}

// withoutBody returns what lists keep of an event: its body may have a mebibyte.
func withoutBody(e store.Event) store.Event {
	e.Body = nil
	return e
}

// eventFilter is what the form above the list says, as it stands in addresses.
type eventFilter struct {
	Type, Medium, Status, Source, Since, Text string

	before store.Cursor
}

// filterOf reads the filter of a request.
func filterOf(values url.Values) (eventFilter, error) {
	f := eventFilter{
		Type: values.Get("type"), Medium: strings.TrimSpace(values.Get("medium")), Status: values.Get("status"),
		Source: values.Get("source"), Since: strings.TrimSpace(values.Get("since")), Text: strings.TrimSpace(values.Get("q")),
	}
	switch {
	case !storable(f.Type), !storable(f.Medium):
		return f, &requestError{"No event has such a type or medium."}
	case f.Status != "" && f.Status != string(vod.Succeeded) && f.Status != string(vod.Failed):
		return f, &requestError{"The status is succeeded or failed, not " + printable(f.Status) + "."}
	case f.Source != "" && !slices.Contains(sources(), store.Source(f.Source)):
		return f, &requestError{"Events do not come by “" + printable(f.Source) + "”."}
	}
	var err error
	f.before, err = cursorOf(values.Get("before"))
	return f, err
}

// sources are the ways in which events come in.
func sources() []store.Source {
	return []store.Source{store.SourceHTTP, store.SourceTopic, store.SourceQueue}
}

// Active reports whether anything is filtered.
func (f eventFilter) Active() bool { return f != eventFilter{before: f.before} }

// More reports whether something is filtered that is folded away on small screens.
func (f eventFilter) More() bool {
	return f.Type != "" || f.Medium != "" || f.Status != "" || f.Source != "" || f.Since != ""
}

// query returns what the store is asked.
func (f eventFilter) query(now time.Time) (store.EventQuery, error) {
	q := store.EventQuery{Subject: f.Medium, Status: vod.Outcome(f.Status), Before: f.before, Limit: pageSize}
	if f.Type != "" {
		q.Types = []vod.Type{vod.Type(f.Type)}
	}
	if f.Since != "" {
		since, err := moment(now, f.Since)
		if err != nil {
			return q, err
		}
		q.Since = since
	}
	return q, nil
}

// values returns the filter as it stands in addresses.
func (f eventFilter) values() url.Values {
	v := url.Values{}
	for _, p := range []struct{ name, value string }{
		{"type", f.Type},
		{"medium", f.Medium},
		{"status", f.Status},
		{"source", f.Source},
		{"since", f.Since},
		{"q", f.Text},
	} {
		if p.value != "" {
			v.Set(p.name, p.value)
		}
	}
	return v
}

// moment returns the time that a text names: 90m (ago), 2d, 2026-11-23 or
// 2026-11-23T08:00:00Z.
func moment(now time.Time, text string) (time.Time, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return now.Add(-time.Duration(n) * 24 * time.Hour), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, &requestError{"The time “" + text + "” cannot be read: write 90m (ago), 2d, 2026-11-23 or 2026-11-23T08:00:00Z, in UTC."}
}

// The place of an event in the list, as it stands in addresses.

func cursorText(c store.Cursor) string {
	return strconv.FormatInt(c.Received.UnixMilli(), 10) + "_" + c.ID.String()
}

func cursorOf(text string) (store.Cursor, error) {
	if text == "" {
		return store.Cursor{}, nil
	}
	ms, rest, ok := strings.Cut(text, "_")
	at, err := strconv.ParseInt(ms, 10, 64)
	var id vod.ID
	if err == nil {
		err = id.UnmarshalText([]byte(rest))
	}
	if err != nil || !ok {
		return store.Cursor{}, &requestError{"The address of this page of the list is not whole."}
	}
	return store.Cursor{Received: time.UnixMilli(at).UTC(), ID: id}, nil
}

// pageSize is how many rows a list has.
const pageSize = 50

// events shows the list of events.
func (c *Console) events(r *http.Request) (view, error) {
	f, err := filterOf(r.URL.Query())
	if err != nil {
		return view{}, err
	}
	q, err := f.query(c.settings.Now())
	if err != nil {
		return view{}, err
	}
	page := eventsPage{
		Filter: f, First: f.before == store.Cursor{}, Types: vod.Types(),
		Sources: sources(), Newest: strings.TrimSuffix("/events?"+f.values().Encode(), "?"),
		Start: c.settings.Start, Form: c.settings.Simulator != nil,
	}
	if f.Type != "" && !slices.Contains(page.Types, vod.Type(f.Type)) {
		page.Types = append(page.Types, vod.Type(f.Type))
	}
	found, err := c.find(r, f, q, &page)
	if err != nil {
		return view{}, err
	}
	page.Rows = newEventRows(found)
	c.titled(r.Context(), page.Rows)
	return view{Name: "events", Title: "Events", Nav: "events", Data: page}, nil
}

// searched is through how many events one page looks for what no store can be asked.
const searched = 5_000

// find asks the store, and looks through what it returns for what no store can be asked.
func (c *Console) find(r *http.Request, f eventFilter, q store.EventQuery, page *eventsPage) ([]store.Event, error) {
	match := tail.Filter{Source: store.Source(f.Source), Text: f.Text}.Match()
	most := q.Limit
	if match != nil {
		most = searched
	}
	found, err := tail.Search(r.Context(), c.reader, q, match, most)
	if found.Next != (store.Cursor{}) {
		page.Older = older(f, found.Next)
		if len(found.Events) < q.Limit {
			page.Searched = "Looked through " + strconv.Itoa(found.Looked) + " events, back to " + full(found.Next.Received) + ". “Older” looks on."
		}
	}
	return found.Events, err
}

// older returns the address of the rest of a list.
func older(f eventFilter, after store.Cursor) string {
	v := f.values()
	v.Set("before", cursorText(after))
	return "/events?" + v.Encode()
}
