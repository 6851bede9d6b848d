package mysql

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
)

// Seen implements [store.Outbox].
func (s *Store) Seen(ctx context.Context, names ...string) error {
	var rows [][]any
	for _, name := range slices.Sorted(slices.Values(names)) {
		rows = append(rows, []any{[]byte(name)})
	}
	err := s.write(ctx, func(t *tx) error {
		return t.insert(ctx, "INSERT INTO vod_sinks (name, seen, failures, last_error) VALUES ", "(?, UTC_TIMESTAMP(3), 0, '')",
			" ON DUPLICATE KEY UPDATE seen = VALUES(seen)", rows)
	})
	return wrap(ctx, "seen", err)
}

const restSink = `
INSERT INTO vod_sinks (name, failures, rests_until, last_error) VALUES (?, ?, UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND, ?)
ON DUPLICATE KEY UPDATE
  failures = VALUES(failures), rests_until = VALUES(rests_until), last_error = VALUES(last_error)`

// Rest implements [store.Outbox].
func (s *Store) Rest(ctx context.Context, name string, failures int, during time.Duration, lastError string) error {
	var rest any // NULL, and then so is the sum
	if during > 0 {
		rest = during.Microseconds()
	}
	err := s.write(ctx, func(t *tx) error { return t.add(ctx, restSink, []byte(name), failures, rest, lastError) })
	return wrap(ctx, "rest", err)
}

// atOnce is how many deliveries of a sink are changed in one transaction: those who
// claim wait for its locks.
const atOnce = 5000

// agedSinks are those to which something is owed for some time. Grouped by the state
// too, only the first entry of each sink in the index is read.
const agedSinks = `
SELECT sink FROM vod_deliveries FORCE INDEX (vod_deliveries_by_age) WHERE state = 'owed'
GROUP BY state, sink HAVING MIN(owed_since) <= UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND`

// The times before which something has to be owed to be given up. With none, of a sink
// that a function has, no row is read.
const (
	setUnseen = `
SET @before = (SELECT IF(COUNT(*) > 0, NULL, UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND)
  FROM vod_sinks WHERE name = ? AND seen > UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND)`
	setOwedFor = "SET @before = UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND"
)

// The error of the last attempt, or else of the sink, is kept behind the reason.
const (
	parkDeliveries = `
UPDATE vod_deliveries FORCE INDEX (vod_deliveries_by_age) SET
  state = 'parked', updated = UTC_TIMESTAMP(3), lease_token = '', lease_until = NULL,
  last_error = CONCAT_WS(': ', ?, COALESCE(NULLIF(last_error, ''),
    (SELECT NULLIF(s.last_error, '') FROM vod_sinks AS s WHERE s.name = sink)))
WHERE state = 'owed' AND sink = ? AND owed_since <= CAST(@before AS DATETIME(3)) AND ` + free + byAge
	byAge = "\nORDER BY state, sink, owed_since, event_id LIMIT ?"
)

// Park implements [store.Outbox]. It goes sink by sink: no index has what is owed for
// long to the sinks that nobody has, and only that.
func (s *Store) Park(ctx context.Context, owedFor, unseen time.Duration) ([]store.Parking, error) {
	var parked []store.Parking
	err := s.write(ctx, func(t *tx) error {
		parked = nil
		var sinks [][]byte
		err := t.query(ctx, agedSinks, []any{min(owedFor, unseen).Microseconds()}, func(rows *sql.Rows) error {
			var sink []byte
			err := rows.Scan(&sink)
			sinks = append(sinks, sink)
			return err
		})
		if err != nil {
			return err
		}
		left := atOnce
		for _, sink := range sinks {
			for _, why := range []struct {
				unseen  bool
				before  string
				args    []any
				because string
			}{
				{
					unseen: true, before: setUnseen, args: []any{unseen.Microseconds(), sink, unseen.Microseconds()},
					because: "no function has had a sink of this name for " + unseen.String(),
				},
				{before: setOwedFor, args: []any{owedFor.Microseconds()}, because: "not delivered in " + owedFor.String()},
			} {
				if err := t.add(ctx, why.before, why.args...); err != nil {
					return err
				}
				n, err := t.change(ctx, parkDeliveries, why.because, sink, left)
				if err != nil {
					return err
				}
				if n > 0 {
					parked = append(parked, store.Parking{Sink: string(sink), Unseen: why.unseen, Deliveries: n})
				}
				if left -= n; left <= 0 {
					return nil
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, wrap(ctx, "park", err)
	}
	return parked, nil
}

const (
	countDue = `
SELECT COUNT(*) FROM vod_deliveries FORCE INDEX (vod_deliveries_by_due)
WHERE state = 'owed' AND sink = ? AND tried IN (0, 1) AND due <= UTC_TIMESTAMP(3) AND ` + free
	hastenOwed = `
UPDATE vod_deliveries FORCE INDEX (vod_deliveries_by_due) SET due = UTC_TIMESTAMP(3)
WHERE state = 'owed' AND sink = ? AND tried IN (0, 1) AND due > UTC_TIMESTAMP(3) AND ` + free + inOrder
	hastenParked = `
UPDATE vod_deliveries FORCE INDEX (vod_deliveries_by_age) SET
  state = 'owed', attempts = 0, owed_since = UTC_TIMESTAMP(3), due = UTC_TIMESTAMP(3), updated = UTC_TIMESTAMP(3)
WHERE state = 'parked' AND sink = ?` + byAge
)

// Hasten implements [store.Outbox]. It is not one transaction, but many short ones. What
// is due already is counted too, as it may only have waited for the rest to end.
func (s *Store) Hasten(ctx context.Context, sink string, parked bool) (int, error) {
	n := 0
	err := s.DB.Query(ctx, countDue, []any{[]byte(sink)}, func(row sqlstore.Row) error { return row.Scan(&n) })
	if err == nil {
		err = s.write(ctx, func(t *tx) error { return t.add(ctx, restSink, []byte(sink), 0, nil, "") })
	}
	steps := []string{hastenOwed}
	if parked {
		steps = append(steps, hastenParked)
	}
	for _, step := range steps {
		for changed := atOnce; err == nil && changed == atOnce; n += changed {
			err = s.write(ctx, func(t *tx) error {
				var err error
				changed, err = t.change(ctx, step, []byte(sink), atOnce)
				return err
			})
		}
	}
	if err != nil {
		return 0, wrap(ctx, "hasten", err)
	}
	return n, nil
}
