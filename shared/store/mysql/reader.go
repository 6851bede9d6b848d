package mysql

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
	"github.com/vodevents/vodevents/shared/vod"
)

// questions implement [store.Reader], but for Media.
type questions = sqlstore.Reader

// reading is the database as it is read.
type reading struct{ s *Store }

var _ sqlstore.Database = reading{}

// Query implements [sqlstore.Database]. If the connection ends before the first row,
// it is made again.
func (r reading) Query(ctx context.Context, query string, args []any, fn func(sqlstore.Row) error) error {
	begun := false
	var err error
	again := retry(ctx, func() error {
		err = r.s.connected(ctx, func(conn *sql.Conn) error {
			return each(ctx, conn, query, args, func(rows *sql.Rows) error {
				begun = true
				return fn(rows)
			})
		})
		if begun {
			return nil
		}
		return err
	})
	if begun {
		return err
	}
	return again
}

// Wrap implements [sqlstore.Database].
func (reading) Wrap(ctx context.Context, doing string, err error) error {
	return wrap(ctx, doing, err)
}

// Parameter implements [sqlstore.Database].
func (reading) Parameter(int) string { return "?" }

// ID implements [sqlstore.Database].
func (reading) ID(id vod.ID) any { return id[:] }

// Time implements [sqlstore.Database].
func (reading) Time(t time.Time) any { return timeText(t) }

// ScanID implements [sqlstore.Database].
func (reading) ScanID(id *vod.ID) any { return (*sqlstore.ID)(id) }

// ScanTime implements [sqlstore.Database].
func (reading) ScanTime(t *time.Time) any { return (*timeColumn)(t) }

// defaultLimit is how many media a query returns that asks for no number.
const defaultLimit = 50

// Media implements [store.Reader]. The facts come from their table, in the same
// statement: the view has them in one text, which the server may cut.
func (s *Store) Media(ctx context.Context, q store.MediaQuery) ([]media.Media, error) {
	query := "SELECT m.*, f.facet, f.data\nFROM (SELECT id, kind, state, title, duration_s, cover_url, updated FROM vod_media WHERE TRUE"
	var args []any
	if len(q.IDs) > 0 {
		query += " AND id IN " + places(len(q.IDs))
		args = textValues(q.IDs)
	}
	if q.Kind != "" {
		query += " AND kind = ?"
		args = append(args, string(q.Kind))
	}
	if q.State != "" {
		query += " AND state = ?"
		args = append(args, string(q.State))
	}
	query += ` ORDER BY updated DESC, id LIMIT ?) AS m
JOIN vod_facts AS f ON f.medium = m.id
ORDER BY m.updated DESC, m.id`
	limit := q.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	var all []media.Media
	err := s.DB.Query(ctx, query, append(args, limit), func(row sqlstore.Row) error {
		m := media.Media{Facts: map[string]json.RawMessage{}}
		var facet string
		var data []byte
		err := row.Scan(&m.ID, &m.Kind, &m.State, &m.Title, &m.Duration, &m.CoverURL, (*timeColumn)(&m.Updated), &facet, &data)
		if len(all) == 0 || all[len(all)-1].ID != m.ID {
			all = append(all, m)
		}
		all[len(all)-1].Facts[facet] = data
		return err
	})
	if err != nil {
		return nil, wrap(ctx, "media", err)
	}
	return all, nil
}
