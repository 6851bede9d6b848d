package tablestore

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// unsettled is an event whose facts and deliveries may not all be there yet.
type unsettled struct {
	event vod.ID
	since time.Time // when it was committed
	facts []media.Fact
	sinks []string
}

// settleAtOnce is how many events Settle reads at once.
const settleAtOnce = 100

// Settle completes the commits that were cut off. It may repeat what a commit that is
// under way does just now, which changes nothing. It also ends drops that were cut off,
// see [Store.DropEvent]; one that is under way notices.
func (s *Store) Settle(ctx context.Context) (int, error) {
	n, err := s.settleAll(ctx)
	return n, wrap(ctx, "settle", err)
}

func (s *Store) settleAll(ctx context.Context) (int, error) {
	marked, err := s.collect(ctx, shardNames(), 0, func(shard string) span {
		return span{table: eventUnsettled, under: []any{shard}}
	}, nil)
	if err != nil {
		return 0, err
	}
	ids := make([]key, len(marked))
	for i, row := range marked {
		ids[i] = eventKey(row.id("id"))
	}
	settled := 0
	var failed error
	for len(ids) > 0 {
		part := ids[:min(len(ids), settleAtOnce)]
		ids = ids[len(part):]
		rows, err := s.read(ctx, part, "unsettled", "facts", "sinks", "dropping")
		if err != nil {
			return settled, err
		}
		events := make([]unsettled, 0, len(rows))
		for k, row := range rows {
			done, err := s.endDrop(ctx, row)
			if done {
				settled++
				continue
			}
			var u unsettled
			if err == nil {
				u, err = unsettledOf(row)
			}
			if err != nil {
				failed = cmp.Or(failed, fmt.Errorf("event %s: %w", k.pk[1], err))
				continue
			}
			events = append(events, u)
		}
		n, err := s.settle(ctx, events)
		settled += n
		if ctx.Err() != nil {
			return settled, err
		}
		failed = cmp.Or(failed, err) // the others can be settled nevertheless
	}
	return settled, failed
}

func unsettledOf(row columns) (unsettled, error) {
	u := unsettled{event: row.id("id"), since: row.moment("unsettled")}
	var err error
	if u.facts, err = unpackFacts(row["facts"]); err != nil {
		return unsettled{}, err
	}
	if sinks := row.text("sinks"); sinks != "" {
		if err := json.Unmarshal([]byte(sinks), &u.sinks); err != nil {
			return unsettled{}, fmt.Errorf("sinks: %w", err)
		}
	}
	return u, nil
}

// settle puts the deliveries of events and merges their facts into their media, and
// then takes the marks away. It returns how many events are settled, and an error if
// those are not all.
func (s *Store) settle(ctx context.Context, events []unsettled) (int, error) {
	var owed, merged map[vod.ID]error
	var wg sync.WaitGroup
	wg.Go(func() { owed = s.oweAll(ctx, events) })
	wg.Go(func() { merged = s.mergeAll(ctx, events) })
	wg.Wait()

	var failed error
	var marks []change
	for _, e := range events {
		if err := cmp.Or(owed[e.event], merged[e.event]); err != nil {
			failed = cmp.Or(failed, fmt.Errorf("event %s: %w", e.event, err))
			continue
		}
		marks = append(marks, change{
			key: eventKey(e.event), where: []condition{{"unsettled", ots.CT_EQUAL, e.since.UnixMilli()}},
			drop: []string{"unsettled", "facts", "sinks"},
		})
	}
	settled := 0
	for _, r := range s.write(ctx, marks) {
		if r.err != nil && !errors.Is(r.err, errCondition) { // what is gone, or is being dropped, is not ours
			failed = cmp.Or(failed, r.err)
			continue
		}
		settled++
	}
	return settled, failed
}

// oweAll puts the deliveries of events, and returns the errors by event. One that is
// there already is of an earlier attempt, or of an event that was removed and came
// again: what was done stays done.
func (s *Store) oweAll(ctx context.Context, events []unsettled) map[vod.ID]error {
	var changes []change
	var of []vod.ID
	seen := map[key]bool{}
	names := map[string]bool{}
	for _, e := range events {
		for _, sink := range e.sinks {
			k := deliveryKey(e.event, sink)
			if seen[k] {
				continue
			}
			seen[k], names[sink] = true, true
			changes = append(changes, change{key: k, must: absent, put: deliveryColumns(e.since)})
			of = append(of, e.event)
		}
	}
	errs := map[vod.ID]error{}
	if err := s.noteSinks(ctx, names); err != nil {
		for _, id := range of {
			errs[id] = err
		}
		return errs
	}
	for i, r := range s.write(ctx, changes) {
		if r.err != nil && !errors.Is(r.err, errCondition) {
			errs[of[i]] = r.err
		}
	}
	return errs
}

// deliveryColumns are those of a delivery that is owed since at.
func deliveryColumns(at time.Time) columns {
	ms := at.UnixMilli()
	return columns{
		"state": string(store.Owed), "attempts": int64(0), "owed_since": ms, "due": ms, "turn": owedTurn(at, 0),
		"lease_token": "", "lease_until": int64(0), "last_error": "", "updated": ms,
	}
}

// mergeAll merges the facts of events into their media, and returns the errors by
// event.
func (s *Store) mergeAll(ctx context.Context, events []unsettled) map[vod.ID]error {
	failed := s.merge(ctx, events)
	errs := map[vod.ID]error{}
	for _, e := range events {
		for _, f := range e.facts {
			if err := failed[f.Medium]; err != nil {
				errs[e.event] = err
			}
		}
	}
	return errs
}
