package tablestore

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

// noteSinks makes sure that vod_sinks has rows for the names, so that what is owed to
// them is found. A process does so once for each.
func (s *Store) noteSinks(ctx context.Context, names map[string]bool) error {
	var changes []change
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if _, known := s.sinks.Load(name); !known {
			changes = append(changes, change{key: sinkKey(name), must: absent, put: columns{"noted": now().UnixMilli()}})
		}
	}
	for i, r := range s.write(ctx, changes) {
		if r.err != nil && !errors.Is(r.err, errCondition) {
			return r.err
		}
		s.sinks.Store(changes[i].pk[0], true)
	}
	return nil
}

// Seen implements [store.Outbox].
func (s *Store) Seen(ctx context.Context, names ...string) error {
	at := now().UnixMilli()
	var changes []change
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		changes = append(changes, change{key: sinkKey(name), put: columns{"seen": at}})
	}
	for _, r := range s.write(ctx, changes) {
		if r.err != nil {
			return wrap(ctx, "seen", r.err)
		}
	}
	return nil
}

// Rest implements [store.Outbox].
func (s *Store) Rest(ctx context.Context, name string, failures int, during time.Duration, lastError string) error {
	return wrap(ctx, "rest", s.rest(ctx, name, failures, during, lastError))
}

func (s *Store) rest(ctx context.Context, name string, failures int, during time.Duration, lastError string) error {
	c := change{key: sinkKey(name), put: columns{"failures": int64(failures), "last_error": lastError}}
	if during > 0 {
		c.put["rests_until"] = now().Add(during).UnixMilli()
	} else {
		c.drop = []string{"rests_until"}
	}
	return s.writeOne(ctx, c)
}

// Sinks implements [store.Outbox].
func (s *Store) Sinks(ctx context.Context) ([]store.SinkState, error) {
	var states []store.SinkState
	for row, err := range s.scan(ctx, span{table: sinkTable}) {
		if err != nil {
			return nil, wrap(ctx, "sinks", err)
		}
		_, rested := row["failures"]
		if state := sinkOf(row); rested || !state.Seen.IsZero() { // others were only noted
			states = append(states, state)
		}
	}
	return states, nil
}

func sinkOf(row columns) store.SinkState {
	return store.SinkState{
		Name: row.text("name"), Seen: row.moment("seen"), Failures: int(row.integer("failures")),
		RestsUntil: row.moment("rests_until"), LastError: row.text("last_error"),
	}
}

// Backlog implements [store.Outbox]. It reads the index entries of all that is owed.
func (s *Store) Backlog(ctx context.Context) ([]store.Backlog, error) {
	var all []store.Backlog
	for row, err := range s.scan(ctx, span{table: sinkTable}) {
		b := store.Backlog{Sink: row.text("name")}
		if err == nil {
			err = s.count(ctx, &b)
		}
		if err != nil {
			return nil, wrap(ctx, "backlog", err)
		}
		if b.Owed > 0 {
			all = append(all, b)
		}
	}
	return all, nil
}

// count counts what is owed to a sink.
func (s *Store) count(ctx context.Context, b *store.Backlog) error {
	_, err := s.collect(ctx, shardNames(), 0, func(shard string) span {
		sp := turns(shard, b.Sink, nil, []any{turnParked - 1})
		sp.page = pageRows
		return sp
	}, func(row columns) bool {
		if since := row.moment("owed_since"); b.Owed == 0 || since.Before(b.OwedSince) {
			b.OwedSince = since
		}
		b.Owed++
		return false // there may be many
	})
	return err
}
