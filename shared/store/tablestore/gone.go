package tablestore

import (
	"context"
	"crypto/sha256"
	"errors"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// endDrop ends the drop of the event in an unsettled row, if there is one: if the event
// is gone, it removes what is left of it; otherwise it takes the mark away. It reports
// whether there is nothing left to settle.
func (s *Store) endDrop(ctx context.Context, row columns) (bool, error) {
	id, mark := row.id("id"), row.text("dropping")
	switch mark {
	case "":
		return false, nil
	case markGone:
		err := s.finishDrop(ctx, id)
		return err == nil, err
	}
	back := change{
		key: eventKey(id), where: []condition{{"dropping", ots.CT_EQUAL, mark}}, drop: []string{"dropping", "detail"},
	}
	err := s.writeOne(ctx, back)
	if errors.Is(err, errCondition) { // others were at it
		return true, nil
	}
	return false, err
}

// finishDrop removes what is left of an event that is gone, if it still is. Several may
// do so at once, and one of them may be so late that the event has come in again: the
// deliveries are listed before the row is read, and only those are removed that are as
// they were listed.
func (s *Store) finishDrop(ctx context.Context, id vod.ID) error {
	deliveries, err := s.listDeliveries(ctx, id)
	if err != nil {
		return err
	}
	k := eventKey(id)
	rows, err := s.read(ctx, []key{k}, append(eventColumns(), "commit", "dropping", "detail")...)
	if err != nil || rows[k].text("dropping") != markGone { // others have done it
		return err
	}
	row := rows[k]
	if err := s.putTrace(ctx, eventOf(row), row.text("detail"), "drop of "+row.text("commit")); err != nil {
		return err
	}
	if _, err := s.applied(ctx, deliveries); err != nil {
		return err
	}
	_, err = s.applied(ctx, []change{{key: k, where: []condition{{"commit", ots.CT_EQUAL, row.text("commit")}}, remove: true}})
	return err
}

// listDeliveries returns what removes all that is or was owed of an event.
func (s *Store) listDeliveries(ctx context.Context, event vod.ID) ([]change, error) {
	of := deliveryKey(event, "")
	var changes []change
	for row, err := range s.scan(ctx, span{table: deliveryTable, under: []any{of.pk[0], of.pk[1]}, names: []string{"owed_since"}}) {
		if err != nil {
			return nil, err
		}
		changes = append(changes, change{
			key: deliveryKey(event, row.text("sink")), remove: true,
			where: []condition{{"owed_since", ots.CT_EQUAL, row.integer("owed_since")}},
		})
	}
	return changes, nil
}

// putTrace writes the dead letter that an event becomes, or counts it once more. A
// letter with the same commit is of this very drop.
func (s *Store) putTrace(ctx context.Context, e store.Event, detail, commit string) error {
	k := letterKey(e.ID)
	sum := sha256.Sum256(e.Body)
	for wait := newPause(); ; {
		rows, err := s.read(ctx, []key{k}, "commit", "last_seen")
		if err != nil {
			return err
		}
		at := now().UnixMilli()
		c := change{key: k, must: absent, put: columns{
			"reason": string(store.ReasonDropped), "detail": detail, "source": string(e.Source), "source_id": e.SourceID,
			"received": e.Received.UnixMilli(), "last_seen": at, "attempts": int64(1),
			"size": int64(len(e.Body)), "sha256": sum[:], "body": blob(e.Body), "commit": commit,
		}}
		if row, ok := rows[k]; ok {
			c.must, c.where = present, []condition{{"commit", ots.CT_EQUAL, row.text("commit")}}
			c.put = columns{
				"reason": string(store.ReasonDropped), "detail": detail, "last_seen": max(at, row.integer("last_seen")), "commit": commit,
			}
			if row.text("commit") != commit {
				c.add = map[string]int64{"attempts": 1}
			}
		}
		err = s.writeOne(ctx, c)
		if errors.Is(err, errCondition) { // others were at it
			if err = wait.sleep(ctx); err == nil {
				continue
			}
		}
		return err
	}
}

// insertGone puts again the events that are Known, but gone when their rows are looked
// at, and changes their outcomes.
func (s *Store) insertGone(ctx context.Context, entries []entry, outcomes []store.Outcome, commit string) {
	var known []int
	for i, o := range outcomes {
		if o.State == store.Known {
			known = append(known, i)
		}
	}
	for wait := newPause(); len(known) > 0; {
		gone, err := s.finishGone(ctx, entries, known)
		if err == nil && len(gone) > 0 {
			err = wait.sleep(ctx)
		}
		if err != nil {
			for _, i := range known {
				outcomes[i] = store.Outcome{State: store.Failed, Err: err}
			}
			return
		}
		again := make([]entry, len(gone))
		for n, i := range gone {
			again[n] = entries[i]
		}
		known = nil
		for n, o := range s.insert(ctx, again, commit) {
			outcomes[gone[n]] = o
			if o.State == store.Known {
				known = append(known, gone[n])
			}
		}
	}
}

// finishGone removes what is left of those of the events that are gone, and returns
// their numbers.
func (s *Store) finishGone(ctx context.Context, entries []entry, known []int) ([]int, error) {
	keys := make([]key, len(known))
	for n, i := range known {
		keys[n] = entries[i].change.key
	}
	rows, err := s.read(ctx, keys, "commit", "dropping")
	if err != nil {
		return nil, err
	}
	var gone []int
	for n, i := range known {
		row, ok := rows[keys[n]]
		if ok && row.text("dropping") != markGone {
			continue
		}
		if ok {
			if err := s.finishDrop(ctx, row.id("id")); err != nil {
				return nil, err
			}
		}
		gone = append(gone, i)
	}
	return gone, nil
}
