package tail

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"github.com/vodevents/vodevents/shared/store"
)

// Found is what a [Search] found.
type Found struct {
	// Events are the last received first.
	Events []store.Event
	// Next is where it stopped: EventQuery.Before of a search that goes on. It is zero
	// if there is no more to look through.
	Next store.Cursor
	// Looked is how many events it looked through.
	Looked int
}

// searchSize is how many events a search reads at once: of each the body, which may have
// a mebibyte.
const searchSize = 50

// defaultLimit is how many events a query with the Limit 0 asks for.
const defaultLimit = 50

// Search looks back through the events that q asks for, for those that match, until it
// has found q.Limit of them or has looked through most; a nil match is true of all. With
// an error comes what was found before.
func Search(
	ctx context.Context, r store.Reader, q store.EventQuery, match func(store.Event) bool, most int,
) (Found, error) {
	var found Found
	wanted := cmp.Or(q.Limit, defaultLimit)
	for found.Looked < most {
		q.Limit = min(searchSize, most-found.Looked)
		if match == nil {
			q.Limit = min(q.Limit, wanted-len(found.Events))
		}
		page, err := r.Events(ctx, q)
		if err != nil {
			return found, err
		}
		for _, e := range page {
			found.Looked++
			found.Next = e.Cursor()
			if match == nil || match(e) {
				found.Events = append(found.Events, e)
			}
			if len(found.Events) == wanted {
				return found, nil
			}
		}
		if len(page) == 0 {
			found.Next = store.Cursor{}
			return found, nil
		}
		q.Before = found.Next
	}
	return found, nil
}

// Filter is what a query cannot ask for. The zero Filter is true of all events.
type Filter struct {
	Source store.Source // empty means any
	// Text is to be in the body, the id, the type or the medium of the event; case does
	// not matter. In the body it may also be part of what a string says: of "晨" where
	// the body has "\u6668", or of JSON within a string.
	Text string
}

// Match returns what tells whether an event is meant; nil if all are.
func (f Filter) Match() func(store.Event) bool {
	text := strings.ToLower(f.Text)
	if text == "" && f.Source == "" {
		return nil
	}
	return func(e store.Event) bool {
		return (f.Source == "" || e.Source == f.Source) && (text == "" || holds(e, text))
	}
}

// holds reports whether an event has a text, which is in lower case, in it.
func holds(e store.Event, text string) bool {
	for _, s := range []string{e.ID.String(), string(e.Type), e.Subject, string(e.Body)} {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	return says(e.Body, text, maxNested)
}

// maxNested is how many texts in texts are looked into: VOD sends JSON in a text, and
// that may hold JSON in a text.
const maxNested = 3

// says reports whether a string in JSON says a text, which is in lower case, where that
// is not how it is written.
func says(body []byte, text string, depth int) bool {
	if depth == 0 || bytes.IndexByte(body, '\\') < 0 {
		return false
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	for {
		token, err := dec.Token()
		if err != nil {
			return false
		}
		s, ok := token.(string)
		if ok && (strings.Contains(strings.ToLower(s), text) || says([]byte(s), text, depth-1)) {
			return true
		}
	}
}
