package mysql

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
	"github.com/vodevents/vodevents/shared/vod"
)

// A delivery that is there already is of an event that was removed and came again:
// what was done stays done.
const (
	insertDeliveries = `
INSERT INTO vod_deliveries (event_id, sink, state, attempts, owed_since, due, lease_token, last_error, replay, updated)
VALUES `
	owedNow      = "(?, ?, 'owed', 0, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), '', '', '', UTC_TIMESTAMP(3))"
	keepDelivery = "\nON DUPLICATE KEY UPDATE attempts = vod_deliveries.attempts"
)

// writeDeliveries writes what new events owe: rows of event and sink.
func (t *tx) writeDeliveries(ctx context.Context, owed [][]any) error {
	return t.insert(ctx, insertDeliveries, owedNow, keepDelivery, owed)
}

// free is the condition that nobody holds a lease.
const free = "(lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(3))"

// leaseDeliveries leases deliveries to one sink. A delivery whose event is gone is
// nothing that could be delivered. The order is that of the index, so that only what
// is leased is read and locked; of a sink that rests, for which nothing is ever due,
// that is nothing. Those who claim at the same time wait for each other's locks, and
// then go on behind what the other has.
const (
	leaseDeliveries = setDue + "UPDATE vod_deliveries FORCE INDEX (vod_deliveries_by_due) " + setLease
	leaseOfEvents   = setDue + "UPDATE vod_deliveries FORCE INDEX (PRIMARY) " + setLease
	setDue          = `
SET @due = (SELECT IF(COUNT(*) > 0 OR @enough, NULL, UTC_TIMESTAMP(3)) FROM vod_sinks WHERE name = ? AND rests_until > UTC_TIMESTAMP(3));
`
	setLease = `SET lease_token = ?, lease_claim = ?, lease_until = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND
WHERE state = 'owed' AND sink = ? AND due <= CAST(@due AS DATETIME(3)) AND ` + free + `
AND EXISTS (SELECT 1 FROM vod_events WHERE id = event_id)`
	inOrder = "\nORDER BY state, sink, tried, due, event_id LIMIT ?"
)

// setEnough notes whether as much is leased as was asked for: then nothing more is due.
const setEnough = "\nSET @enough = (SELECT COUNT(*) FROM vod_deliveries WHERE lease_claim = ?) >= ?"

// leaveRest gives back what was leased beyond a limit, sink by sink.
const leaveRest = `
UPDATE vod_deliveries AS d JOIN (
  SELECT event_id, sink FROM vod_deliveries WHERE lease_claim = ? ORDER BY tried, due, event_id, sink LIMIT 1000000 OFFSET ?
) AS rest ON rest.event_id = d.event_id AND rest.sink = d.sink
SET d.lease_token = '', d.lease_claim = NULL, d.lease_until = NULL`

const selectLeased = "\nSELECT " + sqlstore.DeliveryColumns + ", " + sqlstore.EventColumns + `
FROM vod_deliveries JOIN vod_events ON id = event_id WHERE lease_claim = ? ORDER BY tried, due, event_id, sink`

// Claim implements [store.Outbox]. It is one round trip: first for what was not tried,
// then for the rest, each of which the index has in the order in which it is due.
func (s *Store) Claim(ctx context.Context, c store.Claim) ([]store.Claimed, error) {
	call := make([]byte, 16) // the token may have other leases
	_, _ = rand.Read(call)   // never fails
	lease, passes := leaseDeliveries, []string{" AND tried = 0", " AND tried = 1"}
	if len(c.Events) > 0 {
		lease, passes = leaseOfEvents, []string{" AND event_id IN " + places(len(c.Events))}
	}
	var statements []string
	var args []any
	for _, pass := range passes {
		statements = append(statements, setEnough)
		args = append(args, call, c.Limit)
		for _, sink := range slices.Sorted(slices.Values(c.Sinks)) {
			statements = append(statements, lease+pass+inOrder)
			args = append(args, []byte(sink), []byte(c.Token), call, c.For.Microseconds(), []byte(sink))
			args = append(args, idValues(c.Events)...)
			args = append(args, c.Limit)
		}
	}
	query := strings.Join(append(statements, leaveRest, selectLeased), ";")
	args = append(args, call, c.Limit, call)

	var claimed []store.Claimed
	err := retry(ctx, func() error {
		claimed = nil
		return s.connected(ctx, func(conn *sql.Conn) error {
			return each(ctx, conn, query, args, func(rows *sql.Rows) error {
				var one store.Claimed
				var event columns
				err := sqlstore.ScanEvent(s.DB, &event, &one.Event)
				if err == nil {
					err = sqlstore.ScanDelivery(s.DB, rows, &one.Delivery, event...)
				}
				claimed = append(claimed, one)
				return err
			})
		})
	})
	if err != nil {
		return nil, wrap(ctx, "claim", err)
	}
	return claimed, nil
}

