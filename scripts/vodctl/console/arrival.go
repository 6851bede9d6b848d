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
	// Event and Letter say that it is in the store: as an event, as a dead letter.
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
	page.Event, page.Letter, err = c.kept(r, a.ID)
	page.Away = err != nil // what came in is worth seeing then, too
	return view{Name: "arrival", Title: arrivalTitle(a), Nav: "arrivals", Data: page}, nil
}

// arrivalTitle names an arrival.
func arrivalTitle(a intake.Arrival) string {
	if a.Method == "" {
		return "Message " + strconv.Itoa(a.Number)
	}
	return "Request " + strconv.Itoa(a.Number)
}

// kept reports as what the store has something.
func (c *Console) kept(r *http.Request, id vod.ID) (event, letter bool, err error) {
	if id == (vod.ID{}) {
		return false, false, nil
	}
	events, err := c.reader.Events(r.Context(), store.EventQuery{IDs: []vod.ID{id}, Limit: 1})
	if err != nil || len(events) > 0 {
		return len(events) > 0, false, err
	}
	letters, err := c.reader.DeadLetters(r.Context(), store.DeadLetterQuery{IDs: []vod.ID{id}, Limit: 1})
	return false, len(letters) > 0, err
}
