package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

const (
	eventColumns = "id, type, subject, status, time, received, source, source_id, business_key, body"
	factColumns  = "medium, kind, facet, time, rank, event_id, status, value, data"
)

// Events implements [store.Reader].
func (s *Store) Events(ctx context.Context, q store.EventQuery) ([]store.Event, error) {
	sel := selectFrom(eventColumns + " FROM vod_events")
	sel.in("id", idValues(q.IDs))
	sel.in("type", textValues(q.Types))
	sel.equal("subject", q.Subject)
	sel.equal("status", string(q.Status))
	if !q.Since.IsZero() {
		sel.and("received >= ?", timeText(q.Since))
	}
	if !q.Until.IsZero() {
		sel.and("received < ?", timeText(q.Until))
	}
	sel.last("received DESC, rowid DESC", q.Limit)
	return list(ctx, s, "events", sel, func(rows *sql.Rows, e *store.Event) error { return scanEvent(rows, e) })
}

// scanEvent scans the eventColumns, and further ones.
func scanEvent(rows *sql.Rows, e *store.Event, more ...any) error {
	return rows.Scan(append([]any{
		(*idColumn)(&e.ID), &e.Type, &e.Subject, &e.Status, (*timeColumn)(&e.Time), (*timeColumn)(&e.Received),
		&e.Source, &e.SourceID, &e.BusinessKey, &e.Body,
	}, more...)...)
}

// Media implements [store.Reader].
func (s *Store) Media(ctx context.Context, q store.MediaQuery) ([]media.Media, error) {
	sel := selectFrom("id, kind, state, title, duration_s, cover_url, updated, facts FROM vod_media")
	sel.in("id", textValues(q.IDs))
	sel.equal("kind", string(q.Kind))
	sel.equal("state", string(q.State))
	sel.last("updated DESC, id", q.Limit)
	return list(ctx, s, "media", sel, func(rows *sql.Rows, m *media.Media) error {
		var facts []byte
		err := rows.Scan(&m.ID, &m.Kind, &m.State, &m.Title, &m.Duration, &m.CoverURL, (*timeColumn)(&m.Updated), &facts)
		if err != nil {
			return err
		}
		return json.Unmarshal(facts, &m.Facts)
	})
}

// Facts implements [store.Reader].
func (s *Store) Facts(ctx context.Context, medium string) ([]media.Fact, error) {
	sel := selectFrom(factColumns + " FROM vod_facts")
	sel.and("medium = ?", medium)
	sel.last("facet", -1) // a negative limit is none
	return list(ctx, s, "facts", sel, func(rows *sql.Rows, f *media.Fact) error { return scanFact(rows, f) })
}

// scanFact scans the factColumns, and further ones.
func scanFact(rows *sql.Rows, f *media.Fact, more ...any) error {
	return rows.Scan(append([]any{
		&f.Medium, &f.Kind, &f.Facet, (*timeColumn)(&f.Time), &f.Rank, (*idColumn)(&f.Event),
		&f.Status, &f.Value, (*[]byte)(&f.Data),
	}, more...)...)
}

// Deliveries implements [store.Reader].
func (s *Store) Deliveries(ctx context.Context, q store.DeliveryQuery) ([]store.Delivery, error) {
	sel := selectFrom(deliveryColumns + " FROM vod_deliveries")
	if q.Event != (vod.ID{}) {
		sel.and("event_id = ?", q.Event[:])
	}
	sel.equal("sink", q.Sink)
	sel.equal("state", string(q.State))
	sel.last("updated DESC, event_id, sink", q.Limit)
	return list(ctx, s, "deliveries", sel, func(rows *sql.Rows, d *store.Delivery) error {
		return scanDelivery(rows, d)
	})
}

// DeadLetters implements [store.Reader].
func (s *Store) DeadLetters(ctx context.Context, q store.DeadLetterQuery) ([]store.DeadLetter, error) {
	sel := selectFrom(`id, reason, detail, source, source_id, received, last_seen, attempts, size, sha256, body
FROM vod_dead_letters`)
	sel.in("id", idValues(q.IDs))
	sel.equal("reason", string(q.Reason))
	sel.last("received DESC, rowid DESC", q.Limit)
	return list(ctx, s, "dead letters", sel, func(rows *sql.Rows, d *store.DeadLetter) error {
		return rows.Scan((*idColumn)(&d.ID), &d.Reason, &d.Detail, &d.Source, &d.SourceID,
			(*timeColumn)(&d.Received), (*timeColumn)(&d.LastSeen), &d.Attempts, &d.Size, (*sumColumn)(&d.SHA256), &d.Body)
	})
}
