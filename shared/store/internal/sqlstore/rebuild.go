package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// What a rebuild reads at once and what a transaction of it does at most, but for
// a medium that has more facts by itself: some tens of milliseconds of work.
const (
	eventsAtOnce = 500
	bytesAtOnce  = 8 << 20 // of the bodies of events
	factsAtOnce  = 1000
)

// Rewriter is a database in which what was derived from events can be replaced, and an
// event be taken out, in short transactions.
type Rewriter interface {
	Database
	// UpdateEvents sets Type, Subject, Status, Time and BusinessKey of the events with
	// the IDs of the records, which ascend.
	UpdateEvents(ctx context.Context, records []store.Record) error
	// ReplaceFacts replaces the facts of media. One of which there are other events
	// by now than its facts were derived from stays as it is and is returned.
	ReplaceFacts(ctx context.Context, media []Medium) (left []string, err error)
	// DropEvent does, in one transaction, all that d says. The error is [ErrChanged], and
	// nothing is done, if the event is gone or about another medium by now, or if there
	// are other events about the medium than d was derived from.
	DropEvent(ctx context.Context, d Drop) error
}

// Medium is what there should be in vod_facts about a medium.
type Medium struct {
	ID     string
	Events []vod.ID     // that Facts were derived from, ascending
	Facts  []media.Fact // by facet
}

// Rebuild implements [store.Maintainer]. First it goes through the events, then
// through the media. It derives outside of transactions, and writes only what is
// different.
func Rebuild(ctx context.Context, db Rewriter, derive func(store.Event) (store.Record, error)) (int, error) {
	b := rebuild{db: db, derive: derive}
	events, err := b.events(ctx)
	if err == nil {
		err = b.media(ctx)
	}
	if err != nil {
		return 0, db.Wrap(ctx, "rebuild", err)
	}
	return events, nil
}

type rebuild struct {
	db     Rewriter
	derive func(store.Event) (store.Record, error)
}

// errEnough ends a page that is large already.
var errEnough = errors.New("enough")

// pages calls fn with the events that meet a condition, by id.
func (b rebuild) pages(ctx context.Context, fn func([]store.Event) error, condition string, args ...any) error {
	for after := ([]any)(nil); ; {
		q := selectFrom(b.db, EventColumns+" FROM vod_events")
		q.and(condition, args...)
		if after != nil {
			q.and("id > ?", after...)
		}
		q.last("id", eventsAtOnce)
		size := 0
		page, err := rows(ctx, q, func(row Row, e *store.Event) error {
			err := ScanEvent(b.db, row, e)
			if size += len(e.Body); err == nil && size >= bytesAtOnce {
				err = errEnough
			}
			return err
		})
		more := len(page) == eventsAtOnce || errors.Is(err, errEnough)
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		if err := fn(page); err != nil || !more {
			return err
		}
		after = []any{b.db.ID(page[len(page)-1].ID)}
	}
}

// events brings the columns of the events up to date, and returns their number.
// Events that come in meanwhile are left out, if they are after the last one that
// was there: they may come as fast as others are read.
func (b rebuild) events(ctx context.Context) (int, error) {
	q := selectFrom(b.db, "id FROM vod_events")
	q.last("id DESC", 1)
	last, err := rows(ctx, q, func(row Row, id *vod.ID) error { return row.Scan(b.db.ScanID(id)) })
	if err != nil || len(last) == 0 {
		return 0, err
	}
	n := 0
	err = b.pages(ctx, func(page []store.Event) error {
		var changed []store.Record
		for _, e := range page {
			r, err := b.record(e)
			if err != nil {
				return err
			}
			if r.Type != e.Type || r.Subject != e.Subject || r.Status != e.Status || !r.Time.Equal(e.Time) || r.BusinessKey != e.BusinessKey {
				changed = append(changed, r)
			}
		}
		n += len(page)
		if len(changed) == 0 {
			return nil
		}
		return b.db.UpdateEvents(ctx, changed)
	}, "id <= ?", b.db.ID(last[0]))
	return n, err
}

