package tablestore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// Rebuild implements [store.Maintainer]. First it settles, then it goes through the
// events, then through the media. Of events it holds a page in memory, 4 MB, or those
// of one medium, and the ids of all media. A medium takes some 20 requests.
func (s *Store) Rebuild(ctx context.Context, derive func(store.Event) (store.Record, error)) (int, error) {
	events, err := s.rebuild(ctx, derive)
	if err != nil {
		return 0, wrap(ctx, "rebuild", err)
	}
	return events, nil
}

func (s *Store) rebuild(ctx context.Context, derive func(store.Event) (store.Record, error)) (int, error) {
	if _, err := s.settleAll(ctx); err != nil {
		return 0, err
	}
	subjects := map[string]bool{}
	events := 0
	for _, shard := range shardNames() {
		n, err := s.rebuildEvents(ctx, shard, subjects, derive)
		if err != nil {
			return 0, err
		}
		events += n
	}
	for _, shard := range shardNames() {
		for row, err := range s.scan(ctx, span{table: mediaTable, under: []any{shard}, names: []string{"updated"}}) {
			if err != nil {
				return 0, err
			}
			subjects[row.text("id")] = true
		}
	}
	delete(subjects, "") // events about no medium
	for _, medium := range slices.Sorted(maps.Keys(subjects)) {
		if err := s.rebuildMedium(ctx, medium, derive); err != nil {
			return 0, err
		}
	}
	return events, nil
}

// rebuildEvents brings the columns of the events of a shard up to date, adds their
// subjects, and returns their number.
func (s *Store) rebuildEvents(
	ctx context.Context, shard string, subjects map[string]bool, derive func(store.Event) (store.Record, error),
) (int, error) {
	events := 0
	var changes []change
	flush := func() error {
		for i, r := range s.write(ctx, changes) {
			if r.err != nil && !errors.Is(r.err, errCondition) { // it may have been removed meanwhile
				return fmt.Errorf("event %s: %w", changes[i].pk[1], r.err)
			}
		}
		changes = nil
		return nil
	}
	for row, err := range s.scan(ctx, span{table: eventTable, under: []any{shard}, names: eventColumns()}) {
		if err != nil {
			return 0, err
		}
		e := eventOf(row)
		r, err := deriveFrom(e, derive)
		if err != nil {
			return 0, err
		}
		subjects[r.Subject] = true
		events++
		if c, changed := derivedChange(e, r); changed {
			changes = append(changes, c)
		}
		if len(changes) == batchRows {
			if err := flush(); err != nil {
				return 0, err
			}
		}
	}
	return events, flush()
}

// derivedChange returns what brings the columns of an event up to date, and whether
// they are not.
func derivedChange(e store.Event, r store.Record) (change, bool) {
	is, was := columns{}, columns{}
	derivedColumns(is, r)
	derivedColumns(was, store.Record{Type: e.Type, Subject: e.Subject, Status: e.Status, Time: e.Time, BusinessKey: e.BusinessKey})
	c := change{key: eventKey(e.ID), must: present, put: is}
	if r.Time.IsZero() {
		c.drop = []string{"time"}
	}
	return c, !maps.Equal(is, was)
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
	if err := checkEvent(r); err != nil {
		return store.Record{}, fmt.Errorf("event %s: %w", e.ID, err)
	}
	return r, nil
}

// rebuildMedium replaces the facts of one medium, again if others wrote them
// meanwhile. Its row is read first: a commit whose event is not among those that are
// read after it changes the row, so that ours is not put.
func (s *Store) rebuildMedium(ctx context.Context, medium string, derive func(store.Event) (store.Record, error)) error {
	k := mediaKey(medium)
	for {
		rows, err := s.read(ctx, []key{k})
		if err != nil {
			return err
		}
		was, err := unpackFacts(rows[k]["facts"])
		if err != nil {
			return fmt.Errorf("medium %q: %w", medium, err)
		}
		counting, err := s.derivedFacts(ctx, medium, was, derive)
		if err != nil {
			return err
		}
		if sameFacts(counting, was) && isShown(rows[k], counting) {
			return nil
		}
		c, err := mediaChange(medium, rows[k], counting)
		if err == nil {
			err = s.writeOne(ctx, c)
		}
		if !errors.Is(err, errCondition) {
			return err
		}
	}
}

// isShown reports whether the columns of a row are what its facts fold to.
func isShown(row columns, facts []media.Fact) bool {
	if len(facts) == 0 {
		return row == nil
	}
	for name, value := range mediaColumns(facts) {
		if row[name] != value {
			return false
		}
	}
	return true
}

// derivedFacts returns the facts that count, of the events about a medium that are not
// being dropped, and of the facts in its row whose event is not stored.
func (s *Store) derivedFacts(
	ctx context.Context, medium string, was []media.Fact, derive func(store.Event) (store.Record, error),
) ([]media.Fact, error) {
	index, err := s.collect(ctx, shardNames(), 0, func(shard string) span {
		return span{table: eventBySubject, under: []any{shard, medium}}
	}, nil)
	if err != nil {
		return nil, err
	}
	ids := make([]key, len(index))
	for i, row := range index {
		ids[i] = eventKey(row.id("id"))
	}
	var facts []media.Fact
	stored := map[vod.ID]bool{}
	for _, part := range unique(ids) {
		rows, err := s.read(ctx, part, append(eventColumns(), "dropping")...)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if isDropping(row) {
				continue
			}
			e := eventOf(row)
			r, err := deriveFrom(e, derive)
			if err == nil && r.Subject != medium {
				err = fmt.Errorf("event %s was stored by another release, which takes its subject for %q, not %q: rebuild", e.ID, medium, r.Subject)
			}
			if err != nil {
				return nil, err
			}
			stored[e.ID] = true
			facts = newest(facts, r.Facts)
		}
	}
	orphans, err := s.orphans(ctx, was, stored)
	return newest(facts, orphans), err
}

// orphans returns the facts whose event is not stored.
func (s *Store) orphans(ctx context.Context, facts []media.Fact, stored map[vod.ID]bool) ([]media.Fact, error) {
	var keys []key
	for _, f := range facts {
		if !stored[f.Event] {
			keys = append(keys, eventKey(f.Event))
		}
	}
	there, err := s.read(ctx, keys, "received")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(facts), func(f media.Fact) bool {
		_, ok := there[eventKey(f.Event)]
		return ok || stored[f.Event]
	}), nil
}
