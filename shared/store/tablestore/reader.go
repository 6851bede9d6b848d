package tablestore

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// lastFirst is the order of lists: by the time in the column, the last first, then
// the highest id first.
func lastFirst(column string) func(a, b columns) int {
	return func(a, b columns) int {
		return cmp.Or(cmp.Compare(b.integer(column), a.integer(column)), strings.Compare(b.text("id"), a.text("id")))
	}
}

// Media implements [store.Reader].
func (s *Store) Media(ctx context.Context, q store.MediaQuery) ([]media.Media, error) {
	all, err := s.media(ctx, q)
	return all, wrap(ctx, "media", err)
}

func (s *Store) media(ctx context.Context, q store.MediaQuery) ([]media.Media, error) {
	limit := cmp.Or(q.Limit, defaultLimit)
	wanted := mediaKeys(q.IDs)
	if len(wanted) == 0 {
		var keep func(columns) bool
		if q.Kind != "" || q.State != "" {
			keep = func(row columns) bool {
				return (q.Kind == "" || row.text("kind") == string(q.Kind)) && (q.State == "" || row.text("state") == string(q.State))
			}
		}
		rows, err := s.collect(ctx, shardNames(), limit, func(shard string) span {
			return span{table: mediaByUpdated, under: []any{shard}, backward: true}
		}, keep)
		if err != nil {
			return nil, err
		}
		for _, row := range first(rows, limit, lastFirst("updated")) {
			wanted = append(wanted, mediaKey(row.text("id")))
		}
	}
	rows, err := s.read(ctx, wanted, "facts")
	if err != nil {
		return nil, err
	}
	var all []media.Media
	for _, row := range rows {
		facts, err := unpackFacts(row["facts"])
		if err != nil {
			return nil, err
		}
		m := media.Fold(facts)
		if (q.Kind == "" || m.Kind == q.Kind) && (q.State == "" || m.State == q.State) {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b media.Media) int {
		return cmp.Or(b.Updated.Compare(a.Updated), strings.Compare(a.ID, b.ID))
	})
	return all[:min(len(all), limit)], nil
}

// Facts implements [store.Reader].
func (s *Store) Facts(ctx context.Context, medium string) ([]media.Fact, error) {
	k := mediaKey(medium)
	rows, err := s.read(ctx, []key{k}, "facts")
	if err != nil {
		return nil, wrap(ctx, "facts", err)
	}
	facts, err := unpackFacts(rows[k]["facts"])
	return facts, wrap(ctx, "facts", err)
}

// Deliveries implements [store.Reader].
func (s *Store) Deliveries(ctx context.Context, q store.DeliveryQuery) ([]store.Delivery, error) {
	all, err := s.deliveries(ctx, q)
	return all, wrap(ctx, "deliveries", err)
}

func (s *Store) deliveries(ctx context.Context, q store.DeliveryQuery) ([]store.Delivery, error) {
	limit := cmp.Or(q.Limit, defaultLimit)
	var keep func(columns) bool
	if q.Sink != "" || q.State != "" {
		keep = func(row columns) bool {
			return (q.Sink == "" || row.text("sink") == q.Sink) && (q.State == "" || row.text("state") == string(q.State))
		}
	}
	names, most := shardNames(), limit
	of := func(shard string) span { return span{table: deliveryByUpdated, under: []any{shard}, backward: true} }
	if q.Event != (vod.ID{}) {
		k := deliveryKey(q.Event, "")
		names, most = []string{k.pk[0]}, 0
		of = func(shard string) span {
			return span{table: deliveryTable, under: []any{shard, k.pk[1]}, names: []string{"updated", "state"}}
		}
	}
	rows, err := s.collect(ctx, names, most, of, keep)
	if err != nil {
		return nil, err
	}
	rows = first(rows, limit, func(a, b columns) int {
		return cmp.Or(cmp.Compare(b.integer("updated"), a.integer("updated")), strings.Compare(a.text("event"), b.text("event")),
			strings.Compare(a.text("sink"), b.text("sink")))
	})
	keys := make([]key, len(rows))
	for i, row := range rows {
		keys[i] = deliveryKey(row.id("event"), row.text("sink"))
	}
	whole, err := s.read(ctx, keys)
	if err != nil {
		return nil, err
	}
	var all []store.Delivery
	for _, k := range keys {
		if row, ok := whole[k]; ok {
			all = append(all, deliveryOf(row))
		}
	}
	return all, nil
}

// deliveryOf returns the delivery in a row.
func deliveryOf(row columns) store.Delivery {
	return store.Delivery{
		Event: row.id("event"), Sink: row.text("sink"), State: store.DeliveryState(row.text("state")),
		Attempts: int(row.integer("attempts")), OwedSince: row.moment("owed_since"), Due: row.moment("due"),
		LastError: row.text("last_error"), Replay: row.text("replay"), Updated: row.moment("updated"),
	}
}

// DeadLetters implements [store.Reader].
func (s *Store) DeadLetters(ctx context.Context, q store.DeadLetterQuery) ([]store.DeadLetter, error) {
	all, err := s.deadLetters(ctx, q)
	return all, wrap(ctx, "dead letters", err)
}

func (s *Store) deadLetters(ctx context.Context, q store.DeadLetterQuery) ([]store.DeadLetter, error) {
	limit := cmp.Or(q.Limit, defaultLimit)
	wanted := keysOf(q.IDs, letterKey)
	if len(wanted) == 0 {
		var keep func(columns) bool
		if q.Reason != "" {
			keep = func(row columns) bool { return row.text("reason") == string(q.Reason) }
		}
		rows, err := s.collect(ctx, shardNames(), limit, func(shard string) span {
			return span{table: letterByReceived, under: []any{shard}, backward: true}
		}, keep)
		if err != nil {
			return nil, err
		}
		for _, row := range first(rows, limit, lastFirst("received")) {
			wanted = append(wanted, letterKey(row.id("id")))
		}
	}
	rows, err := s.read(ctx, wanted)
	if err != nil {
		return nil, err
	}
	var found []columns
	for _, row := range rows {
		if q.Reason == "" || row.text("reason") == string(q.Reason) {
			found = append(found, row)
		}
	}
	var all []store.DeadLetter
	for _, row := range first(found, limit, lastFirst("received")) {
		all = append(all, letterOf(row))
	}
	return all, nil
}
