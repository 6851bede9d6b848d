package sqlstore

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// Reader answers the questions about a database: it is a [store.Reader], and the
// part of a [store.Outbox] that only reads.
type Reader struct{ DB Database }

var _ store.Reader = Reader{}

// The columns that a row is read from, see [ScanEvent] and so on.
const (
	EventColumns = "id, type, subject, status, time, received, source, source_id, business_key, body"
	// RANK is a reserved word of MySQL 8: qualified it need not be quoted, anywhere.
	FactColumns     = "medium, kind, facet, time, vod_facts.rank, event_id, status, value, data"
	DeliveryColumns = "event_id, sink, state, attempts, owed_since, due, last_error, replay, updated"
)

// ScanEvent scans the [EventColumns], and further ones.
func ScanEvent(db Database, row Row, e *store.Event, more ...any) error {
	return row.Scan(append([]any{
		db.ScanID(&e.ID), &e.Type, &e.Subject, &e.Status, db.ScanTime(&e.Time), db.ScanTime(&e.Received),
		&e.Source, &e.SourceID, &e.BusinessKey, &e.Body,
	}, more...)...)
}

// ScanFact scans the [FactColumns], and further ones.
func ScanFact(db Database, row Row, f *media.Fact, more ...any) error {
	return row.Scan(append([]any{
		&f.Medium, &f.Kind, &f.Facet, db.ScanTime(&f.Time), &f.Rank, db.ScanID(&f.Event),
		&f.Status, &f.Value, (*[]byte)(&f.Data),
	}, more...)...)
}

// ScanDelivery scans the [DeliveryColumns], and further ones.
func ScanDelivery(db Database, row Row, d *store.Delivery, more ...any) error {
	return row.Scan(append([]any{
		db.ScanID(&d.Event), &d.Sink, &d.State, &d.Attempts, db.ScanTime(&d.OwedSince), db.ScanTime(&d.Due),
		&d.LastError, &d.Replay, db.ScanTime(&d.Updated),
	}, more...)...)
}

// Events implements [store.Reader].
func (r Reader) Events(ctx context.Context, q store.EventQuery) ([]store.Event, error) {
	sel := selectFrom(r.DB, EventColumns+" FROM vod_events")
	sel.in("id", sel.ids(q.IDs))
	sel.in("type", texts(q.Types))
	sel.equal("subject", q.Subject)
	sel.equal("status", string(q.Status))
	sel.since("received >=", q.Since)
	sel.since("received <", q.Until)
	if c := q.Before; c != (store.Cursor{}) { // the first condition is what an index is good for
		t := r.DB.Time(c.Received)
		sel.and("received <= ? AND (received < ? OR id < ?)", t, t, r.DB.ID(c.ID))
	}
	sel.last("received DESC, id DESC", q.Limit)
	return list(ctx, "events", sel, func(row Row, e *store.Event) error { return ScanEvent(r.DB, row, e) })
}

// Media implements [store.Reader].
func (r Reader) Media(ctx context.Context, q store.MediaQuery) ([]media.Media, error) {
	sel := selectFrom(r.DB, "id, kind, state, title, duration_s, cover_url, updated, facts FROM vod_media")
	sel.in("id", texts(q.IDs))
	sel.equal("kind", string(q.Kind))
	sel.equal("state", string(q.State))
	sel.last("updated DESC, id", q.Limit)
	return list(ctx, "media", sel, func(row Row, m *media.Media) error {
		var facts []byte
		err := row.Scan(&m.ID, &m.Kind, &m.State, &m.Title, &m.Duration, &m.CoverURL, r.DB.ScanTime(&m.Updated), &facts)
		if err != nil {
			return err
		}
		return json.Unmarshal(facts, &m.Facts)
	})
}

// Facts implements [store.Reader].
func (r Reader) Facts(ctx context.Context, medium string) ([]media.Fact, error) {
	sel := selectFrom(r.DB, FactColumns+" FROM vod_facts")
	sel.and("medium = ?", medium)
	sel.last("facet", -1)
	return list(ctx, "facts", sel, func(row Row, f *media.Fact) error { return ScanFact(r.DB, row, f) })
}

// Deliveries implements [store.Reader].
func (r Reader) Deliveries(ctx context.Context, q store.DeliveryQuery) ([]store.Delivery, error) {
	sel := selectFrom(r.DB, DeliveryColumns+" FROM vod_deliveries")
	if q.Event != (vod.ID{}) {
		sel.and("event_id = ?", r.DB.ID(q.Event))
	}
	sel.equal("sink", q.Sink)
	sel.equal("state", string(q.State))
	sel.last("updated DESC, event_id DESC, sink DESC", q.Limit)
	return list(ctx, "deliveries", sel, func(row Row, d *store.Delivery) error { return ScanDelivery(r.DB, row, d) })
}

// DeadLetters implements [store.Reader].
func (r Reader) DeadLetters(ctx context.Context, q store.DeadLetterQuery) ([]store.DeadLetter, error) {
	sel := selectFrom(r.DB, "id, reason, detail, source, source_id, received, last_seen, attempts, size, sha256, body FROM vod_dead_letters")
	sel.in("id", sel.ids(q.IDs))
	sel.equal("reason", string(q.Reason))
	sel.last("received DESC, id DESC", q.Limit)
	return list(ctx, "dead letters", sel, func(row Row, d *store.DeadLetter) error {
		var sum []byte
		err := row.Scan(r.DB.ScanID(&d.ID), &d.Reason, &d.Detail, &d.Source, &d.SourceID,
			r.DB.ScanTime(&d.Received), r.DB.ScanTime(&d.LastSeen), &d.Attempts, &d.Size, &sum, &d.Body)
		if err == nil && copy(d.SHA256[:], sum) != len(d.SHA256) {
			err = errors.New("a SHA-256 has 32 bytes")
		}
		return err
	})
}

// Sinks implements [store.Outbox].
func (r Reader) Sinks(ctx context.Context) ([]store.SinkState, error) {
	sel := selectFrom(r.DB, "name, seen, failures, rests_until, last_error FROM vod_sinks")
	sel.last("name", -1)
	return list(ctx, "sinks", sel, func(row Row, s *store.SinkState) error {
		return row.Scan(&s.Name, r.DB.ScanTime(&s.Seen), &s.Failures, r.DB.ScanTime(&s.RestsUntil), &s.LastError)
	})
}

// Backlog implements [store.Outbox].
func (r Reader) Backlog(ctx context.Context) ([]store.Backlog, error) {
	sel := selectFrom(r.DB, `sink, owed, since
FROM (SELECT sink, count(*) AS owed, min(owed_since) AS since FROM vod_deliveries WHERE state = 'owed' GROUP BY sink) AS backlog`)
	sel.last("sink", -1)
	return list(ctx, "backlog", sel, func(row Row, b *store.Backlog) error {
		return row.Scan(&b.Sink, &b.Owed, r.DB.ScanTime(&b.OwedSince))
	})
}

// Replays implements [store.Outbox].
func (r Reader) Replays(ctx context.Context, limit int) ([]store.Replay, error) {
	sel := selectFrom(r.DB, "id, detail, started, deliveries FROM vod_replays")
	sel.last("started DESC, id", limit)
	return list(ctx, "replays", sel, func(row Row, p *store.Replay) error {
		return row.Scan(&p.ID, &p.Detail, r.DB.ScanTime(&p.Started), &p.Deliveries)
	})
}
