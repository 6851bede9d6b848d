package mysql

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/internal/sqlstore"
	"github.com/vodevents/vodevents/shared/vod"
)

// Commit makes the records durable in one transaction, or, if the database refuses
// some of them, in several without those.
func (s *Store) Commit(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
	if len(records) == 0 {
		return nil, nil
	}
	outcomes := make([]store.Outcome, len(records))
	entries := enter(records, outcomes)
	for _, e := range entries {
		if err := check(e.Record); err != nil {
			e.end(store.Rejected, wrap(ctx, "record", err))
		}
	}
	if err := s.commit(ctx, undone(entries)); err != nil {
		return nil, wrap(ctx, "commit", err)
	}
	return outcomes, nil
}

// entry is the records of a batch that become one row: the first of those with its id.
type entry struct {
	store.Record
	outcomes []*store.Outcome // of the records, the first decides what is written
	lastSeen string           // of a dead letter
}

func (e *entry) letter() bool { return e.Reason != "" }

// end says what became of the records.
func (e *entry) end(state store.State, err error) {
	for _, o := range e.outcomes {
		*o = store.Outcome{State: state, Err: err}
		if state == store.New {
			state = store.Known
		}
	}
}

// enter returns the entries of a batch by id, the order in which all commits write.
func enter(records []store.Record, outcomes []store.Outcome) []*entry {
	type key struct {
		letter bool
		id     vod.ID
	}
	byKey := make(map[key]*entry, len(records))
	entries := make([]*entry, 0, len(records))
	for i, r := range records {
		k := key{letter: r.Reason != "", id: r.ID}
		e := byKey[k]
		if e == nil {
			e = &entry{Record: r}
			byKey[k] = e
			entries = append(entries, e)
		}
		e.outcomes = append(e.outcomes, &outcomes[i])
		e.lastSeen = max(e.lastSeen, timeText(r.Received))
	}
	slices.SortFunc(entries, func(a, b *entry) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return entries
}

// undone returns the entries of which nothing is known yet.
func undone(entries []*entry) []*entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e *entry) bool { return e.outcomes[0].State != "" })
}

// commit writes the entries and says what became of them. Those that the database
// refuses it finds by halving.
func (s *Store) commit(ctx context.Context, entries []*entry) error {
	if len(entries) == 0 {
		return nil
	}
	err := s.writeAll(ctx, entries)
	switch {
	case !refused(err) && !errors.Is(err, errTooLarge):
		return err
	case len(entries) == 1:
		entries[0].end(store.Rejected, wrap(ctx, "record", err))
		return nil
	}
	half := len(entries) / 2
	if err := s.commit(ctx, entries[:half]); err != nil {
		return err
	}
	return s.commit(ctx, entries[half:])
}

// writeAll writes the entries in one transaction.
//
// It hopes that all events are new, and writes them with what follows from them at
// once. Only if the database says that one is there does it ask which, and repeats
// the rest.
func (s *Store) writeAll(ctx context.Context, entries []*entry) error {
	states := make(map[*entry]store.State, len(entries))
	err := s.write(ctx, func(t *tx) error {
		clear(states)
		for {
			err := t.writeNew(ctx, entries, states)
			if !is(err, errDuplicate) {
				return err
			}
			before := len(states)
			if err := t.findKnown(ctx, entries, states); err != nil {
				return err
			}
			if len(states) == before { // it is another key than ours that is there twice
				return err
			}
		}
	})
	if err != nil {
		return err
	}
	for _, e := range entries {
		e.end(states[e], nil)
	}
	return nil
}

// writeNew writes the entries that are not Known, and commits.
func (t *tx) writeNew(ctx context.Context, entries []*entry, states map[*entry]store.State) error {
	var events, letters []*entry
	for _, e := range entries {
		switch {
		case e.letter():
			letters = append(letters, e)
		case states[e] != store.Known:
			events = append(events, e)
		}
	}
	if err := t.writeEvents(ctx, events); err != nil {
		return err
	}
	if err := t.writeLetters(ctx, letters, states); err != nil {
		return err
	}
	if err := t.commit(ctx); err != nil {
		return err
	}
	for _, e := range events {
		states[e] = store.New
	}
	return nil
}

// findKnown begins the transaction again, and finds the events that are there. They
// are changed, so that the commit at the end is behind the one that wrote them, which
// may not be on the disk yet. The lock makes proxies ask the server that is written to.
func (t *tx) findKnown(ctx context.Context, entries []*entry, states map[*entry]store.State) error {
	byID := make(map[vod.ID]*entry, len(entries))
	var ids []any
	for _, e := range entries {
		if !e.letter() {
			byID[e.ID] = e
			ids = append(ids, e.ID[:])
		}
	}
	var known []any
	t.begin()
	err := t.query(ctx, "SELECT id FROM vod_events WHERE id IN "+places(len(ids))+" ORDER BY id FOR UPDATE", ids, func(rows *sql.Rows) error {
		var id vod.ID
		err := rows.Scan((*sqlstore.ID)(&id))
		known = append(known, id[:])
		states[byID[id]] = store.Known
		return err
	})
	if err != nil || len(known) == 0 {
		return err
	}
	return t.add(ctx, "UPDATE vod_events SET repeats = repeats + 1 WHERE id IN "+places(len(known)), known...)
}

const insertEvents = `
INSERT INTO vod_events (id, type, subject, status, time, received, source, source_id, business_key, body)
VALUES `

// writeEvents writes events that are new, and what follows from them.
func (t *tx) writeEvents(ctx context.Context, events []*entry) error {
	rows := make([][]any, 0, len(events))
	var facts []media.Fact
	var owed [][]any
	for _, e := range events {
		rows = append(rows, []any{
			e.ID[:], []byte(e.Type), []byte(e.Subject), string(e.Status), timeOrNull(e.Time), timeText(e.Received),
			string(e.Source), e.SourceID, e.BusinessKey, blob(e.Body),
		})
		facts = append(facts, e.Facts...)
		for _, sink := range e.Deliveries {
			owed = append(owed, []any{e.ID[:], []byte(sink)})
		}
	}
	if err := t.insert(ctx, insertEvents, "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "", rows); err != nil {
		return err
	}
	if err := t.writeFacts(ctx, facts); err != nil {
		return err
	}
	return t.writeDeliveries(ctx, owed)
}

// check returns an error if the record is one that the database should refuse, but
// does not, or not in all versions.
func check(r store.Record) error {
	if err := errors.Join(checkTime(r.Time), checkTime(r.Received)); err != nil {
		return err
	}
	if r.Reason != "" {
		return nil
	}
	if err := checkName("type", string(r.Type)); err != nil {
		return err
	}
	for _, f := range r.Facts {
		if err := checkFact(f); err != nil {
			return fmt.Errorf("fact: %w", err)
		}
	}
	for _, sink := range r.Deliveries {
		if err := checkName("sink", sink); err != nil {
			return err
		}
	}
	return nil
}
