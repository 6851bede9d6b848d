package tablestore

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"github.com/vodevents/vodevents/shared/store"
)

// Claim implements [store.Outbox]. It reads what is due from an index and leases each
// on the condition that nobody else has meanwhile; who comes late looks again.
func (s *Store) Claim(ctx context.Context, c store.Claim) ([]store.Claimed, error) {
	claimed, err := s.claim(ctx, c)
	if err != nil {
		return nil, wrap(ctx, "claim", err)
	}
	return claimed, nil
}

func (s *Store) claim(ctx context.Context, c store.Claim) ([]store.Claimed, error) {
	var claimed []store.Claimed
	tried := map[key]bool{} // what somebody else was faster with, or has no event
	for len(claimed) < c.Limit {
		sinks, err := s.awake(ctx, c.Sinks)
		if err != nil {
			return nil, err
		}
		due, err := s.due(ctx, c, sinks)
		if err != nil {
			return nil, err
		}
		due = slices.DeleteFunc(due, func(k key) bool { return tried[k] })
		due = due[:min(len(due), c.Limit-len(claimed))]
		if len(due) == 0 {
			break
		}
		for _, k := range due {
			tried[k] = true
		}
		leased, err := s.lease(ctx, due, c)
		if err != nil {
			return nil, err
		}
		claimed = append(claimed, leased...)
	}
	slices.SortStableFunc(claimed, func(a, b store.Claimed) int { return a.Delivery.Due.Compare(b.Delivery.Due) })
	return claimed, nil
}

// awake returns the sinks that do not rest.
func (s *Store) awake(ctx context.Context, names []string) ([]string, error) {
	keys := make([]key, len(names))
	for i, name := range names {
		keys[i] = sinkKey(name)
	}
	rows, err := s.read(ctx, keys, "rests_until")
	if err != nil {
		return nil, err
	}
	at := now()
	var awake []string
	for i, name := range names {
		if !rows[keys[i]].moment("rests_until").After(at) && !slices.Contains(awake, name) {
			awake = append(awake, name)
		}
	}
	return awake, nil
}

// due returns the deliveries that may be leased now, the longest due first.
func (s *Store) due(ctx context.Context, c store.Claim, sinks []string) ([]key, error) {
	at := now().UnixMilli()
	free := func(row columns) bool {
		due, owed := row["owed_due"].(int64)
		return owed && due <= at && row.integer("lease_until") <= at
	}
	var rows []columns
	if len(c.Events) > 0 {
		var keys []key
		for _, id := range c.Events {
			for _, sink := range sinks {
				keys = append(keys, deliveryKey(id, sink))
			}
		}
		there, err := s.read(ctx, keys, "owed_due", "lease_until")
		if err != nil {
			return nil, err
		}
		for _, row := range there {
			if free(row) {
				rows = append(rows, row)
			}
		}
	} else {
		for _, sink := range sinks {
			some, err := s.collect(ctx, shardNames(), c.Limit, func(shard string) span {
				return span{table: deliveryOwed, under: []any{shard, sink}, to: []any{at}, page: c.Limit}
			}, free)
			if err != nil {
				return nil, err
			}
			rows = append(rows, some...)
		}
	}
	slices.SortFunc(rows, func(a, b columns) int {
		return cmp.Or(cmp.Compare(a.integer("owed_due"), b.integer("owed_due")), strings.Compare(a.text("event"), b.text("event")),
			strings.Compare(a.text("sink"), b.text("sink")))
	})
	keys := make([]key, len(rows))
	for i, row := range rows {
		keys[i] = deliveryKey(row.id("event"), row.text("sink"))
	}
	return keys, nil
}

// lease leases those of the deliveries that are still free, and returns them with
// their events. That a lease holds shows in its row, even if a reply was lost.
func (s *Store) lease(ctx context.Context, keys []key, c store.Claim) ([]store.Claimed, error) {
	at := now()
	changes := make([]change, len(keys))
	for i, k := range keys {
		changes[i] = change{
			key: k, must: present,
			where: []condition{
				{"state", ots.CT_EQUAL, string(store.Owed)},
				{"owed_due", ots.CT_LESS_EQUAL, at.UnixMilli()},
				{"lease_until", ots.CT_LESS_EQUAL, at.UnixMilli()},
			},
			put: columns{"lease_token": c.Token, "lease_until": at.Add(c.For).UnixMilli()},
		}
	}
	var mine []key
	var failed error
	for i, r := range s.write(ctx, changes) {
		switch {
		case r.err == nil || r.unsure:
			mine = append(mine, keys[i])
		case !errors.Is(r.err, errCondition):
			failed = r.err
		}
	}
	if len(mine) == 0 {
		return nil, failed
	}
	rows, err := s.read(ctx, mine)
	if err != nil {
		return nil, err
	}
	mine = slices.DeleteFunc(mine, func(k key) bool { return rows[k].text("lease_token") != c.Token })
	events := make([]key, len(mine))
	for i, k := range mine {
		events[i] = eventKey(rows[k].id("event"))
	}
	bodies, err := s.read(ctx, events, eventColumns()...)
	if err != nil {
		return nil, err
	}
	var claimed []store.Claimed
	for i, k := range mine {
		if row, ok := bodies[events[i]]; ok { // without its event there is nothing to deliver
			claimed = append(claimed, store.Claimed{Delivery: deliveryOf(rows[k]), Event: eventOf(row)})
		}
	}
	return claimed, nil
}

// Mark implements [store.Outbox].
func (s *Store) Mark(ctx context.Context, token string, marks []store.Mark) error {
	at := now()
	seen := map[key]bool{}
	var changes []change
	for _, m := range marks {
		if k := deliveryKey(m.Event, m.Sink); !seen[k] { // the first ends the lease
			seen[k] = true
			changes = append(changes, markChange(k, token, m, at))
		}
	}
	for _, r := range s.write(ctx, changes) {
		if r.err != nil && !errors.Is(r.err, errCondition) {
			return wrap(ctx, "mark", r.err)
		}
	}
	return nil
}

func markChange(k key, token string, m store.Mark, at time.Time) change {
	due := at.Add(m.Retry).UnixMilli()
	c := change{
		key: k, must: present, where: []condition{{"lease_token", ots.CT_EQUAL, token}},
		put: columns{
			"state": string(m.State), "due": due, "updated": at.UnixMilli(),
			"lease_token": "", "lease_until": int64(0),
		},
	}
	if m.State == store.Owed {
		c.put["owed_due"] = due
	} else {
		c.drop = []string{"owed_due"}
	}
	if m.Tried {
		c.add = map[string]int64{"attempts": 1}
	}
	if m.Err != "" {
		c.put["last_error"] = m.Err
	}
	return c
}
