package tablestore

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// DropEvent implements [store.Maintainer]. It marks the event, so that nobody derives
// facts from it any more, and replaces the facts of its medium; then, with one write to
// its row, it marks it as gone. That is what drops the event: it writes the dead letter
// and removes the deliveries, and the row last.
//
// Cut off before that write, the event stays: until [Store.Settle] takes back what was
// begun, or DropEvent is called again, the facts may be missing. Cut off after it, the
// event is gone, and the rest is done by Settle, by a commit of the same event, which
// then is New, or by DropEvent, which then reports false. So an event is Known only while
// it is not gone, and a drop that gets to that later writes its dead letter after it.
//
// The one thing that it cannot exclude is that a commit or Settle of this very event is
// held up between two of its requests while all of that happens: what that writes late
// is left over.
func (s *Store) DropEvent(
	ctx context.Context, id vod.ID, detail string, derive func(store.Event) (store.Record, error),
) (bool, error) {
	for wait := newPause(); ; {
		dropped, err := s.dropEvent(ctx, id, detail, derive)
		if errors.Is(err, errCondition) { // others were at it
			if err = wait.sleep(ctx); err == nil {
				continue
			}
		}
		return dropped, wrap(ctx, "drop event", err)
	}
}

// markGone is what the column dropping holds of an event that is gone. Before that it
// holds a text that no other drop has.
const markGone = "gone"

// isDropping reports whether the event in a row is marked, or gone.
func isDropping(row columns) bool { return row.text("dropping") != "" }

// dropEvent returns errCondition if another process changed the rows meanwhile.
func (s *Store) dropEvent(
	ctx context.Context, id vod.ID, detail string, derive func(store.Event) (store.Record, error),
) (bool, error) {
	k := eventKey(id)
	rows, err := s.read(ctx, []key{k}, "subject", "commit", "unsettled", "dropping")
	if err != nil || rows[k] == nil {
		return false, err
	}
	row := rows[k]
	mark := row.text("dropping")
	switch mark {
	case markGone: // others have dropped it
		return false, s.finishDrop(ctx, id)
	case "":
		mark = rand.Text()
		if err := s.markDrop(ctx, row, mark, detail); err != nil {
			return false, err
		}
	default: // others are at it, or were cut off
	}
	if err := s.dropFacts(ctx, row.text("subject"), derive); err != nil {
		return false, err
	}
	n, err := s.applied(ctx, []change{{
		key: k, where: append(asRead(row), condition{"dropping", ots.CT_EQUAL, mark}),
		put: columns{"dropping": markGone}, drop: []string{"facts", "sinks"},
	}})
	if err == nil && n == 0 {
		err = errCondition
	}
	if err != nil {
		return false, err
	}
	return true, s.finishDrop(ctx, id)
}

// asRead are the conditions that an event is the one that was read, and that no rebuild
// has found out that it is about another medium.
func asRead(row columns) []condition {
	return []condition{{"commit", ots.CT_EQUAL, row.text("commit")}, {"subject", ots.CT_EQUAL, row.text("subject")}}
}

// markDrop marks an event, and makes it unsettled: its facts are kept in its row, so
// that Settle can put them back.
func (s *Store) markDrop(ctx context.Context, row columns, mark, detail string) error {
	id, unsettled := row.id("id"), row.integer("unsettled")
	c := change{
		key: eventKey(id), where: append(asRead(row), condition{column: "dropping"}),
		put: columns{"dropping": mark, "detail": detail, "unsettled": max(now().UnixMilli(), unsettled+1)},
	}
	if unsettled != 0 { // it has its facts and sinks
		c.where = append(c.where, condition{"unsettled", ots.CT_EQUAL, unsettled})
		return s.writeOne(ctx, c)
	}
	c.where = append(c.where, condition{column: "sinks"}) // which an event has that is unsettled
	c.put["sinks"] = "[]"
	facts, err := s.factsOf(ctx, id, row.text("subject"))
	if err != nil {
		return err
	}
	if len(facts) > 0 {
		if c.put["facts"], err = packFacts(facts); err != nil {
			return err
		}
	}
	return s.writeOne(ctx, c)
}

// factsOf returns the facts of an event that count.
func (s *Store) factsOf(ctx context.Context, event vod.ID, medium string) ([]media.Fact, error) {
	if medium == "" {
		return nil, nil
	}
	k := mediaKey(medium)
	rows, err := s.read(ctx, []key{k}, "facts")
	if err != nil {
		return nil, err
	}
	facts, err := unpackFacts(rows[k]["facts"])
	return slices.DeleteFunc(facts, func(f media.Fact) bool { return f.Event != event }), err
}

// dropFacts replaces the facts of the medium of an event that is marked. Before that it
// makes those who are merging facts look again, and find the mark.
func (s *Store) dropFacts(ctx context.Context, medium string, derive func(store.Event) (store.Record, error)) error {
	if medium == "" {
		return nil
	}
	again := change{key: mediaKey(medium), must: present, put: columns{"revision": rand.Text()}}
	if err := s.writeOne(ctx, again); err != nil && !errors.Is(err, errCondition) { // there may be no row
		return err
	}
	return s.rebuildMedium(ctx, medium, derive)
}
