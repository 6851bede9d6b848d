package tablestore

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"github.com/vodevents/vodevents/shared/media"
)

// merge adds the facts of events to the rows of their media, and returns the errors by
// medium. A row is replaced on the condition that it is as it was read; else it is read
// again, and whoever changed it may have dropped an event.
func (s *Store) merge(ctx context.Context, events []unsettled) map[string]error {
	failed := map[string]error{}
	left := slices.Sorted(maps.Keys(factsByMedium(events)))
	looking := false
	for wait := newPause(); len(left) > 0; looking = true {
		again, err := s.mergeOnce(ctx, left, events, looking, failed)
		if err == nil && len(again) > 0 {
			err = wait.sleep(ctx)
		}
		if err != nil {
			for _, id := range left {
				if failed[id] == nil {
					failed[id] = err
				}
			}
			return failed
		}
		left = again
	}
	return failed
}

// mergeOnce tries to add the facts of events to the rows of media, and returns those in
// whose rows others wrote meanwhile. If it is looking, it leaves out the events that
// are gone; it looks after it has read the rows, so that one that goes later changes them.
func (s *Store) mergeOnce(
	ctx context.Context, ids []string, events []unsettled, looking bool, failed map[string]error,
) ([]string, error) {
	rows, err := s.read(ctx, mediaKeys(ids))
	if err == nil && looking {
		events, err = s.remaining(ctx, events)
	}
	if err != nil {
		return nil, err
	}
	facts := factsByMedium(events)
	var changes []change
	var of []string
	for _, id := range ids {
		if len(facts[id]) == 0 {
			continue
		}
		row := rows[mediaKey(id)]
		known, err := unpackFacts(row["facts"])
		if err == nil {
			var c change
			if c, err = mergeChange(id, row, known, facts[id]); err == nil {
				changes, of = append(changes, c), append(of, id)
				continue
			}
		}
		failed[id] = fmt.Errorf("medium %q: %w", id, err)
	}
	var again []string
	for i, r := range s.write(ctx, changes) {
		switch {
		case errors.Is(r.err, errCondition):
			again = append(again, of[i])
		case r.err != nil:
			failed[of[i]] = r.err
		}
	}
	return again, nil
}

// remaining returns the events that are stored and not being dropped.
func (s *Store) remaining(ctx context.Context, events []unsettled) ([]unsettled, error) {
	keys := make([]key, len(events))
	for i, e := range events {
		keys[i] = eventKey(e.event)
	}
	rows, err := s.read(ctx, keys, "received", "dropping")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(events), func(e unsettled) bool {
		row, ok := rows[eventKey(e.event)]
		return !ok || isDropping(row)
	}), nil
}

func factsByMedium(events []unsettled) map[string][]media.Fact {
	facts := map[string][]media.Fact{}
	for _, e := range events {
		for _, f := range e.facts {
			facts[f.Medium] = append(facts[f.Medium], f)
		}
	}
	return facts
}

func mediaKeys(ids []string) []key {
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = mediaKey(id)
	}
	return keys
}

// mergeChange returns what adds facts to the row of a medium. It changes the revision
// also if none of them counts: [Store.Rebuild] has to notice that they were there, in
// case what they lose against goes away.
func mergeChange(id string, row columns, known, facts []media.Fact) (change, error) {
	counting := newest(known, facts)
	c, err := mediaChange(id, row, counting)
	if row != nil && sameFacts(counting, known) {
		c.put = columns{"revision": rand.Text()}
	}
	return c, err
}

// newest returns the facts that count, one for each facet, by facet.
func newest(lists ...[]media.Fact) []media.Fact {
	byFacet := map[string]media.Fact{}
	for _, list := range lists {
		for _, f := range list {
			if old, ok := byFacet[f.Facet]; !ok || f.Newer(old) {
				byFacet[f.Facet] = f
			}
		}
	}
	return slices.SortedFunc(maps.Values(byFacet), func(f, g media.Fact) int { return strings.Compare(f.Facet, g.Facet) })
}

// sameFacts reports whether facts that count are the same, both by facet.
func sameFacts(a, b []media.Fact) bool {
	return slices.EqualFunc(a, b, func(f, g media.Fact) bool {
		return f.Medium == g.Medium && f.Kind == g.Kind && f.Facet == g.Facet && f.Time.Equal(g.Time) && f.Rank == g.Rank &&
			f.Event == g.Event && f.Status == g.Status && f.Value == g.Value && bytes.Equal(f.Data, g.Data)
	})
}

// mediaChange returns what makes the row of a medium hold exactly the facts that
// count; was is the row as it was read, nil if there was none. Without facts there is
// no row.
func mediaChange(id string, was columns, counting []media.Fact) (change, error) {
	c := change{key: mediaKey(id), must: absent}
	if was != nil {
		c.must, c.where = present, []condition{{"revision", ots.CT_EQUAL, was.text("revision")}}
	}
	if len(counting) == 0 {
		c.remove = true
		return c, nil
	}
	facts, err := packFacts(counting)
	if err != nil {
		return change{}, err
	}
	c.put = mediaColumns(counting)
	// The revision is not counted, so that a row that was removed and made again does
	// not look as if nothing had happened.
	c.put["facts"], c.put["revision"] = facts, rand.Text()
	return c, nil
}

// mediaColumns are those that show a medium, for people and indexes. [Store.Media]
// folds the facts.
func mediaColumns(facts []media.Fact) columns {
	m := media.Fold(facts)
	return columns{
		"kind": string(m.Kind), "state": string(m.State), "title": m.Title, "duration_s": m.Duration,
		"cover_url": m.CoverURL, "updated": m.Updated.UnixMilli(),
	}
}
