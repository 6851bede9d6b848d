package tablestore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

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
	c := change{key: sinkKey(name), put: columns{"failures": int64(failures), "last_error": lastError}}
	if during > 0 {
		c.put["rests_until"] = now().Add(during).UnixMilli()
	} else {
		c.drop = []string{"rests_until"}
	}
	return wrap(ctx, "rest", s.writeOne(ctx, c))
}

// Sinks implements [store.Outbox]. It reads the index entries of all that is owed.
func (s *Store) Sinks(ctx context.Context) ([]store.SinkState, error) {
	states, err := s.sinkStates(ctx)
	return states, wrap(ctx, "sinks", err)
}

func (s *Store) sinkStates(ctx context.Context) ([]store.SinkState, error) {
	var states []store.SinkState
	for row, err := range s.scan(ctx, span{table: sinkTable}) {
		if err != nil {
			return nil, err
		}
		state := sinkOf(row)
		err := s.eachOwed(ctx, state.Name, func(owed columns) {
			since := owed.moment("owed_since")
			if state.Owed == 0 || since.Before(state.OwedSince) {
				state.OwedSince = since
			}
			state.Owed++
		})
		if err != nil {
			return nil, err
		}
		if !state.Seen.IsZero() || !state.RestsUntil.IsZero() || state.Failures > 0 || state.Owed > 0 {
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

// eachOwed calls fn for the index entry of each delivery that is owed to a sink.
func (s *Store) eachOwed(ctx context.Context, sink string, fn func(columns)) error {
	_, err := s.collect(ctx, shardNames(), 0, func(shard string) span {
		return span{table: deliveryOwed, under: []any{shard, sink}, page: pageRows}
	}, func(row columns) bool {
		fn(row)
		return false // there may be many
	})
	return err
}

// Park implements [store.Outbox].
func (s *Store) Park(ctx context.Context, owedFor, unseen time.Duration) ([]store.Parking, error) {
	parked, err := s.park(ctx, owedFor, unseen)
	return parked, wrap(ctx, "park", err)
}

func (s *Store) park(ctx context.Context, owedFor, unseen time.Duration) ([]store.Parking, error) {
	var parked []store.Parking
	at := now()
	for row, err := range s.scan(ctx, span{table: sinkTable}) {
		if err != nil {
			return parked, err
		}
		sink := sinkOf(row)
		p := store.Parking{Sink: sink.Name, Unseen: !sink.Seen.After(at.Add(-unseen))}
		age, because := owedFor, "not delivered in "+owedFor.String()
		if p.Unseen && unseen < owedFor {
			age, because = unseen, "no function has had a sink of this name for "+unseen.String()
		}
		p.Unseen = p.Unseen && unseen < owedFor
		if p.Deliveries, err = s.parkSink(ctx, sink, at, age, because); err != nil {
			return parked, err
		}
		if p.Deliveries > 0 {
			parked = append(parked, p)
		}
	}
	slices.SortFunc(parked, func(a, b store.Parking) int { return strings.Compare(a.Sink, b.Sink) })
	return parked, nil
}

// parkAtOnce is how many deliveries of a shard are given up at once.
const parkAtOnce = 200

// parkSink gives up what was owed to a sink for longer than age, unless somebody
// works on it, and says how many.
func (s *Store) parkSink(ctx context.Context, sink store.SinkState, at time.Time, age time.Duration, because string) (int, error) {
	old := at.Add(-age)
	for total := 0; ; {
		rows, err := s.collect(ctx, shardNames(), parkAtOnce, func(shard string) span {
			return span{table: deliveryOwed, under: []any{shard, sink.Name}}
		}, func(row columns) bool {
			return !row.moment("owed_since").After(old) && row.integer("lease_until") <= at.UnixMilli()
		})
		if err != nil {
			return total, err
		}
		keys := make([]key, len(rows))
		for i, row := range rows {
			keys[i] = deliveryKey(row.id("event"), sink.Name)
		}
		n, err := s.parkDeliveries(ctx, keys, sink, at, because)
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}

// parkDeliveries gives up deliveries of a sink that are still owed and free, and says
// how many.
func (s *Store) parkDeliveries(ctx context.Context, keys []key, sink store.SinkState, at time.Time, because string) (int, error) {
	rows, err := s.read(ctx, keys, "last_error", "owed_since")
	if err != nil {
		return 0, err
	}
	var changes []change
	for k, row := range rows {
		why := because
		if last := row.text("last_error"); last != "" {
			why += ": " + last
		} else if sink.LastError != "" {
			why += ": " + sink.LastError
		}
		changes = append(changes, change{
			key: k, must: present,
			where: []condition{
				{"state", ots.CT_EQUAL, string(store.Owed)},
				{"owed_since", ots.CT_EQUAL, row.integer("owed_since")}, // not replayed since
				{"lease_until", ots.CT_LESS_EQUAL, at.UnixMilli()},
			},
			put: columns{
				"state": string(store.Parked), "last_error": why, "updated": at.UnixMilli(),
				"lease_token": "", "lease_until": int64(0),
			},
			drop: []string{"owed_due"},
		})
	}
	n := 0
	for _, r := range s.write(ctx, changes) {
		switch {
		case r.err == nil || errors.Is(r.err, errCondition) && r.unsure:
			n++
		case !errors.Is(r.err, errCondition):
			return n, fmt.Errorf("%s: %w", sink.Name, r.err)
		}
	}
	return n, nil
}
