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
func (s *Store) Commit(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
	if len(records) == 0 {
		return nil, nil
	}
	outcomes, err := s.commit(ctx, records, false)
	if refused(err) {
		outcomes, err = s.commit(ctx, records, true)
	}
	if err != nil {
		return nil, s.wrap(ctx, "commit", err)
	}
	return outcomes, nil
}

// commit commits the records. A record that SQLite refuses is an error, or, if
// records are isolated from each other, its own outcome. Isolation costs two
// statements for each record, and hardly any batch needs it.
func (s *Store) commit(ctx context.Context, records []store.Record, isolated bool) ([]store.Outcome, error) {
	outcomes := make([]store.Outcome, len(records))
	err := s.write(ctx, func(conn *sql.Conn) error {
		if err := requireTables(ctx, conn); err != nil {
			return err
		}
		t := tx{conn: conn, now: time.Now()}
		defer t.close()
		for i, r := range records {
			var err error
			if isolated {
				outcomes[i], err = t.isolated(ctx, r)
			} else {
				outcomes[i], err = t.record(ctx, r)
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

// tx writes records in a transaction.
type tx struct {
	conn                          *sql.Conn
	now                           time.Time
	event, fact, delivery, letter *sql.Stmt // prepared when first needed
}

func (t *tx) close() {
	for _, stmt := range []*sql.Stmt{t.event, t.fact, t.delivery, t.letter} {
		if stmt != nil {
			_ = stmt.Close() // nothing depends on it
		}
	}
}

// prepare prepares a statement in *stmt, unless it is there.
func (t *tx) prepare(ctx context.Context, stmt **sql.Stmt, query string) (err error) {
	if *stmt == nil {
		*stmt, err = t.conn.PrepareContext(ctx, query) //nolint:sqlclosecheck // close does it
	}
	return err
}

// exec prepares and runs a statement and returns the number of rows it changed.
func (t *tx) exec(ctx context.Context, stmt **sql.Stmt, query string, args ...any) (int64, error) {
	if err := t.prepare(ctx, stmt, query); err != nil {
		return 0, err
	}
	res, err := (*stmt).ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// isolated writes a record. If it is refused, nothing of it stays.
func (t *tx) isolated(ctx context.Context, r store.Record) (store.Outcome, error) {
	if _, err := t.conn.ExecContext(ctx, "SAVEPOINT record"); err != nil {
		return store.Outcome{}, err
	}
	outcome, err := t.record(ctx, r)
	end := "RELEASE record"
	if refused(err) {
		outcome, err = store.Outcome{State: store.Rejected, Err: wrap(ctx, "record", err)}, nil
		end = "ROLLBACK TO record; RELEASE record"
	}
	if err != nil {
		return store.Outcome{}, err
	}
	_, err = t.conn.ExecContext(ctx, end)
	return outcome, err
}

func (t *tx) record(ctx context.Context, r store.Record) (store.Outcome, error) {
	if r.Reason != "" {
		return t.writeDeadLetter(ctx, r)
	}
	return t.writeEvent(ctx, r)
}

const insertEvent = `
INSERT INTO vod_events (id, type, subject, status, time, received, source, source_id, business_key, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO NOTHING`

func (t *tx) writeEvent(ctx context.Context, r store.Record) (store.Outcome, error) {
	added, err := t.exec(ctx, &t.event, insertEvent,
		r.ID[:], string(r.Type), r.Subject, string(r.Status), timeOrNull(r.Time), timeText(r.Received),
		string(r.Source), r.SourceID, r.BusinessKey, blob(r.Body))
	if err != nil {
		return store.Outcome{}, err
	}
	if added == 0 {
		return store.Outcome{State: store.Known}, nil
	}
	for _, f := range r.Facts {
		if err := t.writeFact(ctx, f); err != nil {
			return store.Outcome{}, err
		}
	}
	for _, sink := range r.Deliveries {
		if err := t.writeDelivery(ctx, r, sink); err != nil {
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

func (t *tx) writeFact(ctx context.Context, f media.Fact) error {
	_, err := t.exec(ctx, &t.fact, upsertFact,
		f.Medium, string(f.Kind), f.Facet, timeOrEmpty(f.Time), f.Rank, f.Event[:],
		string(f.Status), f.Value, string(f.Data))
	return err
}

// A delivery that is there already is of an event that was removed and came
// again: what was done stays done.
const insertDelivery = `
INSERT INTO vod_deliveries (event_id, sink, state, attempts, owed_since, due, lease_token, last_error, updated)
VALUES (?1, ?2, 'owed', 0, ?3, ?3, '', '', ?3)
ON CONFLICT (event_id, sink) DO NOTHING`

func (t *tx) writeDelivery(ctx context.Context, r store.Record, sink string) error {
	_, err := t.exec(ctx, &t.delivery, insertDelivery,
		r.ID[:], sink, timeText(t.now))
	return err
}

// The first time decides on everything but how often and when last. RETURNING
// says which time this is.
const upsertDeadLetter = `
INSERT INTO vod_dead_letters (id, reason, detail, source, source_id, received, last_seen, attempts, size, sha256, body)
VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET attempts = attempts + 1, last_seen = max(last_seen, excluded.last_seen)
RETURNING attempts`

func (t *tx) writeDeadLetter(ctx context.Context, r store.Record) (store.Outcome, error) {
	size, sum := r.Size, r.SHA256
	if sum == [32]byte{} { // the body is whole
		size, sum = int64(len(r.Body)), sha256.Sum256(r.Body)
	}
	if err := t.prepare(ctx, &t.letter, upsertDeadLetter); err != nil {
		return store.Outcome{}, err
	}
	var attempts int
	received := timeText(r.Received)
	err := t.letter.QueryRowContext(ctx,
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
