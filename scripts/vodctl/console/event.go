package console

import (
	"cmp"
	"net/http"

	"github.com/vodevents/vodevents/scripts/vodctl/fielddoc"
	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// eventPage is one event.
type eventPage struct {
	store.Event

	Head    *vod.Header // nil if it cannot be read
	Shape   fielddoc.Shape
	Members []memberRow
	Cut     bool // there are more of them
	Raw     string
	Facts   []media.Fact
	// Arrivals is how it came in, if that is remembered: once or several times.
	Arrivals   []intake.Arrival
	Remembers  bool // arrivals are remembered at all
	Deliveries []store.Delivery
	// Replay says that it can be sent to its sinks again.
	Replay bool
	Curl   bool
}

// event shows one event.
func (c *Console) event(r *http.Request) (view, error) {
	e, err := c.findEvent(r)
	if err != nil {
		return view{}, err
	}
	described := fielddoc.Describe(e.Body)
	page := eventPage{
		Event: e, Shape: described.Shape, Members: memberRows(described), Cut: described.Cut, Raw: pretty(e.Body), Curl: c.settings.Curl != nil,
		Replay: c.settings.Pipeline != nil && len(c.settings.Pipeline.Sinks) > 0,
	}
	if decoded, id, err := vod.Decode(e.Body); err == nil {
		page.Head, page.Facts = decoded.Head(), media.Facts(decoded, id)
	}
	if c.settings.Intake != nil {
		page.Remembers, page.Arrivals = true, c.settings.Intake.Of(e.ID)
	}
	page.Deliveries, err = c.reader.Deliveries(r.Context(), store.DeliveryQuery{Event: e.ID, Limit: manyDeliveries})
	return view{Name: "event", Title: cmp.Or(string(e.Type), "Event"), Nav: "events", Data: page}, err
}

// manyDeliveries is how many deliveries of one event are shown: more than a receiver
// has sinks.
const manyDeliveries = 200

// findEvent returns the event that an address names.
func (c *Console) findEvent(r *http.Request) (store.Event, error) {
	var id vod.ID
	if id.UnmarshalText([]byte(r.PathValue("id"))) != nil {
		return store.Event{}, errNotFound
	}
	found, err := c.reader.Events(r.Context(), store.EventQuery{IDs: []vod.ID{id}})
	if err == nil && len(found) == 0 {
		err = errNotFound
	}
	if err != nil {
		return store.Event{}, err
	}
	return found[0], nil
}

// curl writes the shell command that sends an event.
func (c *Console) curl(w http.ResponseWriter, r *http.Request) {
	e, err := c.findEvent(r)
	var command string
	if err == nil {
		command, err = c.settings.Curl(r.Context(), e.Body)
	}
	if err != nil {
		c.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(command))
}

// maxPretty is the size in bytes up to which a body is indented.
const maxPretty = 256 << 10

// pretty returns a body for people.
func pretty(body []byte) string {
	if len(body) <= maxPretty {
		body = fielddoc.Indent(body)
	}
	return printable(string(body))
}