// columns collects what columns are scanned into, for a row that has more than these.
type columns []any

// Scan implements [sqlstore.Row].
func (c *columns) Scan(dest ...any) error {
	*c = append(*c, dest...)
	return nil
}

const markDelivery = `
UPDATE vod_deliveries SET
  state = ?, attempts = attempts + ?, due = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND, last_error = IF(? = '', last_error, ?),
  lease_token = '', lease_until = NULL, updated = UTC_TIMESTAMP(3)
WHERE event_id = ? AND sink = ? AND lease_token = ?`

// Mark implements [store.Outbox], in one round trip.
func (s *Store) Mark(ctx context.Context, token string, marks []store.Mark) error {
	if len(marks) == 0 {
		return nil
	}
	marks = slices.Clone(marks)
	slices.SortFunc(marks, func(a, b store.Mark) int {
		return cmp.Or(bytes.Compare(a.Event[:], b.Event[:]), cmp.Compare(a.Sink, b.Sink))
	})
	err := s.write(ctx, func(t *tx) error {
		for _, m := range marks {
			err := t.add(ctx, markDelivery, string(m.State), m.Tried, m.Retry.Microseconds(), m.Err, m.Err,
				m.Event[:], []byte(m.Sink), []byte(token))
			if err != nil {
				return err
			}
		}
		return nil
	})
	return wrap(ctx, "mark", err)
}

const (
	oweAgain = `
ON DUPLICATE KEY UPDATE
  state = 'owed', attempts = 0, owed_since = VALUES(owed_since), due = VALUES(due), lease_token = '', lease_until = NULL,
  replay = IF(VALUES(replay) = '', replay, VALUES(replay)), updated = VALUES(updated)`
	owedByReplay = "(?, ?, 'owed', 0, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), '', '', ?, UTC_TIMESTAMP(3))"
	traceReplay  = `
INSERT INTO vod_replays (id, detail, started, deliveries) VALUES (?, ?, UTC_TIMESTAMP(3), ?)
ON DUPLICATE KEY UPDATE deliveries = deliveries + VALUES(deliveries)`
)

// Owe implements [store.Outbox].
func (s *Store) Owe(ctx context.Context, r store.Replay, owed []store.Owing) (int, error) {
	owed = slices.Clone(owed)
	slices.SortFunc(owed, func(a, b store.Owing) int {
		return cmp.Or(bytes.Compare(a.Event[:], b.Event[:]), strings.Compare(a.Sink, b.Sink))
	})
	owed = slices.Compact(owed)
	n := 0
	err := s.write(ctx, func(t *tx) error {
		stored, err := t.stored(ctx, owed)
		if err != nil {
			return err
		}
		var rows [][]any
		for _, o := range owed {
			if stored[o.Event] {
				rows = append(rows, []any{o.Event[:], []byte(o.Sink), []byte(r.ID)})
			}
		}
		n = len(rows)
		if err := t.insert(ctx, insertDeliveries, owedByReplay, oweAgain, rows); err != nil || r.ID == "" {
			return err
		}
		return t.add(ctx, traceReplay, []byte(r.ID), r.Detail, n)
	})
	if err != nil {
		return 0, wrap(ctx, "owe", err)
	}
	return n, nil
}

// stored returns which of the events there are. They stay until the transaction ends.
func (t *tx) stored(ctx context.Context, owed []store.Owing) (map[vod.ID]bool, error) {
	stored := make(map[vod.ID]bool, len(owed))
	for some := range slices.Chunk(owed, 1000) {
		ids := make([]any, len(some))
		for i, o := range some {
			ids[i] = o.Event[:]
		}
		err := t.query(ctx, "SELECT id FROM vod_events WHERE id IN "+places(len(ids))+" ORDER BY id FOR UPDATE", ids, func(rows *sql.Rows) error {
			var id vod.ID
			err := rows.Scan((*sqlstore.ID)(&id))
			stored[id] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return stored, nil
}
