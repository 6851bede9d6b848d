package console

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// mediumPath returns the address of a medium. Two ids are none in a path: browsers take
// them for directories.
func mediumPath(id string) string {
	if isDots(id) {
		return "/medium?" + url.Values{"id": {id}}.Encode()
	}
	return "/media/" + url.PathEscape(id)
}

func isDots(id string) bool { return id == "." || id == ".." }

// findMedium leads to the medium whose id stands in the form above the list.
func (c *Console) findMedium(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimSpace(r.URL.Query().Get("id"))
	switch {
	case id == "":
		http.Redirect(w, r, "/media", http.StatusSeeOther)
	case isDots(id):
		r.SetPathValue("id", id)
		c.show(c.medium).ServeHTTP(w, r)
	default:
		http.Redirect(w, r, mediumPath(id), http.StatusSeeOther) //nolint:gosec // it begins with /media/
	}
}

// storable reports whether a store may hold a text: not every database takes a NUL, not
// even to look for it.
func storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }
