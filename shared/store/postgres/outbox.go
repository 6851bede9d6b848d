package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
)

// query runs one statement on tables that are there and calls fn for each row.
func (s *Store) query(ctx context.Context, doing, query string, args []any, fn func(pgx.Rows) error) error {
	err := s.do(ctx, func(conn *pgx.Conn) (bool, error) {
		rows := 0
		err := each(ctx, conn, query, args, func(row pgx.Rows) error {
			rows++
			return fn(row)
		})
		return rows > 0, err
	})
	return wrap(ctx, doing, err)
}

// exec runs one statement on tables that are there.
func (s *Store) exec(ctx context.Context, doing, query string, args ...any) error {
	return s.query(ctx, doing, query, args, func(pgx.Rows) error { return nil })
}

// free is the condition that nobody holds a lease.
const free = "(lease_until IS NULL OR lease_until <= now())"

// owedByKey is the condition that deliveries that are read by their keys are owed. It
// is hidden from the indexes of what is owed, which look small and good to a server
// that has not counted yet.
const owedByKey = "state || '' = 'owed'"

// What a claim reads: the deliveries of each sink on their own, in the order of an
// index, or of each event and sink by their key, so that it reads what it leases and
// not what is owed. It locks as many of each sink, and lets go at once of those beyond
// the limit. One that somebody else is about to lease is skipped, not waited for.
//
// A delivery whose event is gone is nothing that could be delivered. A sub-select
// that yields a value cannot become a join: it is asked for each delivery in turn.
const (
	claimAny = claimAwake + `
    CROSS JOIN LATERAL (
      SELECT ` + claimKey + ` WHERE state = 'owed' AND ` + claimFree + `
      ORDER BY attempts > 0, due, event_id
      LIMIT $4
      FOR UPDATE SKIP LOCKED
    ) AS free` + claimFirst
	claimOfEvents = claimAwake + `
    CROSS JOIN (SELECT DISTINCT unnest($5::uuid[]) AS id) AS wanted
    CROSS JOIN LATERAL (
      SELECT ` + claimKey + ` WHERE event_id = wanted.id AND ` + owedByKey + ` AND ` + claimFree + `
      FOR UPDATE SKIP LOCKED
    ) AS free` + claimFirst

	claimAwake = `
WITH awake AS MATERIALIZED (
  SELECT DISTINCT sink COLLATE "C" AS sink FROM unnest($3::text[]) AS sink
  WHERE NOT EXISTS (SELECT 1 FROM vod_sinks WHERE name = sink AND rests_until > now())
), claimed AS (
  UPDATE vod_deliveries AS delivery SET lease_token = $1, lease_until = now() + $2 * interval '1 microsecond'
  FROM (
    SELECT free.* FROM awake`
	claimKey  = "event_id, sink, attempts > 0 AS tried, due FROM vod_deliveries"
	claimFree = "sink = awake.sink AND due <= now() AND " + free + `
        AND (SELECT true FROM vod_events WHERE id = event_id)`
	claimFirst = `
    ORDER BY tried, due, event_id, sink
    LIMIT $4
  ) AS free
  WHERE delivery.event_id = free.event_id AND delivery.sink = free.sink
  RETURNING delivery.event_id, delivery.sink, delivery.state, attempts, owed_since, delivery.due, last_error, replay, updated
)
SELECT id, type, subject, status, time, received, source, source_id, business_key, body,
  sink, claimed.state, attempts, owed_since, due, last_error, replay, updated
FROM claimed JOIN vod_events ON id = event_id
ORDER BY attempts > 0, due, event_id, sink`
)

