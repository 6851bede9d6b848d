package mysql

import (
	"context"

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

// DropEvent implements [sqlstore.Rewriter]. It locks in the order in which commits do.
func (r rewriting) DropEvent(ctx context.Context, d sqlstore.Drop) error {
	return r.s.write(ctx, func(t *tx) error { return t.drop(ctx, d) })
}

const dropLetter = `
ON DUPLICATE KEY UPDATE
  reason = VALUES(reason), detail = VALUES(detail), attempts = attempts + 1, last_seen = GREATEST(last_seen, VALUES(last_seen))`

func (t *tx) drop(ctx context.Context, d sqlstore.Drop) error {
	l := d.Letter
	n, err := t.change(ctx, "DELETE FROM vod_events WHERE id = ? AND subject = ?", l.ID[:], []byte(d.Medium.ID))
	if err == nil && n == 0 {
		err = sqlstore.ErrChanged
	}
	if err != nil {
		return err
	}
	if d.Medium.ID != "" {
		changed, err := t.replaceFacts(ctx, []sqlstore.Medium{d.Medium})
		if err == nil && len(changed) > 0 {
			err = sqlstore.ErrChanged
		}
		if err != nil {
			return err
		}
	}
	if err := t.add(ctx, "DELETE FROM vod_deliveries WHERE event_id = ?", l.ID[:]); err != nil {
		return err
	}
	return t.insert(ctx, insertLetters, letterValues, dropLetter, [][]any{{
		l.ID[:], string(l.Reason), l.Detail, string(l.Source), l.SourceID, timeText(l.Received), timeText(l.LastSeen),
		l.Attempts, l.Size, l.SHA256[:], blob(l.Body),
	}})
}
