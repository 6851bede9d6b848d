package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

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

// DropEvent implements [sqlstore.Rewriter]. Like a rebuild it lets no commit be in
// progress.
func (r rewriting) DropEvent(ctx context.Context, d sqlstore.Drop) error {
	return r.withoutCommits(ctx, func(tx pgx.Tx) error { return drop(ctx, tx, d) })
}

const (
	dropEvent      = "DELETE FROM vod_events WHERE id = $1 AND subject = $2"
	dropDeliveries = "DELETE FROM vod_deliveries WHERE event_id = $1"
	dropLetter     = `
INSERT INTO vod_dead_letters AS old (id, reason, detail, source, source_id, received, last_seen, attempts, size, sha256, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id) DO UPDATE SET
  reason = excluded.reason, detail = excluded.detail,
  attempts = old.attempts + 1, last_seen = greatest(old.last_seen, excluded.last_seen)`
)

func drop(ctx context.Context, tx pgx.Tx, d sqlstore.Drop) error {
	l := d.Letter
	tag, err := tx.Exec(ctx, dropEvent, uuid(l.ID), d.Medium.ID)
	if err == nil && tag.RowsAffected() == 0 {
		err = sqlstore.ErrChanged
	}
	if err != nil {
		return err
	}
	if d.Medium.ID != "" {
		replaced, err := replaceFacts(ctx, tx, d.Medium)
		if err == nil && !replaced {
			err = sqlstore.ErrChanged
		}
		if err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, dropDeliveries, uuid(l.ID)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, dropLetter, uuid(l.ID), string(l.Reason), words(l.Detail), string(l.Source), l.SourceID,
		instant(l.Received), instant(l.LastSeen), l.Attempts, l.Size, l.SHA256[:], blob(l.Body))
	return err
}
