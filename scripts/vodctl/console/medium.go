package console

import (
	"context"
	"net/http"
	"net/url"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
)

// mediumPage is one medium.
type mediumPage struct {
	media.Media

	Name string
	// Because says why it is in its state.
	Because  string
	Timeline timeline
	// Renditions and Snapshots are what is shown of them, the numbers how many there are.
	Renditions                  []rendition
	Snapshots                   []snapshots
	AllRenditions, AllSnapshots int
	Groups                      []factGroup
	// Rows is a page of its events; the picture is made of the last ones, which Events counts.
	Rows   []eventRow
	Events int
	// Cut says that it has more events than the picture shows.
	Cut   bool
	First bool   // Rows are the newest ones
	Older string // the address of the next page; empty at the end
}

// MoreRenditions is how many renditions are not shown.
func (p mediumPage) MoreRenditions() int { return p.AllRenditions - len(p.Renditions) }

// MoreSnapshots is how many sets of pictures are not shown.
func (p mediumPage) MoreSnapshots() int { return p.AllSnapshots - len(p.Snapshots) }

// manyEvents is of how many events the picture of a medium is made.
const manyEvents = 300

// medium shows one medium.
func (c *Console) medium(r *http.Request) (view, error) {
	id := r.PathValue("id")
	if !storable(id) {
		return view{}, errNotFound
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
	page.Renditions, page.AllRenditions = renditionsOf(s)
	page.Snapshots, page.AllSnapshots = snapshotsOf(s)
	page.Groups = groupsOf(s, c.settings.Now())
	nameRenditions(page.Renditions, page.Timeline.Streams)
	return view{Name: "medium", Title: printable(page.Name), Nav: "media", Data: page}, nil
}

// mediumEvents adds the events of a medium to its page.
func (c *Console) mediumEvents(ctx context.Context, page *mediumPage, before store.Cursor) error {
	var events []store.Event // without their bodies
	var marks []mark
	q := store.EventQuery{Subject: page.ID, Limit: pageSize}
	for len(events) < manyEvents {
		part, err := c.reader.Events(ctx, q)
		if err != nil {
			return err
		}
		if page.First && len(events) == 0 {
			page.Rows = newEventRows(part)
		}
		marks = append(marks, marksOf(part)...)
		for _, e := range part {
			events = append(events, withoutBody(e))
			q.Before = e.Cursor()
		}
		if len(part) < pageSize {
			break
		}
	}
	page.Events, page.Cut = len(events), len(events) == manyEvents
	page.Timeline = newTimeline(events, marks)
	if !page.First {
		rows, err := c.reader.Events(ctx, store.EventQuery{Subject: page.ID, Before: before, Limit: pageSize})
		if err != nil {
			return err
		}
		page.Rows = newEventRows(rows)
	}
	if len(page.Rows) == pageSize {
		after := url.Values{"before": {cursorText(page.Rows[pageSize-1].Cursor())}}
		join := "?"
		if isDots(page.ID) {
			join = "&"
		}
		page.Older = mediumPath(page.ID) + join + after.Encode() + "#events"
	}
	return nil
}
