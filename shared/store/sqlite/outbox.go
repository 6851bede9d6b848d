package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
)

// change runs fn in a transaction on tables that are there.
func (s *Store) change(ctx context.Context, doing string, fn func(conn *sql.Conn, now time.Time) error) error {
	err := s.write(ctx, func(conn *sql.Conn) error {
		if err := requireTables(ctx, conn); err != nil {
			return err
		}
		return fn(conn, time.Now())
	})
	return s.wrap(ctx, doing, err)
}

// free is the condition that nobody holds a lease.
const free = "(lease_until IS NULL OR lease_until <= ?1)"

const leaseDelivery = "UPDATE vod_deliveries SET lease_token = ?, lease_until = ? WHERE event_id = ? AND sink = ?"

// Claim implements [store.Outbox].
func (s *Store) Claim(ctx context.Context, c store.Claim) ([]store.Claimed, error) {
	var claimed []store.Claimed
	err := s.change(ctx, "claim", func(conn *sql.Conn, now time.Time) error {
		query, args := claimQuery(c, now)
		err := each(ctx, conn, query, args, func(rows *sql.Rows) error {
			var one store.Claimed
			err := sqlstore.ScanDelivery(reading{s}, rows, &one.Delivery)
			claimed = append(claimed, one)
			return err
		})
		if err != nil {
			return err
		}
		for i := range claimed {
			d := claimed[i].Delivery
			if _, err := conn.ExecContext(ctx, leaseDelivery, c.Token, timeText(now.Add(c.For)), d.Event[:], d.Sink); err != nil {
				return err
			}
			err := each(ctx, conn, "SELECT "+sqlstore.EventColumns+" FROM vod_events WHERE id = ?", []any{d.Event[:]}, func(rows *sql.Rows) error {
				return sqlstore.ScanEvent(reading{s}, rows, &claimed[i].Event)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// claimQuery selects what a claim is for. A delivery whose event is gone is nothing
// that could be delivered.
func claimQuery(c store.Claim, now time.Time) (string, []any) {
	args := []any{timeText(now)}
	in := func(values []any) string {
		args = append(args, values...)
		return " IN (?" + strings.Repeat(", ?", len(values)-1) + ")"
	}
	query := "SELECT " + sqlstore.DeliveryColumns + ` FROM vod_deliveries
WHERE state = 'owed' AND due <= ?1 AND ` + free + " AND sink" + in(textValues(c.Sinks))
	if len(c.Events) > 0 {
		query += " AND event_id" + in(idValues(c.Events))
	}
	return query + ` AND EXISTS (SELECT 1 FROM vod_events WHERE id = event_id)
AND NOT EXISTS (SELECT 1 FROM vod_sinks WHERE name = sink AND rests_until > ?1)
ORDER BY attempts > 0, due, event_id, sink LIMIT ` + strconv.Itoa(c.Limit), args
}

const markDelivery = `
UPDATE vod_deliveries SET
  state = ?, attempts = attempts + ?, due = ?, last_error = coalesce(nullif(?, ''), last_error),
  lease_token = '', lease_until = NULL, updated = ?
WHERE event_id = ? AND sink = ? AND lease_token = ?`

// Mark implements [store.Outbox].
func (s *Store) Mark(ctx context.Context, token string, marks []store.Mark) error {
	if len(marks) == 0 {
		return nil
	}
	return s.change(ctx, "mark", func(conn *sql.Conn, now time.Time) error {
		stmt, err := conn.PrepareContext(ctx, markDelivery)
		if err != nil {
			return err
		}
		defer stmt.Close()
		for _, m := range marks {
			_, err := stmt.ExecContext(ctx, string(m.State), m.Tried, timeText(now.Add(m.Retry)), m.Err, timeText(now),
				m.Event[:], m.Sink, token)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Seen implements [store.Outbox].
func (s *Store) Seen(ctx context.Context, names ...string) error {
	return s.change(ctx, "seen", func(conn *sql.Conn, now time.Time) error {
		for _, name := range names {
			_, err := conn.ExecContext(ctx,
				"INSERT INTO vod_sinks (name, seen) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seen = excluded.seen", name, timeText(now))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

const restSink = `
INSERT INTO vod_sinks (name, failures, rests_until, last_error) VALUES (?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET
  failures = excluded.failures, rests_until = excluded.rests_until, last_error = excluded.last_error`

// Rest implements [store.Outbox].
func (s *Store) Rest(ctx context.Context, name string, failures int, during time.Duration, lastError string) error {
	return s.change(ctx, "rest", func(conn *sql.Conn, now time.Time) error {
		until := time.Time{}
		if during > 0 {
			until = now.Add(during)
		}
		_, err := conn.ExecContext(ctx, restSink, name, failures, timeOrNull(until), lastError)
		return err
	})
}

// The error of the last attempt, or else of the sink, is kept behind the reason.
const parkDeliveries = `
UPDATE vod_deliveries SET state = 'parked', updated = ?1, lease_token = '', lease_until = NULL,
  last_error = ?3 || coalesce(': ' || coalesce(nullif(last_error, ''),
    (SELECT nullif(last_error, '') FROM vod_sinks WHERE name = sink)), '')
WHERE (event_id, sink) IN (SELECT event_id, sink FROM vod_deliveries WHERE state = 'owed' AND owed_since <= ?2 AND ` + free

// Of the sinks that nobody has.
const parkUnseen = parkDeliveries + " AND NOT EXISTS (SELECT 1 FROM vod_sinks WHERE name = sink AND seen > ?2)"

// parkAtOnce is how many deliveries are given up in one transaction.
const parkAtOnce = " LIMIT 5000) RETURNING sink"

// Park implements [store.Outbox].
func (s *Store) Park(ctx context.Context, owedFor, unseen time.Duration) ([]store.Parking, error) {
	var parked []store.Parking
	err := s.change(ctx, "park", func(conn *sql.Conn, now time.Time) error {
		for _, why := range []struct {
			unseen  bool
			query   string
			age     time.Duration
			because string
		}{
			{unseen: true, query: parkUnseen, age: unseen, because: "no function has had a sink of this name for " + unseen.String()},
			{query: parkDeliveries, age: owedFor, because: "not delivered in " + owedFor.String()},
		} {
			counts := map[string]int{}
			err := each(ctx, conn, why.query+parkAtOnce, []any{timeText(now), timeText(now.Add(-why.age)), why.because},
				func(rows *sql.Rows) error {
					var sink string
					err := rows.Scan(&sink)
					counts[sink]++
					return err
				})
			if err != nil {
				return err
			}
			for sink, n := range counts {
				parked = append(parked, store.Parking{Sink: sink, Unseen: why.unseen, Deliveries: n})
			}
		}
		return nil
	})
	slices.SortFunc(parked, func(a, b store.Parking) int { return strings.Compare(a.Sink, b.Sink) })
	return parked, err
}

const (
	hastenOwed   = "UPDATE vod_deliveries SET due = ?1 WHERE sink = ?2 AND state = 'owed' AND " + free
	hastenParked = `
UPDATE vod_deliveries SET state = 'owed', attempts = 0, owed_since = ?1, due = ?1, updated = ?1
WHERE sink = ?2 AND state = 'parked'`
)

// Hasten implements [store.Outbox].
func (s *Store) Hasten(ctx context.Context, sink string, parked bool) (int, error) {
	n := 0
	err := s.change(ctx, "hasten", func(conn *sql.Conn, now time.Time) error {
		if _, err := conn.ExecContext(ctx, restSink, sink, 0, nil, ""); err != nil {
			return err
		}
		queries := []string{hastenOwed}
		if parked {
			queries = append(queries, hastenParked)
		}
		for _, query := range queries {
			res, err := conn.ExecContext(ctx, query, timeText(now), sink)
			if err != nil {
				return err
			}
			rows, err := res.RowsAffected()
			if err != nil {
				return err
			}
			n += int(rows)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

const (
	oweDelivery = `
INSERT INTO vod_deliveries (event_id, sink, state, attempts, owed_since, due, lease_token, last_error, replay, updated)
SELECT id, ?2, 'owed', 0, ?4, ?4, '', '', ?3, ?4 FROM vod_events WHERE id = ?1
ON CONFLICT (event_id, sink) DO UPDATE SET
  state = 'owed', attempts = 0, owed_since = excluded.owed_since, due = excluded.due, lease_token = '', lease_until = NULL,
  replay = coalesce(nullif(excluded.replay, ''), replay), updated = excluded.updated`
	traceReplay = `
INSERT INTO vod_replays (id, detail, started, deliveries) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET deliveries = deliveries + excluded.deliveries`
)

// Owe implements [store.Outbox].
func (s *Store) Owe(ctx context.Context, r store.Replay, owed []store.Owing) (int, error) {
	seen := map[store.Owing]bool{}
	n := 0
	err := s.change(ctx, "owe", func(conn *sql.Conn, now time.Time) error {
		for _, o := range owed {
			if seen[o] {
				continue
			}
			seen[o] = true
			res, err := conn.ExecContext(ctx, oweDelivery, o.Event[:], o.Sink, r.ID, timeText(now))
			if err != nil {
				return err
			}
			rows, err := res.RowsAffected()
			if err != nil {
				return err
			}
			n += int(rows)
		}
		if r.ID == "" {
			return nil
		}
		_, err := conn.ExecContext(ctx, traceReplay, r.ID, r.Detail, timeText(now), n)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
