package tablestore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

// parkAtOnce is how many deliveries one call of Park gives up at most, for a reason.
const parkAtOnce = 5000

// Park implements [store.Outbox]. It reads the index entries of what is owed.
func (s *Store) Park(ctx context.Context, owedFor, unseen time.Duration) ([]store.Parking, error) {
	at := now()
	var all []store.Parking
	for _, why := range []reason{
		{unseen: true, age: unseen, text: "no function has had a sink of this name for " + unseen.String()},
		{age: owedFor, text: "not delivered in " + owedFor.String()},
	} {
		some, err := s.parkFor(ctx, why, at)
		all = append(all, some...)
		if err != nil {
			return all, wrap(ctx, "park", err)
		}
	}
	slices.SortFunc(all, func(a, b store.Parking) int { return strings.Compare(a.Sink, b.Sink) })
	return all, nil
}

// reason is why deliveries are given up.
type reason struct {
	unseen bool // only those to sinks that nobody has had for the age
	age    time.Duration
	text   string
}

// parkFor gives up what there is a reason for.
func (s *Store) parkFor(ctx context.Context, why reason, at time.Time) ([]store.Parking, error) {
	var all []store.Parking
	left := parkAtOnce
	for row, err := range s.scan(ctx, span{table: sinkTable}) {
		if err != nil {
			return all, err
		}
		sink := sinkOf(row)
		if why.unseen && sink.Seen.After(at.Add(-why.age)) {
			continue
		}
		n, err := s.parkSink(ctx, sink, why, at, left)
		if n > 0 {
			all = append(all, store.Parking{Sink: sink.Name, Unseen: why.unseen, Deliveries: n})
		}
		if left -= n; err != nil || left <= 0 {
			return all, err
		}
	}
	return all, nil
}

// parkSink gives up deliveries to a sink, up to limit and some of each shard, and says
// how many. It looks again if others were at all of them.
func (s *Store) parkSink(ctx context.Context, sink store.SinkState, why reason, at time.Time, limit int) (int, error) {
	old := at.Add(-why.age)
	for {
		rows, err := s.collect(ctx, shardNames(), (limit+shards-1)/shards, func(shard string) span {
			return turns(shard, sink.Name, nil, []any{turnParked - 1})
		}, func(row columns) bool {
			return !row.moment("owed_since").After(old) && isFree(row, at.UnixMilli())
		})
		if err != nil || len(rows) == 0 {
			return 0, err
		}
		n, err := s.parkRows(ctx, rows[:min(len(rows), limit)], sink, why, at)
		if err != nil || n > 0 {
			return n, err
		}
	}
}

// parkRows gives up the deliveries in rows of the index that are as they were seen, and
// says how many.
func (s *Store) parkRows(ctx context.Context, rows []columns, sink store.SinkState, why reason, at time.Time) (int, error) {
	seen := make([]waiting, len(rows))
	keys := make([]key, len(rows))
	for i, row := range rows {
		seen[i] = waitingOf(row)
		keys[i] = seen[i].key
	}
	errs, err := s.read(ctx, keys, "last_error")
	if err != nil {
		return 0, err
	}
	changes := make([]change, len(seen))
	for i, w := range seen {
		text := why.text
		if last := errs[w.key].text("last_error"); last != "" {
			text += ": " + last
		} else if sink.LastError != "" {
			text += ": " + sink.LastError
		}
		changes[i] = change{
			key: w.key, must: present, where: w.unchanged(at.UnixMilli()),
			put: columns{
				"state": string(store.Parked), "turn": turnParked + at.UnixMilli(), "last_error": text, "updated": at.UnixMilli(),
				"lease_token": "", "lease_until": int64(0),
			},
		}
	}
	n, err := s.applied(ctx, changes)
	if err != nil {
		return n, fmt.Errorf("%s: %w", sink.Name, err)
	}
	return n, nil
}

// applied makes changes and says how many were made; those whose condition does not
// hold are left.
func (s *Store) applied(ctx context.Context, changes []change) (int, error) {
	n := 0
	var failed error
	for _, r := range s.write(ctx, changes) {
		switch {
		case r.err == nil || errors.Is(r.err, errCondition) && r.unsure: // an attempt whose reply was lost
			n++
		case !errors.Is(r.err, errCondition):
			failed = r.err
		}
	}
	return n, failed
}
