package console

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// mediaPage is the list of media.
type mediaPage struct {
	State  media.State
	Kind   media.Kind
	States []media.State
	Kinds  []media.Kind
	Rows   []mediumRow
	// Most says that there may be more media than are shown.
	Most bool
	// Command is a command that sends events, for a page without media.
	Command string
}

// Active reports whether anything is filtered.
func (p mediaPage) Active() bool { return p.State != "" || p.Kind != "" }

// mediumRow is a medium in the list.
type mediumRow struct {
	media.Media

	Name       string
	Renditions string
	Failed     int // of the renditions
}

// longTitle is how many characters of a title the list shows.
const longTitle = 90

// manyMedia is how many media the list shows: stores cannot be asked for those after.
const manyMedia = 200

// media shows the list of media.
func (c *Console) media(r *http.Request) (view, error) {
	v := r.URL.Query()
	page := mediaPage{
		State: media.State(v.Get("state")), Kind: media.Kind(v.Get("kind")), Command: "vodctl play happy upload",
		Kinds: []media.Kind{media.Video, media.Image, media.Attached},
		States: []media.State{
			media.Created, media.Uploaded, media.Processing, media.Playable,
			media.Failed, media.Blocked, media.Archived, media.Deleted,
		},
	}
	if page.State != "" && !slices.Contains(page.States, page.State) {
		return view{}, &requestError{"There is no such state of media: " + printable(string(page.State))}
	}
	if page.Kind != "" && !slices.Contains(page.Kinds, page.Kind) {
		return view{}, &requestError{"There is no such kind of media: " + printable(string(page.Kind))}
	}
	found, err := c.reader.Media(r.Context(), store.MediaQuery{State: page.State, Kind: page.Kind, Limit: manyMedia})
	for _, m := range found {
		page.Rows = append(page.Rows, newMediumRow(m))
	}
	page.Most = len(found) == manyMedia
	return view{Name: "media", Title: "Media", Nav: "media", Data: page}, err
}

func newMediumRow(m media.Media) mediumRow {
	row := mediumRow{Media: m, Name: clip(mediumName(m), longTitle)}
	n := 0
	for facet, data := range m.Facts {
		var s struct {
			Status vod.Status `json:"Status"`
			Gone   string     `json:"DeleteType"`
		}
		if !strings.HasPrefix(facet, media.FacetStream) || json.Unmarshal(data, &s) != nil || s.Gone != "" {
			continue
		}
		n++
		if s.Status.Outcome() == vod.Failed {
			row.Failed++
		}
	}
	// Renditions that were all deleted at once are still among the facts.
	if _, wiped := m.Facts[media.FacetStreams]; wiped && m.State != media.Playable {
		n, row.Failed = 0, 0
	}
	if n > 0 {
		row.Renditions = strconv.Itoa(n)
	}
	return row
}

// mediumName returns what a medium is called on pages.
func mediumName(m media.Media) string { return cmp.Or(strings.TrimSpace(m.Title), "untitled") }
