package mysql

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"slices"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
	"github.com/vodevents/vodevents/shared/vod"
)

// The first time decides on everything but how often and when last.
const (
	insertLetters = `
INSERT INTO vod_dead_letters (id, reason, detail, source, source_id, received, last_seen, attempts, size, sha256, body)
VALUES `
	letterValues = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	countLetter  = `
ON DUPLICATE KEY UPDATE attempts = attempts + VALUES(attempts), last_seen = GREATEST(last_seen, VALUES(last_seen))`
)

// writeLetters writes dead letters, and says which are new: those that came no more
// often than in this batch.
func (t *tx) writeLetters(ctx context.Context, letters []*entry, states map[*entry]store.State) error {
	if len(letters) == 0 {
		return nil
	}
	byID := make(map[vod.ID]*entry, len(letters))
	var rows [][]any
	var ids []any
	for _, e := range letters {
		size, sum := e.Size, e.SHA256
		if sum == [32]byte{} { // the body is whole
			size, sum = int64(len(e.Body)), sha256.Sum256(e.Body)
		}
		byID[e.ID] = e
		ids = append(ids, e.ID[:])
		rows = append(rows, []any{
			e.ID[:], string(e.Reason), e.Detail, string(e.Source), e.SourceID, timeText(e.Received), e.lastSeen,
			len(e.outcomes), size, sum[:], blob(e.Body),
		})
	}
	if err := t.insert(ctx, insertLetters, letterValues, countLetter, rows); err != nil {
		return err
	}
	return t.query(ctx, "SELECT id, attempts FROM vod_dead_letters WHERE id IN "+places(len(ids)), ids, func(rows *sql.Rows) error {
		var id vod.ID
		var attempts int
		err := rows.Scan((*sqlstore.ID)(&id), &attempts)
		e := byID[id]
		states[e] = store.Known
		if attempts == len(e.outcomes) {
			states[e] = store.New
		}
		return err
	})
}

// DropDeadLetters implements [store.Maintainer].
func (s *Store) DropDeadLetters(ctx context.Context, ids ...vod.ID) (int, error) {
	dropped := 0
	err := s.write(ctx, func(t *tx) error {
		dropped = 0
		for some := range slices.Chunk(ids, 1000) {
			n, err := t.change(ctx, "DELETE FROM vod_dead_letters WHERE id IN "+places(len(some)), idValues(some)...)
			if err != nil {
				return err
			}
			dropped += n
		}
		return nil
	})
	if err != nil {
		return 0, wrap(ctx, "drop dead letters", err)
	}
	return dropped, nil
}
