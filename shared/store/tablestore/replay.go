package tablestore

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/vodevents/vodevents/shared/store"
)

// Owe implements [store.Outbox].
func (s *Store) Owe(ctx context.Context, r store.Replay, owed []store.Owing) (int, error) {
	n, err := s.owe(ctx, r, owed)
	return n, wrap(ctx, "owe", err)
}

func (s *Store) owe(ctx context.Context, r store.Replay, owed []store.Owing) (int, error) {
	events := make([]key, len(owed))
	for i, o := range owed {
		events[i] = eventKey(o.Event)
	}
	there, err := s.read(ctx, events, "received")
	if err != nil {
		return 0, err
	}
	at := now()
	seen := map[key]bool{}
	names := map[string]bool{}
	var changes []change
	for i, o := range owed {
		k := deliveryKey(o.Event, o.Sink)
		if _, ok := there[events[i]]; !ok || seen[k] {
			continue
		}
		seen[k], names[o.Sink] = true, true
		c := change{key: k, put: deliveryColumns(at)}
		if r.ID != "" {
			c.put["replay"] = r.ID
		}
		changes = append(changes, c)
	}
	if len(changes) == 0 {
		return 0, nil
	}
	if err := s.noteSinks(ctx, names); err != nil {
		return 0, err
	}
	n := 0
	for _, result := range s.write(ctx, changes) {
		if result.err == nil {
			n++
		}
		err = cmp.Or(err, result.err)
	}
	if r.ID != "" && n > 0 {
		err = cmp.Or(err, s.trace(ctx, r, n, at.UnixMilli()))
	}
	return n, err
}

// trace notes that deliveries were replayed.
func (s *Store) trace(ctx context.Context, r store.Replay, deliveries int, at int64) error {
	k := key{replayTable, [3]string{r.ID}}
	err := s.writeOne(ctx, change{key: k, must: absent, put: columns{"detail": r.Detail, "started": at, "deliveries": int64(0)}})
	if err != nil && !errors.Is(err, errCondition) {
		return err
	}
	return s.writeOne(ctx, change{key: k, must: present, add: map[string]int64{"deliveries": int64(deliveries)}})
}

// Replays implements [store.Outbox]. It reads the traces of all.
func (s *Store) Replays(ctx context.Context, limit int) ([]store.Replay, error) {
	var all []store.Replay
	for row, err := range s.scan(ctx, span{table: replayTable}) {
		if err != nil {
			return nil, wrap(ctx, "replays", err)
		}
		all = append(all, store.Replay{
			ID: row.text("id"), Detail: row.text("detail"), Started: row.moment("started"), Deliveries: int(row.integer("deliveries")),
		})
	}
	slices.SortFunc(all, func(a, b store.Replay) int { return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(a.ID, b.ID)) })
	return all[:min(len(all), cmp.Or(limit, defaultLimit))], nil
}
