package sqlite

import (
	"context"
	"database/sql"

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
		return 0, s.wrap(ctx, "drop dead letters", err)
	}
	return dropped, nil
}
