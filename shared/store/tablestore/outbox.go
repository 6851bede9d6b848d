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
	"github.com/vodevents/vodevents/shared/vod"
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
	done := map[key]bool{} // what somebody else was faster with, or has no event
	for len(claimed) < c.Limit {
		sinks, err := s.awake(ctx, c.Sinks)
		if err != nil {
			return nil, err
		}
		due, err := s.due(ctx, c, sinks, done)
		if err != nil {
			return nil, err
		}
		due = due[:min(len(due), c.Limit-len(claimed))]
		if len(due) == 0 {
			break
		}
		for _, w := range due {
			done[w.key] = true
		}
		leased, err := s.lease(ctx, due, c)
		if err != nil {
			return nil, err
		}
		claimed = append(claimed, leased...)
	}
	slices.SortStableFunc(claimed, func(a, b store.Claimed) int {
		return cmp.Or(cmp.Compare(min(a.Delivery.Attempts, 1), min(b.Delivery.Attempts, 1)), a.Delivery.Due.Compare(b.Delivery.Due))
	})
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

// due returns the deliveries that may be leased now, but for those that are done, in
// the order of their turns.
func (s *Store) due(ctx context.Context, c store.Claim, sinks []string, done map[key]bool) ([]waiting, error) {
	at := now().UnixMilli()
	var found []waiting
	take := func(row columns) bool {
		w := waitingOf(row)
		if w.turn == 0 || !isDue(w.turn, at) || !isFree(row, at) || done[w.key] {
			return false
		}
		found = append(found, w)
		return true
	}
	if len(c.Events) > 0 {
		there, err := s.read(ctx, deliveryKeys(c.Events, sinks), "turn", "lease_until")
		if err != nil {
			return nil, err
		}
		for _, row := range there {
			take(row)
		}
	}
	for _, begin := range []int64{0, turnTried} {
		if len(c.Events) > 0 || len(found) >= c.Limit { // no more are wanted
			break
		}
		for _, sink := range sinks {
			_, err := s.collect(ctx, shardNames(), c.Limit, func(shard string) span {
				sp := turns(shard, sink, []any{begin}, []any{begin + at})
				sp.page = c.Limit
				return sp
			}, take)
			if err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(found, func(a, b waiting) int {
		return cmp.Or(cmp.Compare(a.turn, b.turn), strings.Compare(a.pk[1], b.pk[1]), strings.Compare(a.pk[2], b.pk[2]))
	})
	return found, nil
}

func deliveryKeys(events []vod.ID, sinks []string) []key {
	var keys []key
	for _, id := range events {
		for _, sink := range sinks {
			keys = append(keys, deliveryKey(id, sink))
		}
	}
	return keys
}

// lease leases those of the deliveries that are as they were seen, and returns them
// with their events. That a lease holds shows in its row, even if a reply was lost.
func (s *Store) lease(ctx context.Context, due []waiting, c store.Claim) ([]store.Claimed, error) {
	at := now()
	changes := make([]change, len(due))
	for i, w := range due {
		changes[i] = change{
			key: w.key, must: present, where: w.unchanged(at.UnixMilli()),
			put: columns{"lease_token": c.Token, "lease_until": at.Add(c.For).UnixMilli()},
		}
	}
	var mine []key
	var failed error
	for i, r := range s.write(ctx, changes) {
		switch {
		case r.err == nil || r.unsure:
			mine = append(mine, due[i].key)
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
	return wrap(ctx, "mark", s.mark(ctx, token, marks))
}

func (s *Store) mark(ctx context.Context, token string, marks []store.Mark) error {
	at := now()
	first := map[key]store.Mark{} // it ends the lease
	var keys, back []key
	for _, m := range marks {
		k := deliveryKey(m.Event, m.Sink)
		if _, ok := first[k]; ok {
			continue
		}
		first[k] = m
		keys = append(keys, k)
		if m.State == store.Owed && !m.Tried {
			back = append(back, k)
		}
	}
	given, err := s.read(ctx, back, "attempts") // they do not change while the lease holds
	if err != nil {
		return err
	}
	changes := make([]change, len(keys))
	for i, k := range keys {
		changes[i] = markChange(k, token, first[k], given[k].integer("attempts"), at)
	}
	for _, r := range s.write(ctx, changes) {
		if r.err != nil && !errors.Is(r.err, errCondition) {
			return r.err
		}
	}
	return nil
}

// markChange notes a mark, on a delivery that had so many attempts if this was none.
func markChange(k key, token string, m store.Mark, attempts int64, at time.Time) change {
	due := at.Add(m.Retry)
	c := change{
		key: k, must: present, where: []condition{{"lease_token", ots.CT_EQUAL, token}},
		put: columns{
			"state": string(m.State), "due": due.UnixMilli(), "updated": at.UnixMilli(),
			"lease_token": "", "lease_until": int64(0),
		},
	}
	if m.Tried {
		attempts = 1
		c.add = map[string]int64{"attempts": 1}
	}
	switch m.State {
	case store.Owed:
		c.put["turn"] = owedTurn(due, attempts)
	case store.Parked:
		c.put["turn"] = turnParked + at.UnixMilli()
	default:
		c.drop = []string{"turn"}
	}
	if m.Err != "" {
		c.put["last_error"] = m.Err
	}
	return c
}
