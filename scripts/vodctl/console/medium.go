package console

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
)

// mediumPage is one medium.
type mediumPage struct {
	media.Media

	Name string
}

// medium shows one medium.
func (c *Console) medium(r *http.Request) (view, error) {
	id := r.PathValue("id")
	if !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return view{}, errNotFound // no medium has such an id, and not every database takes it
	}
	found, err := c.reader.Media(r.Context(), store.MediaQuery{IDs: []string{id}})
	if err != nil {
		return view{}, err
	}
	if len(found) == 0 {
		return view{}, errNotFound
	}
	page := mediumPage{Media: found[0], Name: mediumName(found[0])}
	return view{Name: "medium", Title: printable(page.Name), Nav: "media", Data: page}, nil
}
