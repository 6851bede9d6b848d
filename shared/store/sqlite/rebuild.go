package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
)

// What a transaction of a rebuild does at most, but for a medium that has more
// facts by itself: some tens of milliseconds of work.
const (
	eventsAtOnce = 500
	factsAtOnce  = 1000
)

// Rebuild implements [store.Maintainer]. First it goes through the events, then
// through the media. It derives without the lock, and takes it only to write what
// is different. Of the events it holds one in memory at a time.
func (s *Store) Rebuild(ctx context.Context, derive func(store.Event) (store.Record, error)) (int, error) {
	events, err := s.rebuildEvents(ctx, derive)
	if err == nil {
		err = s.rebuildMedia(ctx, derive)
	}
	if err != nil {
		return 0, s.wrap(ctx, "rebuild", err)
	}
	return events, nil
}

const (
	lastEvent   = "SELECT coalesce(max(rowid), 0) FROM vod_events"
	nextEvents  = "SELECT " + eventColumns + ", rowid FROM vod_events WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?"
	updateEvent = "UPDATE vod_events SET type = ?, subject = ?, status = ?, time = ?, business_key = ? WHERE id = ?"
)

// derivedColumns are the values that updateEvent sets.
func derivedColumns(r store.Record) []any {
	return []any{string(r.Type), r.Subject, string(r.Status), timeOrNull(r.Time), r.BusinessKey}
}

