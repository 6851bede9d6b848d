package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
)

// mediumPage is one medium.
type mediumPage struct {
	media.Media

	Name string
	// Because says why it is in its state.
	Because    string
	Timeline   timeline
	Renditions []rendition
	Snapshots  []snapshots
	Groups     []factGroup
	// Rows is a page of its events; the picture is made of the last ones, which Events counts.
	Rows   []eventRow
	Events int
	// Cut says that it has more events than the picture shows.
	Cut   bool
	First bool   // Rows are the newest ones
	Older string // the address of the next page; empty at the end
}

// manyEvents is of how many events the picture of a medium is made.
const manyEvents = 300

// medium shows one medium.
func (c *Console) medium(r *http.Request) (view, error) {
	id := r.PathValue("id")
	if !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return view{}, errNotFound // no medium has such an id, and not every database takes it
	}
	before, err := cursorOf(r.URL.Query().Get("before"))
	if err != nil {
		return view{}, err
	}
	page := mediumPage{Media: media.Media{ID: id}, First: before == store.Cursor{}}
	if err := c.mediumEvents(r.Context(), &page, before); err != nil {
		return view{}, err
	}
	found, err := c.reader.Media(r.Context(), store.MediaQuery{IDs: []string{id}})
	if err != nil {
		return view{}, err
	}
	if len(found) == 0 && page.Events == 0 {
		return view{}, errNotFound
	}
	facts, err := c.reader.Facts(r.Context(), id)
	if err != nil {
		return view{}, err
	}
	if len(found) > 0 {
		page.Media = found[0]
	}
	s := newFactSet(facts)
	page.Name, page.Because = mediumName(page.Media), because(page.State, s)
	page.Renditions, page.Snapshots, page.Groups = renditionsOf(s), snapshotsOf(s), groupsOf(s, c.settings.Now())
	nameRenditions(page.Renditions, page.Timeline.Streams)
	return view{Name: "medium", Title: printable(page.Name), Nav: "media", Data: page}, nil
}

// mediumEvents adds the events of a medium to its page.
func (c *Console) mediumEvents(ctx context.Context, page *mediumPage, before store.Cursor) error {
	events, err := c.reader.Events(ctx, store.EventQuery{Subject: page.ID, Limit: manyEvents})
	if err != nil {
		return err
	}
	page.Events, page.Cut = len(events), len(events) == manyEvents
	page.Timeline = newTimeline(events)
	rows := events[:min(pageSize, len(events))]
	if !page.First {
		if rows, err = c.reader.Events(ctx, store.EventQuery{Subject: page.ID, Before: before, Limit: pageSize}); err != nil {
			return err
		}
	}
	page.Rows = newEventRows(rows)
	if len(rows) == pageSize {
		after := url.Values{"before": {cursorText(rows[len(rows)-1].Cursor())}}
		page.Older = "/media/" + url.PathEscape(page.ID) + "?" + after.Encode() + "#events"
	}
	return nil
}
