package mysql

import (
	"context"
	"database/sql"
	"slices"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
	"github.com/vodevents/vodevents/shared/vod"
)

// Rebuild implements [store.Maintainer].
func (s *Store) Rebuild(ctx context.Context, derive func(store.Event) (store.Record, error)) (int, error) {
	return sqlstore.Rebuild(ctx, rewriting{reading{s}}, derive)
}

// rewriting is the database as it is rebuilt.
type rewriting struct{ reading }

var _ sqlstore.Rewriter = rewriting{}

const updateEvent = "UPDATE vod_events SET type = ?, subject = ?, status = ?, time = ?, business_key = ? WHERE id = ?"

// UpdateEvents implements [sqlstore.Rewriter].
func (r rewriting) UpdateEvents(ctx context.Context, records []store.Record) error {
	for _, r := range records {
		if err := check(r); err != nil {
			return err
		}
	}
	return r.s.write(ctx, func(t *tx) error {
		for _, r := range records {
			err := t.add(ctx, updateEvent, []byte(r.Type), []byte(r.Subject), string(r.Status), timeOrNull(r.Time), r.BusinessKey, r.ID[:])
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// ReplaceFacts implements [sqlstore.Rewriter].
//
// It first deletes, which waits for the commits that have written facts of these
// media, and only then looks which events there are. The facts of one that commits
// after that come on top of ours, by their rule.
func (r rewriting) ReplaceFacts(ctx context.Context, media []sqlstore.Medium) ([]string, error) {
	var left []string
	err := r.s.write(ctx, func(t *tx) error {
		left = nil
		same := media
		for len(same) > 0 {
			changed, err := t.replaceFacts(ctx, same)
			if err != nil || len(changed) == 0 {
				return err
			}
			left = append(left, changed...)
			same = slices.DeleteFunc(slices.Clone(same), func(m sqlstore.Medium) bool { return slices.Contains(changed, m.ID) })
			t.begin()
		}
		return nil
	})
	return left, err
}

// replaceFacts replaces the facts of media, unless there are other events of some than
// those that their facts were derived from, and returns those.
func (t *tx) replaceFacts(ctx context.Context, all []sqlstore.Medium) ([]string, error) {
	var facts []media.Fact
	var ids []string
	for _, m := range all {
		for _, f := range m.Facts {
			if err := checkFact(f); err != nil {
				return nil, err
			}
		}
		ids, facts = append(ids, m.ID), append(facts, m.Facts...)
	}
	slices.Sort(ids)
	if err := t.add(ctx, "DELETE FROM vod_facts WHERE medium IN "+places(len(ids))+" ORDER BY medium, facet", textValues(ids)...); err != nil {
		return nil, err
	}
	events := map[string][]vod.ID{}
	err := t.query(ctx, "SELECT subject, id FROM vod_events WHERE subject IN "+places(len(ids))+" ORDER BY id", textValues(ids), func(rows *sql.Rows) error {
		var subject string
		var id vod.ID
		err := rows.Scan(&subject, (*sqlstore.ID)(&id))
		events[subject] = append(events[subject], id)
		return err
	})
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, m := range all {
		if !slices.Equal(events[m.ID], m.Events) {
			changed = append(changed, m.ID)
		}
	}
	if len(changed) > 0 {
		return changed, nil
	}
	return nil, t.writeFacts(ctx, facts)
}
