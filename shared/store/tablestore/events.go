package tablestore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

// Events implements [store.Reader]. With ids it reads these; else it reads an index,
// that of the subject if there is one, back from the end.
func (s *Store) Events(ctx context.Context, q store.EventQuery) ([]store.Event, error) {
	events, err := s.events(ctx, q)
	return events, wrap(ctx, "events", err)
}

func (s *Store) events(ctx context.Context, q store.EventQuery) ([]store.Event, error) {
	limit := cmp.Or(q.Limit, defaultLimit)
	wanted := slices.Clone(q.IDs)
	switch {
	case len(q.Subject) > maxKey: // there is none of that name
		return nil, nil
	case len(wanted) == 0:
		sp := eventSpan(q, limit)
		rows, err := s.collect(ctx, shardNames(), limit, func(shard string) span {
			one := sp
			one.under = append([]any{shard}, sp.under...)
			return one
		}, eventFilter(q))
		if err != nil {
			return nil, err
		}
		for _, row := range first(rows, limit, lastFirst("received")) {
			wanted = append(wanted, row.id("id"))
		}
	}
	rows, err := s.read(ctx, keysOf(wanted, eventKey), eventColumns()...)
	if err != nil {
		return nil, err
	}
	return eventsOf(rows, q, limit), nil
}

// eventsOf returns the events in rows that are asked for, in order.
func eventsOf(rows map[key]columns, q store.EventQuery, limit int) []store.Event {
	var found []columns
	fits := eventFilter(q)
	for _, row := range rows {
		e := eventOf(row)
		switch {
		case fits != nil && !fits(row),
			q.Subject != "" && e.Subject != q.Subject,
			!q.Since.IsZero() && e.Received.Before(q.Since),
			!q.Until.IsZero() && !e.Received.Before(q.Until):
		default:
			found = append(found, row)
		}
	}
	var events []store.Event
	for _, row := range first(found, limit, lastFirst("received")) {
		events = append(events, eventOf(row))
	}
	return events
}

// eventSpan returns the range of an index that the query is about, without shard.
func eventSpan(q store.EventQuery, limit int) span {
	sp := span{table: eventByReceived, backward: true}
	if q.Subject != "" {
		sp.table, sp.under = eventBySubject, []any{q.Subject}
	}
	if !q.Since.IsZero() {
		sp.from = []any{q.Since.Add(time.Millisecond - 1).UnixMilli()}
	}
	if !q.Until.IsZero() {
		sp.to = []any{q.Until.Add(-1).UnixMilli()}
	}
	if q.Before != (store.Cursor{}) && (q.Until.IsZero() || q.Before.Received.Before(q.Until)) {
		sp.to = []any{q.Before.Received.UnixMilli(), q.Before.ID.String()}
		if len(q.Types) == 0 && q.Status == "" {
			sp.page = limit + 1 // all but the one that it is made of
		}
	}
	return sp
}

// eventFilter returns what tells whether a row has what the query asks for besides
// subject and range; nil if it asks for nothing else.
func eventFilter(q store.EventQuery) func(columns) bool {
	if len(q.Types) == 0 && q.Status == "" && q.Before == (store.Cursor{}) {
		return nil
	}
	return func(row columns) bool {
		return in(q.Types, row.text("type")) && (q.Status == "" || row.text("status") == string(q.Status)) &&
			after(q.Before, store.Cursor{Received: row.moment("received"), ID: row.id("id")})
	}
}

// after reports whether c comes after a place in the list of events; all come after
// its beginning.
func after(place, c store.Cursor) bool {
	return place == (store.Cursor{}) ||
		cmp.Or(place.Received.Compare(c.Received), slices.Compare(place.ID[:], c.ID[:])) > 0
}
