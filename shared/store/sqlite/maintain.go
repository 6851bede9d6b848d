package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// DropDeadLetters implements [store.Maintainer].
func (s *Store) DropDeadLetters(ctx context.Context, ids ...vod.ID) (int, error) {
	dropped := 0
	err := s.write(ctx, func(conn *sql.Conn) error {
		if err := requireTables(ctx, conn); err != nil {
			return err
		}
		for _, id := range ids {
			res, err := conn.ExecContext(ctx, "DELETE FROM vod_dead_letters WHERE id = ?", id[:])
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			dropped += int(n)
		}
		return nil
	})
	if err != nil {
		return 0, wrap(ctx, "drop dead letters", err)
	}
	return dropped, nil
}

// Rebuild implements [store.Maintainer]. It holds one event in memory at a time.
// Commits wait until it is done; derive must not write to the store.
func (s *Store) Rebuild(ctx context.Context, derive func(store.Event) (store.Record, error)) (int, error) {
	events := 0
	err := s.write(ctx, func(conn *sql.Conn) error {
		if err := requireTables(ctx, conn); err != nil {
			return err
		}
		var err error
		events, err = rebuild(ctx, conn, derive)
		return err
	})
	if err != nil {
		return 0, wrap(ctx, "rebuild", err)
	}
	return events, nil
}

const (
	deleteFacts = "DELETE FROM vod_facts WHERE event_id IN (SELECT id FROM vod_events)"
	nextEvent   = "SELECT " + eventColumns + ", rowid FROM vod_events WHERE rowid > ? ORDER BY rowid LIMIT 1"
	updateEvent = "UPDATE vod_events SET type = ?, subject = ?, status = ?, time = ?, business_key = ? WHERE id = ?"
)

func rebuild(ctx context.Context, conn *sql.Conn, derive func(store.Event) (store.Record, error)) (int, error) {
	if _, err := conn.ExecContext(ctx, deleteFacts); err != nil {
		return 0, err
	}
	next, err := conn.PrepareContext(ctx, nextEvent)
	if err != nil {
		return 0, err
	}
	defer next.Close()
	t := tx{conn: conn, now: time.Now()}
	defer t.close()
	var row int64
	for events := 0; ; events++ {
		var e store.Event
		err := scanEvent(next.QueryRowContext(ctx, row), &e, &row)
		if errors.Is(err, sql.ErrNoRows) {
			return events, nil
		}
		if err != nil {
			return 0, err
		}
		r, err := derive(e)
		if err != nil {
			return 0, err
		}
		_, err = t.exec(ctx, &t.event, updateEvent,
			string(r.Type), r.Subject, string(r.Status), timeOrNull(r.Time), r.BusinessKey, e.ID[:])
		if err != nil {
			return 0, err
		}
		for _, f := range r.Facts {
			if err := t.writeFact(ctx, f); err != nil {
				return 0, err
			}
		}
	}
}
