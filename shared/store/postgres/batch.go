package postgres

import (
	"crypto/sha256"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
	"github.com/vodevents/vodevents/shared/vod"
)

// insertBatch writes all of a batch and returns the ids of the events that are new,
// with 0, and of all dead letters, with how often they have come in by now.
//
// Facts and deliveries are those of the new events only. Of several new facts about
// one facet one is chosen, as a statement cannot update a row twice; it replaces
// what is there by the rule of [media.Fact.Newer]. A delivery that is there already
// is of an event that was removed and came again: what was done stays done. Of a
// dead letter the first time decides on everything but how often and when last.
//
// The commit is made synchronous if it would not be; that it asks for the setting
// is what makes it so.
//
// Rows are locked in the order of their keys, and tables in one order, so that
// concurrent commits wait for each other in turn.
const insertBatch = `
WITH durable AS MATERIALIZED (
  SELECT set_config('synchronous_commit', 'on', true) AS setting WHERE current_setting('synchronous_commit') = 'off'
), events AS (
  INSERT INTO vod_events (id, type, subject, status, time, received, source, source_id, business_key, body)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
    $7::text[], $8::text[], $9::text[], $10::bytea[])
  ON CONFLICT (id) DO NOTHING
  RETURNING id
), letters AS (
  INSERT INTO vod_dead_letters AS old
    (id, reason, detail, source, source_id, received, last_seen, attempts, size, sha256, body)
  SELECT * FROM unnest($11::uuid[], $12::text[], $13::text[], $14::text[], $15::text[], $16::timestamptz[],
    $17::timestamptz[], $18::integer[], $19::bigint[], $20::bytea[], $21::bytea[])
  ON CONFLICT (id) DO UPDATE SET
    attempts = old.attempts + excluded.attempts, last_seen = greatest(old.last_seen, excluded.last_seen)
  RETURNING id, attempts
), facts AS (
  INSERT INTO vod_facts AS old (medium, kind, facet, time, rank, event_id, status, value, data, duration_s)
  SELECT DISTINCT ON (medium COLLATE "C", facet COLLATE "C")
    medium, kind, facet, time, rank, event_id, status, value, data::json, duration_s
  FROM unnest($22::uuid[], $23::text[], $24::text[], $25::text[], $26::timestamptz[], $27::integer[], $28::uuid[],
    $29::text[], $30::text[], $31::text[], $32::double precision[])
    AS fact (record, medium, kind, facet, time, rank, event_id, status, value, data, duration_s)
  JOIN events ON events.id = record
  ORDER BY medium COLLATE "C", facet COLLATE "C", time DESC, rank DESC, event_id DESC
  ON CONFLICT (medium, facet) DO UPDATE SET
    kind = excluded.kind, time = excluded.time, rank = excluded.rank, event_id = excluded.event_id,
    status = excluded.status, value = excluded.value, data = excluded.data, duration_s = excluded.duration_s
  WHERE (excluded.time, excluded.rank, excluded.event_id) > (old.time, old.rank, old.event_id)
), deliveries AS (
  INSERT INTO vod_deliveries (event_id, sink, state, attempts, owed_since, due, updated)
  SELECT id, sink, 'owed', 0, now(), now(), now()
  FROM unnest($33::uuid[], $34::text[]) AS delivery (record, sink)
  JOIN events ON events.id = record
  ORDER BY id, sink COLLATE "C"
  ON CONFLICT (event_id, sink) DO NOTHING
)
SELECT id, 0 FROM events
UNION ALL SELECT id, attempts FROM letters
UNION ALL SELECT NULL, 0 FROM durable WHERE setting IS NULL`

// batch is records as columns: for each table the first of those with the same id.
type batch struct {
	events     events
	letters    letters
	facts      facts
	deliveries deliveries
	// place is where in the batch the first record with an id is.
	eventPlace, letterPlace map[vod.ID]place
}

type place struct{ row, n int }

type events struct {
	id                         []pgtype.UUID
	typ, subject, status       []string
	time, received             []pgtype.Timestamptz
	source, sourceID, business []string
	body                       [][]byte
}

type letters struct {
	id                               []pgtype.UUID
	reason, detail, source, sourceID []string
	received, lastSeen               []pgtype.Timestamptz
	attempts                         []int32
	size                             []int64
	sha256, body                     [][]byte
}

