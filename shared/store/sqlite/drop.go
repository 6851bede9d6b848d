package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
	"github.com/vodevents/vodevents/shared/vod"
)

// DropEvent implements [store.Maintainer].
func (s *Store) DropEvent(
	ctx context.Context, id vod.ID, detail string, derive func(store.Event) (store.Record, error),
) (bool, error) {
	return sqlstore.DropEvent(ctx, rewriting{reading{s}}, id, detail, derive)
}

// DropEvent implements [sqlstore.Rewriter].
func (r rewriting) DropEvent(ctx context.Context, d sqlstore.Drop) error {
	return r.s.write(ctx, func(conn *sql.Conn) error {
		t := tx{conn: conn, now: time.Now()}
		defer t.close()
		return t.drop(ctx, d)
	})
}

const dropLetter = `
INSERT INTO vod_dead_letters (id, reason, detail, source, source_id, received, last_seen, attempts, size, sha256, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
  reason = excluded.reason, detail = excluded.detail, attempts = attempts + 1, last_seen = max(last_seen, excluded.last_seen)`

func (t *tx) drop(ctx context.Context, d sqlstore.Drop) error {
	l := d.Letter
	_, err := t.conn.ExecContext(ctx, dropLetter,
		l.ID[:], string(l.Reason), l.Detail, string(l.Source), l.SourceID, timeText(l.Received), timeText(l.LastSeen),
		l.Attempts, l.Size, l.SHA256[:], blob(l.Body))
	if err != nil {
		return err
	}
	res, err := t.conn.ExecContext(ctx, "DELETE FROM vod_events WHERE id = ? AND subject = ?", l.ID[:], d.Medium.ID)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return cmp.Or(err, sqlstore.ErrChanged)
	}
	if _, err := t.conn.ExecContext(ctx, "DELETE FROM vod_deliveries WHERE event_id = ?", l.ID[:]); err != nil {
		return err
	}
	if d.Medium.ID == "" {
		return nil
	}
	replaced, err := t.replaceFacts(ctx, d.Medium)
	if err == nil && !replaced {
		err = sqlstore.ErrChanged
	}
	return err
}
