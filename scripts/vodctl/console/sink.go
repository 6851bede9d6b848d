package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// sinkPage is one sink and its deliveries.
type sinkPage struct {
	sinkCard

	State  store.DeliveryState // that is filtered by; empty for any
	States []store.DeliveryState
	Rows   []deliveryRow
	// More says that there are more deliveries than are shown.
	More bool
}

// deliveryRow is a delivery and what is told of its event.
type deliveryRow struct {
	store.Delivery

	Type    vod.Type
	Subject string
}

// manyRows is how many rows lists have that cannot be continued.
const manyRows = 100

// sink shows one sink.
func (c *Console) sink(r *http.Request) (view, error) {
	card, err := c.findSink(r)
	if err != nil {
		return view{}, err
	}
	page := sinkPage{
		State:  store.DeliveryState(r.URL.Query().Get("state")),
		States: []store.DeliveryState{store.Owed, store.Parked, store.Delivered},
	}
	switch page.State {
	case "", store.Owed, store.Parked, store.Delivered:
	default:
		return view{}, &requestError{"Deliveries are owed, parked or delivered."}
	}
	if page.sinkCard, err = c.complete(r.Context(), card); err != nil {
		return view{}, err
	}
	found, err := c.reader.Deliveries(r.Context(), store.DeliveryQuery{Sink: card.Name, State: page.State, Limit: manyRows + 1})
	if err != nil {
		return view{}, err
	}
	if page.More = len(found) > manyRows; page.More {
		found = found[:manyRows]
	}
	page.Rows, err = c.deliveryRows(r.Context(), found)
	return view{Name: "sink", Title: "Sink " + printable(card.Name), Nav: "sinks", Data: page}, err
}

// findSink returns the sink that an address names: one that is known, or that something
// was delivered to.
func (c *Console) findSink(r *http.Request) (sinkCard, error) {
	name := r.PathValue("name")
	if !storable(name) {
		return sinkCard{}, errNotFound
	}
	all, err := c.sinkCards(r.Context())
	if err != nil {
		return sinkCard{}, err
	}
	if card, ok := all[name]; ok {
		return card, nil
	}
	found, err := c.reader.Deliveries(r.Context(), store.DeliveryQuery{Sink: name, Limit: 1})
	if err == nil && (len(found) == 0 || name == "") {
		err = errNotFound
	}
	return sinkCard{Name: name, Health: never}, err
}

// deliveryRows adds to deliveries what their events are.
func (c *Console) deliveryRows(ctx context.Context, found []store.Delivery) ([]deliveryRow, error) {
	byID := map[vod.ID]store.Event{}
	for part := range slices.Chunk(found, pageSize) {
		ids := make([]vod.ID, len(part))
		for i, d := range part {
			ids[i] = d.Event
		}
		events, err := c.reader.Events(ctx, store.EventQuery{IDs: ids, Limit: len(ids)})
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			byID[e.ID] = withoutBody(e)
		}
	}
	rows := make([]deliveryRow, len(found))
	for i, d := range found {
		rows[i] = deliveryRow{Delivery: d, Type: byID[d.Event].Type, Subject: byID[d.Event].Subject}
	}
	return rows, nil
}

// hasten makes what is owed to a sink due, and if asked for also what was given up.
func (c *Console) hasten(r *http.Request) (address, notice string, err error) {
	card, err := c.findSink(r)
	if err != nil {
		return "", "", err
	}
	address = "/sinks/" + url.PathEscape(card.Name)
	outbox, ok := c.settings.Store.(store.Outbox)
	if !ok {
		return address, "unable", nil
	}
	n, err := outbox.Hasten(r.Context(), card.Name, r.PostFormValue("parked") != "")
	return address, "hastened-" + strconv.Itoa(n), err
}
