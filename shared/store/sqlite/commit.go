package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
)

// Commit makes the records durable in one transaction.
func (s *Store) Commit(ctx context.Context, batch store.Batch) ([]store.Outcome, error) {
	if len(batch.Records) == 0 {
		return nil, nil
	}
	outcomes, err := s.commit(ctx, batch, false)
	if refused(err) {
		outcomes, err = s.commit(ctx, batch, true)
	}
	if err != nil {
		return nil, wrap(ctx, "commit", err)
	}
	return outcomes, nil
}

// commit commits the batch. A record that SQLite refuses is an error, or, if
// records are isolated from each other, its own outcome. Isolation costs two
// statements for each record, and hardly any batch needs it.
func (s *Store) commit(ctx context.Context, batch store.Batch, isolated bool) ([]store.Outcome, error) {
	outcomes := make([]store.Outcome, len(batch.Records))
	err := s.write(ctx, func(conn *sql.Conn) error {
		if err := requireTables(ctx, conn); err != nil {
			return err
		}
		w := writer{conn: conn, lease: batch.Lease, now: time.Now()}
		defer w.close()
		for i, r := range batch.Records {
			var err error
			if isolated {
				outcomes[i], err = w.isolated(ctx, r)
			} else {
				outcomes[i], err = w.record(ctx, r)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return outcomes, err
}

// refused reports whether err is about one record and not about the database.
func refused(err error) bool {
	return errors.Is(err, sqlite3.CONSTRAINT) || errors.Is(err, sqlite3.TOOBIG)
}

// writer writes records in a transaction.
type writer struct {
	conn                          *sql.Conn
	lease                         store.Lease
	now                           time.Time
	event, fact, delivery, letter *sql.Stmt // prepared when first needed
}

func (w *writer) close() {
	for _, stmt := range []*sql.Stmt{w.event, w.fact, w.delivery, w.letter} {
		if stmt != nil {
			_ = stmt.Close() // nothing depends on it
		}
	}
}

// exec runs a statement, which it prepares in *stmt, and returns the number of
// rows that it changed.
func (w *writer) exec(ctx context.Context, stmt **sql.Stmt, query string, args ...any) (int64, error) {
	if *stmt == nil {
		var err error
		if *stmt, err = w.conn.PrepareContext(ctx, query); err != nil {
			return 0, err
		}
	}
	res, err := (*stmt).ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// isolated writes a record. If it is refused, nothing of it stays.
func (w *writer) isolated(ctx context.Context, r store.Record) (store.Outcome, error) {
	if _, err := w.conn.ExecContext(ctx, "SAVEPOINT record"); err != nil {
		return store.Outcome{}, err
	}
	outcome, err := w.record(ctx, r)
	end := "RELEASE record"
	if refused(err) {
		outcome, err = store.Outcome{State: store.Rejected, Err: wrap(ctx, "record", err)}, nil
		end = "ROLLBACK TO record; RELEASE record"
	}
	if err != nil {
		return store.Outcome{}, err
	}
	_, err = w.conn.ExecContext(ctx, end)
	return outcome, err
}

func (w *writer) record(ctx context.Context, r store.Record) (store.Outcome, error) {
	if r.Reason != "" {
		return w.writeDeadLetter(ctx, r)
	}
	return w.writeEvent(ctx, r)
}

const insertEvent = `
INSERT INTO vod_events (id, type, subject, status, time, received, source, source_id, business_key, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO NOTHING`

func (w *writer) writeEvent(ctx context.Context, r store.Record) (store.Outcome, error) {
	added, err := w.exec(ctx, &w.event, insertEvent,
		r.ID[:], string(r.Type), r.Subject, string(r.Status), timeOrNull(r.Time), timeText(r.Received),
		string(r.Source), r.SourceID, r.BusinessKey, blob(r.Body))
	if err != nil {
		return store.Outcome{}, err
	}
	if added == 0 {
		return store.Outcome{State: store.Known}, nil
	}
	for _, f := range r.Facts {
		if err := w.writeFact(ctx, f); err != nil {
			return store.Outcome{}, err
		}
	}
	for _, sink := range r.Deliveries {
		if err := w.writeDelivery(ctx, r, sink); err != nil {
			return store.Outcome{}, err
		}
	}
	return store.Outcome{State: store.New}, nil
}

// upsertFact has the rule of [media.Fact.Newer].
const upsertFact = `
INSERT INTO vod_facts (medium, kind, facet, time, rank, event_id, status, value, data)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (medium, facet) DO UPDATE SET
  kind = excluded.kind, time = excluded.time, rank = excluded.rank, event_id = excluded.event_id,
  status = excluded.status, value = excluded.value, data = excluded.data
WHERE (excluded.time, excluded.rank, excluded.event_id) > (vod_facts.time, vod_facts.rank, vod_facts.event_id)`

func (w *writer) writeFact(ctx context.Context, f media.Fact) error {
	_, err := w.exec(ctx, &w.fact, upsertFact,
		f.Medium, string(f.Kind), f.Facet, timeOrEmpty(f.Time), f.Rank, f.Event[:],
		string(f.Status), f.Value, string(f.Data))
	return err
}

// A delivery that is there already is of an event that was removed and came
// again: what was done stays done.
const insertDelivery = `
INSERT INTO vod_deliveries (event_id, sink, state, attempts, due, lease_token, lease_until, last_error, updated)
VALUES (?, ?, 'owed', 0, ?, ?, ?, '', ?)
ON CONFLICT (event_id, sink) DO NOTHING`

func (w *writer) writeDelivery(ctx context.Context, r store.Record, sink string) error {
	var until time.Time
	if w.lease.Token != "" {
		until = w.now.Add(w.lease.For)
	}
	_, err := w.exec(ctx, &w.delivery, insertDelivery,
		r.ID[:], sink, timeText(w.now), w.lease.Token, timeOrNull(until), timeText(w.now))
	return err
}

// The first time decides on everything but how often and when last. RETURNING
// says which time this is.
const upsertDeadLetter = `
INSERT INTO vod_dead_letters (id, reason, detail, source, source_id, received, last_seen, attempts, size, sha256, body)
VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET attempts = attempts + 1, last_seen = max(last_seen, excluded.last_seen)
RETURNING attempts`

func (w *writer) writeDeadLetter(ctx context.Context, r store.Record) (store.Outcome, error) {
	size, sum := r.Size, r.SHA256
	if sum == [32]byte{} { // the body is whole
		size, sum = int64(len(r.Body)), sha256.Sum256(r.Body)
	}
	if w.letter == nil {
		var err error
		if w.letter, err = w.conn.PrepareContext(ctx, upsertDeadLetter); err != nil {
			return store.Outcome{}, err
		}
	}
	var attempts int
	received := timeText(r.Received)
	err := w.letter.QueryRowContext(ctx,
		r.ID[:], string(r.Reason), r.Detail, string(r.Source), r.SourceID, received, received,
		size, sum[:], blob(r.Body)).Scan(&attempts)
	switch {
	case err != nil:
		return store.Outcome{}, err
	case attempts > 1:
		return store.Outcome{State: store.Known}, nil
	default:
		return store.Outcome{State: store.New}, nil
	}
}