// record derives the record of an event, and holds it to the contract.
func (b rebuild) record(e store.Event) (store.Record, error) {
	r, err := b.derive(e)
	if err != nil {
		return store.Record{}, err
	}
	r.ID = e.ID
	for _, f := range r.Facts {
		if f.Medium != r.Subject {
			return store.Record{}, fmt.Errorf("event %s: a fact is about %q, not about the subject %q", e.ID, f.Medium, r.Subject)
		}
	}
	return r, nil
}

// media replaces the facts of all media.
func (b rebuild) media(ctx context.Context) error {
	for last := ""; ; {
		q := &query{db: b.db}
		q.write("SELECT subject FROM vod_events WHERE subject > ?", last)
		q.write(" UNION SELECT medium FROM vod_facts WHERE medium > ?", last)
		q.last("1", eventsAtOnce)
		ids, err := rows(ctx, q, func(row Row, id *string) error { return row.Scan(id) })
		if err != nil || len(ids) == 0 {
			return err
		}
		last = ids[len(ids)-1]
		for len(ids) > 0 {
			if ids, err = b.some(ctx, ids); err != nil {
				return err
			}
		}
	}
}

// some replaces the facts of the first of the media, in one transaction, and
// returns those that are left.
func (b rebuild) some(ctx context.Context, ids []string) ([]string, error) {
	var group []Medium
	for facts := 0; len(ids) > 0 && facts < factsAtOnce; ids = ids[1:] {
		m, changed, err := b.medium(ctx, ids[0])
		if err != nil {
			return nil, err
		}
		if changed {
			group, facts = append(group, m), facts+len(m.Facts)
		}
	}
	if len(group) == 0 {
		return ids, nil
	}
	left, err := b.db.ReplaceFacts(ctx, group)
	return append(ids, left...), err
}

// medium derives the facts of one medium, but for those of the events without, and
// reports whether others are stored.
func (b rebuild) medium(ctx context.Context, id string, without ...vod.ID) (Medium, bool, error) {
	m := Medium{ID: id}
	facts := map[string]media.Fact{}
	add := func(f media.Fact) {
		if old, ok := facts[f.Facet]; !ok || f.Newer(old) {
			facts[f.Facet] = f
		}
	}
	err := b.pages(ctx, func(page []store.Event) error {
		for _, e := range page {
			if slices.Contains(without, e.ID) {
				continue
			}
			r, err := b.record(e)
			if err != nil {
				return err
			}
			if r.Subject != id {
				return fmt.Errorf("event %s was stored by another release, which takes its subject for %q, not %q: rebuild", e.ID, id, r.Subject)
			}
			m.Events = append(m.Events, e.ID)
			for _, f := range r.Facts {
				add(f)
			}
		}
		return nil
	}, "subject = ?", id)
	if err != nil {
		return Medium{}, false, err
	}

	// Read after the events, so that a fact of an event that comes in between makes
	// a difference. The last column says whether the event of the fact is stored.
	q := selectFrom(b.db, FactColumns+", EXISTS (SELECT 1 FROM vod_events WHERE id = event_id) FROM vod_facts")
	q.and("medium = ?", id)
	was := map[string]media.Fact{}
	err = b.db.Query(ctx, q.text.String(), q.args, func(row Row) error {
		var f media.Fact
		var stored bool
		err := ScanFact(b.db, row, &f, &stored)
		was[f.Facet] = f
		if !stored {
			add(f)
		}
		return err
	})
	m.Facts = slices.SortedFunc(maps.Values(facts), func(f, g media.Fact) int { return cmp.Compare(f.Facet, g.Facet) })
	return m, !maps.EqualFunc(facts, was, sameFact), err
}

func sameFact(f, g media.Fact) bool {
	if f.Time.Equal(g.Time) {
		f.Time = g.Time
	}
	return reflect.DeepEqual(f, g)
}