// rebuildEvents brings the columns of the events up to date that were there when
// it began, and returns their number.
func (s *Store) rebuildEvents(ctx context.Context, derive func(store.Event) (store.Record, error)) (int, error) {
	var row, last int64
	err := s.read(ctx, func(conn *sql.Conn) error { return conn.QueryRowContext(ctx, lastEvent).Scan(&last) })
	if err != nil {
		return 0, err
	}
	for events := 0; ; {
		seen := 0
		var changes [][]any // arguments of updateEvent
		err := s.read(ctx, func(conn *sql.Conn) error {
			return each(ctx, conn, nextEvents, []any{row, last, eventsAtOnce}, func(rows *sql.Rows) error {
				var e store.Event
				if err := scanEvent(rows, &e, &row); err != nil {
					return err
				}
				r, err := deriveFrom(e, derive)
				if err != nil {
					return err
				}
				was := store.Record{Type: e.Type, Subject: e.Subject, Status: e.Status, Time: e.Time, BusinessKey: e.BusinessKey}
				if columns := derivedColumns(r); !slices.Equal(columns, derivedColumns(was)) {
					changes = append(changes, append(columns, e.ID[:]))
				}
				seen++
				return nil
			})
		})
		if err != nil || seen == 0 {
			return events, err
		}
		events += seen
		if len(changes) == 0 {
			continue
		}
		err = s.step(ctx, func(t *tx) error {
			for _, args := range changes {
				if _, err := t.exec(ctx, &t.event, updateEvent, args...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
}

// deriveFrom derives, and holds the result to the contract.
func deriveFrom(e store.Event, derive func(store.Event) (store.Record, error)) (store.Record, error) {
	r, err := derive(e)
	if err != nil {
		return store.Record{}, err
	}
	for _, f := range r.Facts {
		if f.Medium != r.Subject {
			return store.Record{}, fmt.Errorf("event %s: a fact is about %q, not about the subject %q", e.ID, f.Medium, r.Subject)
		}
	}
	return r, nil
}

// rebuilt is what there should be in vod_facts about a medium.
type rebuilt struct {
	medium string
	last   int64 // row of the last event that went into it
	facts  map[string]media.Fact
}

const (
	nextMedia = `
SELECT subject FROM vod_events WHERE subject > ?1
UNION
SELECT medium FROM vod_facts WHERE medium > ?1
ORDER BY 1 LIMIT ?2`

	eventsOf = "SELECT " + eventColumns + ", rowid FROM vod_events WHERE subject = ?"

	// The last column says whether the event of the fact is stored.
	factsOf = "SELECT " + factColumns + ", EXISTS (SELECT 1 FROM vod_events WHERE id = event_id) FROM vod_facts WHERE medium = ?"

	deleteFactsOf = "DELETE FROM vod_facts WHERE medium = ?"
	hasEventAfter = "SELECT EXISTS (SELECT 1 FROM vod_events WHERE subject = ? AND rowid > ?)"
)

// rebuildMedia replaces the facts of all media.
func (s *Store) rebuildMedia(ctx context.Context, derive func(store.Event) (store.Record, error)) error {
	for last := ""; ; {
		var ids []string
		err := s.read(ctx, func(conn *sql.Conn) error {
			return each(ctx, conn, nextMedia, []any{last, eventsAtOnce}, func(rows *sql.Rows) error {
				err := rows.Scan(&last)
				ids = append(ids, last)
				return err
			})
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		for len(ids) > 0 {
			if ids, err = s.rebuildSome(ctx, ids, derive); err != nil {
				return err
			}
		}
	}
}

// rebuildSome replaces the facts of the first of the media, in one transaction, and
// returns those that are left.
func (s *Store) rebuildSome(ctx context.Context, ids []string, derive func(store.Event) (store.Record, error)) ([]string, error) {
	var group []rebuilt
	err := s.read(ctx, func(conn *sql.Conn) error {
		for facts := 0; len(ids) > 0 && facts < factsAtOnce; ids = ids[1:] {
			m, changed, err := rebuildMedium(ctx, conn, ids[0], derive)
			if err != nil {
				return err
			}
			if changed {
				group, facts = append(group, m), facts+len(m.facts)
			}
		}
		return nil
	})
	if err != nil || len(group) == 0 {
		return ids, err
	}
	err = s.step(ctx, func(t *tx) error {
		for _, m := range group {
			replaced, err := t.replaceFacts(ctx, m)
			if err != nil {
				return err
			}
			if !replaced {
				ids = append(ids, m.medium)
			}
		}
		return nil
	})
	return ids, err
}

// rebuildMedium derives the facts of one medium, and reports whether others are
// stored.
func rebuildMedium(
	ctx context.Context, conn *sql.Conn, medium string, derive func(store.Event) (store.Record, error),
) (rebuilt, bool, error) {
	m := rebuilt{medium: medium, facts: map[string]media.Fact{}}
	add := func(f media.Fact) {
		if old, ok := m.facts[f.Facet]; !ok || f.Newer(old) {
			m.facts[f.Facet] = f
		}
	}
	err := each(ctx, conn, eventsOf, []any{medium}, func(rows *sql.Rows) error {
		var e store.Event
		var row int64
		if err := scanEvent(rows, &e, &row); err != nil {
			return err
		}
		m.last = max(m.last, row)
		r, err := deriveFrom(e, derive)
		if err == nil && r.Subject != medium {
			err = fmt.Errorf("event %s came meanwhile, from another release that takes its subject for %q, not %q: rebuild again", e.ID, medium, r.Subject)
		}
		for _, f := range r.Facts {
			add(f)
		}
		return err
	})
	if err != nil {
		return rebuilt{}, false, err
	}
	// Read after the events, so that a fact of an event that comes in between makes
	// a difference.
	was := map[string]media.Fact{}
	err = each(ctx, conn, factsOf, []any{medium}, func(rows *sql.Rows) error {
		var f media.Fact
		var stored bool
		err := scanFact(rows, &f, &stored)
		was[f.Facet] = f
		if !stored {
			add(f)
		}
		return err
	})
	return m, !maps.EqualFunc(m.facts, was, sameFact), err
}

func sameFact(f, g media.Fact) bool {
	if f.Time.Equal(g.Time) {
		f.Time = g.Time
	}
	return reflect.DeepEqual(f, g)
}

// replaceFacts replaces the facts of a medium, unless there are events of it that
// did not go into them.
func (t *tx) replaceFacts(ctx context.Context, m rebuilt) (bool, error) {
	var more bool
	if err := t.conn.QueryRowContext(ctx, hasEventAfter, m.medium, m.last).Scan(&more); err != nil || more {
		return false, err
	}
	if _, err := t.conn.ExecContext(ctx, deleteFactsOf, m.medium); err != nil {
		return false, err
	}
	for _, f := range m.facts {
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
