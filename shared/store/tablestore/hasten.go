package tablestore

import (
	"context"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

// Hasten implements [store.Outbox]. It reads the index entries of what is owed to the
// sink, and writes what is not due yet.
func (s *Store) Hasten(ctx context.Context, sink string, parked bool) (int, error) {
	n, err := s.hasten(ctx, sink, parked)
	return n, wrap(ctx, "hasten", err)
}

func (s *Store) hasten(ctx context.Context, sink string, parked bool) (int, error) {
	if err := s.rest(ctx, sink, 0, 0, ""); err != nil {
		return 0, err
	}
	at := now()
	total, err := s.hastenShards(ctx, func(shard string) span { return turns(shard, sink, nil, []any{turnParked - 1}) }, at)
	if err != nil || !parked {
		return total, err
	}
	n, err := s.hastenShards(ctx, func(shard string) span { return turns(shard, sink, []any{turnParked}, nil) }, at)
	return total + n, err
}

// hastenShards makes due what is in ranges of the index, and says how many are.
func (s *Store) hastenShards(ctx context.Context, of func(shard string) span, at time.Time) (int, error) {
	names := shardNames()
	var mu sync.Mutex
	total := 0
	var failed error
	inParallel(len(names), func(i int) {
		n, err := s.hastenSpan(ctx, of(names[i]), at)
		mu.Lock()
		defer mu.Unlock()
		total += n
		if err != nil {
			failed = err
		}
	})
	return total, failed
}

// hastenSpan does so for one range, batch by batch: what was written is behind the
// place in the range, since turns only become lower.
func (s *Store) hastenSpan(ctx context.Context, sp span, at time.Time) (int, error) {
	total := 0
	var changes []change
	flush := func() error {
		n, err := s.applied(ctx, changes)
		total += n
		changes = changes[:0]
		return err
	}
	for row, err := range s.scan(ctx, sp) {
		if err != nil {
			return total, err
		}
		w := waitingOf(row)
		switch {
		case !isFree(row, at.UnixMilli()):
			continue
		case isDue(w.turn, at.UnixMilli()):
			total++
			continue
		}
		if changes = append(changes, hastenChange(w, at)); len(changes) < batchRows {
			continue
		}
		if err := flush(); err != nil {
			return total, err
		}
	}
	return total, flush()
}

// hastenChange makes a delivery due, and owed since then if it was given up.
func hastenChange(w waiting, at time.Time) change {
	ms := at.UnixMilli()
	c := change{key: w.key, must: present, where: w.unchanged(ms), put: columns{"due": ms}}
	switch {
	case w.turn >= turnParked:
		c.put["turn"] = owedTurn(at, 0)
		c.put["state"], c.put["attempts"], c.put["owed_since"], c.put["updated"] = string(store.Owed), int64(0), ms, ms
	case w.turn >= turnTried:
		c.put["turn"] = owedTurn(at, 1)
	default:
		c.put["turn"] = owedTurn(at, 0)
	}
	return c
}
