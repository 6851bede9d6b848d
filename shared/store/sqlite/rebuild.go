package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
	"github.com/vodevents/vodevents/shared/vod"
)

// Rebuild implements [store.Maintainer]. It takes the lock only to write what is
// different.
func (s *Store) Rebuild(ctx context.Context, derive func(store.Event) (store.Record, error)) (int, error) {
	return sqlstore.Rebuild(ctx, rewriting{reading{s}}, derive)
}

// rewriting is the database as it is rebuilt.
type rewriting struct{ reading }

var _ sqlstore.Rewriter = rewriting{}

const updateEvent = "UPDATE vod_events SET type = ?, subject = ?, status = ?, time = ?, business_key = ? WHERE id = ?"

// UpdateEvents implements [sqlstore.Rewriter].
func (r rewriting) UpdateEvents(ctx context.Context, records []store.Record) error {
	return r.s.step(ctx, func(t *tx) error {
		for _, r := range records {
			_, err := t.exec(ctx, &t.event, updateEvent,
				string(r.Type), r.Subject, string(r.Status), timeOrNull(r.Time), r.BusinessKey, r.ID[:])
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// ReplaceFacts implements [sqlstore.Rewriter].
func (r rewriting) ReplaceFacts(ctx context.Context, media []sqlstore.Medium) ([]string, error) {
	var left []string
	err := r.s.step(ctx, func(t *tx) error {
		for _, m := range media {
			replaced, err := t.replaceFacts(ctx, m)
			if err != nil {
				return err
			}
			if !replaced {
				left = append(left, m.ID)
			}
		}
		return nil
	})
	return left, err
}

// replaceFacts replaces the facts of a medium, unless there are other events of it
// than those that they were derived from.
func (t *tx) replaceFacts(ctx context.Context, m sqlstore.Medium) (bool, error) {
	var events []vod.ID
	err := each(ctx, t.conn, "SELECT id FROM vod_events WHERE subject = ? ORDER BY id", []any{m.ID}, func(rows *sql.Rows) error {
		var id vod.ID
		err := rows.Scan((*sqlstore.ID)(&id))
		events = append(events, id)
		return err
	})
	if err != nil || !slices.Equal(events, m.Events) {
		return false, err
	}
	if _, err := t.conn.ExecContext(ctx, "DELETE FROM vod_facts WHERE medium = ?", m.ID); err != nil {
		return false, err
	}
	for _, f := range m.Facts {
		if err := t.writeFact(ctx, f); err != nil {
			return false, err
		}
	}
	return true, nil
}

// step runs fn in a transaction, and then lets others have the lock for as long as
// it had it: nobody queues for the lock of SQLite, all try again from time to time.
func (s *Store) step(ctx context.Context, fn func(*tx) error) error {
	var start time.Time
	err := s.write(ctx, func(conn *sql.Conn) error {
		start = time.Now()
		t := tx{conn: conn, now: start}
		defer t.close()
		return fn(&t)
	})
	if err != nil {
		return err
	}
	return pause(ctx, time.Since(start))
}