type facts struct {
	record              []pgtype.UUID
	medium, kind, facet []string
	time                []pgtype.Timestamptz
	rank                []int32
	event               []pgtype.UUID
	status, value, data []string
	duration            []float64
}

type deliveries struct {
	record []pgtype.UUID
	sink   []string
}

func newBatch(records []numbered) *batch {
	b := &batch{eventPlace: map[vod.ID]place{}, letterPlace: map[vod.ID]place{}}
	for _, r := range records {
		if r.Reason != "" {
			b.addLetter(r)
		} else if _, again := b.eventPlace[r.ID]; !again {
			b.addEvent(r)
		}
	}
	return b
}

func (b *batch) addEvent(r numbered) {
	e := &b.events
	b.eventPlace[r.ID] = place{len(e.id), r.n}
	id := uuid(r.ID)
	e.id = append(e.id, id)
	e.typ = append(e.typ, string(r.Type))
	e.subject = append(e.subject, r.Subject)
	e.status = append(e.status, string(r.Status))
	e.time = append(e.time, instantOrNull(r.Time))
	e.received = append(e.received, instant(r.Received))
	e.source = append(e.source, string(r.Source))
	e.sourceID = append(e.sourceID, r.SourceID)
	e.business = append(e.business, r.BusinessKey)
	e.body = append(e.body, blob(r.Body))
	for _, f := range r.Facts {
		b.facts.add(r.ID, f)
	}
	for _, sink := range r.Deliveries {
		b.deliveries.record = append(b.deliveries.record, id)
		b.deliveries.sink = append(b.deliveries.sink, sink)
	}
}

func (c *facts) add(record vod.ID, f media.Fact) {
	c.record = append(c.record, uuid(record))
	c.medium = append(c.medium, f.Medium)
	c.kind = append(c.kind, string(f.Kind))
	c.facet = append(c.facet, f.Facet)
	c.time = append(c.time, instantOrFirst(f.Time))
	c.rank = append(c.rank, int32(f.Rank)) //nolint:gosec // a rank is 0 to 99
	c.event = append(c.event, uuid(f.Event))
	c.status = append(c.status, string(f.Status))
	c.value = append(c.value, f.Value)
	c.data = append(c.data, string(f.Data))
	c.duration = append(c.duration, sqlstore.Duration(f))
}

func (b *batch) addLetter(r numbered) {
	c := &b.letters
	received := instant(r.Received)
	if at, again := b.letterPlace[r.ID]; again {
		c.attempts[at.row]++
		if received.Time.After(c.lastSeen[at.row].Time) {
			c.lastSeen[at.row] = received
		}
		return
	}
	b.letterPlace[r.ID] = place{len(c.id), r.n}
	size, sum := r.Size, r.SHA256
	if sum == [32]byte{} { // the body is whole
		size, sum = int64(len(r.Body)), sha256.Sum256(r.Body)
	}
	c.id = append(c.id, uuid(r.ID))
	c.reason = append(c.reason, string(r.Reason))
	c.detail = append(c.detail, words(r.Detail))
	c.source = append(c.source, string(r.Source))
	c.sourceID = append(c.sourceID, r.SourceID)
	c.received = append(c.received, received)
	c.lastSeen = append(c.lastSeen, received)
	c.attempts = append(c.attempts, 1)
	c.size = append(c.size, size)
	c.sha256 = append(c.sha256, sum[:])
	c.body = append(c.body, blob(r.Body))
}

// args are the arguments of insertBatch.
func (b *batch) args() []any {
	e, l, f, d := b.events, b.letters, b.facts, b.deliveries
	return []any{
		e.id, e.typ, e.subject, e.status, e.time, e.received, e.source, e.sourceID, e.business, e.body,
		l.id, l.reason, l.detail, l.source, l.sourceID, l.received, l.lastSeen, l.attempts, l.size, l.sha256, l.body,
		f.record, f.medium, f.kind, f.facet, f.time, f.rank, f.event, f.status, f.value, f.data, f.duration,
		d.record, d.sink,
	}
}

// added returns the place of the record that a row of insertBatch says is new. A
// dead letter is, if it has come in as often as the batch has it.
func (b *batch) added(id idColumn, attempts int) (int, bool) {
	if attempts == 0 {
		return b.eventPlace[vod.ID(id)].n, true
	}
	at := b.letterPlace[vod.ID(id)]
	return at.n, attempts == int(b.letters.attempts[at.row])
}
