package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
	"github.com/vodevents/vodevents/shared/vod"
)

// DropDeadLetters implements [store.Maintainer].
func (s *Store) DropDeadLetters(ctx context.Context, ids ...vod.ID) (int, error) {
	n := 0
	err := s.transaction(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "DELETE FROM vod_dead_letters WHERE id = ANY ($1)", uuids(ids))
		n = int(tag.RowsAffected())
		return err
	})
	if err != nil {
		return 0, wrap(ctx, "drop dead letters", err)
	}
	return n, nil
}

// Rebuild implements [store.Maintainer].
func (s *Store) Rebuild(ctx context.Context, derive func(store.Event) (store.Record, error)) (int, error) {
	return sqlstore.Rebuild(ctx, rewriting{reading{s}}, derive)
}

// rewriting is the database as it is rebuilt.
type rewriting struct{ reading }

var _ sqlstore.Rewriter = rewriting{}

const updateEvents = `
UPDATE vod_events AS event SET
  type = new.type, subject = new.subject, status = new.status, time = new.time, business_key = new.business_key
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[])
  AS new (id, type, subject, status, time, business_key)
WHERE event.id = new.id`

// UpdateEvents implements [sqlstore.Rewriter].
func (r rewriting) UpdateEvents(ctx context.Context, records []store.Record) error {
	var (
		ids                             []pgtype.UUID
		types, subjects, statuses, keys []string
		times                           []pgtype.Timestamptz
	)
	for _, r := range records {
		ids = append(ids, uuid(r.ID))
		types = append(types, string(r.Type))
		subjects = append(subjects, r.Subject)
		statuses = append(statuses, string(r.Status))
		times = append(times, instantOrNull(r.Time))
		keys = append(keys, r.BusinessKey)
	}
	return r.s.do(ctx, func(conn *pgx.Conn) (bool, error) {
		_, err := conn.Exec(ctx, updateEvents, ids, types, subjects, statuses, times, keys)
		return false, err
	})
}

const (
	// keepCommits lets no commit begin or be in progress, and everybody read. While it
	// waits, for a VACUUM that may take hours, commits wait behind it: not for long.
	keepCommits = "SET LOCAL lock_timeout = '300ms'; LOCK TABLE vod_events IN SHARE ROW EXCLUSIVE MODE"

	eventsOf    = "SELECT id FROM vod_events WHERE subject = $1 ORDER BY id"
	deleteFacts = "DELETE FROM vod_facts WHERE medium = $1"
	insertFacts = `
INSERT INTO vod_facts (medium, kind, facet, time, rank, event_id, status, value, data, duration_s)
SELECT medium, kind, facet, time, rank, event_id, status, value, data::json, duration_s
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[], $6::uuid[],
  $7::text[], $8::text[], $9::text[], $10::double precision[])
  AS fact (medium, kind, facet, time, rank, event_id, status, value, data, duration_s)`
)

// pauseForCommits is for how long commits go on before the lock is tried again.
const pauseForCommits = time.Second

// ReplaceFacts implements [sqlstore.Rewriter].
func (r rewriting) ReplaceFacts(ctx context.Context, media []sqlstore.Medium) ([]string, error) {
	var left []string
	err := r.withoutCommits(ctx, func(tx pgx.Tx) error {
		left = nil
		for _, m := range media {
			replaced, err := replaceFacts(ctx, tx, m)
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

// withoutCommits runs fn in a transaction during which there is no commit.
func (r rewriting) withoutCommits(ctx context.Context, fn func(pgx.Tx) error) error {
	for {
		err := r.s.transaction(ctx, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, keepCommits); err != nil {
				return err
			}
			return fn(tx)
		})
		if code(err) != codeLockNotAvailable {
			return err
		}
		select {
		case <-time.After(pauseForCommits):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// replaceFacts replaces the facts of a medium, unless there are other events of it
// than those that they were derived from.
func replaceFacts(ctx context.Context, tx pgx.Tx, m sqlstore.Medium) (bool, error) {
	var events []vod.ID
	err := each(ctx, tx, eventsOf, []any{m.ID}, func(row pgx.Rows) error {
		var id idColumn
		err := row.Scan(&id)
		events = append(events, vod.ID(id))
		return err
	})
	if err != nil || !slices.Equal(events, m.Events) {
		return false, err
	}
	if _, err := tx.Exec(ctx, deleteFacts, m.ID); err != nil {
		return false, err
	}
	var f facts
	for _, fact := range m.Facts {
		f.add(fact.Event, fact)
	}
	_, err = tx.Exec(ctx, insertFacts,
		f.medium, f.kind, f.facet, f.time, f.rank, f.event, f.status, f.value, f.data, f.duration)
	return true, err
}