// Claim implements [store.Outbox].
func (s *Store) Claim(ctx context.Context, c store.Claim) ([]store.Claimed, error) {
	query, args := claimAny, []any{c.Token, c.For.Microseconds(), c.Sinks, c.Limit}
	if len(c.Events) > 0 {
		query, args = claimOfEvents, append(args, uuids(c.Events))
	}
	var claimed []store.Claimed
	err := s.query(ctx, "claim", query, args, func(row pgx.Rows) error {
		var e store.Event
		var d store.Delivery
		err := sqlstore.ScanEvent(s.DB, row, &e,
			&d.Sink, &d.State, &d.Attempts, (*timeColumn)(&d.OwedSince), (*timeColumn)(&d.Due), &d.LastError, &d.Replay, (*timeColumn)(&d.Updated))
		d.Event = e.ID
		claimed = append(claimed, store.Claimed{Delivery: d, Event: e})
		return err
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

const markDeliveries = `
UPDATE vod_deliveries AS delivery SET
  state = mark.state, attempts = attempts + mark.tried, due = now() + mark.retry * interval '1 microsecond',
  last_error = coalesce(nullif(mark.err, ''), last_error), lease_token = '', lease_until = NULL, updated = now()
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::integer[], $6::bigint[], $7::text[])
  AS mark (event_id, sink, state, tried, retry, err)
WHERE delivery.event_id = mark.event_id AND delivery.sink = mark.sink AND lease_token = $1`

// Mark implements [store.Outbox].
func (s *Store) Mark(ctx context.Context, token string, marks []store.Mark) error {
	if len(marks) == 0 {
		return nil
	}
	var (
		ids                 []pgtype.UUID
		sinks, states, errs []string
		tried               []int32
		retry               []int64
	)
	for _, m := range marks {
		ids = append(ids, uuid(m.Event))
		sinks = append(sinks, m.Sink)
		states = append(states, string(m.State))
		errs = append(errs, words(m.Err))
		retry = append(retry, m.Retry.Microseconds())
		n := int32(0)
		if m.Tried {
			n = 1
		}
		tried = append(tried, n)
	}
	return s.exec(ctx, "mark", markDeliveries, token, ids, sinks, states, tried, retry, errs)
}

const seeSinks = `
INSERT INTO vod_sinks (name, seen) SELECT DISTINCT name COLLATE "C", now() FROM unnest($1::text[]) AS name ORDER BY 1
ON CONFLICT (name) DO UPDATE SET seen = excluded.seen`

// Seen implements [store.Outbox].
func (s *Store) Seen(ctx context.Context, names ...string) error {
	return s.exec(ctx, "seen", seeSinks, names)
}

const restSink = `
INSERT INTO vod_sinks (name, failures, rests_until, last_error)
VALUES ($1, $2, CASE WHEN $3::bigint > 0 THEN now() + $3 * interval '1 microsecond' END, $4)
ON CONFLICT (name) DO UPDATE SET
  failures = excluded.failures, rests_until = excluded.rests_until, last_error = excluded.last_error`

// Rest implements [store.Outbox].
func (s *Store) Rest(ctx context.Context, name string, failures int, during time.Duration, lastError string) error {
	return s.exec(ctx, "rest", restSink, name, failures, during.Microseconds(), words(lastError))
}

// Some thousand deliveries are given up at once. The sinks to which something is
// owed are found one after the other, in an index, and of each those that are owed
// for long are: where there are none, little is read. That nobody is at a delivery
// is asked again when it is locked: somebody may have come since.
//
// The error of the last attempt, or else of the sink, is kept behind the reason.
const (
	parkDeliveries = `
WITH RECURSIVE owing (sink) AS (
  (SELECT sink FROM vod_deliveries WHERE state = 'owed' ORDER BY sink LIMIT 1)
  UNION ALL
  SELECT (SELECT sink FROM vod_deliveries WHERE state = 'owed' AND sink > owing.sink ORDER BY sink LIMIT 1)
  FROM owing WHERE sink IS NOT NULL
), late AS MATERIALIZED (
  SELECT delivery.* FROM owing CROSS JOIN LATERAL (
    SELECT event_id, sink FROM vod_deliveries
    WHERE state = 'owed' AND sink = owing.sink AND owed_since <= now() - $1 * interval '1 microsecond' AND ` + free + `
    ORDER BY owed_since LIMIT 5000
  ) AS delivery`
	ofUnseen = `
  WHERE NOT EXISTS (SELECT 1 FROM vod_sinks WHERE name = owing.sink AND seen > now() - $1 * interval '1 microsecond')`
	parkAtOnce = `
  LIMIT 5000
), parked AS (
  UPDATE vod_deliveries AS delivery SET state = 'parked', updated = now(), lease_token = '', lease_until = NULL,
    last_error = $2 || coalesce(': ' || coalesce(nullif(last_error, ''),
      (SELECT nullif(last_error, '') FROM vod_sinks WHERE name = delivery.sink)), '')
  FROM late
  WHERE delivery.event_id = late.event_id AND delivery.sink = late.sink AND ` + owedByKey + ` AND ` + free + `
  RETURNING delivery.sink
)
SELECT sink, count(*) FROM parked GROUP BY sink`
)

// Park implements [store.Outbox].
func (s *Store) Park(ctx context.Context, owedFor, unseen time.Duration) ([]store.Parking, error) {
	var parked []store.Parking
	for _, why := range []struct {
		unseen  bool
		query   string
		age     time.Duration
		because string
	}{
		{unseen: true, query: parkDeliveries + ofUnseen + parkAtOnce, age: unseen, because: "no function has had a sink of this name for " + unseen.String()},
		{query: parkDeliveries + parkAtOnce, age: owedFor, because: "not delivered in " + owedFor.String()},
	} {
		err := s.query(ctx, "park", why.query, []any{why.age.Microseconds(), why.because}, func(row pgx.Rows) error {
			p := store.Parking{Unseen: why.unseen}
			err := row.Scan(&p.Sink, &p.Deliveries)
			parked = append(parked, p)
			return err
		})
		if err != nil {
			return parked, err
		}
	}
	slices.SortFunc(parked, func(a, b store.Parking) int { return strings.Compare(a.Sink, b.Sink) })
	return parked, nil
}

const (
	hastenOwed   = "UPDATE vod_deliveries SET due = now() WHERE sink = $1 AND state = 'owed' AND " + free
	hastenParked = `
UPDATE vod_deliveries SET state = 'owed', attempts = 0, owed_since = now(), due = now(), updated = now()
WHERE sink = $1 AND state = 'parked'`
)

// Hasten implements [store.Outbox].
func (s *Store) Hasten(ctx context.Context, sink string, parked bool) (int, error) {
	queries := []string{hastenOwed}
	if parked {
		queries = append(queries, hastenParked)
	}
	n := 0
	err := s.transaction(ctx, func(tx pgx.Tx) error {
		n = 0
		if _, err := tx.Exec(ctx, restSink, sink, 0, 0, ""); err != nil {
			return err
		}
		for _, query := range queries {
			tag, err := tx.Exec(ctx, query, sink)
			if err != nil {
				return err
			}
			n += int(tag.RowsAffected())
		}
		return nil
	})
	if err != nil {
		return 0, wrap(ctx, "hasten", err)
	}
	return n, nil
}

const (
	oweDeliveries = `
WITH owed AS (
  INSERT INTO vod_deliveries (event_id, sink, state, attempts, owed_since, due, replay, updated)
  SELECT DISTINCT id, sink COLLATE "C", 'owed', 0, now(), now(), $1, now()
  FROM unnest($2::uuid[], $3::text[]) AS owing (event_id, sink) JOIN vod_events ON id = event_id
  ORDER BY 1, 2
  ON CONFLICT (event_id, sink) DO UPDATE SET
    state = 'owed', attempts = 0, owed_since = excluded.owed_since, due = excluded.due, lease_token = '', lease_until = NULL,
    replay = coalesce(nullif(excluded.replay, ''), vod_deliveries.replay), updated = excluded.updated
  RETURNING 1
)
SELECT count(*) FROM owed`
	traceReplay = `
INSERT INTO vod_replays AS old (id, detail, started, deliveries) VALUES ($1, $2, now(), $3)
ON CONFLICT (id) DO UPDATE SET deliveries = old.deliveries + excluded.deliveries`
)

// Owe implements [store.Outbox].
func (s *Store) Owe(ctx context.Context, r store.Replay, owed []store.Owing) (int, error) {
	ids, sinks := make([]pgtype.UUID, len(owed)), make([]string, len(owed))
	for i, o := range owed {
		ids[i], sinks[i] = uuid(o.Event), o.Sink
	}
	n := 0
	err := s.transaction(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, oweDeliveries, r.ID, ids, sinks).Scan(&n); err != nil || r.ID == "" {
			return err
		}
		_, err := tx.Exec(ctx, traceReplay, r.ID, words(r.Detail), n)
		return err
	})
	if err != nil {
		return 0, wrap(ctx, "owe", err)
	}
	return n, nil
}
