package console

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// arrivalPage is one request, or one message.
type arrivalPage struct {
	intake.Arrival

	Headers []header
	Request shownBody
	Reply   shownBody
	// Event and Letter say that it is in the store: as an event, else as a dead letter.
	Event, Letter bool
	// Away says that the store could not be asked for it.
	Away bool
}

// header is a header of a request.
type header struct{ Name, Value string }

// arrival shows one request, or one message.
func (c *Console) arrival(r *http.Request) (view, error) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return view{}, errNotFound
	}
	a, ok := c.settings.Intake.Get(number)
	if !ok {
		return view{}, errNotFound
	}
	page := arrivalPage{Arrival: a, Request: shown(a.Body, a.Size), Reply: shown(a.Answer, int64(len(a.Answer)))}
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		page.Headers = append(page.Headers, header{Name: name, Value: strings.Join(a.Header[name], ", ")})
	}
	page.Away = c.look(r, &page) != nil // what came in is worth seeing then, too
	return view{Name: "arrival", Title: arrivalTitle(a), Nav: "arrivals", Data: page}, nil
}

// arrivalTitle names an arrival.
func arrivalTitle(a intake.Arrival) string {
	if a.Method == "" {
		return "Message " + strconv.Itoa(a.Number)
	}
	return "Request " + strconv.Itoa(a.Number)
}

// look finds out what the store has of an arrival. Of messages it has the body, too.
func (c *Console) look(r *http.Request, page *arrivalPage) error {
	if page.ID == (vod.ID{}) {
		return nil
	}
	ids := []vod.ID{page.ID}
	events, err := c.reader.Events(r.Context(), store.EventQuery{IDs: ids})
	if err != nil {
		return err
	}
	letters, err := c.reader.DeadLetters(r.Context(), store.DeadLetterQuery{IDs: ids})
	if err != nil {
		return err
	}
	page.Event, page.Letter = len(events) > 0, len(events) == 0 && len(letters) > 0
	switch {
	case page.Method != "":
	case page.Event:
		page.Request = shown(events[0].Body, 0)
	case page.Letter:
		page.Request = shown(letters[0].Body, letters[0].Size)
	}
	return nil
}
