package console

import (
	"net/http"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/fielddoc"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// driftPage is what came in lately and is not documented.
type driftPage struct {
	Types   []fielddoc.UnknownType
	Members []fielddoc.UnknownMember
	// Events is how many were looked at, Dropped how many sightings of more than is kept.
	Events, Dropped int
	Oldest          time.Time // when the first of them was received
	// More is the address that looks at more; empty if these are all.
	More string
	// All is how many shapes are documented.
	All int
}

// How many events the page looks at: some seconds' worth of a store's time at most.
const (
	driftEvents = 2_000
	driftMore   = 20_000
	driftBatch  = 50 // bodies may be large
)

// drift shows what came in lately and is not documented.
func (c *Console) drift(r *http.Request) (view, error) {
	limit := driftEvents
	if r.URL.Query().Get("more") != "" {
		limit = driftMore
	}
	var found fielddoc.Drift
	page := driftPage{All: len(vod.Types())}
	q := store.EventQuery{Limit: driftBatch}
	for found.Events() < limit {
		events, err := c.reader.Events(r.Context(), q)
		if err != nil {
			return view{}, err
		}
		for _, e := range events {
			found.Add(e)
			page.Oldest, q.Before = e.Received, e.Cursor()
		}
		if len(events) < q.Limit {
			break
		}
	}
	if found.Events() == driftEvents && limit == driftEvents {
		q.Limit = 1
		rest, err := c.reader.Events(r.Context(), q)
		if err != nil {
			return view{}, err
		}
		if len(rest) > 0 {
			page.More = "/drift?more=1"
		}
	}
	page.Types, page.Members, page.Events, page.Dropped = found.Types(), found.Members(), found.Events(), found.Dropped()
	return view{Name: "drift", Title: "Drift", Nav: "drift", Data: page}, nil
}
